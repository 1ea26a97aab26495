"""What lists of the catalogue show of a row, and how the rows of one page are completed by a fixed number of queries."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from flows.catalogue.enums import LIFE_LABELS, Names, basis, kind_said, said
from flows.models import (
    CatalogueEntity,
    FlowLife,
    LogicalFlow,
    LogicalFlowDataType,
    PhysicalFlow,
    ProposedFlow,
    SpecificationDataType,
)

MOST_PROPOSALS: Final = 1_000
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class End:
    """One end of a flow, or an entity named somewhere."""

    id: UUID
    name: str
    kind: str
    external_id: str = ""
    is_external: bool = False
    is_retired: bool = False

    @property
    def kind_label(self) -> str:
        return kind_said(self.kind, self.is_external)


@dataclass(frozen=True, slots=True)
class EntityRow:
    id: UUID
    name: str
    kind: str
    kind_label: str
    external_id: str
    department: str
    lifecycle_status: str
    life_label: str
    flows_in: int
    flows_out: int
    open_proposals: int


@dataclass(frozen=True, slots=True)
class LogicalRow:
    """``types`` are names of what it carries."""

    id: UUID
    source: End
    target: End
    external_id: str
    lifecycle_status: str
    life_label: str
    is_readonly: bool
    types: tuple[str, ...]
    physical_count: int
    open_proposals: int


@dataclass(frozen=True, slots=True)
class PhysicalRow:
    """Codes are said in words; ``title`` is the name, or what else tells the flow from others."""

    id: UUID
    title: str
    logical_id: UUID
    source: End
    target: End
    specification: str
    format: str
    transport: str
    frequency: str
    criticality: str
    basis: str
    lifecycle_status: str
    life_label: str
    is_readonly: bool
    open_proposals: int
    types: tuple[str, ...] = ()


def live(prefix: str = "") -> Q:
    """Flows that are not removed."""
    return Q(**{f"{prefix}is_removed": False}) & ~Q(**{f"{prefix}lifecycle_status": FlowLife.REMOVED})


def live_flows(organisation_id: UUID) -> QuerySet[LogicalFlow]:
    rows: QuerySet[LogicalFlow] = LogicalFlow.objects.filter(live(), organisation_id=organisation_id)
    return rows


def live_physical(organisation_id: UUID) -> QuerySet[PhysicalFlow]:
    rows: QuerySet[PhysicalFlow] = PhysicalFlow.objects.filter(live(), organisation_id=organisation_id)
    return rows


def end_of(entity: CatalogueEntity) -> End:
    return End(entity.id, entity.name, entity.kind, entity.external_id, entity.is_external, entity.is_retired)


def entity_rows(organisation_id: UUID, rows: Sequence[Row]) -> list[EntityRow]:
    """Four further queries, however many rows."""
    ids = [row["id"] for row in rows]
    live = live_flows(organisation_id)
    incoming = _counts(live.filter(target_id__in=ids), "target_id")
    outgoing = _counts(live.filter(source_id__in=ids), "source_id")
    asked: Counter[UUID] = Counter()
    for pair in _open_proposals(organisation_id, Q(source_id__in=ids) | Q(target_id__in=ids), "source_id", "target_id"):
        asked.update(pair)
    return [
        EntityRow(
            id=row["id"],
            name=row["name"],
            kind=row["kind"],
            kind_label=kind_said(row["kind"], row["is_external"]),
            external_id=row["external_id"],
            department=row["department__name"] or "",
            lifecycle_status=row["lifecycle_status"],
            life_label=LIFE_LABELS.get(row["lifecycle_status"], ""),
            flows_in=incoming.get(row["id"], 0),
            flows_out=outgoing.get(row["id"], 0),
            open_proposals=asked[row["id"]],
        )
        for row in rows
    ]


LOGICAL_COLUMNS: Final = (
    *("id", "external_id", "lifecycle_status", "is_readonly", "source_id", "target_id"),
    *("source__name", "source__kind", "source__external_id", "source__is_external", "source__lifecycle_status"),
    *("target__name", "target__kind", "target__external_id", "target__is_external", "target__lifecycle_status"),
)


def logical_rows(organisation_id: UUID, rows: Sequence[Row]) -> list[LogicalRow]:
    """Three further queries, however many rows. The rows have ``LOGICAL_COLUMNS``."""
    ids = [row["id"] for row in rows]
    carried = types_of_logical(organisation_id, ids)
    physical = physical_counts(organisation_id, ids)
    asked = proposals_between(organisation_id, {(row["source_id"], row["target_id"]) for row in rows})
    return [
        LogicalRow(
            id=row["id"],
            source=_joined_end(row, "source"),
            target=_joined_end(row, "target"),
            external_id=row["external_id"],
            lifecycle_status=row["lifecycle_status"],
            life_label=LIFE_LABELS.get(row["lifecycle_status"], ""),
            is_readonly=row["is_readonly"],
            types=carried.get(row["id"], ()),
            physical_count=physical.get(row["id"], 0),
            open_proposals=asked[row["source_id"], row["target_id"]],
        )
        for row in rows
    ]


PHYSICAL_COLUMNS: Final = (
    *("id", "name", "external_id", "lifecycle_status", "is_readonly", "transport", "frequency", "criticality"),
    *("basis_offset", "logical_flow_id", "specification_id", "specification__name", "specification__format"),
    *(f"logical_flow__{column}" for column in LOGICAL_COLUMNS if column.startswith(("source", "target"))),
)


def physical_rows(
    organisation_id: UUID, rows: Sequence[Row], names: Names, *, with_types: bool = False
) -> list[PhysicalRow]:
    """One further query, or two ``with_types``. The rows have ``PHYSICAL_COLUMNS``."""
    ids = [row["id"] for row in rows]
    asked = Counter(
        flow for (flow,) in _open_proposals(organisation_id, Q(physical_flow_id__in=ids), "physical_flow_id")
    )
    wanted = {row["specification_id"] for row in rows}
    carried = types_of_specifications(organisation_id, wanted) if with_types else {}
    return [
        PhysicalRow(
            id=row["id"],
            title=row["name"] or row["specification__name"],
            logical_id=row["logical_flow_id"],
            source=_joined_end(row, "logical_flow__source"),
            target=_joined_end(row, "logical_flow__target"),
            specification=row["specification__name"],
            format=said(names, "format", row["specification__format"]),
            transport=said(names, "transport", row["transport"]),
            frequency=said(names, "frequency", row["frequency"]),
            criticality=said(names, "criticality", row["criticality"]),
            basis=basis(row["basis_offset"]),
            lifecycle_status=row["lifecycle_status"],
            life_label=LIFE_LABELS.get(row["lifecycle_status"], ""),
            is_readonly=row["is_readonly"],
            open_proposals=asked[row["id"]],
            types=carried.get(row["specification_id"], ()),
        )
        for row in rows
    ]


def physical_counts(organisation_id: UUID, ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many live physical flows each logical flow has; those without any are left out."""
    return _counts(live_physical(organisation_id).filter(logical_flow_id__in=ids), "logical_flow_id")


