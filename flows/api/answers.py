"""How answers of this API are written: names in camel case, as those of ``flow_def`` are, and values as they are read.

A list of a hundred proposals has some ten thousand values; the general way of serializers looks each one up and judges it.
Here the ways to the values are found once per class. The declared fields are what the description says.
"""

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from operator import attrgetter
from typing import Any, ClassVar

from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.tenancy.pages import CursorPages

Reader = Callable[[Any], Any]


def camel(name: str) -> str:
    """``basis_offset`` as ``basisOffset``; an underscore at the end keeps off a word of Python."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


class Shape(serializers.Serializer[Any]):
    """Fields in snake case, each read from the attribute of its name. ``within`` is where on the object most of them are found;
    those named in ``beside`` are found on the object itself."""

    within: ClassVar[str] = ""
    beside: ClassVar[tuple[str, ...]] = ()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        found: dict[str, serializers.Field[Any, Any, Any, Any]] = {}
        for name, field in super().get_fields().items():
            wire = camel(name)
            if wire != name and field.source is None:
                field.source = name
            found[wire] = field
        return found

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {name: read(instance) for name, read in self._readers}

    @cached_property
    def _readers(self) -> tuple[tuple[str, Reader], ...]:
        return tuple((name, self._reader(name, field)) for name, field in self.fields.items())

    def _reader(self, name: str, field: serializers.Field[Any, Any, Any, Any]) -> Reader:
        attributes = list(field.source_attrs)
        if self.within and attributes and attributes[0] not in self.beside:
            attributes = [self.within, *attributes]
        get = attrgetter(".".join(attributes)) if attributes else _itself
        if not isinstance(field, serializers.BaseSerializer | Written):
            return get
        write = field.to_representation

        def converted(instance: Any) -> Any:
            value = get(instance)
            return None if value is None else write(value)

        return converted


class Written(serializers.ReadOnlyField):
    """A value that is not sent as it is read."""


def _itself(instance: Any) -> Any:
    return instance


@cache
def _writer(shape: type[Shape]) -> Shape:
    """Making one copies every field of every nested one; it keeps no state."""
    return shape()


def written(shape: type[Shape], instance: Any) -> dict[str, Any]:
    """The object as it is sent."""
    return _writer(shape).to_representation(instance)


def written_all(shape: type[Shape], instances: Iterable[Any]) -> list[dict[str, Any]]:
    write = _writer(shape).to_representation
    return [write(instance) for instance in instances]


class ListView(mixins.ListModelMixin, MemberView):
    """A list by pages. ``complete`` adds to the rows of one page what is not in them, in a fixed number of queries."""

    serializer_class: type[Shape]

    def complete(self, rows: list[Any]) -> Iterable[Any]:
        return rows

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(written_all(self.serializer_class, self.complete(list(rows))))


class OnePage(CursorPages):
    """Tells the description that a list comes whole, in the form of those that come by pages."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return []


class WholeListView(ListView):
    """A list that is never long, in one page."""

    pagination_class = OnePage
    filter_backends = ()

    def rows(self) -> Iterable[Any]:
        raise NotImplementedError

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        results = written_all(self.serializer_class, self.rows())
        return Response({"next": None, "previous": None, "results": results})
