"""How REST bodies are read: exact names, exact types, and the state that a change was made on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from accounts.tenancy.errors import Invalid
from accounts.tenancy.models import OrganisationOwned

_NAMED: Final = 20
IF_MATCH: Final = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag as you know it; 409 where it has changed since."
)


class Body(serializers.Serializer[Any]):
    """A JSON object. A name that it does not know is refused and not ignored: the client meant something by it."""

    refuses_other_names = True  # for the description

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        refused = {str(name)[:100]: ["There is no such name here."] for name in unknown[:_NAMED]}
        try:
            found = super().to_internal_value(data)
        except serializers.ValidationError as error:
            detail = error.detail if isinstance(error.detail, dict) else {"": error.detail}
            raise serializers.ValidationError({**detail, **refused}) from None
        if refused:
            raise serializers.ValidationError(refused)
        return found


class Text(serializers.CharField):
    """A JSON string; a number is none."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON number without a fraction; neither a text nor true."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Truth(serializers.BooleanField):
    """JSON's true or false; neither a text nor a number."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Day(serializers.DateField):
    """A day as RFC 3339 writes it; Python reads more, such as days of weeks."""

    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        if found.isoformat() != data:
            self.fail("invalid", format="YYYY-MM-DD")
        return found


class Id(serializers.UUIDField):
    """A UUID as text. That it names somebody is for the service to find out, alike for foreign and missing ones."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


@contextmanager
def behind(door: Callable[[], object]) -> Iterator[None]:
    """What is wrong with a body is told only to those whom the door lets in; for others its id names nothing, whatever they
    send. Raises what the door raises."""
    try:
        yield
    except (Invalid, serializers.ValidationError):
        door()
        raise


def checked(body: type[Body], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """The values of the request's body; null is as if it was not sent, and ``partial`` needs none. Raises ValidationError
    with every wrong place."""
    found = _reader(body, partial).run_validation(request.data)
    return {name: value for name, value in found.items() if value is not None}


@cache
def _reader(body: type[Body], partial: bool) -> Body:
    """Making one copies all of its fields, which costs more than reading with them; it keeps no state."""
    return body(partial=partial)


def etag_of(row: OrganisationOwned) -> str:
    """The ETag of a row whose state is known by when it was changed last."""
    return f'"{row.modified_at.isoformat()}"'


def seen_at(request: Request) -> datetime | None:
    """When such a row was last changed as the client knows it; None without ``If-Match``, or with ``*``. Raises Invalid."""
    header = request.headers.get("If-Match", "*").strip()
    if header == "*":
        return None
    try:
        seen = parse_datetime(header.removeprefix("W/").strip('"'))
    except ValueError:
        seen = None
    if seen is None or seen.tzinfo is None:
        raise Invalid({"If-Match": ["Send the ETag as you read it."]})
    return seen
