"""What breaks off is tried a few times and set aside; everything else goes on meanwhile, and nothing happens twice."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from notifications.models import InboxItem
from notifications.outbox import relay_organisation
from tests.cast import Acme
from tests.factories.machines import machine_of, publish_node, task_at
from tests.factories.outside import offered
from tests.factories.workflows import MONDAY, install, open_task, publish, run_of, start_leave
from tests.scenarios.rest import Rest
from tests.workflows.views.story import load, signed_in, text
from workflows import tasks
from workflows.library import library_item
from workflows.models import BulkAct, BulkAction, DecisionLink, LinkEnd, MachineStep, RunTimer, Task, TransitionLog
from workflows.services import bulk, machine_finish, machine_work, sla
from workflows.services.bulk import (
    BulkOver,
    BulkRow,
    BulkWish,
    bulk_ask,
    bulk_cancel,
    bulk_due,
    bulk_run,
    organisations_with_due_bulks,
)
from workflows.services.leavers import tasks_of_leavers
from workflows.services.link_sweep import links_sweep
from workflows.services.machine_finish import MOST_CRASHES
from workflows.services.runs import run_start
from workflows.services.sla import Swept, organisations_due, sla_sweep
from workflows.services.tasks import completion
from workflows.services.timeouts import PAUSE, timeouts_sweep

WAIT, LATE = timedelta(seconds=10), MONDAY + timedelta(days=30)


@pytest.fixture
def waiting(acme: Acme) -> list[UUID]:
    """Three requests of Asha's that wait for Ravi, the first one to be the bad one. Outside of any scope, as workers are."""
    with acme.scope():
        leave = install("leave_application", acme.omar)
        return [start_leave(leave, acme.asha).run_id for _ in range(3)]


def wish_for(acme: Acme, run_id: UUID) -> UUID:
    with acme.scope():
        wish = BulkWish(BulkAction.DECIDE, [BulkRow(open_task(run_id).id)], "Rejected")
        return bulk_ask(actor=acme.ravi, wish=wish, wait=WAIT, at=MONDAY).id


