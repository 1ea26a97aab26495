"""One entity: what it is, who is involved and may approve, what flows in and out, what is proposed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.tenancy.errors import NotFound
from flows.catalogue.enums import LIFE_LABELS, kind_said
from flows.catalogue.selectors.facets import capped_count
from flows.catalogue.selectors.rows import End, end_of, live_flows, physical_counts
from flows.models import (
    Anchor,
    ApprovalSide,
    CatalogueEntity,
    Involvement,
    LogicalFlow,
    ProposalType,
    ProposedFlow,
    SideKind,
    SideRole,
)

NEIGHBOURS: Final = 12
PROPOSED: Final = 4
PEOPLE: Final = 200
ROLE_PEOPLE: Final = 50


class EntityNotFound(NotFound):
    code = "entity.not_found"


@dataclass(frozen=True, slots=True)
class EntityFacts:
    id: UUID
    name: str
    kind: str
    kind_label: str
    external_id: str
    description: str
    department: str
    lifecycle_status: str
    life_label: str
    is_external: bool
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The other end of a logical flow. Without ``flow_id`` an open proposal asks for the flow: ``proposal_id``."""

    end: End
    flow_id: UUID | None = None
    proposal_id: UUID | None = None
    physical_count: int = 0


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What comes in, or goes out: the first by name; ``total`` in words ("14", "2,000+"); ``left`` are not shown."""

    rows: tuple[Neighbour, ...]
    total: str
    left: str


@dataclass(slots=True)
class Involved:
    """Somebody involved, or who speaks by a role. ``approves`` and ``rejects``: names of the sides for which they may."""

    name: str
    email: str
    because: list[str] = field(default_factory=list)
    approves: list[str] = field(default_factory=list)
    rejects: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class People:
    involved: tuple[Involved, ...]
    by_role: tuple[Involved, ...]
    is_capped: bool
    has_approver: Mapping[str, bool]
    """By the name of each side that asks the entity's people: whether somebody may approve for it."""

    @property
    def unattended(self) -> tuple[str, ...]:
        return tuple(side for side, is_there in self.has_approver.items() if not is_there)


def access_entity(organisation_id: UUID, entity_id: UUID) -> EntityFacts:
    """The door to an entity, open to everybody of the organisation. Raises EntityNotFound."""
    rows = CatalogueEntity.objects.filter(organisation_id=organisation_id, id=entity_id).select_related("department")
    row = rows.first()
    if row is None:
        raise EntityNotFound
    return EntityFacts(
        id=row.id,
        name=row.name,
        kind=row.kind,
        kind_label=kind_said(row.kind, row.is_external),
        external_id=row.external_id,
        description=row.description,
        department=row.department.name if row.department else "",
        lifecycle_status=row.lifecycle_status,
        life_label=LIFE_LABELS.get(row.lifecycle_status, ""),
        is_external=row.is_external,
        modified_at=row.modified_at,
    )


def neighbours_of(organisation_id: UUID, entity_id: UUID) -> tuple[Neighbours, Neighbours]:
    """Upstream and downstream, with what is only proposed behind the others. Six queries."""
    asked = _proposed(organisation_id, entity_id)
    return (
        _side(organisation_id, entity_id, "target", "source", asked),
        _side(organisation_id, entity_id, "source", "target", asked),
    )


def _side(organisation_id: UUID, entity_id: UUID, own: str, other: str, asked: Sequence[ProposedFlow]) -> Neighbours:
    flows = live_flows(organisation_id).filter(**{f"{own}_id": entity_id})
    found: list[LogicalFlow] = list(flows.select_related(other).order_by(f"{other}__name_key", "id")[: NEIGHBOURS + 1])
    total = capped_count(flows, along=f"{other}_id")
    shown = found[:NEIGHBOURS]
    counts = physical_counts(organisation_id, [flow.id for flow in shown])
    rows = [Neighbour(end_of(getattr(flow, other)), flow.id, None, counts.get(flow.id, 0)) for flow in shown]
    new: dict[UUID, ProposedFlow] = {}
    for row in asked:
        if getattr(row, f"{own}_id") == entity_id:
            new.setdefault(getattr(row, f"{other}_id"), row)
    rows += [Neighbour(end_of(getattr(row, other)), None, row.id) for row in list(new.values())[:PROPOSED]]
    left = ""
    if len(found) > NEIGHBOURS:
        left = f"{int(total) - NEIGHBOURS} more" if total.isdecimal() else f"{total} in all"
    return Neighbours(tuple(rows), total, left)


