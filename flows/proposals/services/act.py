"""Decide a proposal: approve, reject, cancel, retry; one by one or many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import DomainError, Invalid
from flows.events import ProposalCancelled, ProposalRejected
from flows.models import Decision
from flows.proposals.selectors.doors import ProposalNotFound, lock_proposals
from flows.proposals.selectors.rights import voices_of
from flows.proposals.services.acting import (
    Acted,
    Held,
    Outcome,
    Voting,
    again,
    behalf_of,
    by_whom,
    clean_text,
    demand_fresh,
    event_facts,
    hold,
    write_step,
    write_votes,
)
from flows.proposals.services.approving import approve, policies_used
from flows.proposals.services.asking import tell_unattended
from flows.proposals.services.auto import approve_external
from flows.proposals.services.following import proposal_comment, proposal_unwatch, proposal_watch
from flows.proposals.states import Action, GuardFailed, decide

MAX_BULK: Final = 500


class ReasonRequired(Invalid):
    code = "proposal.reason_required"


class BulkInvalid(Invalid):
    code = "proposal.bulk_invalid"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one proposal of many; a refusal has the ``code`` and ``message`` that it would have alone."""

    id: UUID
    number: int | None
    ok: bool
    outcome: str
    code: str
    message: str


@transaction.atomic
def proposal_approve(
    *,
    proposal_id: UUID,
    actor: Membership,
    side: str | None = None,
    reason: str = "",
    version: int | None = None,
    shown_hash: str | None = None,
    at: datetime | None = None,
) -> Acted:
    """Approve for a side. ``side`` None: every open side for which the person may, the source first; as a rule that is one.
    Who stands in for somebody who is away approves on behalf of that person what is not their own.

    With the last approval the catalogue is changed, all or nothing: then the outcome may also be ``sent_back`` or ``failed``,
    which are no exceptions because what they record must stay. ``version`` and ``shown_hash`` are what the caller saw.

    Raises ProposalNotFound, TransitionUnknown and ProposalStale (409), GuardFailed (``proposal.approve.denied``), TextInvalid.
    """
    moment = at or timezone.now()
    held = hold(actor.organisation_id, proposal_id, actor, moment)
    demand_fresh(held, Action.APPROVE, version, shown_hash)
    return _approve(held, actor, Action.APPROVE, side, clean_text(reason), moment, actor)


def _approve(
    held: Held, person: Membership, action: Action, side: str | None, reason: str, at: datetime, by: Membership
) -> Acted:
    """``person`` approves; ``by`` pressed the button, which differs in a retry only."""
    step = decide(held.situation.standing, action, held.rights_of(person), side=side)
    policies = policies_used(held, person.id, step)
    voting = Voting(Decision.APPROVE, person.id, person.name, reason, at, policies, behalf_of(step))
    acted = approve(held, step, voting, by=by, side=side)
    if acted.proposal.is_open and acted.outcome is not Outcome.FAILED:
        tell_unattended(again(held), at=at)
    return acted


@transaction.atomic
def proposal_reject(
    *,
    proposal_id: UUID,
    actor: Membership,
    reason: str,
    side: str | None = None,
    version: int | None = None,
    shown_hash: str | None = None,
    at: datetime | None = None,
) -> Acted:
    """Reject for a side, with a reason; the proposal returns to its maker, who may revise it.

    Raises as ``proposal_approve`` (``proposal.reject.denied``), and ReasonRequired at ``reason``.
    """
    moment = at or timezone.now()
    held = hold(actor.organisation_id, proposal_id, actor, moment)
    demand_fresh(held, Action.REJECT, version, shown_hash)
    step = decide(held.situation.standing, Action.REJECT, held.rights_of(actor), side=side)
    text = clean_text(reason)
    if not text:
        raise ReasonRequired({"reason": ["Say why you reject this; the maker will read it."]})
    behalf = behalf_of(step)
    write_votes(held, step, Voting(Decision.REJECT, actor.id, actor.name, text, moment, behalf=behalf))
    write_step(held, step, by=actor, reason=text, at=moment, behalf=behalf)
    row = next(one for one in held.situation.approvals if one.id in step.voted)
    facts = {**event_facts(again(held), moment), **by_whom(actor, text, behalf)}
    event = ProposalRejected(**facts, side=row.side_code, side_name=row.label)
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return Acted(held.proposal, Outcome.REJECTED, f"Rejected. {held.proposal.maker_name} is told why.")


