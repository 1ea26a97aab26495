"""The change itself: what an approved proposal makes of the catalogue. Called in the transaction of the last approval only.

The rules are those of the reference's finalisation, with our corrections: everything is checked once more under lock, a
change in between raises ChangedMeanwhile, an update also sets the attributes, the maker is the author.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from accounts.audit.events import Event
from flows.catalogue.services import carrying
from flows.catalogue.services.carrying import Stamp, lock_catalogue
from flows.events import FlowCreated, FlowRemoved, FlowUpdated
from flows.models import FlowLife, LogicalFlow, PhysicalFlow, PhysicalSpecification, ProposedFlow
from flows.proposals.checks import Facts, problems
from flows.proposals.diff import Before, difference, drift, replaced_by_known
from flows.proposals.flow_def import FlowAttributes, FlowDef, ProposalType
from flows.proposals.selectors.changes import spoken
from flows.proposals.selectors.facts import facts_of
from flows.proposals.selectors.standing import Situation
from flows.proposals.services.asking import live, sharing_ends
from flows.proposals.services.judging import same_physical_flow
from flows.setup import LOGICAL_KIND, PHYSICAL_KIND, SPECIFICATION_KIND


class ChangedMeanwhile(Exception):
    """The catalogue is no longer what the approvers judged; ``problems`` say how, for the maker."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass(slots=True)
