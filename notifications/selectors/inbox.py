"""A person's notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.tenancy.errors import NotFound
from notifications.models import InboxItem
from workflows.selectors.paging import Cursor, Order, Page, Row, page_of
from workflows.selectors.prepared import Prepared

NEWEST = Order(at="at", id="id")
MOST = 99
"""A bell that says more than this says nothing more."""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One line of the notifications page."""

    id: UUID
    text: str
    detail: str
    url: str
    actor: str
    kind: str
    at: datetime
    is_read: bool


def notices(member: Membership, *, unread_only: bool = False) -> QuerySet[InboxItem]:
    """The person's notices, in no order."""
    rows = InboxItem.objects.filter(organisation_id=member.organisation_id, recipient_id=member.id)
    return rows.filter(read_at=None) if unread_only else rows


def notice_page(member: Membership, *, unread_only: bool, cursor: str) -> Page[NoticeRow]:
    """One page of the person's notices, newest first."""
    where = Cursor.parse(cursor)
    found = NEWEST.window(notices(member, unread_only=unread_only), where).values(
        "id", "title", "body", "path", "actor", "kind", "at", "read_at"
    )
    return page_of(found=list(found), cursor=where, make=_rows, order=NEWEST)


def unread_count(member: Membership) -> int:
    """How many notices the person has not read, counted up to ``MOST`` + 1; one query on a partial index."""
    return len(_unread().rows({"organisation": member.organisation_id, "recipient": member.id}))


@cache
def _unread() -> Prepared:
    """Kept: every page asks for it."""
    here, me = UUID(int=1), UUID(int=2)
    rows = InboxItem.objects.filter(organisation_id=here, recipient_id=me, read_at=None).values(*("id",))[: MOST + 1]
    return Prepared(rows, {here: "organisation", me: "recipient"})


def access_notice(member: Membership, notice_id: UUID) -> InboxItem:
    """The notice if it is the person's own. Raises NotFound."""
    row = notices(member).filter(id=notice_id).first()
    if row is None:
        raise NotFound
    return row


def _rows(found: Sequence[Row]) -> list[NoticeRow]:
    return [
        NoticeRow(
            id=row["id"],
            text=row["title"],
            detail=row["body"],
            url=row["path"],
            actor=row["actor"],
            kind=row["kind"],
            at=row["at"],
            is_read=row["read_at"] is not None,
        )
        for row in found
    ]
