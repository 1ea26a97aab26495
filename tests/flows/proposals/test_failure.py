"""The last approval when the change cannot be made: nothing stays, the reason does, and it can be retried."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DataError

from accounts.models import AuditEntry
from accounts.tenancy.errors import DomainError
from flows.models import DataType, FlowLife, LogicalFlow, PhysicalFlow, PhysicalSpecification, ProposedFlow, Vote
from flows.proposals.services import finalise
from flows.proposals.services.act import proposal_approve, proposal_cancel, proposal_retry
from flows.proposals.services.acting import Acted, Outcome
from flows.proposals.states import GuardFailed, TransitionUnknown
from notifications.recipients import Around, told
from tests.factories.flows import involve
from tests.flows.proposals.test_notices import fact
from tests.flows.proposals.world import World, kinds_of, states_of


@contextmanager
def broken(monkeypatch: pytest.MonkeyPatch, error: Exception) -> Iterator[None]:
    """The change fails in its last step, when most of it is written."""

    def fail(*args: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(finalise, "_union_of_types", fail)
        yield


def fail_at_last(world: World, monkeypatch: pytest.MonkeyPatch, error: Exception) -> Acted:
    proposal = world.propose()
    proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi)
    with broken(monkeypatch, error):
        return proposal_approve(proposal_id=proposal.id, actor=world.acme.meera, reason="Fine")


ERRORS = [RuntimeError("The disk is full.\nDETAIL: of water"), DataError("value too long"), DomainError("Not today.")]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_nothing_stays_but_the_reason(world: World, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    acted = fail_at_last(world, monkeypatch, error)
    proposal = ProposedFlow.objects.get(id=acted.proposal.id)
    assert acted.outcome is Outcome.FAILED
    assert (proposal.state, proposal.is_open) == ("SOURCE_APPROVED", True)
    assert proposal.failed_at is not None
    assert str(error).splitlines()[0] in proposal.failure
    assert "DETAIL" not in proposal.failure
    for model in (LogicalFlow, PhysicalFlow, PhysicalSpecification):
        assert not model.objects.exists()
    assert [vote.member for vote in Vote.objects.all()] == [world.acme.ravi]
    assert states_of(proposal.id)[-1] == "SOURCE_APPROVED"
    assert not AuditEntry.objects.filter(kind__in=["proposal.approved", "flow.created"]).exists()
    assert kinds_of(proposal.id)[-1] == "proposal.failed"
    event, actor_id = fact("proposal.failed", proposal.id)
    assert {one.member_id for one in told(event, actor_id, Around())} == {world.acme.asha.id}


@pytest.mark.parametrize("person", ["asha", "meera"])
def test_a_retry_is_the_vote_of_who_gave_it(world: World, monkeypatch: pytest.MonkeyPatch, person: str) -> None:
    proposal = fail_at_last(world, monkeypatch, RuntimeError("Full")).proposal
    acted = proposal_retry(proposal_id=proposal.id, actor=getattr(world.acme, person))
    done = ProposedFlow.objects.get(id=proposal.id)
    assert (acted.outcome, done.state, done.failure) == (Outcome.FULLY_APPROVED, "FULLY_APPROVED", "")
    vote = Vote.objects.get(proposal=proposal, member=world.acme.meera)
    assert (vote.decision, vote.reason) == ("approve", "Fine")
    assert PhysicalFlow.objects.get().author == world.acme.asha


def test_a_retry_may_fail_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = fail_at_last(world, monkeypatch, RuntimeError("Full")).proposal
    with broken(monkeypatch, RuntimeError("Still full")):
        acted = proposal_retry(proposal_id=proposal.id, actor=world.acme.asha)
    assert acted.outcome is Outcome.FAILED
    assert "Still full" in acted.proposal.failure
    assert proposal_retry(proposal_id=proposal.id, actor=world.acme.meera).outcome is Outcome.FULLY_APPROVED


def test_when_who_gave_it_has_left_somebody_else_approves(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = world.acme
    involve(acme.hari, world.ledger)
    proposal = fail_at_last(world, monkeypatch, RuntimeError("Full")).proposal
    acme.meera.is_active = False
    acme.meera.save(update_fields=["is_active"])
    with pytest.raises(GuardFailed):
        proposal_retry(proposal_id=proposal.id, actor=acme.asha)
    assert proposal_retry(proposal_id=proposal.id, actor=acme.hari).outcome is Outcome.FULLY_APPROVED
    assert Vote.objects.filter(proposal=proposal, member=acme.hari).exists()


def test_only_those_concerned_retry_and_only_after_a_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TransitionUnknown):
        proposal_retry(proposal_id=world.propose("PARTY").id, actor=world.acme.asha)
    ProposedFlow.objects.update(identity="aside")
    proposal = fail_at_last(world, monkeypatch, RuntimeError("Full")).proposal
    with pytest.raises(GuardFailed) as refusal:
        proposal_retry(proposal_id=proposal.id, actor=world.acme.omar)
    assert refusal.value.code == "proposal.retry.denied"
    assert proposal_cancel(proposal_id=proposal.id, actor=world.acme.asha).outcome is Outcome.CANCELLED


def test_a_change_in_between_sends_it_back_to_be_revised(world: World) -> None:
    proposal = world.propose("TRADE", "PARTY")
    proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi)
    DataType.objects.filter(code="TRADE").update(deprecated=True)
    acted = proposal_approve(proposal_id=proposal.id, actor=world.acme.meera)
    assert (acted.outcome, acted.proposal.state, acted.proposal.is_open) == (Outcome.SENT_BACK, "SENT_BACK", False)
    assert "Trade is deprecated." in acted.message
    assert not LogicalFlow.objects.exists()
    assert Vote.objects.filter(proposal=proposal).count() == 1
    assert states_of(proposal.id)[-1] == "SENT_BACK"


def test_a_flow_that_changed_in_between_is_not_overwritten(world: World) -> None:
    flow = world.flow("TRADE")
    proposal = world.propose_change(flow, "UPDATE", ["TRADE"], frequency="WEEKLY")
    PhysicalFlow.objects.filter(id=flow.id).update(transport="EMAIL")
    proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi)
    acted = proposal_approve(proposal_id=proposal.id, actor=world.acme.meera)
    assert acted.outcome is Outcome.SENT_BACK
    assert "Transport was File transport and is Email now." in acted.message
    flow.refresh_from_db()
    assert (flow.transport, flow.frequency, flow.lifecycle_status) == ("EMAIL", "DAILY", FlowLife.ACTIVE)
