"""Which approvals a revision needs, and telling the admins where a side has nobody who could give one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.audit.record import SYSTEM, record
from accounts.tenancy.errors import Conflict
from flows.events import ProposalUnattended
from flows.models import (
    Anchor,
    Approval,
    ApprovalSide,
    FlowLife,
    PhysicalFlow,
    ProposalDataType,
    ProposalRevision,
    ProposedFlow,
)
from flows.proposals.checks import Facts
from flows.proposals.diff import difference
from flows.proposals.flow_def import FlowDef, ProposalType
from flows.proposals.selectors.listing import who_may_approve
from flows.proposals.selectors.rights import speakers_of
from flows.proposals.services.acting import Held, event_facts
from workflows.selectors.people import tenant_admin_ids


class NoSides(Conflict):
    """The organisation has switched every side off, so nobody could approve anything."""

    code = "proposal.no_sides"
    message = "No side is asked for approval. Ask an administrator to set up the sides."


@dataclass(frozen=True, slots=True)
class Asked:
    """One approval to ask for."""

    side: ApprovalSide
    entity_id: UUID | None


def ask(row: ProposedFlow, command: FlowDef, facts: Facts, at: datetime) -> None:
    """Make the approvals of the proposal's revision, and keep what is put before them. Raises NoSides."""
    asked = approvals_needed(row.organisation_id, command, facts)
    Approval.objects.bulk_create(
        [
            Approval(
                organisation_id=row.organisation_id,
                proposal=row,
                revision=row.revision,
                side=one.side,
                side_code=one.side.code,
                side_name=one.side.name,
                entity_id=one.entity_id,
                quorum=one.side.quorum,
                created_at=at,
                created_by_id=row.maker_id,
                modified_at=at,
                modified_by_id=row.maker_id,
            )
            for one in asked
        ]
    )
    ProposalRevision.objects.create(
        organisation_id=row.organisation_id,
        proposal=row,
        revision=row.revision,
        flow_def=row.flow_def,
        before=row.before,
        at=at,
    )
    ProposalDataType.objects.filter(organisation_id=row.organisation_id, proposal=row).delete()
    ProposalDataType.objects.bulk_create(
        [
            ProposalDataType(organisation_id=row.organisation_id, proposal=row, data_type_id=ident)
            for ident in carried_types(command, facts)
        ]
    )


def carried_types(command: FlowDef, facts: Facts) -> list[UUID]:
    """The data types that a proposal is about: those it names, and those that a removal would end."""
    if command.proposal_type is ProposalType.REMOVE and facts.specification is not None:
        return sorted(facts.specification.type_ids)
    return list(command.data_type_ids)


def approvals_needed(organisation_id: UUID, command: FlowDef, facts: Facts) -> list[Asked]:
    """One per active side; an update of a specification that flows share also asks both ends of each of those flows.

    Raises NoSides.
    """
    sides = list(
        ApprovalSide.objects.filter(organisation_id=organisation_id, is_active=True).order_by("position", "code")
    )
    if not sides:
        raise NoSides
    anchors: dict[str, UUID | None] = {Anchor.SOURCE: command.source.id, Anchor.TARGET: command.target.id}
    found = [Asked(side, anchors.get(side.anchor)) for side in sides]
    known = {one.entity_id for one in found}
    by_anchor = {side.anchor: side for side in reversed(sides)}
    for anchor, entity_id in sharing_ends(organisation_id, command, facts):
        if entity_id not in known and anchor in by_anchor:
            found.append(Asked(by_anchor[anchor], entity_id))
            known.add(entity_id)
    return found


def sharing_ends(organisation_id: UUID, command: FlowDef, facts: Facts) -> list[tuple[Anchor, UUID]]:
    """The ends of the other live flows whose data types an update would change, because they use its specification."""
    before = facts.before
    if command.proposal_type is not ProposalType.UPDATE or before is None or facts.physical is None:
        return []
    if not difference(command, before).changes_data_types:
        return []
    rows = PhysicalFlow.objects.filter(
        live("logical_flow__"),
        live(),
        organisation_id=organisation_id,
        specification_id=facts.physical.specification_id,
    )
    pairs = rows.exclude(id=facts.physical.id).values_list("logical_flow__source_id", "logical_flow__target_id")
    ends: list[tuple[Anchor, UUID]] = []
    for source_id, target_id in pairs.distinct().order_by("logical_flow__source_id", "logical_flow__target_id"):
        ends += [(Anchor.SOURCE, source_id), (Anchor.TARGET, target_id)]
    return ends


def live(prefix: str = "") -> Q:
    """Flows that are not removed."""
    return Q(**{f"{prefix}is_removed": False}) & ~Q(**{f"{prefix}lifecycle_status": FlowLife.REMOVED})


def tell_unattended(held: Held, *, at: datetime) -> int:
    """Tell the tenant admins, once, of each open approval for which too few people are left; returns how many are new.

    An approval that has its people again is forgotten, so that a later loss is told too.
    """
    row = held.proposal
    if not row.is_open:
        return 0
    speakers = speakers_of(row.organisation_id, [row.id], at)
    lost, found_again = [], []
    for approval in held.situation.approvals:
        if not approval.slot.is_pending:
            continue
        people = who_may_approve(held.situation, speakers.get(approval.id, ()), approval, held.settings)
        too_few = len(people) < approval.quorum - approval.approved
        if too_few and approval.unattended_at is None:
            lost.append(approval)
        elif not too_few and approval.unattended_at is not None:
            found_again.append(approval)
    _mark(row, [one.id for one in lost], at)
    _mark(row, [one.id for one in found_again], None)
    if lost:
        facts = event_facts(held, at)
        admins = tenant_admin_ids(row.organisation_id)
        record(
            [
                ProposalUnattended(**facts, side=one.side_code, side_name=one.label, admin_ids=tuple(admins))
                for one in lost
            ],
            actor=SYSTEM,
            organisation_id=row.organisation_id,
            at=at,
        )
    return len(lost)


def _mark(row: ProposedFlow, approval_ids: Iterable[UUID], at: datetime | None) -> None:
    ids = list(approval_ids)
    if ids:
        Approval.objects.filter(organisation_id=row.organisation_id, id__in=ids).update(unattended_at=at)
