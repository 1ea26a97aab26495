"""The landing page: what a person may start or look after, by group."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Membership
from accounts.policies import carries
from workflows.models import FINAL_RUN, WorkflowDefinition, WorkflowRun
from workflows.policies import EDIT
from workflows.selectors.definitions import startable_by, visible_to

MOST: Final = 500
"""Workflows on the page; whoever has more searches."""
RECENT: Final = 100
"""Own requests that are looked at for "you have 2 open"."""


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
    rows = with_start(actor, visible_to(actor))
    mine = _own_open(actor)
    return landing_rows(actor, list(rows.order_by("group__position", "group__name", "name", "id")[:MOST]), mine)


def with_start(actor: Membership, definitions: QuerySet[WorkflowDefinition]) -> QuerySet[WorkflowDefinition]:
    """The definitions with their groups and ``can_start``: whether the person may start them."""
    may_start = Exists(startable_by(actor).filter(pk=OuterRef("pk")))
    return definitions.select_related("group").annotate(can_start=may_start)


def landing_rows(
    actor: Membership, definitions: Sequence[WorkflowDefinition], open_counts: Mapping[UUID, int] | None = None
) -> list[LandingRow]:
    """Rows of definitions as ``with_start`` reads them; ``open_counts`` of own open requests by definition."""
    counts = open_counts or {}
    designs = carries(actor, EDIT)
    return [
        LandingRow(
            id=one.id,
            name=one.name,
            slug=one.slug,
            description=one.description,
            group_id=one.group_id,
            group=one.group.name if one.group else "",
            can_start=one.can_start,  # type: ignore[attr-defined]  # annotated by `with_start`
            is_draft=one.published_version_id is None,
            may_edit=designs or one.owner_id == actor.id,
            may_clone=designs,
            open_count=counts.get(one.id, 0),
        )
        for one in definitions
    ]


def may_add(actor: Membership) -> bool:
    """Whether the person may make workflows; ``policies.definitions`` asked in memory."""
    return carries(actor, EDIT)


def _own_open(actor: Membership) -> Counter[UUID]:
    newest = WorkflowRun.objects.filter(organisation_id=actor.organisation_id, requester_id=actor.id)
    recent = newest.order_by("-started_at").values_list("definition_id", "status")[:RECENT]
    return Counter(definition for definition, status in recent if status not in FINAL_RUN)
