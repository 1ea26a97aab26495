"""What the propose wizard offers: ends, logical flows, specifications, attribute values, data types, reasons."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.tenancy.errors import Invalid, NotFound
from flows.catalogue.enums import kind_said
from flows.models import (
    CatalogueEntity,
    DataType,
    EnumKind,
    EnumValue,
    FlowLife,
    LogicalFlow,
    PhysicalFlow,
    PhysicalSpecification,
    ProposalReason,
    SpecificationDataType,
)
from flows.proposals.diff import Before
from flows.proposals.selectors.facts import physical_fact
from flows.proposals.wizard import UPDATE, Section

END: Final = ("id", "name", "kind", "external_id", "is_external")
FLOWS: Final = 100
SPECIFICATIONS: Final = 500
SHARING: Final = 5
Choices = list[tuple[str, str]]


class EndNotFound(NotFound):
    code = "entity.not_found"


class LogicalFlowNotFound(NotFound):
    code = "logical_flow.not_found"


class PhysicalFlowNotFound(NotFound):
    code = "physical_flow.not_found"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a flow."""

    id: UUID
    name: str
    kind: str
    external_id: str
    is_external: bool

    @property
    def kind_label(self) -> str:
        return kind_said(self.kind, self.is_external)


@dataclass(frozen=True, slots=True)
class FlowChoice:
    """A logical flow that may carry another physical flow."""

    id: UUID
    source_id: UUID
    source: str
    source_kind: str
    target_id: UUID
    target: str
    target_kind: str
    physical_count: int

    def section(self) -> Section:
        return {
            "source": str(self.source_id),
            "source_kind": self.source_kind,
            "target": str(self.target_id),
            "target_kind": self.target_kind,
            "logical": str(self.id),
        }


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A data type in the order of the tree."""

    id: str
    name: str
    depth: int
    selectable: bool
    deprecated: bool
    unknown: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Sharer:
    """A flow that uses the same specification."""

    id: UUID
    name: str
    source: str
    target: str


def end_of(organisation_id: UUID, entity_id: UUID) -> End:
    """Raises EndNotFound."""
    row = _ends(organisation_id).filter(id=entity_id).values(*END).first()
    if row is None:
        raise EndNotFound
    return End(**row)


def ends_of(organisation_id: UUID, ids: Iterable[str]) -> dict[str, End]:
    rows = _ends(organisation_id).filter(id__in=list(ids)).values(*END)
    return {str(row["id"]): End(**row) for row in rows}


def flows_of(organisation_id: UUID, entity_id: UUID) -> tuple[FlowChoice, ...]:
    """The logical flows from and to an entity on which a physical flow may be proposed; one more than ``FLOWS`` at most."""
    rows = _usable(organisation_id).filter(Q(source_id=entity_id) | Q(target_id=entity_id))
    return tuple(_flow_choice(row) for row in rows.order_by("source__name", "target__name", "id")[: FLOWS + 1])


def flow_choice(organisation_id: UUID, logical_flow_id: UUID) -> FlowChoice:
    """Raises LogicalFlowNotFound, also for one that takes no further physical flow."""
    row = _usable(organisation_id).filter(id=logical_flow_id).first()
    if row is None:
        raise LogicalFlowNotFound
    return _flow_choice(row)


def new_route(organisation_id: UUID, source: End, target: End) -> Section:
    """The route between two ends; on the logical flow that joins them already, if there is one. Raises Invalid."""
    if source.id == target.id:
        raise Invalid({"other": ["The two ends must be different."]})
    row = _usable(organisation_id).filter(source_id=source.id, target_id=target.id).first()
    return {
        "source": str(source.id),
        "source_kind": source.kind,
        "target": str(target.id),
        "target_kind": target.kind,
        "logical": str(row.id) if row else None,
    }


def specification_choices(organisation_id: UUID, ends: Sequence[End]) -> Choices:
    """Specifications of the ends, to take as they are."""
    names = {end.id: end.name for end in ends}
    rows = (
        PhysicalSpecification.objects.filter(organisation_id=organisation_id, owner_id__in=list(names))
        .filter(is_removed=False, is_readonly=False)
        .order_by("name", "id")
        .values_list("id", "name", "format", "external_id", "owner_id")
    )
    return [
        (str(ident), f"{name} ({', '.join(filter(None, (format_code, external)))}), of {names[owner]}")
        for ident, name, format_code, external, owner in rows[:SPECIFICATIONS]
    ]


def specification_section(organisation_id: UUID, specification_id: UUID) -> Section:
    """An existing specification as a section of a draft. Raises Invalid."""
    spec = PhysicalSpecification.objects.filter(
        organisation_id=organisation_id, id=specification_id, is_removed=False
    ).first()
    if spec is None:
        raise Invalid({"specification": ["Choose a specification of the list."]})
    return {
        "id": str(spec.id),
        "owner": str(spec.owner_id),
        "name": spec.name,
        "format": spec.format,
        "description": spec.description,
        "external_id": spec.external_id,
    }


def enum_choices(organisation_id: UUID, used: Collection[str] = ()) -> dict[str, Choices]:
    """The values of the attributes that may be chosen, by kind; ``used`` codes stay although they are retired."""
    found: dict[str, Choices] = {kind: [] for kind in EnumKind.values}
    rows = EnumValue.objects.filter(organisation_id=organisation_id).filter(Q(is_active=True) | Q(code__in=list(used)))
    for kind, code, name in rows.order_by("position", "name").values_list("kind", "code", "name"):
        found[kind].append((code, name))
    return found


def reason_choices(organisation_id: UUID) -> Choices:
    rows = ProposalReason.objects.filter(organisation_id=organisation_id, is_active=True).order_by("position", "name")
    return [
        (code, f"{name} - {text}" if text else name)
        for code, name, text in rows.values_list("code", "name", "description")
    ]


def type_tree(organisation_id: UUID, chosen: Collection[str]) -> tuple[TypeRow, ...]:
    """All data types, each under its parent. Abstract and deprecated ones cannot be chosen, but one that is there can be
    taken away."""
    rows = DataType.objects.filter(organisation_id=organisation_id).order_by("name", "id")
    below: dict[UUID | None, list[DataType]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    found: list[TypeRow] = []
    stack = [(row, 0) for row in reversed(below.get(None, []))]
    while stack:
        row, depth = stack.pop()
        found.append(_type_row(row, depth, str(row.id) in chosen))
        stack += [(child, depth + 1) for child in reversed(below.get(row.id, []))]
    return tuple(found)


def type_names(organisation_id: UUID, ids: Iterable[str]) -> tuple[str, ...]:
    rows = DataType.objects.filter(organisation_id=organisation_id, id__in=list(ids)).order_by("name")
    return tuple(rows.values_list("name", flat=True))


def sharers(
    organisation_id: UUID, specification_id: UUID | None, *, without: UUID | None = None
) -> tuple[tuple[Sharer, ...], int]:
    """Live flows that use the specification, the first few, and how many more there are."""
    if specification_id is None:
        return (), 0
    rows = PhysicalFlow.objects.filter(
        organisation_id=organisation_id, specification_id=specification_id, is_removed=False
    ).exclude(lifecycle_status=FlowLife.REMOVED)
    if without is not None:
        rows = rows.exclude(id=without)
    named = rows.order_by("id").values_list("id", "name", "logical_flow__source__name", "logical_flow__target__name")
    shown = tuple(Sharer(*row) for row in named[:SHARING])
    return shown, rows.count() - SHARING if len(shown) == SHARING else 0


def physical_flow(organisation_id: UUID, physical_flow_id: UUID) -> PhysicalFlow:
    """A live flow with its ends and its specification. Raises PhysicalFlowNotFound."""
    row: PhysicalFlow | None = (
        PhysicalFlow.objects.filter(organisation_id=organisation_id, id=physical_flow_id, is_removed=False)
        .select_related("logical_flow__source", "logical_flow__target", "specification__owner")
        .first()
    )
    if row is None:
        raise PhysicalFlowNotFound
    return row


def command_of(flow: PhysicalFlow, proposal_type: str = UPDATE) -> dict[str, Any]:
    """The flow as it is today, as a command that would change nothing yet."""
    logical, spec = flow.logical_flow, flow.specification
    types = SpecificationDataType.objects.filter(organisation_id=flow.organisation_id, specification_id=spec.id)
    return {
        "source": {"kind": logical.source.kind, "id": str(logical.source_id)},
        "target": {"kind": logical.target.kind, "id": str(logical.target_id)},
        "logicalFlowId": str(logical.id),
        "physicalFlowId": str(flow.id),
        "specification": {
            "id": str(spec.id),
            "owningEntity": {"kind": spec.owner.kind, "id": str(spec.owner_id)},
            "name": spec.name,
            "description": spec.description,
            "format": spec.format,
            "externalId": spec.external_id,
        },
        "flowAttributes": {
            "name": flow.name,
            "transport": flow.transport,
            "frequency": flow.frequency,
            "basisOffset": flow.basis_offset,
            "criticality": flow.criticality,
            "description": flow.description,
            "externalId": flow.external_id,
        },
        "dataTypeIds": [str(one) for one in types.order_by("id").values_list("data_type_id", flat=True)],
        "proposalType": proposal_type,
    }


def before_of(flow: PhysicalFlow) -> Before:
    """The flow as it is today, to compare with."""
    links = SpecificationDataType.objects.filter(
        organisation_id=flow.organisation_id, specification_id=flow.specification_id
    )
    return Before(physical_fact(flow).attributes, frozenset(links.values_list("data_type_id", flat=True)))


def is_last_of_its_logical_flow(flow: PhysicalFlow) -> bool:
    """Whether no other live physical flow hangs under the logical one: removing this removes that too."""
    rows = PhysicalFlow.objects.filter(
        organisation_id=flow.organisation_id, logical_flow_id=flow.logical_flow_id, is_removed=False
    )
    return not rows.exclude(id=flow.id).exists()


def _ends(organisation_id: UUID) -> QuerySet[CatalogueEntity]:
    rows: QuerySet[CatalogueEntity] = CatalogueEntity.objects.filter(organisation_id=organisation_id)
    return rows


def _usable(organisation_id: UUID) -> QuerySet[LogicalFlow]:
    rows: QuerySet[LogicalFlow] = LogicalFlow.objects.filter(
        organisation_id=organisation_id, is_removed=False, is_readonly=False, lifecycle_status=FlowLife.ACTIVE
    )
    live = Count("physical_flows", filter=Q(physical_flows__is_removed=False))
    return rows.select_related("source", "target").annotate(physical_count=live)


def _flow_choice(row: Any) -> FlowChoice:
    source, target = row.source, row.target
    return FlowChoice(
        row.id, source.id, source.name, source.kind, target.id, target.name, target.kind, row.physical_count
    )


def _type_row(row: DataType, depth: int, chosen: bool) -> TypeRow:
    selectable = row.concrete and (chosen or not row.deprecated)
    return TypeRow(str(row.id), row.name, min(depth, 6), selectable, row.deprecated, row.is_unknown, chosen)
