"""Reject, cancel, time out, revise: what closes a proposal and what opens it again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tenancy.errors import DomainError, Invalid
from flows.models import Approval, ProposedFlow, Vote
from flows.proposals.selectors import revisions_of
from flows.proposals.services.act import (
    proposal_approve,
    proposal_cancel,
    proposal_comment,
    proposal_reject,
    proposal_unwatch,
    proposal_watch,
)
from flows.proposals.services.acting import Outcome, ProposalStale, hash_of
from flows.proposals.services.judging import Duplicate
from flows.proposals.services.resubmit import RevisionInvalid, proposal_resubmit
from flows.proposals.services.timeouts import Swept, proposals_sweep
from flows.proposals.states import GuardFailed, TransitionUnknown
from tests.flows.proposals.world import World, kinds_of, states_of


def read_again(proposal: ProposedFlow) -> ProposedFlow:
    found: ProposedFlow = ProposedFlow.objects.get(id=proposal.id)
    return found


def rejected(world: World) -> ProposedFlow:
    proposal = world.propose()
    return proposal_reject(proposal_id=proposal.id, actor=world.acme.ravi, reason="Not this file").proposal


def cancelled(world: World) -> ProposedFlow:
    proposal = world.propose()
    return proposal_cancel(proposal_id=proposal.id, actor=world.acme.asha, reason="Not needed").proposal


def timed_out(world: World) -> ProposedFlow:
    proposal = world.propose()
    late = timezone.now() + timedelta(days=31)
    assert proposals_sweep(organisation_id=world.acme.organisation.id, at=late) == Swept(timed_out=1)
    return read_again(proposal)


CLOSED = {"SOURCE_REJECTED": rejected, "CANCELLED": cancelled, "TIMED_OUT": timed_out}


@pytest.mark.parametrize("state", CLOSED)
def test_what_is_closed_can_be_proposed_again(world: World, state: str) -> None:
    proposal = CLOSED[state](world)
    assert (proposal.state, proposal.is_open) == (state, False)
    assert proposal.completed_at is not None
    assert states_of(proposal.id) == ["PROPOSED_CREATE", "PENDING_APPROVALS", state]
    with pytest.raises(TransitionUnknown):
        proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi)
    again = world.propose()
    assert world.approve_both(again).state == "FULLY_APPROVED"


def test_an_open_one_cannot_be_proposed_again(world: World) -> None:
    proposal = world.propose()
    with pytest.raises(Duplicate) as refusal:
        world.propose("PARTY")
    assert refusal.value.params["proposal"] == str(proposal.id)
    assert refusal.value.params["url_kind"] == "proposal"
    other = {**world.command()["flowAttributes"], "name": "orders-intraday"}
    assert world.propose(flowAttributes=other).number == 2


def test_a_rejection_needs_a_reason_and_keeps_it(world: World) -> None:
    proposal = world.propose()
    with pytest.raises(Invalid) as refusal:
        proposal_reject(proposal_id=proposal.id, actor=world.acme.ravi, reason="  ")
    assert "reason" in refusal.value.fields
    assert rejected_reason(world, proposal) == "No such file"


def rejected_reason(world: World, proposal: ProposedFlow) -> str:
    proposal_reject(proposal_id=proposal.id, actor=world.acme.ravi, reason="No such file")
    vote = Vote.objects.get(proposal=proposal)
    assert (vote.decision, vote.member) == ("reject", world.acme.ravi)
    return str(vote.reason)


def test_a_rejected_proposal_is_revised_and_asks_everybody_anew(world: World) -> None:
    acme, proposal = world.acme, world.propose()
    proposal_approve(proposal_id=proposal.id, actor=acme.ravi)
    proposal_reject(proposal_id=proposal.id, actor=acme.meera, reason="Daily is not enough")
    attributes = {**world.command()["flowAttributes"], "frequency": "INTRA_DAY"}
    acted = proposal_resubmit(
        proposal_id=proposal.id, actor=acme.asha, flow_def=world.command(flowAttributes=attributes)
    )
    assert (acted.outcome, acted.proposal.revision, acted.proposal.state) == (
        Outcome.RESUBMITTED,
        2,
        "PENDING_APPROVALS",
    )
    assert Approval.objects.filter(proposal=proposal).count() == 4
    done = world.approve_both(proposal)
    assert done.physical_flow is not None
    assert done.physical_flow.frequency == "INTRA_DAY"
    asked = [one.flow_def["flowAttributes"]["frequency"] for one in revisions_of(proposal)]
    assert asked == ["DAILY", "INTRA_DAY"]
    way = ["PENDING_APPROVALS", "SOURCE_APPROVED", "TARGET_REJECTED", "PENDING_APPROVALS", "SOURCE_APPROVED"]
    assert states_of(proposal.id) == ["PROPOSED_CREATE", *way, "FULLY_APPROVED"]


def test_only_the_maker_revises_and_only_the_same_flow(world: World) -> None:
    proposal = rejected(world)
    with pytest.raises(GuardFailed):
        proposal_resubmit(proposal_id=proposal.id, actor=world.acme.ravi, flow_def=world.command())
    other = {"kind": "APPLICATION", "id": str(world.risk.id)}
    with pytest.raises(RevisionInvalid) as refusal:
        proposal_resubmit(proposal_id=proposal.id, actor=world.acme.asha, flow_def=world.command(target=other))
    assert list(refusal.value.fields) == ["target"]


def test_a_revision_is_refused_when_the_same_was_proposed_meanwhile(world: World) -> None:
    proposal = rejected(world)
    second = world.propose()
    with pytest.raises(Duplicate) as refusal:
        proposal_resubmit(proposal_id=proposal.id, actor=world.acme.asha, flow_def=world.command())
    assert refusal.value.params["proposal"] == str(second.id)
    assert read_again(proposal).revision == 1


def test_nobody_decides_what_they_have_not_seen(world: World) -> None:
    proposal = world.propose()
    with pytest.raises(ProposalStale):
        proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi, version=proposal.version + 1)
    with pytest.raises(ProposalStale):
        proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi, shown_hash="0" * 64)
    seen = hash_of(proposal)
    proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi, version=proposal.version, shown_hash=seen)
    assert Vote.objects.get(proposal=proposal).shown_hash == seen


@pytest.mark.parametrize("person", ["ravi", "meera", "omar", "tess"])
def test_only_the_maker_cancels(world: World, person: str) -> None:
    proposal = world.propose()
    with pytest.raises(GuardFailed) as refusal:
        proposal_cancel(proposal_id=proposal.id, actor=getattr(world.acme, person))
    assert refusal.value.code == "proposal.cancel.denied"


def test_talking_and_following_change_nothing_else(world: World) -> None:
    proposal, omar = world.propose(), world.acme.omar
    comment = proposal_comment(proposal_id=proposal.id, actor=omar, text=" Is this the old file? ")
    assert (comment.text, comment.author_name) == ("Is this the old file?", "Omar")
    with pytest.raises(DomainError):
        proposal_comment(proposal_id=proposal.id, actor=omar, text="\0")
    for _ in range(2):
        proposal_watch(proposal_id=proposal.id, actor=omar)
    for _ in range(2):
        proposal_unwatch(proposal_id=proposal.id, actor=omar)
    assert kinds_of(proposal.id) == ["proposal.created", "proposal.commented", *["proposal.watched"] * 2]
    assert read_again(proposal).version == proposal.version