def _proposed(organisation_id: UUID, entity_id: UUID) -> list[ProposedFlow]:
    """Open proposals for a new logical flow from or to the entity, between ends that none joins yet."""
    joined = live_flows(organisation_id).filter(source_id=OuterRef("source_id"), target_id=OuterRef("target_id"))
    rows = ProposedFlow.objects.filter(
        Q(source_id=entity_id) | Q(target_id=entity_id),
        ~Exists(joined),
        organisation_id=organisation_id,
        is_open=True,
        proposal_type=ProposalType.CREATE,
        logical_flow=None,
    )
    return list(rows.select_related("source", "target").order_by("-acted_at", "-id")[: 4 * PROPOSED])


def people_of(organisation_id: UUID, entity: EntityFacts) -> People:
    """Who is involved, for which sides each may speak, and who speaks by a role. Four queries."""
    speaking, sides = _speaking_kinds(organisation_id, entity.kind)
    rows = Involvement.objects.filter(
        organisation_id=organisation_id, entity_id=entity.id, member__is_active=True, member__user__is_active=True
    ).order_by("member__name", "member_id", "kind__name")
    columns = ("member_id", "member__name", "member__email", "kind_id", "kind__name")
    found = list(rows.values_list(*columns)[: PEOPLE + 1])
    people: dict[UUID, Involved] = {}
    for member_id, name, email, kind_id, kind in found[:PEOPLE]:
        person = people.setdefault(member_id, Involved(name, email))
        person.because.append(kind)
        _speak(person, speaking.get(kind_id, ()))
    by_role = _by_role(organisation_id)
    everybody = [*people.values(), *by_role]
    attended = {side: any(side in person.approves for person in everybody) for side in sides}
    return People(tuple(people.values()), tuple(by_role), len(found) > PEOPLE, attended)


Speech = tuple[str, bool, bool]
"""Name of a side, may approve, may reject."""


def _speaking_kinds(organisation_id: UUID, entity_kind: str) -> tuple[dict[UUID, list[Speech]], list[str]]:
    """Which involvement kinds speak for which sides of an entity of this kind, and all sides that ask its people."""
    sides = ApprovalSide.objects.filter(
        organisation_id=organisation_id, is_active=True, anchor__in=(Anchor.SOURCE, Anchor.TARGET)
    ).order_by("position", "code")
    names = list(sides.values_list("name", flat=True))
    links = SideKind.objects.filter(
        organisation_id=organisation_id, side__in=sides.order_by(), entity_kind__in=("", entity_kind)
    ).order_by("side__position", "side__code")
    found: defaultdict[UUID, list[Speech]] = defaultdict(list)
    for kind_id, *speech in links.values_list("involvement_kind_id", "side__name", "may_approve", "may_reject"):
        found[kind_id].append((speech[0], speech[1], speech[2]))
    return found, names


def _by_role(organisation_id: UUID) -> list[Involved]:
    """People who speak for a side because of a role, whatever the entity."""
    rows: Any = SideRole.objects.filter(
        organisation_id=organisation_id,
        side__is_active=True,
        role__member_links__membership__is_active=True,
        role__member_links__membership__user__is_active=True,
    ).order_by("role__member_links__membership__name", "side__position")
    columns = ("role__name", "side__name", "may_approve", "may_reject")
    person = ("role__member_links__membership_id", "role__member_links__membership__name")
    mail = "role__member_links__membership__email"
    found: dict[UUID, Involved] = {}
    for role, side, approve, reject, member_id, name, email in rows.values_list(*columns, *person, mail)[:ROLE_PEOPLE]:
        one = found.setdefault(member_id, Involved(name, email))
        if role not in one.because:
            one.because.append(role)
        _speak(one, [(side, approve, reject)])
    return list(found.values())


def _speak(person: Involved, speeches: Sequence[Speech]) -> None:
    for side, approve, reject in speeches:
        if approve and side not in person.approves:
            person.approves.append(side)
        if reject and side not in person.rejects:
            person.rejects.append(side)
