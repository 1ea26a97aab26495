"""Propose a change of the catalogue."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.models import new_id
from flows.events import ProposalCreated
from flows.models import ProposalState, ProposedFlow
from flows.proposals.selectors.standing import situation_of
from flows.proposals.services.acting import Acted, Held, Outcome, by_whom, event_facts, track
from flows.proposals.services.asking import ask, tell_unattended
from flows.proposals.services.auto import approve_external
from flows.proposals.services.judging import Checked, judge, refuse_duplicate
from flows.setup import settings_of

ONE_OPEN: Final = "proposedflow_one_open"
NEXT_NUMBER: Final = """
    INSERT INTO flows_proposalcounter (id, organisation_id, last) VALUES (%s, %s, 1)
    ON CONFLICT (organisation_id) DO UPDATE SET last = flows_proposalcounter.last + 1 RETURNING last
"""


def proposal_validate(*, actor: Membership, flow_def: Mapping[str, Any]) -> Checked:
    """What ``proposal_create`` would answer, without proposing.

    Raises FlowDefInvalid and ProposalInvalid (422, ``fields`` by path), Denied (``proposal.propose.denied``), Duplicate.
    """
    settings_of(actor.organisation_id)
    return judge(actor, flow_def)


def proposal_create(*, actor: Membership, flow_def: Mapping[str, Any], at: datetime | None = None) -> ProposedFlow:
    """Propose. The approvals are asked for at once, and given at once where the policy for external actors says so.

    Raises as ``proposal_validate``, and NoSides. Of two identical ones at the same moment, the second gets Duplicate.
    """
    return proposal_propose(actor=actor, flow_def=flow_def, at=at).proposal


@transaction.atomic
def proposal_propose(*, actor: Membership, flow_def: Mapping[str, Any], at: datetime | None = None) -> Acted:
    """As ``proposal_create``, with what it came to: as a rule ``created``; when external actors decide, what they came to."""
    moment = at or timezone.now()
    settings = settings_of(actor.organisation_id)
    checked = judge(actor, flow_def)
    row = _insert(actor, checked, moment, settings.timeout_days)
    ask(row, checked.command, checked.facts, moment)
    track(row, [ProposalState.PENDING_APPROVALS], by=actor, reason=checked.reason, at=moment)
    held = Held(situation_of(row), settings)
    event = ProposalCreated(**event_facts(held, moment), **by_whom(actor, checked.reason), due_at=row.due_at)
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    approved = approve_external(held, at=moment)
    if approved is not None:
        return approved
    tell_unattended(held, at=moment)
    return Acted(row, Outcome.CREATED, f"Proposal {row.number} is made. The approvers have been asked.")


def _insert(actor: Membership, checked: Checked, at: datetime, days: int) -> ProposedFlow:
    """Raises Duplicate when somebody else was faster by a moment."""
    try:
        with transaction.atomic():
            row = _row(actor, checked, at, days)
            row.save(force_insert=True)
    except IntegrityError as error:
        if ONE_OPEN not in str(error):
            raise
        refuse_duplicate(actor.organisation_id, checked)
        raise
    return row


def _row(actor: Membership, checked: Checked, at: datetime, days: int) -> ProposedFlow:
    command, own = checked.command, actor.organisation_id
    row = ProposedFlow(
        organisation_id=own,
        number=next_number(own),
        maker_id=actor.id,
        maker_name=actor.name,
        created_at=at,
        created_by_id=actor.id,
        modified_at=at,
        modified_by_id=actor.id,
        **columns_of(checked),
        acted_at=at,
        due_at=at + timedelta(days=days),
        proposal_type=command.proposal_type.value,
    )
    row.advance(ProposalState.PENDING_APPROVALS.value)
    return row


def columns_of(checked: Checked) -> dict[str, Any]:
    """What a proposal keeps of its command."""
    command = checked.command
    return {
        "source_id": command.source.id,
        "target_id": command.target.id,
        "logical_flow_id": command.logical_flow_id,
        "physical_flow_id": command.physical_flow_id,
        "specification_id": command.specification.id if command.specification else None,
        "flow_def": command.dump(),
        "before": checked.before.dump() if checked.before else None,
        "reason_code": checked.reason_code,
        "reason": checked.reason,
        "identity": checked.identity,
    }


def next_number(organisation_id: UUID) -> int:
    """The organisation's next proposal number, without gaps: the counter is locked until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [new_id(), organisation_id])
        return int(cursor.fetchone()[0])
