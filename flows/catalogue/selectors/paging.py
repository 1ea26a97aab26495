"""Pages of what is ordered by name: a cursor holds the name and the id where a page ended."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.tenancy.hygiene import is_unclean
from workflows.selectors.paging import PAGE_SIZE, Page, Row

R = TypeVar("R")
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class NameCursor:
    """The row that a page starts after, going on or ``back``."""

    key: str
    id: UUID
    back: bool = False

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a cursor of an address; None for no or for a broken one, which shows the first page."""
        try:
            raw = base64.urlsafe_b64decode(text[1:].encode() + b"=" * (-len(text[1:]) % 4))
            key = raw[_ID_BYTES:].decode()
        except (binascii.Error, ValueError):
            return None
        if text[:1] not in ("n", "p") or len(raw) < _ID_BYTES or is_unclean(key):
            return None
        return cls(key, UUID(bytes=raw[:_ID_BYTES]), text[0] == "p")

    def __str__(self) -> str:
        packed = base64.urlsafe_b64encode(self.id.bytes + self.key.encode()).decode().rstrip("=")
        return f"{'p' if self.back else 'n'}{packed}"


def name_window(rows: QuerySet[Any, Any], cursor: NameCursor | None) -> QuerySet[Any, Any]:
    """The rows of one page by name, and one more which says that there is another page."""
    back = cursor is not None and cursor.back
    if cursor is not None:
        way = "lt" if back else "gt"
        # The first condition is for the index, the others decide among equal names.
        rows = rows.filter(
            Q(**{f"name_key__{way}e": cursor.key}),
            Q(**{f"name_key__{way}": cursor.key}) | Q(**{f"id__{way}": cursor.id}),
        )
    sign = "-" if back else ""
    return rows.order_by(f"{sign}name_key", f"{sign}id")[: PAGE_SIZE + 1]


def name_page(
    found: Sequence[Row], cursor: NameCursor | None, make: Callable[[Sequence[Row]], Sequence[R]], count: str = ""
) -> Page[R]:
    """The page of what ``name_window`` brought; the rows carry ``name_key`` and ``id``."""
    back = cursor is not None and cursor.back
    more = len(found) > PAGE_SIZE
    rows = list(found[:PAGE_SIZE])
    if back:
        rows.reverse()
    if not rows:
        return Page()
    onward, backward = (True, more) if back else (more, cursor is not None)
    return Page(
        tuple(make(rows)),
        next=str(NameCursor(rows[-1]["name_key"], rows[-1]["id"])) if onward else "",
        previous=str(NameCursor(rows[0]["name_key"], rows[0]["id"], True)) if backward else "",
        count=count,
    )
