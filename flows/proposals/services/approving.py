"""The one way in which an approval is written, and with the last one the change of the catalogue, all or nothing."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from accounts.audit.events import Event
from accounts.audit.record import SYSTEM, Actor, record
from accounts.tenancy.errors import DomainError
from accounts.tenancy.faults import FAULTS
from flows.events import ProposalApproved, ProposalFailed, ProposalSentBack, ProposalSideApproved
from flows.models import VotePolicy
from flows.proposals.selectors.standing import Situation, situation_of
from flows.proposals.services.acting import (
    Acted,
    Held,
    Outcome,
    Voting,
    again,
    behalf_of,
    by_whom,
    event_facts,
    hold,
    write_step,
    write_votes,
)
from flows.proposals.services.finalise import ChangedMeanwhile, Made, materialise
from flows.proposals.states import Action, Rights, Step, completed_sides, decide
from flows.setup import PROPOSAL_KIND, PROPOSAL_WORKFLOW
from workflows.services import tracking

logger = structlog.get_logger(__name__)


def approve(held: Held, step: Step, voting: Voting, *, by: Actor, side: str | None = None) -> Acted:
    """Write the votes of the step; when everybody has agreed, change the catalogue in the same savepoint.

    Then ``sent_back`` and ``failed`` are outcomes too: the votes of the step do not stay, and the reason is recorded.
    ``side`` is what the person had asked for, kept for a retry.
    """
    if not step.is_complete:
        return _on_the_way(held, step, voting, by)
    number = held.proposal.number
    try:
        with transaction.atomic():
            made = _finish(held, step, voting, by)
    except ChangedMeanwhile as change:
        return send_back(_fresh(held), change.problems, voting, by)
    except FAULTS as error:  # a database that is away raises again at the next statement
        logger.warning("proposal.failed", number=number, id=str(held.proposal.id), exc_info=error)
        return _note_failure(_fresh(held), error, voting, by, side)
    row = held.proposal
    row.logical_flow_id, row.physical_flow_id = made.logical_flow_id, made.physical_flow_id
    return Acted(row, Outcome.FULLY_APPROVED, f"Proposal {number} is fully approved. The catalogue is changed.")


def _fresh(held: Held) -> Held:
    """After a rollback: the rows as they are, not as they were to become."""
    return hold(held.proposal.organisation_id, held.proposal.id)


def _on_the_way(held: Held, step: Step, voting: Voting, by: Actor) -> Acted:
    write_votes(held, step, voting)
    write_step(held, step, by=by, reason=voting.reason, at=voting.at, behalf=voting.behalf_by(by))
    now = again(held)
    event = _side_approved(now, step, voting, by, event_facts(now, voting.at))
    record(event, actor=by, organisation_id=held.proposal.organisation_id, at=voting.at)
    if event.is_complete:
        return Acted(held.proposal, Outcome.SIDE_APPROVED, f"Approved: {', '.join(event.side_names)}.")
    return Acted(held.proposal, Outcome.VOTED, f"Your approval is noted: {', '.join(event.side_names)}.")


def _finish(held: Held, step: Step, voting: Voting, by: Actor) -> Made:
    row = held.proposal
    write_votes(held, step, voting)
    approvers = _approvers(situation_of(row))
    made = materialise(held.situation, approver_ids=approvers, at=voting.at)
    row.logical_flow_id = made.logical_flow_id
    row.physical_flow_id = made.physical_flow_id
    row.specification_id = made.specification_id
    row.save(update_fields=["logical_flow", "physical_flow", "specification"])
    write_step(held, step, by=by, reason=voting.reason, at=voting.at, behalf=voting.behalf_by(by))
    tracking.results_add(
        workflow_code=PROPOSAL_WORKFLOW,
        entity_kind=PROPOSAL_KIND,
        entity_id=row.id,
        results=made.results,
        by=by,
        at=voting.at,
    )
    record(_completed(again(held), step, voting, by, made), actor=by, organisation_id=row.organisation_id, at=voting.at)
    return made


def _completed(now: Held, step: Step, voting: Voting, by: Actor, made: Made) -> list[Event]:
    facts = event_facts(now, voting.at)
    vote = _side_approved(now, step, voting, by, facts)
    approved = ProposalApproved(
        **{**facts, "approver_ids": _approvers(now.situation)},
        **by_whom(by, voting.reason, voting.behalf_by(by)),
        logical_flow_id=made.logical_flow_id,
        physical_flow_id=made.physical_flow_id,
        specification_id=made.specification_id,
        policies=vote.policies,
    )
    return [vote, approved, *made.events]


def _side_approved(now: Held, step: Step, voting: Voting, by: Actor, facts: Mapping[str, Any]) -> ProposalSideApproved:
    voted = [row for row in now.situation.approvals if row.id in step.voted]
    codes = tuple(dict.fromkeys(row.side_code for row in voted))
    return ProposalSideApproved(
        **facts,
        **by_whom(by, voting.reason, voting.behalf_by(by)),
        sides=codes,
        side_names=tuple(dict.fromkeys(row.label for row in voted)),
        is_complete=set(codes) <= completed_sides(now.situation.standing.slots),
        policies=tuple(sorted({policy for policy in voting.policies.values() if policy})),
    )


def _approvers(situation: Situation) -> tuple[UUID, ...]:
    ids = [vote.member_id for row in situation.approvals for vote in row.votes if vote.member_id is not None]
    return tuple(dict.fromkeys(ids))


def policies_used(held: Held, member_id: UUID, step: Step) -> dict[Any, str]:
    """Which policy of the organisation each of these approvals needs; nothing for what four eyes allow anyway."""
    situation, behalf = held.situation, behalf_of(step)
    people = {member_id, behalf.id} if behalf else {member_id}
    rows = {row.id: row for row in situation.approvals}
    found: dict[Any, str] = {}
    spoken: set[str] = set()
    for key in step.voted:
        row = rows[UUID(str(key))]
        if held.proposal.maker_id == member_id:
            found[key] = VotePolicy.MAKER_MAY_APPROVE.value
        elif spoken - {row.side_code} or situation.votes_elsewhere(row, people):
            found[key] = VotePolicy.SAME_PERSON_BOTH_SIDES.value
        spoken.add(row.side_code)
    return found


def send_back(held: Held, problems: Collection[str], voting: Voting, by: Actor) -> Acted:
    """The catalogue has changed in between: the proposal returns to the maker with the reasons."""
    row, at = held.proposal, voting.at
    step = decide(held.situation.standing, Action.SEND_BACK, Rights(is_clock=True))
    reason = " ".join(problems)[:4_000]
    write_step(held, step, by=SYSTEM, reason=reason, at=at)
    event = ProposalSentBack(**event_facts(again(held), at), **by_whom(by, reason), problems=tuple(problems))
    record(event, actor=by, organisation_id=row.organisation_id, at=at)
    text = f"The catalogue has changed since this was proposed, so it went back to {row.maker_name}: {reason}"
    return Acted(row, Outcome.SENT_BACK, text)


def _note_failure(held: Held, error: Exception, voting: Voting, by: Actor, side: str | None) -> Acted:
    row = held.proposal
    row.failure = failure_text(error)
    row.failed_at = voting.at
    row.failed_vote = _remembered(voting, side)
    row.version += 1
    changed = ["failure", "failed_at", "failed_vote", "version"]
    row.save(update_fields=[*changed, *row.touch(by.actor_id, voting.at)])
    event = ProposalFailed(
        **event_facts(held, voting.at), **by_whom(by, voting.reason, voting.behalf_by(by)), failure=row.failure
    )
    record(event, actor=by, organisation_id=row.organisation_id, at=voting.at)
    return Acted(
        row, Outcome.FAILED, f"The change could not be made; nothing of it stays. {row.failure} You can retry."
    )


def _remembered(voting: Voting, side: str | None) -> Mapping[str, Any]:
    member = str(voting.member_id) if voting.member_id else None
    return {"schema_version": 1, "member_id": member, "name": voting.name, "reason": voting.reason, "side": side}


def failure_text(error: Exception) -> str:
    """What went wrong, for people and for the log: the sentence of a refusal, else the fault's first line."""
    if isinstance(error, DomainError):
        return error.message
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}".replace("\0", "")[:1_000]
