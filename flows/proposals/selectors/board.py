"""The dashboard: the order, and pages by cursor that cost the same however far."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from django.db.models import F, Q

from accounts.models import Membership
from accounts.tenancy.hygiene import is_unclean, is_utc
from flows.models import ApprovalSide, ApprovalStatus, ProposalDataType, ProposedFlow
from flows.proposals.selectors.asker import Proposals, proposals_of
from flows.proposals.selectors.rights import behind, waiting_among
from flows.proposals.selectors.standing import ApprovalRow, situations
from workflows.selectors.paging import PAGE_SIZE, Page
from workflows.selectors.tracking import Life


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column, and which way."""

    key: str = "acted"
    descending: bool = True

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``acted`` or ``-acted``; what is not known is the newest action first."""
        key = text.removeprefix("-")
        return cls(key, text.startswith("-")) if key in COLUMNS else cls()

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else self.key

    @property
    def column(self) -> str:
        return COLUMNS[self.key]


COLUMNS: Final[Mapping[str, str]] = {
    "acted": "acted_at",
    "created": "created_at",
    "number": "number",
    "source": "source__name_key",
    "target": "target__name_key",
    "state": "state",
    "type": "proposal_type",
    "maker": "maker_name",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a sorted list begins: after this row, or before it going ``back``."""

    sort: Sort
    value: Any
    id: UUID
    back: bool = False

    @classmethod
    def parse(cls, text: str, sort: Sort) -> Self | None:
        """Read a cursor; None for none, a broken one, or one of another order: the first page."""
        try:
            order, value, ident, back = json.loads(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
            found = cls(sort, _value(sort, value), UUID(ident), bool(back))
        except (ValueError, TypeError, AttributeError, RecursionError, Base64Error):
            return None
        return found if order == str(sort) else None

    def __str__(self) -> str:
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        raw = json.dumps([str(self.sort), value, self.id.hex, self.back], separators=(",", ":"))
        return urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    def beyond(self) -> Q:
        column, way = self.sort.column, "lt" if self.sort.descending != self.back else "gt"
        # The first condition is for the index, the others decide among equal values.
        return Q(**{f"{column}__{way}e": self.value}) & (
            Q(**{f"{column}__{way}": self.value}) | Q(**{f"id__{way}": self.id})
        )


@dataclass(frozen=True)
class ListedProposal:
    """One line of the dashboard or of the export."""

    proposal: ProposedFlow
    state_name: str
    tone: str
    data_types: tuple[str, ...]
    approvals: tuple[ApprovalRow, ...]
    needs_me: bool
    behalf: tuple[str, ...] = ()
    """On whose behalf it needs the person, where that is not for themselves."""

    @property
    def flow_name(self) -> str:
        """What the flow is called in the command; the proposal is named by its ends where it has no name."""
        attributes = self.proposal.flow_def.get("flowAttributes") or {}
        return str(attributes.get("name") or "")

    @property
    def waits_for(self) -> str:
        """The sides that are still asked, in words."""
        if not self.proposal.is_open:
            return ""
        names = [row.side_name for row in self.approvals if row.status == ApprovalStatus.PENDING]
        return ", ".join(dict.fromkeys(names))


def titles_of(organisation_id: UUID, ids: Collection[UUID]) -> Proposals:
    """Proposals with their ends, to name them."""
    return proposals_of(organisation_id).filter(id__in=ids).select_related("source", "target")


def sides_asked(organisation_id: UUID) -> list[tuple[str, str]]:
    """The sides that the organisation asks, or has asked, by code with their name."""
    rows = ApprovalSide.objects.filter(organisation_id=organisation_id).order_by("position", "code")
    return list(rows.values_list("code", "name"))


def listed_page(
    actor: Membership, rows: Proposals, life: Life, sort: Sort, place: Place | None
) -> Page[ListedProposal]:
    """One page of the list in this order. Five queries, however many rows and however far down."""
    found = list(window(rows, sort, place, PAGE_SIZE))
    back = place is not None and place.back
    more = len(found) > PAGE_SIZE
    shown = found[:PAGE_SIZE]
    if back:
        shown.reverse()
    if not shown:
        return Page()
    older, newer = (True, more) if back else (more, place is not None)
    return Page(
        listed(actor, shown, life),
        next=str(_place(sort, shown[-1])) if older else "",
        previous=str(_place(sort, shown[0], back=True)) if newer else "",
    )


def window(rows: Proposals, sort: Sort, place: Place | None, size: int) -> Proposals:
    """The rows of one page and one more, which says that there is another page."""
    if place is not None:
        rows = rows.filter(place.beyond())
    down = sort.descending != (place is not None and place.back)
    order = [F(name).desc() if down else F(name).asc() for name in (sort.column, "id")]
    return rows.select_related("source", "target").order_by(*order)[: size + 1]


def place_after(sort: Sort, row: ProposedFlow) -> Place:
    """Where the next page begins that ends with this row."""
    return _place(sort, row)


def listed(actor: Membership, rows: Sequence[ProposedFlow], life: Life) -> tuple[ListedProposal, ...]:
    """The rows with what is shown beside them. Four queries for any number."""
    ids = [row.id for row in rows]
    mine = waiting_among(actor, ids)
    people = {one.id: one.name for one in behind(actor)}
    types = _types(actor.organisation_id, ids)
    found = situations(actor.organisation_id, rows)
    return tuple(
        ListedProposal(
            row,
            life.name_of(row.state),
            life.states[row.state].tone if row.state in life.states else "plain",
            tuple(types[row.id]),
            found[row.id].approvals,
            row.id in mine,
            tuple(sorted(people[one] for one in mine[row.id]))
            if row.id in mine and actor.id not in mine[row.id]
            else (),
        )
        for row in rows
    )


def _types(organisation_id: UUID, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    links = ProposalDataType.objects.filter(organisation_id=organisation_id, proposal_id__in=list(ids))
    for ident, name in links.order_by("data_type__name").values_list("proposal_id", "data_type__name"):
        found[ident].append(name)
    return found


def _place(sort: Sort, row: ProposedFlow, *, back: bool = False) -> Place:
    value: Any = row
    for name in sort.column.split("__"):
        value = getattr(value, name)
    return Place(sort, value, row.id, back)


def _value(sort: Sort, value: Any) -> Any:
    if sort.column.endswith("_at"):
        at = datetime.fromisoformat(value)
        if not is_utc(at):
            raise ValueError(value)
        return at
    wanted = int if sort.column == "number" else str
    if type(value) is not wanted:
        raise TypeError(value)
    if (isinstance(value, int) and abs(value) >= 2**63) or (isinstance(value, str) and is_unclean(value)):
        raise ValueError(value)
    return value