class Made:
    """What came of the proposal. ``results`` are kinds and ids for the tracking tables."""

    logical_flow_id: UUID | None = None
    physical_flow_id: UUID | None = None
    specification_id: UUID | None = None
    results: list[tuple[str, UUID]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Work:
    """One proposal being carried out. ``approver_ids`` are told as approvers in the facts about the flows."""

    proposal: ProposedFlow
    command: FlowDef
    facts: Facts
    stamp: Stamp
    approver_ids: tuple[UUID, ...]
    made: Made = field(default_factory=Made)

    @property
    def organisation_id(self) -> UUID:
        return self.stamp.organisation_id

    def tell(self, kind: type[FlowCreated | FlowUpdated | FlowRemoved], flow: str, ident: UUID, **more: Any) -> None:
        row, label = self.proposal, f"{self.proposal.source.name} → {self.proposal.target.name}"
        event = kind(
            subject_id=ident,
            flow_kind=flow,
            label=more.pop("label", label),
            source_id=row.source_id,
            source_name=row.source.name,
            target_id=row.target_id,
            target_name=row.target.name,
            author_id=row.maker_id,
            author_name=row.maker_name,
            approver_ids=self.approver_ids,
            proposal_id=row.id,
            proposal_number=row.number,
            **more,
        )
        self.made.events.append(event)


def materialise(situation: Situation, *, approver_ids: tuple[UUID, ...], at: datetime) -> Made:
    """Change the catalogue as the proposal says. Raises ChangedMeanwhile before anything is written."""
    row = situation.proposal
    lock_catalogue(row.organisation_id)
    command = FlowDef.load(row.flow_def)
    facts = facts_of(row.organisation_id, command, lock=True)
    if found := changes_since(situation, command, facts):
        raise ChangedMeanwhile(found)
    work = Work(row, command, facts, Stamp(row.organisation_id, row.maker_id, at), approver_ids)
    STEPS[command.proposal_type](work)
    return work.made


def changes_since(situation: Situation, command: FlowDef, facts: Facts) -> list[str]:
    """In sentences why the proposal no longer fits; empty when it does."""
    row = situation.proposal
    found = [text for texts in problems(command, facts).values() for text in texts]
    if same_physical_flow(row.organisation_id, command, facts):
        found.append("This physical flow exists already.")
    if command.proposal_type is not ProposalType.CREATE:
        found += drift(Before.load(row.before), facts.before, partial(spoken, facts.names))
    asked = {approval.entity_id for approval in situation.approvals}
    if any(entity_id not in asked for _, entity_id in sharing_ends(row.organisation_id, command, facts)):
        found.append("The specification is shared with more flows now, whose people have not been asked.")
    return list(dict.fromkeys(found))


def _create(work: Work) -> None:
    logical = _logical_flow(work)
    specification_id = _specification(work)
    attributes = _attributes(work.command)
    physical = PhysicalFlow.objects.create(
        logical_flow_id=logical.id,
        specification_id=specification_id,
        **_delivery(attributes),
        external_id=attributes.external_id or f"PF_{work.proposal.number:06d}",
        proposal_id=work.proposal.id,
        author_id=work.proposal.maker_id,
        **work.stamp.made,
    )
    made = work.made
    made.physical_flow_id, made.specification_id, made.logical_flow_id = physical.id, specification_id, logical.id
    made.results.append((PHYSICAL_KIND, physical.id))
    _union_of_types(work, specification_id)
    names = tuple(sorted(work.facts.types[ident].name for ident in work.command.data_type_ids))
    work.tell(FlowCreated, "physical", physical.id, label=str(physical), data_types=names)


def _logical_flow(work: Work) -> LogicalFlow:
    """The named one, or the one of these ends: brought back where it had been removed, else new."""
    known, own = work.facts.logical, work.organisation_id
    if known is not None and known.is_live and known.is_approved:
        found: LogicalFlow = LogicalFlow.objects.get(organisation_id=own, id=known.id)
        return found
    origin = {"proposal_id": work.proposal.id, "author_id": work.proposal.maker_id}
    if known is not None:
        revived = {"is_removed": False, "lifecycle_status": FlowLife.ACTIVE, **origin, **work.stamp.changed}
        LogicalFlow.objects.filter(organisation_id=own, id=known.id).update(**revived)
        row: LogicalFlow = LogicalFlow.objects.get(organisation_id=own, id=known.id)
    else:
        row = LogicalFlow.objects.create(
            source_id=work.command.source.id,
            target_id=work.command.target.id,
            external_id=f"LF:{uuid4()}",
            **origin,
            **work.stamp.made,
        )
    work.made.results.append((LOGICAL_KIND, row.id))
    work.tell(FlowCreated, "logical", row.id, revived=known is not None)
    return row


def _specification(work: Work) -> UUID:
    """The named one, brought back where it had been removed, or a new one."""
    sent, known = work.command.specification, work.facts.specification
    if known is not None:
        if known.is_removed:
            rows = PhysicalSpecification.objects.filter(organisation_id=work.organisation_id, id=known.id)
            rows.update(is_removed=False, **work.stamp.changed)
            work.made.results.append((SPECIFICATION_KIND, known.id))
        return known.id
    if sent is None or sent.owning_entity is None:
        raise ValueError("A creation has a specification with an owner.")
    row = PhysicalSpecification.objects.create(
        owner_id=sent.owning_entity.id,
        external_id=sent.external_id or f"PS_{work.proposal.number:06d}",
        name=sent.name,
        format=sent.format,
        description=sent.description,
        **work.stamp.made,
    )
    work.made.results.append((SPECIFICATION_KIND, row.id))
    work.tell(FlowCreated, "specification", row.id, label=row.name)
    ident: UUID = row.id
    return ident


def _union_of_types(work: Work, specification_id: UUID) -> None:
    """A creation adds to what the specification carries, and so to every flow that uses it."""
    unknown = work.facts.unknown_type_id
    there = work.facts.specification.type_ids if work.facts.specification else frozenset()
    wanted = replaced_by_known(there | frozenset(work.command.data_type_ids), unknown)
    carrying.add_types(specification_id, wanted - there, work.stamp)
    carrying.remove_types(specification_id, there - wanted, work.stamp)
    users = carrying.logical_flows_using(specification_id, work.organisation_id)
    carrying.propagate(users, wanted, unknown, work.stamp)


def _update(work: Work) -> None:
    physical, specification = work.facts.physical, work.facts.specification
    if physical is None or specification is None or work.facts.before is None:
        raise ValueError("An update has a flow and a specification.")
    attributes = _attributes(work.command)
    values = {**_delivery(attributes), "external_id": attributes.external_id}
    rows = PhysicalFlow.objects.filter(organisation_id=work.organisation_id, id=physical.id)
    rows.update(**values, **work.stamp.changed)
    what = difference(work.command, work.facts.before)
    if what.changes_data_types:
        _set_types(work, specification.id, specification.type_ids)
        work.made.results.append((SPECIFICATION_KIND, specification.id))
    names = work.facts.names
    changes = {
        change.label: (spoken(names, change.field, change.before), spoken(names, change.field, change.after))
        for change in what.attributes
        if change.is_changed
    }
    if what.changes_data_types:
        changes["Data types"] = (_names(work, specification.type_ids), _names(work, work.command.data_type_ids))
    made = work.made
    made.logical_flow_id, made.physical_flow_id = physical.logical_flow_id, physical.id
    made.specification_id = specification.id
    made.results.append((PHYSICAL_KIND, physical.id))
    work.tell(FlowUpdated, "physical", physical.id, label=attributes.name or "", changes=changes)


def _set_types(work: Work, specification_id: UUID, there: frozenset[UUID]) -> None:
    """An update names the complete new set, for every flow that uses the specification."""
    unknown = work.facts.unknown_type_id
    wanted = replaced_by_known(work.command.data_type_ids, unknown)
    carrying.add_types(specification_id, wanted - there, work.stamp)
    carrying.remove_types(specification_id, there - wanted, work.stamp)
    users = carrying.logical_flows_using(specification_id, work.organisation_id)
    carrying.propagate(users, wanted, unknown, work.stamp)
    carrying.drop_orphans(users, work.stamp)


def _remove(work: Work) -> None:
    physical, specification = work.facts.physical, work.facts.specification
    if physical is None or specification is None:
        raise ValueError("A removal has a flow and a specification.")
    own, made = work.organisation_id, work.made
    gone = {"is_removed": True, **work.stamp.changed}
    flows = PhysicalFlow.objects.filter(organisation_id=own)
    flows.filter(id=physical.id).update(lifecycle_status=FlowLife.REMOVED, **gone)
    made.logical_flow_id, made.physical_flow_id = physical.logical_flow_id, physical.id
    made.specification_id = specification.id
    made.results.append((PHYSICAL_KIND, physical.id))
    work.tell(FlowRemoved, "physical", physical.id, label=physical.attributes.name)
    if not flows.filter(live(), specification_id=specification.id).exists():
        PhysicalSpecification.objects.filter(organisation_id=own, id=specification.id).update(**gone)
        made.results.append((SPECIFICATION_KIND, specification.id))
        work.tell(FlowRemoved, "specification", specification.id, label=specification.name)
    if flows.filter(logical_flow_id=physical.logical_flow_id, is_removed=False).exists():
        carrying.drop_orphans([physical.logical_flow_id], work.stamp)
        return
    logical = LogicalFlow.objects.filter(organisation_id=own, id=physical.logical_flow_id)
    logical.update(lifecycle_status=FlowLife.REMOVED, **gone)
    carrying.drop_all(physical.logical_flow_id, work.stamp)
    made.results.append((LOGICAL_KIND, physical.logical_flow_id))
    work.tell(FlowRemoved, "logical", physical.logical_flow_id)


STEPS: Final[dict[ProposalType, Callable[[Work], None]]] = {
    ProposalType.CREATE: _create,
    ProposalType.UPDATE: _update,
    ProposalType.REMOVE: _remove,
}


def _attributes(command: FlowDef) -> FlowAttributes:
    if command.flow_attributes is None:
        raise ValueError("This type of proposal has attributes.")
    return command.flow_attributes


def _delivery(attributes: FlowAttributes) -> dict[str, Any]:
    return {
        "name": attributes.name,
        "transport": attributes.transport,
        "frequency": attributes.frequency,
        "basis_offset": attributes.basis_offset,
        "criticality": attributes.criticality,
        "description": attributes.description,
    }


def _names(work: Work, ids: Any) -> str:
    return ", ".join(sorted(work.facts.types[ident].name for ident in ids if ident in work.facts.types))
