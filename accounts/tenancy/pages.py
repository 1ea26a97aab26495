"""Pages by the value and the id of the row where a page ended: they cost the same however far down, stay right while rows come
and go, and however many rows have the same value, of which a day, a state or a name has thousands."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from rest_framework import exceptions, pagination
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

from accounts.tenancy.hygiene import is_unclean, is_utc

MAX_CURSOR: Final = 4_000


@dataclass(frozen=True, slots=True)
class Order:
    """``word`` is what the address says for the column."""

    word: str
    column: str
    descending: bool

    def __str__(self) -> str:
        return f"-{self.word}" if self.descending else self.word

    def columns(self, *, back: bool) -> list[str]:
        sign = "-" if self.descending != back else ""
        return [f"{sign}{name}" for name in dict.fromkeys((self.column, "id"))]

    def value_of(self, row: Model) -> Any:
        value: Any = row
        for name in self.column.split("__"):
            value = getattr(value, name)
        return value


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page begins: after this row, or before it going ``back``."""

    value: Any
    id: UUID
    back: bool

    def beyond(self, order: Order) -> Q:
        way = "lt" if order.descending != self.back else "gt"
        if order.column == "id":
            return Q(**{f"id__{way}": self.id})
        # The first condition is for the index, the others decide among equal values.
        return Q(**{f"{order.column}__{way}e": self.value}) & (
            Q(**{f"{order.column}__{way}": self.value}) | Q(**{f"id__{way}": self.id})
        )


class CursorPages(pagination.CursorPagination):
    """Pages of 25, at most 100: ``{next, previous, results}``. ``ordering`` is a column and the id, both with a minus or none."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering: Any = ("-created_at", "-id")

    _next: str | None = None
    _previous: str | None = None

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:
        """Raises NotFound for a cursor that was made up."""
        order = self.order(request)
        mark = self._mark(request, order, queryset.model)
        size = self.get_page_size(request) or self.page_size
        rows = queryset if mark is None else queryset.filter(mark.beyond(order))
        back = mark is not None and mark.back
        found = list(rows.order_by(*order.columns(back=back))[: size + 1])
        page, more = found[:size], len(found) > size
        if back:
            page.reverse()
        onward, backward = (True, more) if back else (more, mark is not None)
        address = request.build_absolute_uri()
        self._next = _link(address, order, page[-1], back=False) if page and onward else None
        self._previous = _link(address, order, page[0], back=True) if page and backward else None
        return page

    def order(self, request: Request) -> Order:
        column = self.ordering[0].removeprefix("-")
        return Order(column, column, self.ordering[0].startswith("-"))

    def get_next_link(self) -> str | None:
        return self._next

    def get_previous_link(self) -> str | None:
        return self._previous

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = {"type": ["string", "null"], "format": "uri", "description": "Its address; null where there is none."}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": page, "previous": page, "results": schema},
        }

    def _mark(self, request: Request, order: Order, model: type[Model]) -> Mark | None:
        text = request.query_params.get(self.cursor_query_param, "")
        if not text:
            return None
        try:
            said, value, ident, back = json.loads(
                urlsafe_b64decode(text[:MAX_CURSOR].encode() + b"=" * (-len(text) % 4))
            )
            mark = Mark(_value(model, order.column, value), UUID(ident), back is True)
        except (ValueError, TypeError, AttributeError, RecursionError, Base64Error, ValidationError):
            raise exceptions.NotFound(self.invalid_cursor_message) from None
        if said != str(order):
            raise exceptions.NotFound(self.invalid_cursor_message)
        return mark


def _link(address: str, order: Order, row: Any, *, back: bool) -> str:
    value = order.value_of(row)
    plain = value.isoformat() if isinstance(value, datetime) else value if isinstance(value, int) else str(value)
    raw = json.dumps([str(order), plain, row.id.hex, back], separators=(",", ":"))
    cursor = urlsafe_b64encode(raw.encode()).decode().rstrip("=")
    link: str = replace_query_param(remove_query_param(address, "cursor"), "cursor", cursor)
    return link


def _value(model: type[Model], column: str, value: Any) -> Any:
    """What a cursor says, as a value of the column. Raises ValueError or ValidationError for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(value)
    found: Any = _field(model, column).to_python(value)
    if isinstance(found, datetime) and not is_utc(found):
        raise ValueError(value)
    if (isinstance(found, int) and abs(found) >= 2**63) or (isinstance(found, str) and is_unclean(found)):
        raise ValueError(value)
    return found


def _field(model: type[Model], column: str) -> "Field[Any, Any]":
    *way, last = column.split("__")
    here: Any = model
    for name in way:
        here = here._meta.get_field(name).related_model
    field: Field[Any, Any] = here._meta.get_field(last)
    return field