@transaction.atomic
def proposal_cancel(
    *,
    proposal_id: UUID,
    actor: Membership,
    reason: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> Acted:
    """Take an own open proposal back.

    Raises ProposalNotFound, TransitionUnknown, ProposalStale, GuardFailed (``proposal.cancel.denied``), TextInvalid.
    """
    held, moment = hold(actor.organisation_id, proposal_id, actor), at or timezone.now()
    demand_fresh(held, Action.CANCEL, version)
    step = decide(held.situation.standing, Action.CANCEL, held.rights_of(actor))
    text = clean_text(reason)
    asked = {
        name: value for name, value in event_facts(held, moment).items() if name in ("approver_ids", "substitutes")
    }
    write_step(held, step, by=actor, reason=text, at=moment)
    facts = {**event_facts(again(held), moment), **asked, **by_whom(actor, text)}
    record(ProposalCancelled(**facts), actor=actor, organisation_id=actor.organisation_id, at=moment)
    return Acted(held.proposal, Outcome.CANCELLED, "The proposal is cancelled.")


@transaction.atomic
def proposal_retry(*, proposal_id: UUID, actor: Membership, at: datetime | None = None) -> Acted:
    """Repeat the last approval after the change could not be made, as the vote of the person who gave it then.

    The maker may, and everybody who may approve an open side; when the former person may no longer, it is the vote of
    the one who retries. Raises ProposalNotFound, TransitionUnknown, GuardFailed (``proposal.retry.denied``).
    """
    moment = at or timezone.now()
    held = hold(actor.organisation_id, proposal_id, actor, moment)
    demand_fresh(held, Action.RETRY, None)
    mine = held.rights_of(actor)
    vote: dict[str, Any] = held.proposal.failed_vote or {}
    is_giver = vote.get("member_id") == str(actor.id)
    if not (mine.is_maker or mine.approve or is_giver):
        raise GuardFailed("Only the maker and people who may approve can retry this.", code="proposal.retry.denied")
    if vote.get("member_id") is None:
        acted = approve_external(held, at=moment)
        if acted is not None:
            return acted
    person = _giver(actor, vote)
    if person is not None:
        theirs = Held(held.situation, held.settings, voices_of(person, [proposal_id], moment))
        if theirs.rights_of(person).approve:
            held, reason = theirs, str(vote["reason"])
            return _approve(held, person, Action.RETRY, vote.get("side"), reason, moment, actor)
    return _approve(held, actor, Action.RETRY, None, "", moment, actor)


def _giver(actor: Membership, vote: dict[str, Any]) -> Membership | None:
    """Who had given the last approval, if they are still here."""
    if vote.get("member_id") is None:
        return None
    people = Membership.objects.filter(organisation_id=actor.organisation_id, is_active=True, user__is_active=True)
    found: Membership | None = people.filter(id=vote["member_id"]).first()
    return found


@transaction.atomic
def proposals_bulk(
    *, actor: Membership, ids: Sequence[UUID], decision: str, reason: str = "", at: datetime | None = None
) -> list[RowResult]:
    """Approve or reject up to 500 proposals, each by itself: one that is refused leaves the others as they are.

    Results come in the order of ``ids``, each id once. Raises BulkInvalid, ReasonRequired, TextInvalid before anything is done.
    """
    wanted = list(dict.fromkeys(ids))
    if decision not in Decision.values:
        raise BulkInvalid({"decision": ["Choose approve or reject."]})
    if not 0 < len(wanted) <= MAX_BULK:
        raise BulkInvalid({"ids": [f"Choose at least one proposal and at most {MAX_BULK}."]})
    text = clean_text(reason)
    if decision == Decision.REJECT and not text:
        raise ReasonRequired({"reason": ["Say why you reject these; the makers will read it."]})
    known = set(lock_proposals(actor.organisation_id, wanted))
    return [_one_of_many(actor, ident, decision, text, at, is_there=ident in known) for ident in wanted]


def _one_of_many(
    actor: Membership, ident: UUID, decision: str, reason: str, at: datetime | None, *, is_there: bool
) -> RowResult:
    decide_one = proposal_approve if decision == Decision.APPROVE else proposal_reject
    try:
        if not is_there:
            raise ProposalNotFound
        acted = decide_one(proposal_id=ident, actor=actor, reason=reason, at=at)
    except DomainError as refusal:
        return RowResult(ident, None, ok=False, outcome="refused", code=refusal.code, message=refusal.message)
    went_wrong = acted.outcome in (Outcome.FAILED, Outcome.SENT_BACK)
    return RowResult(
        id=ident,
        number=acted.proposal.number,
        ok=not went_wrong,
        outcome=acted.outcome.value,
        code=f"proposal.{acted.outcome.value}",
        message=acted.message,
    )


__all__ = [
    "Acted",
    "Outcome",
    "RowResult",
    "proposal_approve",
    "proposal_cancel",
    "proposal_comment",
    "proposal_reject",
    "proposal_retry",
    "proposal_unwatch",
    "proposal_watch",
    "proposals_bulk",
]
