"""Several people at one proposal in the same moment, with real commits: exactly one wins, and one flow is made."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tenancy.errors import DomainError
from flows.models import ApprovalSide, LogicalFlow, PhysicalFlow, ProposedFlow, Vote
from flows.proposals.services import finalise
from flows.proposals.services.act import (
    proposal_approve,
    proposal_cancel,
    proposal_reject,
    proposal_retry,
    proposals_bulk,
)
from flows.proposals.services.acting import Acted
from flows.proposals.services.judging import Duplicate
from flows.proposals.services.propose import proposal_create
from flows.proposals.services.resubmit import proposal_resubmit
from flows.proposals.services.timeouts import Swept, proposals_sweep
from tests.cast import make_acme
from tests.concurrency.racing import at_once
from tests.factories.accounts import be_away
from tests.factories.flows import involve, make_entity, make_logical, make_physical
from tests.flows.proposals.world import World, make_world, states_of

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
TRIALS = 50


@pytest.fixture
def world() -> World:
    acme = make_acme()
    with acme.scope():
        made = make_world(acme)
        involve(acme.hari, made.ledger)
    return made


def fresh(world: World, number: int, *, half: bool = False) -> ProposedFlow:
    """Another proposal for the same ends; ``half``: the source has approved."""
    with world.acme.scope():
        attributes = {**world.command()["flowAttributes"], "name": f"file {number}"}
        proposal = world.propose(flowAttributes=attributes)
        if half:
            proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi)
        return proposal


def split(answers: list[Any]) -> tuple[list[Any], list[DomainError]]:
    """Who won and who was refused; anything else is a fault."""
    lost = [answer for answer in answers if isinstance(answer, DomainError)]
    won = [answer for answer in answers if not isinstance(answer, Exception)]
    assert len(won) + len(lost) == len(answers), answers
    return won, lost


def one_end(world: World, proposal: ProposedFlow, number_of_flows: int) -> ProposedFlow:
    """The proposal has one history without gaps and one end, and the catalogue what belongs to it."""
    with world.acme.scope():
        row: ProposedFlow = ProposedFlow.objects.get(id=proposal.id)
        way = states_of(proposal.id)
        assert way[-1] == row.state
        assert len(way) == len(set(way))
        made = PhysicalFlow.objects.filter(proposal=row)
        assert made.count() == number_of_flows
        assert AuditEntry.objects.filter(kind="proposal.approved", subject_id=row.id).count() == number_of_flows
        return row


def test_both_sides_at_once_make_one_flow(world: World) -> None:
    acme = world.acme
    for number in range(TRIALS):
        proposal = fresh(world, number)
        works = [partial(proposal_approve, proposal_id=proposal.id, actor=person) for person in (acme.ravi, acme.meera)]
        won, lost = split(at_once(acme, *works))
        assert (len(won), lost) == (2, [])
        assert one_end(world, proposal, 1).state == "FULLY_APPROVED"
    with acme.scope():
        assert LogicalFlow.objects.count() == 1


def test_two_last_approvals_at_once(world: World) -> None:
    """Meera and Hari both speak for the target: one of them is too late."""
    acme = world.acme
    for number in range(TRIALS):
        proposal = fresh(world, number, half=True)
        works = [partial(proposal_approve, proposal_id=proposal.id, actor=person) for person in (acme.meera, acme.hari)]
        won, lost = split(at_once(acme, *works))
        assert (len(won), len(lost)) == (1, 1)
        assert lost[0].code == "proposal.transition_unknown"
        one_end(world, proposal, 1)
        with acme.scope():
            assert Vote.objects.filter(proposal=proposal).count() == 2


def test_somebody_and_who_stands_in_for_them_at_once(world: World) -> None:
    """Two must approve for the source: whoever is second has had their voice already."""
    acme, today = world.acme, timezone.localdate()
    with acme.scope():
        be_away(acme.ravi, today, today + timedelta(days=3), acme.farid)
        ApprovalSide.objects.filter(code="source").update(quorum=2)
    for number in range(10):
        proposal = fresh(world, number)
        works = [partial(proposal_approve, proposal_id=proposal.id, actor=person) for person in (acme.ravi, acme.farid)]
        won, lost = split(at_once(acme, *works))
        assert ([one.outcome for one in won], [one.code for one in lost]) == (["voted"], ["proposal.approve.denied"])
        with acme.scope():
            assert Vote.objects.filter(proposal=proposal).count() == 1


def test_a_double_click_is_one_vote(world: World) -> None:
    acme = world.acme
    for number in range(TRIALS):
        proposal = fresh(world, number)
        click = partial(proposal_approve, proposal_id=proposal.id, actor=acme.ravi, version=proposal.version)
        won, lost = split(at_once(acme, click, click))
        assert ([one.outcome for one in won], [one.code for one in lost]) == (["side_approved"], ["proposal.stale"])
        with acme.scope():
            assert Vote.objects.filter(proposal=proposal).count() == 1


def late_sweep(world: World) -> Swept:
    return proposals_sweep(organisation_id=world.acme.organisation.id, at=timezone.now() + timedelta(days=31))


Rival = Callable[[World, ProposedFlow], Any]
RIVALS: dict[str, tuple[Rival, str]] = {
    "cancel": (lambda w, p: proposal_cancel(proposal_id=p.id, actor=w.acme.asha), "CANCELLED"),
    "reject": (lambda w, p: proposal_reject(proposal_id=p.id, actor=w.acme.hari, reason="No"), "TARGET_REJECTED"),
    "timeout": (lambda w, p: late_sweep(w), "TIMED_OUT"),
}


@pytest.mark.parametrize("rival", RIVALS)
def test_the_last_approval_against(world: World, rival: str) -> None:
    acme, (act, end) = world.acme, RIVALS[rival]
    for number in range(TRIALS):
        proposal = fresh(world, number, half=True)
        approve = partial(proposal_approve, proposal_id=proposal.id, actor=acme.meera)
        first, second = at_once(acme, approve, partial(act, world, proposal))
        approved = isinstance(first, Acted)
        other = second.timed_out == 1 if isinstance(second, Swept) else isinstance(second, Acted)
        assert approved != other, (first, second)
        row = one_end(world, proposal, int(approved))
        assert row.state == ("FULLY_APPROVED" if approved else end)
        assert not row.is_open


def test_two_identical_proposals_at_once(world: World) -> None:
    acme = world.acme
    for number in range(TRIALS):
        attributes = {**world.command()["flowAttributes"], "name": f"file {number}"}
        command = world.command(flowAttributes=attributes)
        work = partial(proposal_create, actor=acme.asha, flow_def=command)
        won, lost = split(at_once(acme, work, work))
        assert (len(won), len(lost)) == (1, 1)
        assert isinstance(lost[0], Duplicate)
        assert lost[0].params["proposal"] == str(won[0].id)
    with acme.scope():
        numbers = list(ProposedFlow.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, TRIALS + 1))


def test_an_identical_proposal_against_the_revision_of_a_rejected_one(world: World) -> None:
    acme = world.acme
    for number in range(TRIALS):
        proposal = fresh(world, number)
        with acme.scope():
            command = dict(proposal.flow_def)
            proposal_reject(proposal_id=proposal.id, actor=acme.ravi, reason="No")
        works: list[Callable[[], Any]] = [
            partial(proposal_resubmit, proposal_id=proposal.id, actor=acme.asha, flow_def=command),
            partial(proposal_create, actor=acme.asha, flow_def=command),
        ]
        won, lost = split(at_once(acme, *works))
        assert (len(won), [type(one) for one in lost]) == (1, [Duplicate])
        with acme.scope():
            assert ProposedFlow.objects.filter(is_open=True).count() == number + 1


def test_two_new_flows_between_the_same_new_ends_make_one_logical_flow(world: World) -> None:
    acme = world.acme
    for number in range(TRIALS):
        with acme.scope():
            end = make_entity(acme.organisation, f"Desk {number}")
            involve(acme.meera, end)
            target = {"kind": "APPLICATION", "id": str(end.id)}
            proposals = [half_way(world, name, target=target) for name in ("one", "two")]
        works = [partial(proposal_approve, proposal_id=one.id, actor=acme.meera) for one in proposals]
        won, lost = split(at_once(acme, *works))
        assert ([one.proposal.state for one in won], lost) == (["FULLY_APPROVED"] * 2, [])
        with acme.scope():
            logical = LogicalFlow.objects.get(target=end)
            assert PhysicalFlow.objects.filter(logical_flow=logical, is_removed=False).count() == 2


def half_way(world: World, name: str, **more: Any) -> ProposedFlow:
    """A creation that waits for the target only. Needs the scope."""
    proposal = world.propose(flowAttributes={**world.command()["flowAttributes"], "name": name}, **more)
    proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi)
    return proposal


def test_removing_the_last_flow_against_making_another(world: World) -> None:
    """Whichever is first: the logical flow lives, with the new physical flow only."""
    acme = world.acme
    for number in range(TRIALS):
        with acme.scope():
            end = make_entity(acme.organisation, f"Desk {number}")
            involve(acme.meera, end)
            old = make_physical(make_logical(world.orders, end), types=[world.types["TRADE"]])
            removal = world.propose_change(old, "REMOVE")
            proposal_approve(proposal_id=removal.id, actor=acme.ravi)
            target = {"kind": "APPLICATION", "id": str(end.id)}
            creation = half_way(world, "another", target=target)
        works = [partial(proposal_approve, proposal_id=one.id, actor=acme.meera) for one in (removal, creation)]
        won, lost = split(at_once(acme, *works))
        assert ([one.proposal.state for one in won], lost) == (["FULLY_APPROVED"] * 2, [])
        with acme.scope():
            logical = LogicalFlow.objects.get(target=end)
            live = PhysicalFlow.objects.filter(logical_flow=logical, is_removed=False)
            assert (logical.is_live, [flow.proposal_id for flow in live]) == (True, [creation.id])
            assert set(logical.type_links.values_list("data_type__code", flat=True)) == {"TRADE"}


def test_a_retry_pressed_by_two(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = world.acme
    for number in range(TRIALS):
        proposal = fresh(world, number, half=True)
        with acme.scope(), monkeypatch.context() as patch:
            patch.setattr(finalise, "_union_of_types", lambda *args: 1 / 0)
            failed = proposal_approve(proposal_id=proposal.id, actor=acme.meera)
            assert failed.outcome == "failed"
        works = [partial(proposal_retry, proposal_id=proposal.id, actor=person) for person in (acme.asha, acme.meera)]
        won, lost = split(at_once(acme, *works))
        assert (len(won), [one.code for one in lost]) == (1, ["proposal.transition_unknown"])
        one_end(world, proposal, 1)


def test_two_bulk_decisions_of_the_same_proposals(world: World) -> None:
    acme = world.acme
    for trial in range(10):
        proposals = [fresh(world, 10 * trial + number) for number in range(5)]
        ids = [proposal.id for proposal in proposals]
        works = [
            partial(proposals_bulk, actor=acme.ravi, ids=ids, decision="approve"),
            partial(proposals_bulk, actor=acme.meera, ids=ids[::-1], decision="approve"),
        ]
        won, lost = split(at_once(acme, *works))
        assert lost == []
        assert all(row.ok for rows in won for row in rows)
        for proposal in proposals:
            one_end(world, proposal, 1)


def test_two_sweeps_time_each_proposal_out_once(world: World) -> None:
    acme = world.acme
    for number in range(40):
        fresh(world, number)
    answers = at_once(acme, *[partial(late_sweep, world)] * 4)
    with acme.scope():
        assert sum(answers, late_sweep(world)) == Swept(timed_out=40)
        assert AuditEntry.objects.filter(kind="proposal.timed_out").count() == 40
