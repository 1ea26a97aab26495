"""The landing page: what a person may start or look after, by group."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership
from accounts.policies import carries
from workflows.models import FINAL_RUN, WorkflowDefinition, WorkflowRun
from workflows.policies import EDIT
from workflows.selectors.definitions import ANYBODY, SLOTS, Seat, definitions_of, may_see_all, seen_from, startable_by
from workflows.selectors.prepared import Prepared, Row

MOST: Final = 500
"""Workflows on the page; whoever has more searches."""
RECENT: Final = 100
"""Own requests that are looked at for "you have 2 open"."""
FOUND: Final = 10
"""Workflows that a search shows."""
_COLUMNS: Final = (
    "id", "name", "slug", "description", "group_id", "group__name", "can_start", "published_version_id", "owner_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LandingRow:
    """A workflow that the person sees. ``is_draft``: nothing of it is published yet."""

    id: UUID
    name: str
    slug: str
    description: str
    group_id: UUID | None
    group: str
    can_start: bool
    is_draft: bool
    may_edit: bool
    may_clone: bool
    open_count: int = 0
    edit_url: str = ""
    form_url: str = ""
    clone_url: str = ""
    preferences_url: str = ""


def landing(actor: Membership) -> list[LandingRow]:
    """Every workflow that the person sees, by the position of its group, then by name. Three statements at most."""
    mine = _own_open(actor)
    return _landing_rows(actor, _listed(may_see_all(actor), 0).rows(Seat.of(actor)._asdict()), mine)


def landing_with(actor: Membership, words: Sequence[str]) -> list[LandingRow]:
    """The first of the workflows that the person sees which have every word in name or description. One statement."""
    likes = {f"word{number}": f"%{connection.ops.prep_for_like_query(word)}%" for number, word in enumerate(words)}
    found = _listed(may_see_all(actor), len(words)).rows({**Seat.of(actor)._asdict(), **likes})
    return _landing_rows(actor, found, {})


@cache
def _listed(sees_all: bool, words: int) -> Prepared:
    """All of the landing page, or the first with so many words."""
    rows = definitions_of(ANYBODY.organisation_id) if sees_all else seen_from(ANYBODY)
    slots = dict(SLOTS)
    for number in range(words):
        slots[f"%word{number}%"] = name = f"word{number}"
        rows = rows.filter(Q(name__icontains=name) | Q(description__icontains=name))
    columns = with_start(ANYBODY, rows).values(*_COLUMNS)
    if words:
        return Prepared(columns.order_by("name", "id")[:FOUND], slots)
    return Prepared(columns.order_by("group__position", "group__name", "name", "id")[:MOST], slots)


def with_start(actor: Membership | Seat, definitions: QuerySet[WorkflowDefinition]) -> QuerySet[WorkflowDefinition]:
    """The definitions with their groups and ``can_start``: whether the person may start them."""
    may_start = Exists(startable_by(actor).filter(pk=OuterRef("pk")))
    return definitions.select_related("group").annotate(can_start=may_start)


def _landing_rows(actor: Membership, rows: Sequence[Row], open_counts: Mapping[UUID, int]) -> list[LandingRow]:
    designs = carries(actor, EDIT)
    return [
        LandingRow(
            id=one["id"],
            name=one["name"],
            slug=one["slug"],
            description=one["description"],
            group_id=one["group_id"],
            group=one["group__name"] or "",
            can_start=one["can_start"],
            is_draft=one["published_version_id"] is None,
            may_edit=designs or one["owner_id"] == actor.id,
            may_clone=designs,
            open_count=open_counts.get(one["id"], 0),
        )
        for one in rows
    ]


def may_add(actor: Membership) -> bool:
    """Whether the person may make workflows; ``policies.definitions`` asked in memory."""
    return carries(actor, EDIT)


def _own_open(actor: Membership) -> Counter[UUID]:
    newest = WorkflowRun.objects.filter(organisation_id=actor.organisation_id, requester_id=actor.id)
    recent = newest.order_by("-started_at").values_list("definition_id", "status")[:RECENT]
    return Counter(definition for definition, status in recent if status not in FINAL_RUN)
