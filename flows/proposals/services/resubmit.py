"""Revise a proposal that was rejected or sent back: the same proposal, a new revision, everybody is asked anew."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import Invalid
from flows.events import ProposalResubmitted
from flows.models import ProposedFlow
from flows.proposals.diff import Before, merged
from flows.proposals.flow_def import FlowDef, ProposalType
from flows.proposals.selectors.choices import PhysicalFlowNotFound, before_of, physical_flow
from flows.proposals.services.acting import (
    Acted,
    Held,
    Outcome,
    again,
    by_whom,
    demand_fresh,
    event_facts,
    hold,
    write_step,
)
from flows.proposals.services.asking import ask, tell_unattended
from flows.proposals.services.auto import approve_external
from flows.proposals.services.judging import Checked, judge, refuse_duplicate
from flows.proposals.services.propose import ONE_OPEN, columns_of
from flows.proposals.states import Action, Step, decide


class RevisionInvalid(Invalid):
    """A revision is about the same flow; another flow is another proposal."""

    code = "proposal.revision_invalid"


@transaction.atomic
def proposal_resubmit(
    *,
    proposal_id: UUID,
    actor: Membership,
    flow_def: Mapping[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> Acted:
    """Put a revised command in the place of the one that came back. Comments, votes and history of before stay.

    Only the maker may. Raises ProposalNotFound, TransitionUnknown and ProposalStale (409), GuardFailed
    (``proposal.resubmit.denied``), and as ``proposal_create``; RevisionInvalid for another type or other ends.
    """
    held, moment = hold(actor.organisation_id, proposal_id, actor), at or timezone.now()
    demand_fresh(held, Action.RESUBMIT, version)
    step = decide(held.situation.standing, Action.RESUBMIT, held.rights_of(actor))
    checked = judge(actor, flow_def, except_id=proposal_id)
    _refuse_another(held.proposal, checked.command)
    _reopen(held, step, checked, actor, moment)
    ask(held.proposal, checked.command, checked.facts, moment)
    return _asked(again(held), actor, checked, moment)


def last_command(row: ProposedFlow) -> dict[str, Any]:
    """What the proposal asked for, to be asked again: a change upon the flow as it is today, so that what somebody else has
    changed meanwhile is not put back."""
    then = Before.load(row.before)
    if row.proposal_type != ProposalType.UPDATE or then is None or row.physical_flow_id is None:
        return dict(row.flow_def)
    try:
        now = before_of(physical_flow(row.organisation_id, row.physical_flow_id))
    except PhysicalFlowNotFound:
        return dict(row.flow_def)
    command = FlowDef.load(row.flow_def)
    found = merged(
        Before(command.flow_attributes or then.attributes, frozenset(command.data_type_ids)), then, now
    ).dump()
    return {**row.flow_def, "flowAttributes": found["attributes"], "dataTypeIds": found["dataTypeIds"]}


def _refuse_another(row: ProposedFlow, command: FlowDef) -> None:
    same = {
        "proposalType": command.proposal_type.value == row.proposal_type,
        "source": command.source.id == row.source_id,
        "target": command.target.id == row.target_id,
        "physicalFlowId": command.physical_flow_id == row.physical_flow_id,
    }
    wrong = {
        path: ["A revision keeps this; propose anew for another flow."] for path, is_same in same.items() if not is_same
    }
    if wrong:
        raise RevisionInvalid(wrong)


def _reopen(held: Held, step: Step, checked: Checked, actor: Membership, at: datetime) -> None:
    """Open again under its key. Raises Duplicate when the same has been proposed by somebody meanwhile."""
    row, columns = held.proposal, columns_of(checked)
    try:
        with transaction.atomic():
            for name, value in columns.items():
                setattr(row, name, value)
            row.revision += 1
            row.save(update_fields=[*columns, "revision"])
            write_step(held, step, by=actor, reason=checked.reason, at=at)
    except IntegrityError as error:
        if ONE_OPEN not in str(error):
            raise
        refuse_duplicate(row.organisation_id, checked, except_id=row.id)
        raise


def _asked(held: Held, actor: Membership, checked: Checked, at: datetime) -> Acted:
    row = held.proposal
    event = ProposalResubmitted(**event_facts(held, at), **by_whom(actor, checked.reason), due_at=row.due_at)
    record(event, actor=actor, organisation_id=actor.organisation_id, at=at)
    approved = approve_external(held, at=at)
    if approved is not None:
        return approved
    tell_unattended(held, at=at)
    text = f"Revision {row.revision} of proposal {row.number} is made. The approvers have been asked anew."
    return Acted(row, Outcome.RESUBMITTED, text)
