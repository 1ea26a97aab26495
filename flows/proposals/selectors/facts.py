"""What the catalogue says about a command: the same handful of queries for every one."""

from collections import defaultdict
from uuid import UUID

from django.db.models import Q, QuerySet

from flows.models import (
    CatalogueEntity,
    DataType,
    EnumValue,
    FlowLife,
    LogicalFlow,
    PhysicalFlow,
    PhysicalSpecification,
    SpecificationDataType,
)
from flows.proposals.checks import EntityFact, Facts, LogicalFact, PhysicalFact, SpecificationFact, TypeFact
from flows.proposals.flow_def import FlowAttributes, FlowDef


def facts_of(organisation_id: UUID, command: FlowDef, *, lock: bool = False) -> Facts:
    """The facts about everything that the command names; ``lock`` keeps the flows and the specification as they are until
    the end of the transaction."""
    physical = _physical(organisation_id, command, lock=lock)
    spec_id = command.specification.id if command.specification else None
    if spec_id is None and physical is not None:
        spec_id = physical.specification_id
    specification = _specification(organisation_id, spec_id, lock=lock) if spec_id else None
    wanted = set(command.data_type_ids) | (specification.type_ids if specification else set())
    types = _types(organisation_id, wanted)
    return Facts(
        entities=_entities(organisation_id, command),
        logical=_logical(organisation_id, command, lock=lock),
        specification=specification,
        physical=physical,
        types=types,
        codes=active_codes(organisation_id),
        unknown_type_id=next((one.id for one in types.values() if one.is_unknown), None),
    )


def active_codes(organisation_id: UUID) -> dict[str, dict[str, str]]:
    """The codes that may be chosen with their names, by kind."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    rows = EnumValue.objects.filter(organisation_id=organisation_id, is_active=True)
    for kind, code, name in rows.values_list("kind", "code", "name"):
        found[kind][code] = name
    return dict(found)


def _entities(organisation_id: UUID, command: FlowDef) -> dict[UUID, EntityFact]:
    ids = {command.source.id, command.target.id}
    rows = CatalogueEntity.objects.filter(organisation_id=organisation_id, id__in=ids)
    return {
        row.id: EntityFact(row.id, row.kind, row.name, row.external_id, row.is_retired, row.is_external) for row in rows
    }


def _logical(organisation_id: UUID, command: FlowDef, *, lock: bool) -> LogicalFact | None:
    rows = LogicalFlow.objects.filter(organisation_id=organisation_id)
    named = Q(id=command.logical_flow_id)
    if command.logical_flow_id is None:
        named = Q(source_id=command.source.id, target_id=command.target.id)
    row = (rows.select_for_update() if lock else rows).filter(named).first()
    if row is None:
        return None
    return LogicalFact(
        id=row.id,
        source_id=row.source_id,
        target_id=row.target_id,
        is_live=row.is_live,
        is_approved=row.lifecycle_status == FlowLife.ACTIVE,
        is_readonly=row.is_readonly,
    )


def _physical(organisation_id: UUID, command: FlowDef, *, lock: bool) -> PhysicalFact | None:
    if command.physical_flow_id is None:
        return None
    rows: QuerySet[PhysicalFlow] = PhysicalFlow.objects.filter(organisation_id=organisation_id)
    row = (rows.select_for_update() if lock else rows).filter(id=command.physical_flow_id).first()
    return physical_fact(row) if row is not None else None


def physical_fact(row: PhysicalFlow) -> PhysicalFact:
    """A stored flow in the terms of a command; what is stored is not judged again."""
    attributes = FlowAttributes.model_construct(
        name=row.name,
        transport=row.transport,
        frequency=row.frequency,
        basis_offset=row.basis_offset,
        criticality=row.criticality,
        description=row.description,
        external_id=row.external_id,
    )
    return PhysicalFact(
        id=row.id,
        logical_flow_id=row.logical_flow_id,
        specification_id=row.specification_id,
        attributes=attributes,
        is_live=row.is_live,
        is_readonly=row.is_readonly,
    )


def _specification(organisation_id: UUID, spec_id: UUID, *, lock: bool) -> SpecificationFact | None:
    rows = PhysicalSpecification.objects.filter(organisation_id=organisation_id)
    row = (rows.select_for_update() if lock else rows).filter(id=spec_id).first()
    if row is None:
        return None
    links = dict(
        SpecificationDataType.objects.filter(organisation_id=organisation_id, specification_id=spec_id).values_list(
            "data_type_id", "is_readonly"
        )
    )
    return SpecificationFact(
        id=row.id,
        owner_id=row.owner_id,
        name=row.name,
        format=row.format,
        is_removed=row.is_removed,
        is_readonly=row.is_readonly,
        type_ids=frozenset(links),
        fixed_type_ids=frozenset(ident for ident, fixed in links.items() if fixed),
    )


def _types(organisation_id: UUID, wanted: set[UUID]) -> dict[UUID, TypeFact]:
    rows = DataType.objects.filter(organisation_id=organisation_id).filter(Q(id__in=wanted) | Q(is_unknown=True))
    return {row.id: TypeFact(row.id, row.name, row.concrete, row.deprecated, row.is_unknown) for row in rows}