@pytest.fixture
def wishes(acme: Acme, waiting: list[UUID], monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """One for each request; the first one breaks off."""

    def broken(locked: Any, *given: Any, **more: Any) -> Any:
        if locked.run.id == waiting[0]:
            raise AttributeError("a form value")
        return completion(locked, *given, **more)

    monkeypatch.setattr(bulk, "completion", broken)
    return [wish_for(acme, run_id) for run_id in waiting]


def states(acme: Acme, wishes: list[UUID]) -> list[tuple[str, int]]:
    with acme.scope():
        found = {act.id: (act.state, act.attempts) for act in BulkAct.objects.filter(id__in=wishes)}
    return [found[act_id] for act_id in wishes]


def test_a_wish_that_breaks_off_keeps_no_other_and_is_given_up(
    acme: Acme, waiting: list[UUID], wishes: list[UUID]
) -> None:
    here, at = acme.organisation.id, MONDAY + WAIT
    assert [bulk_due(here, at=at) for _ in range(4)] == [1, 1, 1, 0]
    assert states(acme, wishes) == [("waiting", 1), ("done", 1), ("done", 1)]
    page = load(signed_in(acme.ravi), f"/tasks/bulk/{wishes[0]}/")
    assert "It is being done now" in text(page)
    tried = []
    for pause in bulk.PAUSES:
        assert organisations_with_due_bulks(at + pause - timedelta(microseconds=1)) == []
        at += pause
        tried.append(bulk_due(here, at=at))
    assert tried == [1] * 5
    assert (states(acme, wishes)[0], bulk_due(here, at=LATE)) == (("failed", 5), 0)
    with acme.scope():
        assert [run_of(run_id).outcome for run_id in waiting] == ["", "Rejected", "Rejected"]
        told = AuditEntry.objects.get(kind="bulk.failed")
        assert (told.actor_kind, told.subject_id, told.payload["attempts"]) == ("system", wishes[0], 5)
        assert AuditEntry.objects.filter(kind="bulk.done").count() == 2
        assert BulkAct.objects.get(id=wishes[0]).rows == {}


def test_who_asked_is_told_that_it_was_given_up(acme: Acme, wishes: list[UUID]) -> None:
    at = MONDAY + WAIT
    for _ in range(10):
        bulk_due(acme.organisation.id, at=at)
        at += max(bulk.PAUSES)
    assert states(acme, wishes)[0] == ("failed", 5)
    assert "This could not be done." in text(load(signed_in(acme.ravi), f"/tasks/bulk/{wishes[0]}/"))
    assert Rest(acme.ravi).read(f"tasks/bulk/{wishes[0]}/")["state"] == "failed"
    with acme.scope():
        for act in (bulk_run, bulk_cancel):
            with pytest.raises(BulkOver, match="broke off"):
                act(bulk_id=wishes[0], actor=acme.ravi)
    relay_organisation(acme.organisation.id)
    with acme.scope():
        item = InboxItem.objects.get(kind="bulk.failed")
        assert (item.recipient_id, item.path) == (acme.ravi.id, f"/tasks/bulk/{wishes[0]}/")


def two_steps(acme: Acme, monkeypatch: pytest.MonkeyPatch, where: str) -> tuple[UUID, UUID]:
    """Two requests at automatic steps; what is called `where` breaks off at that of the first one."""
    node = {"kind": "formula", "params": {"values": {"fine": "1"}}}
    with acme.scope():
        first, second = (publish_node(acme.omar, node).id for _ in range(2))
        bad, good = (
            run_start(definition_id=one, actor=acme.asha, data={}, at=MONDAY).run_id for one in (first, second)
        )
        theirs = {machine_of(bad).id, run_of(bad).version_id}
    whole = getattr(machine_work, where)

    def broken(*given: Any) -> Any:
        if theirs & {one if isinstance(one, UUID) else getattr(one, "id", None) for one in given}:
            raise AttributeError("a form value")
        return whole(*given)

    monkeypatch.setattr(machine_work, where, broken)
    return bad, good


def due_again(acme: Acme, run_id: UUID) -> timedelta | None:
    """In what time the step is looked at again; then it is due at once."""
    with acme.scope():
        at = machine_of(run_id).next_at
        MachineStep.objects.filter(run_id=run_id, next_at__isnull=False).update(next_at=MONDAY)
        return at - timezone.now() if at else None


@pytest.mark.parametrize("where", ["values_for", "finish"])
def test_a_machine_step_that_breaks_off_is_set_aside_and_keeps_no_other(
    acme: Acme, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    bad, good = two_steps(acme, monkeypatch, where)
    assert machine_work.work_due() == 2
    with acme.scope():
        assert task_at(good, "review").state == "waiting"
    while due_again(acme, bad):
        assert machine_work.work_due() == 1
    with acme.scope():
        row = machine_of(bad)
        assert (row.quarantined, row.crashes, row.task.state) == (True, MOST_CRASHES, "failure")
        assert AuditEntry.objects.filter(kind="task.quarantined").count() == 1


def test_a_machine_step_that_cannot_even_be_set_aside_is_looked_at_once_a_day(
    acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = two_steps(acme, monkeypatch, "definition_of")
    monkeypatch.setattr(machine_finish, "definition_of", vars(machine_work)["definition_of"])
    pauses = []
    for _ in range(MOST_CRASHES + 2):
        machine_work.work_due()
        pauses.append(due_again(acme, bad))
    with acme.scope():
        assert task_at(good, "review").state == "waiting"
    assert [pause is not None and pause > timedelta(hours=23) for pause in pauses] == [False] * MOST_CRASHES + [
        True
    ] * 2


def test_a_wish_that_somebody_ends_after_it_was_taken_up_is_done_once(acme: Acme, waiting: list[UUID]) -> None:
    act_id = wish_for(acme, waiting[0])
    with acme.scope():
        claimed = bulk._claim(acme.organisation.id, MONDAY + WAIT)
        assert claimed is not None
        assert bulk_run(bulk_id=act_id, actor=acme.ravi, at=MONDAY + WAIT).done == 1
        bulk._attempt(claimed, MONDAY + WAIT)
        assert AuditEntry.objects.filter(kind="bulk.done").count() == 1


def escalated(run_ids: list[UUID]) -> list[int]:
    return [TransitionLog.objects.filter(run_id=run_id, kind="escalated").count() for run_id in run_ids]


def test_a_task_that_no_sweep_can_do_is_put_off_and_told_of(acme: Acme, waiting: list[UUID]) -> None:
    here, at = acme.organisation.id, LATE
    with acme.scope():
        bad = open_task(waiting[0])
        Task.objects.filter(id=bad.id).update(panel={"nothing": "known"})
    assert [sla_sweep(here, at=at) for _ in range(2)] == [Swept(escalated=2, put_off=1), Swept()]
    for pause in sla.PAUSES[:-1]:
        assert organisations_due(at + pause - timedelta(microseconds=1)) == []
        at += pause
        assert [sla_sweep(here, at=at) for _ in range(2)] == [Swept(put_off=1), Swept()]
    with acme.scope():
        entries = AuditEntry.objects.filter(kind="task.clock_failed", subject_id=bad.id).order_by("at")
        found = [(entry.payload["attempt"], entry.payload["admin_ids"]) for entry in entries]
        assert found == [(1, []), (2, []), (3, []), (4, []), (5, [str(acme.tess.id)])]
        assert entries[0].payload["why"] == "It broke off: KeyError."
    relay_organisation(here)
    with acme.scope():
        assert InboxItem.objects.get(kind="task.clock_failed").recipient_id == acme.tess.id
        Task.objects.filter(id=bad.id).update(panel=None)
        assert escalated(waiting) == [0, 1, 1]
    at += sla.PAUSES[-1]
    assert [sla_sweep(here, at=at) for _ in range(2)] == [Swept(escalated=1), Swept()]
    with acme.scope():
        assert escalated(waiting) == [1, 1, 1]


def test_what_a_batch_cannot_write_is_put_off_alone(acme: Acme, waiting: list[UUID]) -> None:
    """The database refuses: of the others nothing is lost, and nothing of the one stays."""
    here = acme.organisation.id
    with acme.scope():
        entry = TransitionLog.objects.filter(run_id=waiting[0]).latest("seq")
        entry.id, entry.seq, entry._state.adding = uuid4(), entry.seq + 1, True
        entry.save()
    assert sla_sweep(here, at=LATE) == Swept(escalated=2, put_off=1)
    with acme.scope():
        assert escalated(waiting) == [0, 1, 1]
        assert open_task(waiting[0]).overdue is False
        assert AuditEntry.objects.filter(kind="task.escalated").count() == 2


@pytest.mark.parametrize("broken", ["sla_sweep", "tasks_of_leavers", "timeouts_sweep", "links_sweep"])
def test_no_sweep_undoes_what_another_has_done(
    acme: Acme, waiting: list[UUID], monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    seen = []

    def fails(organisation_id: UUID, **given: Any) -> int:
        raise KeyError("x")

    def works(organisation_id: UUID, **given: Any) -> int:
        seen.append(organisation_id)
        return 0

    for name in ("tasks_of_leavers", "timeouts_sweep", "links_sweep"):
        monkeypatch.setattr(tasks, name, works)
    monkeypatch.setattr(tasks, broken, fails)
    tasks.sla_sweep_organisation.run(organisation_id=str(acme.organisation.id))
    assert len(seen) == (3 if broken == "sla_sweep" else 2)
    with acme.scope():
        assert escalated(waiting) == [0 if broken == "sla_sweep" else 1] * 3


def break_task(run_id: UUID) -> None:
    """So that nobody can read it any more."""
    Task.objects.filter(id=open_task(run_id).id).update(panel={"nothing": "known"})


def test_a_task_that_cannot_be_given_to_a_fallback_keeps_no_other_from_it(acme: Acme, waiting: list[UUID]) -> None:
    with acme.scope():
        break_task(waiting[0])
        acme.ravi.is_active = False
        acme.ravi.save(update_fields=["is_active"])
        assert [tasks_of_leavers(acme.organisation.id, at=MONDAY) for _ in range(2)] == [2, 0]
        assert [open_task(run_id).assignee_id == acme.ravi.id for run_id in waiting] == [True, False, False]


def test_a_request_that_cannot_be_ended_keeps_no_other_from_it_and_is_looked_at_later(acme: Acme) -> None:
    here, document = acme.organisation.id, library_item("leave_application").to_json()
    document["graph"]["timeout"] = {"hard": "3d", "then": "kill"}
    with acme.scope():
        leave = publish(document, acme.omar)
        bad, good = (start_leave(leave, acme.asha).run_id for _ in range(2))
        break_task(bad)
        assert [timeouts_sweep(here, at=LATE, limit=1) for _ in range(3)] == [0, 1, 0]
        assert [run_of(run_id).status for run_id in (bad, good)] == ["running", "killed"]
        assert RunTimer.objects.get(run_id=bad).check_at == LATE + PAUSE
        Task.objects.filter(run_id=bad).update(panel=None)
        assert timeouts_sweep(here, at=LATE + PAUSE) == 1
        assert run_of(bad).status == "killed"


def test_a_link_that_cannot_be_ended_keeps_no_other_from_it(acme: Acme) -> None:
    with acme.scope():
        bad, good = offered(acme, days=1), offered(acme, days=1)
        break_task(bad)
        assert links_sweep(acme.organisation.id, at=timezone.now() + timedelta(days=2)) == 1
        assert [DecisionLink.objects.get(run_id=run_id).outcome for run_id in (bad, good)] == [
            LinkEnd.OPEN,
            LinkEnd.EXPIRED,
        ]