def types_of_logical(
    organisation_id: UUID, ids: Iterable[UUID], column: str = "data_type__name"
) -> dict[UUID, tuple[str, ...]]:
    """What logical flows carry, by name."""
    links = LogicalFlowDataType.objects.filter(organisation_id=organisation_id, logical_flow_id__in=list(ids))
    return _grouped(links.order_by(column).values_list("logical_flow_id", column))


def types_of_specifications(
    organisation_id: UUID, ids: Iterable[UUID], column: str = "data_type__name"
) -> dict[UUID, tuple[str, ...]]:
    """What specifications carry, by name."""
    links = SpecificationDataType.objects.filter(organisation_id=organisation_id, specification_id__in=list(ids))
    return _grouped(links.order_by(column).values_list("specification_id", column))


def proposals_between(organisation_id: UUID, pairs: Iterable[tuple[UUID, UUID]]) -> Counter[tuple[UUID, UUID]]:
    """How many open proposals there are for each pair of source and target. One query."""
    wanted = set(pairs)
    ends = Q(source_id__in={source for source, _ in wanted}, target_id__in={target for _, target in wanted})
    found = _open_proposals(organisation_id, ends, "source_id", "target_id")
    return Counter((source, target) for source, target in found if (source, target) in wanted)


def _open_proposals(organisation_id: UUID, which: Q, *columns: str) -> list[tuple[Any, ...]]:
    rows = ProposedFlow.objects.filter(which, organisation_id=organisation_id, is_open=True)
    return list(rows.values_list(*columns)[:MOST_PROPOSALS])


def _counts(rows: QuerySet[Any, Any], column: str) -> dict[UUID, int]:
    return dict(rows.order_by().values_list(column).annotate(Count("id")))


def _grouped(pairs: Iterable[tuple[UUID, str]]) -> dict[UUID, tuple[str, ...]]:
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for ident, name in pairs:
        found[ident].append(name)
    return {ident: tuple(names) for ident, names in found.items()}


def _joined_end(row: Row, prefix: str) -> End:
    return End(
        row[f"{prefix}_id"],
        row[f"{prefix}__name"],
        row[f"{prefix}__kind"],
        row[f"{prefix}__external_id"],
        row[f"{prefix}__is_external"],
        row[f"{prefix}__lifecycle_status"] == "RETIRED",
    )
