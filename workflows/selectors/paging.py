"""Pages by cursor: a page says where it ended, so it stays right while rows come, and costs the same however far down."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, Self, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

PAGE_SIZE: Final = 25
_CURSOR: Final = re.compile(r"([np])([0-9a-f]{1,14})?-([0-9a-f]{32})")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)

Row = dict[str, Any]
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """A stretch of a list, newest first. ``next`` (older) and ``previous`` (newer) are cursors, or empty."""

    rows: tuple[R, ...] = ()
    next: str = ""
    previous: str = ""
    count: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row that a page starts after: going on to older rows, or ``back`` to newer ones.

    ``at`` is None in lists that are ordered by id alone.
    """

    at: datetime | None
    id: UUID
    back: bool = False

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a cursor of an address; None for no or for a broken one, which shows the first page."""
        match = _CURSOR.fullmatch(text)
        if match is None:
            return None
        way, ticks, ident = match.groups()
        at = _EPOCH + int(ticks, 16) * _TICK if ticks else None
        return cls(at, UUID(hex=ident), way == "p")

    def __str__(self) -> str:
        ticks = "" if self.at is None else f"{(self.at - _EPOCH) // _TICK:x}"
        return f"{'p' if self.back else 'n'}{ticks}-{self.id.hex}"


@dataclass(frozen=True, slots=True)
class Order:
    """By which columns a list is ordered: a time (empty: none) and an id, as the queryset names them."""

    at: str
    id: str
    newest_first: bool = True

    def window(self, rows: QuerySet[Any, Any], cursor: Cursor | None) -> QuerySet[Any, Any]:
        """The rows of one page and one more, which says that there is another page."""
        if cursor is not None and self.fits(cursor):
            rows = rows.filter(self._beyond(cursor))
        return rows.order_by(*self.sorted_by(cursor))[: PAGE_SIZE + 1]

    def fits(self, cursor: Cursor) -> bool:
        """Whether the cursor is one of this order; that of another list shows the first page."""
        return (cursor.at is None) == (not self.at)

    def sorted_by(self, cursor: Cursor | None) -> list[str]:
        sign = "" if (cursor is not None and cursor.back) is self.newest_first else "-"
        return [f"{sign}{column}" for column in (self.at, self.id) if column]

    def cursor(self, row: Row, *, back: bool = False) -> Cursor:
        """The cursor of a page that goes on after this row."""
        return Cursor(row[self.at] if self.at else None, row[self.id], back)

    def _beyond(self, cursor: Cursor) -> Q:
        way = "gt" if cursor.back is self.newest_first else "lt"
        if not self.at:
            return Q(**{f"{self.id}__{way}": cursor.id})
        # The first condition is for the index, the others decide among rows of the same moment.
        return Q(**{f"{self.at}__{way}e": cursor.at}) & (
            Q(**{f"{self.at}__{way}": cursor.at}) | Q(**{f"{self.id}__{way}": cursor.id})
        )


NEWEST: Final = Order("at", "id")


def page_of(
    found: Sequence[Row],
    cursor: Cursor | None,
    make: Callable[[Sequence[Row]], Sequence[R]],
    order: Order = NEWEST,
) -> Page[R]:
    """The page of what ``order.window`` brought; the rows carry the columns of the order under its names.

    ``make`` turns the rows of the page into what is shown, all at once.
    """
    back = cursor is not None and cursor.back
    more = len(found) > PAGE_SIZE
    rows = list(found[:PAGE_SIZE])
    if back:
        rows.reverse()
    if not rows:
        return Page()
    older, newer = (True, more) if back else (more, cursor is not None)
    return Page(
        tuple(make(rows)),
        next=str(order.cursor(rows[-1])) if older else "",
        previous=str(order.cursor(rows[0], back=True)) if newer else "",
    )
