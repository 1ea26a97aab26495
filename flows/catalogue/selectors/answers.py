"""The catalogue as programs read it: codes, not words; any number of rows of one kind in the same few queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from flows.catalogue.selectors.browse import Shelf, flows_with_words
from flows.catalogue.selectors.entities import EntityNotFound
from flows.catalogue.selectors.finding import has_words
from flows.catalogue.selectors.flows import LogicalFlowNotFound, PhysicalFlowNotFound
from flows.catalogue.selectors.rows import (
    EntityRow,
    entity_rows,
    physical_counts,
    proposals_between,
)
from flows.models import (
    CatalogueEntity,
    DataType,
    EnumValue,
    Involvement,
    LogicalFlow,
    LogicalFlowDataType,
    PhysicalFlow,
    ProposedFlow,
    SpecificationDataType,
)
from flows.setup import settings_of

PEOPLE: Final = 200
"""Of one entity, no more involvements are told."""


@dataclass(frozen=True, slots=True)
class EntityAnswer:
    """``counts`` are the live flows in and out and the open proposals."""

    entity: CatalogueEntity
    counts: EntityRow
    involvements: Sequence[Involvement] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """A data type that is carried. ``fixed``: proposals do not take it away."""

    id: UUID
    code: str
    name: str
    fixed: bool


@dataclass(frozen=True, slots=True)
class LogicalAnswer:
    flow: LogicalFlow
    data_types: tuple[Carried, ...]
    physical_flows: int
    open_proposals: int


@dataclass(frozen=True, slots=True)
class PhysicalAnswer:
    """``open_proposal_id``: the proposal that asks to change or remove it; there is one at most."""

    flow: PhysicalFlow
    data_types: tuple[Carried, ...]
    open_proposal_id: UUID | None
    flow_def: dict[str, Any] | None = None
    is_last: bool | None = None


def entities_read(organisation_id: UUID) -> "QuerySet[CatalogueEntity]":
    rows: QuerySet[CatalogueEntity] = CatalogueEntity.objects.filter(organisation_id=organisation_id)
    return rows.select_related("department")


def logical_read(organisation_id: UUID) -> "QuerySet[LogicalFlow]":
    """All logical flows with what is told of them, removed ones too."""
    rows: QuerySet[LogicalFlow] = LogicalFlow.objects.filter(organisation_id=organisation_id)
    return rows.select_related("source", "target", "author")


def physical_read(organisation_id: UUID) -> "QuerySet[PhysicalFlow]":
    """All physical flows with what is told of them, removed ones too."""
    rows: QuerySet[PhysicalFlow] = PhysicalFlow.objects.filter(organisation_id=organisation_id)
    return rows.select_related("logical_flow__source", "logical_flow__target", "specification__owner", "author")


def with_words(organisation_id: UUID, rows: "QuerySet[Any]", words: str) -> "QuerySet[Any]":
    """Of these entities or flows, those that have the words, as the pages find them."""
    if not words.strip():
        return rows
    shelf = {LogicalFlow: Shelf.LOGICAL, PhysicalFlow: Shelf.PHYSICAL}.get(rows.model)
    return rows.filter(flows_with_words(organisation_id, shelf, words) if shelf else has_words(words))


def entity_answers(organisation_id: UUID, rows: Sequence[CatalogueEntity]) -> list[EntityAnswer]:
    """Three further queries, however many rows."""
    plain = [
        {
            "id": row.id,
            "name": row.name,
            "kind": row.kind,
            "is_external": row.is_external,
            "external_id": row.external_id,
            "department__name": row.department.name if row.department else "",
            "lifecycle_status": row.lifecycle_status,
        }
        for row in rows
    ]
    counts = entity_rows(organisation_id, plain) if plain else []
    return [EntityAnswer(row, count) for row, count in zip(rows, counts, strict=True)]


def entity_answer(organisation_id: UUID, entity_id: UUID) -> EntityAnswer:
    """One with the active people who are involved. Raises EntityNotFound."""
    row = entities_read(organisation_id).filter(id=entity_id).first()
    if row is None:
        raise EntityNotFound
    (answer,) = entity_answers(organisation_id, [row])
    people = Involvement.objects.filter(
        organisation_id=organisation_id, entity_id=row.id, member__is_active=True, member__user__is_active=True
    )
    found = people.select_related("member", "kind").order_by("member__name", "member_id", "kind__name")[:PEOPLE]
    return EntityAnswer(row, answer.counts, list(found))


def logical_answers(organisation_id: UUID, rows: Sequence[LogicalFlow]) -> list[LogicalAnswer]:
    """Three further queries, however many rows."""
    ids = [row.id for row in rows]
    links = LogicalFlowDataType.objects.filter(organisation_id=organisation_id, logical_flow_id__in=ids)
    carried = _carried(links, "logical_flow_id")
    physical = physical_counts(organisation_id, ids)
    asked = proposals_between(organisation_id, {(row.source_id, row.target_id) for row in rows})
    return [
        LogicalAnswer(row, tuple(carried[row.id]), physical.get(row.id, 0), asked[row.source_id, row.target_id])
        for row in rows
    ]


def logical_answer(organisation_id: UUID, flow_id: UUID) -> LogicalAnswer:
    """Raises LogicalFlowNotFound."""
    row = logical_read(organisation_id).filter(id=flow_id).first()
    if row is None:
        raise LogicalFlowNotFound
    (answer,) = logical_answers(organisation_id, [row])
    return answer


def physical_answers(organisation_id: UUID, rows: Sequence[PhysicalFlow]) -> list[PhysicalAnswer]:
    """Two further queries, however many rows."""
    wanted = {row.specification_id for row in rows}
    links = SpecificationDataType.objects.filter(organisation_id=organisation_id, specification_id__in=wanted)
    carried = _carried(links, "specification_id")
    open_ones = ProposedFlow.objects.filter(
        organisation_id=organisation_id, is_open=True, physical_flow_id__in=[row.id for row in rows]
    )
    asked = dict(open_ones.values_list("physical_flow_id", "id"))
    return [PhysicalAnswer(row, tuple(carried[row.specification_id]), asked.get(row.id)) for row in rows]


def physical_row(organisation_id: UUID, flow_id: UUID) -> PhysicalFlow:
    """Raises PhysicalFlowNotFound."""
    row = physical_read(organisation_id).filter(id=flow_id).first()
    if row is None:
        raise PhysicalFlowNotFound
    return row


def data_types_read(organisation_id: UUID) -> "QuerySet[DataType]":
    settings_of(organisation_id)
    rows: QuerySet[DataType] = DataType.objects.filter(organisation_id=organisation_id)
    return rows


def enums_read(organisation_id: UUID) -> list[EnumValue]:
    """All attribute values by kind in their order; there are some dozens."""
    settings_of(organisation_id)
    rows = EnumValue.objects.filter(organisation_id=organisation_id)
    return list(rows.order_by("kind", "position", "code"))


def _carried(links: "QuerySet[Any]", column: str) -> defaultdict[UUID, list[Carried]]:
    found: defaultdict[UUID, list[Carried]] = defaultdict(list)
    columns = (column, "data_type_id", "data_type__code", "data_type__name", "is_readonly")
    rows: Iterable[Any] = links.order_by("data_type__name", "data_type_id").values_list(*columns)
    for owner, *values in rows:
        found[owner].append(Carried(*values))
    return found
