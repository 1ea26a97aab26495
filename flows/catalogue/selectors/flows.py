"""Logical and physical flows: those of an entity, and each with all about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from accounts.tenancy.errors import NotFound
from flows.catalogue.enums import LIFE_LABELS, names_of, said
from flows.catalogue.selectors.browse import BY_ID
from flows.catalogue.selectors.rows import (
    LOGICAL_COLUMNS,
    PHYSICAL_COLUMNS,
    End,
    LogicalRow,
    PhysicalRow,
    end_of,
    live_flows,
    live_physical,
    logical_rows,
    physical_rows,
)
from flows.models import FlowLife, LogicalFlow, PhysicalFlow, SpecificationDataType
from workflows.selectors.paging import Cursor, Page, page_of

PER_FLOW: Final = 4
"""So many physical flows are shown under a logical one in a list."""
PER_PAGE: Final = 100
SHARING: Final = 20


class LogicalFlowNotFound(NotFound):
    code = "logical_flow.not_found"


class PhysicalFlowNotFound(NotFound):
    code = "physical_flow.not_found"


@dataclass(frozen=True, slots=True)
class FlowWithDeliveries:
    """A logical flow with its first physical flows; ``more`` of them are not shown."""

    flow: LogicalRow
    deliveries: tuple[PhysicalRow, ...]
    more: int


@dataclass(frozen=True, slots=True)
class LogicalFacts:
    """All about one logical flow. ``may_grow``: a physical flow may be proposed on it. ``seen`` is that of ``seen_of``."""

    id: UUID
    source: End
    target: End
    external_id: str
    lifecycle_status: str
    life_label: str
    is_live: bool
    is_readonly: bool
    author: str
    created_at: datetime
    proposal_id: UUID | None
    proposal_number: int | None
    seen: str

    @property
    def may_grow(self) -> bool:
        is_open = self.is_live and not self.is_readonly and not self.has_retired_end
        return is_open and self.lifecycle_status == FlowLife.ACTIVE

    @property
    def has_retired_end(self) -> bool:
        """Then it may only be removed."""
        return self.source.is_retired or self.target.is_retired

    @property
    def title(self) -> str:
        return f"{self.source.name} → {self.target.name}"


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """A data type that is carried."""

    name: str
    code: str
    is_deprecated: bool
    is_unknown: bool


@dataclass(frozen=True, slots=True)
class PhysicalFacts:
    """All about one physical flow: ``attributes`` are pairs of a label and what is said. ``is_readonly``: itself, or the logical
    flow above it."""

    id: UUID
    title: str
    logical: LogicalFacts
    specification_id: UUID
    specification: tuple[tuple[str, str], ...]
    specification_name: str
    owner: End
    attributes: tuple[tuple[str, str], ...]
    description: str
    lifecycle_status: str
    life_label: str
    is_live: bool
    is_readonly: bool
    author: str
    created_at: datetime
    proposal_id: UUID | None
    proposal_number: int | None
    types: tuple[TypeFacts, ...]

    @property
    def may_change(self) -> bool:
        return self.is_live and not self.is_readonly


def flows_of_entity(
    organisation_id: UUID, entity_id: UUID, direction: str, cursor_text: str
) -> Page[FlowWithDeliveries]:
    """The live logical flows from ("out") or to ("in") an entity, or both, newest first, with their physical flows."""
    either = {"in": Q(target_id=entity_id), "out": Q(source_id=entity_id)}
    rows = live_flows(organisation_id).filter(either.get(direction, either["in"] | either["out"]))
    cursor = Cursor.parse(cursor_text)
    cursor = cursor if cursor is not None and BY_ID.fits(cursor) else None
    found = list(BY_ID.window(rows.values(*LOGICAL_COLUMNS), cursor))
    return page_of(found, cursor, lambda page: _with_deliveries(organisation_id, page), BY_ID)


def _with_deliveries(organisation_id: UUID, page: Sequence[Mapping[str, Any]]) -> list[FlowWithDeliveries]:
    flows = logical_rows(organisation_id, page)
    numbered = live_physical(organisation_id).filter(logical_flow_id__in=[flow.id for flow in flows])
    first = numbered.annotate(
        place=Window(RowNumber(), partition_by=F("logical_flow_id"), order_by=(F("name").asc(), F("id").asc()))
    ).filter(place__lte=PER_FLOW)
    names = names_of(organisation_id)
    below: defaultdict[UUID, list[PhysicalRow]] = defaultdict(list)
    for row in physical_rows(organisation_id, list(first.values(*PHYSICAL_COLUMNS)), names):
        below[row.logical_id].append(row)
    return [
        FlowWithDeliveries(flow, tuple(below[flow.id]), max(0, flow.physical_count - len(below[flow.id])))
        for flow in flows
    ]


def access_logical(organisation_id: UUID, flow_id: UUID) -> LogicalFacts:
    """The door to a logical flow, removed ones too. Raises LogicalFlowNotFound."""
    rows = LogicalFlow.objects.filter(organisation_id=organisation_id, id=flow_id)
    row = rows.select_related("source", "target", "author", "proposal").first()
    if row is None:
        raise LogicalFlowNotFound
    return _logical(row)


def deliveries_of(organisation_id: UUID, logical_id: UUID) -> tuple[PhysicalRow, ...]:
    """The live physical flows of a logical one with what they carry, at most ``PER_PAGE``."""
    rows = live_physical(organisation_id).filter(logical_flow_id=logical_id).order_by("name", "id")
    found = list(rows.values(*PHYSICAL_COLUMNS)[:PER_PAGE])
    return tuple(physical_rows(organisation_id, found, names_of(organisation_id), with_types=True))


def access_physical(organisation_id: UUID, flow_id: UUID) -> PhysicalFacts:
    """The door to a physical flow, removed ones too. Raises PhysicalFlowNotFound. Three queries."""
    rows = PhysicalFlow.objects.filter(organisation_id=organisation_id, id=flow_id).select_related(
        *("logical_flow__source", "logical_flow__target", "logical_flow__author", "logical_flow__proposal"),
        *("specification__owner", "author", "proposal"),
    )
    row = rows.first()
    if row is None:
        raise PhysicalFlowNotFound
    links = SpecificationDataType.objects.filter(
        organisation_id=organisation_id, specification_id=row.specification_id
    ).order_by("data_type__name")
    types = links.values_list("data_type__name", "data_type__code", "data_type__deprecated", "data_type__is_unknown")
    return _physical(row, names_of(organisation_id), tuple(TypeFacts(*values) for values in types))


def seen_of(row: LogicalFlow | PhysicalFlow, types: Iterable[UUID | str] = ()) -> str:
    """What a form sends back to say which state of the flow, and of the types that it carries, it was made from."""
    return sha256(" ".join((row.modified_at.isoformat(), *sorted(map(str, types)))).encode()).hexdigest()


def sharing_flows(organisation_id: UUID, flow: PhysicalFacts) -> tuple[tuple[PhysicalRow, ...], bool]:
    """Other live flows that use the same specification, and whether there are more of them."""
    rows = live_physical(organisation_id).filter(specification_id=flow.specification_id).exclude(id=flow.id)
    found = list(rows.order_by("id").values(*PHYSICAL_COLUMNS)[: SHARING + 1])
    return tuple(physical_rows(organisation_id, found[:SHARING], {})), len(found) > SHARING


def _logical(row: LogicalFlow) -> LogicalFacts:
    return LogicalFacts(
        id=row.id,
        source=end_of(row.source),
        target=end_of(row.target),
        external_id=row.external_id,
        lifecycle_status=row.lifecycle_status,
        life_label=LIFE_LABELS.get(row.lifecycle_status, ""),
        is_live=row.is_live,
        is_readonly=row.is_readonly,
        author=row.author.name if row.author else "",
        created_at=row.created_at,
        proposal_id=row.proposal_id,
        proposal_number=row.proposal.number if row.proposal else None,
        seen=seen_of(row),
    )


def _physical(row: PhysicalFlow, names: Mapping[tuple[str, str], str], types: tuple[TypeFacts, ...]) -> PhysicalFacts:
    spec = row.specification
    return PhysicalFacts(
        id=row.id,
        title=row.name or spec.name,
        logical=_logical(row.logical_flow),
        specification_id=spec.id,
        specification=(
            ("Format", said(names, "format", spec.format)),
            ("External id", spec.external_id),
            ("Description", spec.description),
        ),
        specification_name=spec.name,
        owner=end_of(spec.owner),
        attributes=(
            ("Transport", said(names, "transport", row.transport)),
            ("Frequency", said(names, "frequency", row.frequency)),
            ("Criticality", said(names, "criticality", row.criticality)),
            ("Basis offset", f"T{row.basis_offset:+d}" if row.basis_offset else "T (the same day)"),
            ("External id", row.external_id),
        ),
        description=row.description,
        lifecycle_status=row.lifecycle_status,
        life_label=LIFE_LABELS.get(row.lifecycle_status, ""),
        is_live=row.is_live,
        is_readonly=row.is_readonly or row.logical_flow.is_readonly,
        author=row.author.name if row.author else "",
        created_at=row.created_at,
        proposal_id=row.proposal_id,
        proposal_number=row.proposal.number if row.proposal else None,
        types=types,
    )
