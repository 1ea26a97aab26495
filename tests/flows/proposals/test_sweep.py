"""The clock: reminders, time-outs, each proposal on its own."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from flows import tasks
from flows.configuration import settings_change
from flows.models import ProposedFlow
from flows.proposals.services import timeouts
from flows.proposals.services.act import proposal_approve, proposal_comment
from flows.proposals.services.timeouts import Swept, organisations_due, proposals_sweep
from tests.factories.flows import allow
from tests.flows.proposals.world import World, kinds_of, states_of
from workflows.models import EntityStateNext


def sweep(world: World, at: datetime) -> Swept:
    return proposals_sweep(organisation_id=world.acme.organisation.id, at=at)


def propose(world: World, number: int = 0) -> ProposedFlow:
    return world.propose(flowAttributes={**world.command()["flowAttributes"], "name": f"file {number}"})


def after(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


def test_a_reminder_before_and_the_end_after(world: World) -> None:
    proposal = propose(world)
    assert sweep(world, after(26.9)) == Swept()
    assert [sweep(world, after(27.1)) for _ in range(2)] == [Swept(reminded=1), Swept()]
    assert [sweep(world, after(30.1)) for _ in range(2)] == [Swept(timed_out=1), Swept()]
    assert states_of(proposal.id)[-1] == "TIMED_OUT"
    assert kinds_of(proposal.id)[-2:] == ["proposal.reminded", "proposal.timed_out"]
    row = ProposedFlow.objects.get(id=proposal.id)
    assert (row.is_open, row.version) == (False, proposal.version + 1)


def test_the_time_counts_from_the_last_action_and_talk_is_none(world: World) -> None:
    proposal = propose(world)
    proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi, at=after(20))
    proposal_comment(proposal_id=proposal.id, actor=world.acme.omar, text="Soon", at=after(40))
    assert sweep(world, after(46)) == Swept()
    assert sweep(world, after(48)) == Swept(reminded=1)
    assert sweep(world, after(51)) == Swept(timed_out=1)


def test_a_shorter_time_closes_nothing_without_a_reminder(world: World) -> None:
    old, fresh = propose(world, 1), propose(world, 2)
    ProposedFlow.objects.filter(id=old.id).update(acted_at=after(-20), due_at=after(10))
    settings_change(actor=world.acme.tess, values={"timeout_days": 14})
    assert ProposedFlow.objects.get(id=fresh.id).due_at == fresh.acted_at + timedelta(days=14)
    assert sweep(world, after(0.1)) == Swept(reminded=1)
    assert sweep(world, after(2.9)) == Swept()
    assert sweep(world, after(3.1)) == Swept(timed_out=1)


def test_a_shorter_time_puts_nothing_off(world: World) -> None:
    proposal = propose(world)
    ProposedFlow.objects.filter(id=proposal.id).update(acted_at=after(-29), due_at=after(1))
    assert sweep(world, after(0)) == Swept(reminded=1)
    settings_change(actor=world.acme.tess, values={"timeout_days": 14})
    assert sweep(world, after(1.1)) == Swept(timed_out=1)


def test_who_has_more_time_is_reminded_again(world: World) -> None:
    propose(world)
    assert sweep(world, after(27.1)) == Swept(reminded=1)
    settings_change(actor=world.acme.tess, values={"timeout_days": 60})
    assert sweep(world, after(56.9)) == Swept()
    assert sweep(world, after(57.1)) == Swept(reminded=1)


def test_the_organisation_says_how_long(world: World) -> None:
    proposal = propose(world)
    settings_change(actor=world.acme.tess, values={"timeout_days": 5, "remind_days": 0})
    assert ProposedFlow.objects.get(id=proposal.id).due_at == proposal.acted_at + timedelta(days=5)
    assert sweep(world, after(4.9)) == Swept()
    assert sweep(world, after(5.1)) == Swept(timed_out=1)


@pytest.mark.parametrize("number", [2, 8])
def test_a_batch_is_the_same_statements_for_any_number(world: World, number: int) -> None:
    for one in range(number):
        propose(world, one)
    with CaptureQueriesContext(connection) as queries:
        assert sweep(world, after(31)) == Swept(timed_out=number)
    assert len(queries) <= 16
    assert AuditEntry.objects.filter(kind="proposal.timed_out").count() == number


def test_one_that_cannot_be_closed_keeps_nobody_else(world: World) -> None:
    proposals = [propose(world, number) for number in range(3)]
    proposal_approve(proposal_id=proposals[1].id, actor=world.acme.ravi)
    EntityStateNext.objects.filter(from_state__code="SOURCE_APPROVED", to_state__code="TIMED_OUT").delete()
    assert sweep(world, after(31)) == Swept(timed_out=2, left=1)
    states = ProposedFlow.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == ["TIMED_OUT", "SOURCE_APPROVED", "TIMED_OUT"]


def test_those_that_cannot_be_closed_do_not_fill_every_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    proposals = [propose(world, number) for number in range(5)]
    for number, proposal in enumerate(proposals):
        ProposedFlow.objects.filter(id=proposal.id).update(due_at=after(number - 10))
    for proposal in proposals[:2]:
        proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi, at=after(-40))
    EntityStateNext.objects.filter(from_state__code="SOURCE_APPROVED", to_state__code="TIMED_OUT").delete()
    woken = list[dict[str, str]]()
    monkeypatch.setattr(tasks, "BATCH", 2)
    monkeypatch.setattr(tasks.proposals_sweep_organisation, "delay", lambda **more: woken.append(more))
    monkeypatch.setattr(transaction, "on_commit", lambda work, robust=False: None if robust else work())
    tasks.proposals_sweep_organisation(organisation_id=str(world.acme.organisation.id))
    while woken:
        tasks.proposals_sweep_organisation(**woken.pop())
    states = ProposedFlow.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == ["SOURCE_APPROVED"] * 2 + ["TIMED_OUT"] * 3


def test_only_so_many_at_once(world: World) -> None:
    for number in range(3):
        propose(world, number)
    own = world.acme.organisation.id
    found = [timeouts.proposals_sweep(organisation_id=own, at=after(31), limit=2).timed_out for _ in range(3)]
    assert found == [2, 1, 0]


def test_which_organisations_have_something_to_do(world: World) -> None:
    propose(world)
    own = world.acme.organisation.id
    assert own not in organisations_due(after(1))
    assert own in organisations_due(after(28))
    allow(world.acme.organisation, remind_days=0)
    assert own not in organisations_due(after(28))
    assert own in organisations_due(after(31))


def test_the_ticks_wake_a_sweep_per_organisation(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal, woken = propose(world), list[str]()
    ProposedFlow.objects.filter(id=proposal.id).update(due_at=after(-1))
    for sweep_of_one, tick in (
        (tasks.proposals_sweep_organisation, tasks.proposals_tick),
        (tasks.unattended_sweep_organisation, tasks.unattended_tick),
    ):
        monkeypatch.setattr(sweep_of_one, "delay", lambda *, organisation_id: woken.append(organisation_id))
        tick()
        sweep_of_one(organisation_id=woken[-1])
    assert woken == [str(world.acme.organisation.id)] * 2
    assert ProposedFlow.objects.get(id=proposal.id).state == "TIMED_OUT"
