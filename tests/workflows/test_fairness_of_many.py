"""Thousands of one organisation before one of another: the other is served after one turn, batch or share of the first."""

from collections import deque
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import models

from accounts.audit.models import AuditEntry
from accounts.tenancy.models import new_id
from notifications import outbox
from notifications.models import OutboxEvent
from tests.cast import Acme, Globex
from tests.factories.workflows import MONDAY, install, open_task, start_leave
from tests.workflows.test_fairness import ask
from workflows import tasks
from workflows.models import MachineStep, Task, TaskAttempt, TransitionLog, WorkflowRun
from workflows.services import machine_work
from workflows.services.machine_work import FAIR_SHARE
from workflows.services.sla import BATCH

MUCH = 2_000
LATE = MONDAY + timedelta(days=30)


def again(row: models.Model, **changes: Any) -> Any:
    """The row once more, under an id of its own."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**{**values, "id": new_id(), **changes})


def multiplied(task: Task, number: int) -> list[Task]:
    """So many more runs like that of the open task. Needs the scope."""
    runs = [again(task.run, number=task.run.number + one) for one in range(1, number + 1)]
    copies = [again(task, run_id=run.id) for run in runs]
    WorkflowRun.objects.bulk_create(runs)
    Task.objects.bulk_create(copies)
    return copies


def first_asked(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, first: UUID) -> None:
    """The organisation with much to do always comes first in a round."""
    ask_database = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *at: sorted(ask_database(*at), key=lambda one: one != first))


def test_automatic_steps(acme: Acme, globex: Globex, monkeypatch: pytest.MonkeyPatch) -> None:
    with acme.scope():
        ask(acme.omar, acme.asha, 1)
        step = MachineStep.objects.select_related("task__run").get()
        copies = multiplied(step.task, MUCH)
        steps = [again(step, run_id=one.run_id, task_id=one.id, key=new_id()) for one in copies]
        MachineStep.objects.bulk_create(steps)
    with globex.scope():
        ask(globex.gus, globex.gus, 1)
    first_asked(monkeypatch, machine_work, "due_organisations", acme.organisation.id)
    work_once, served = machine_work.work_once, list[UUID]()

    def until_the_other(organisation_id: UUID) -> bool:
        served.append(organisation_id)
        return globex.organisation.id not in served[:-1] and work_once(organisation_id)

    monkeypatch.setattr(machine_work, "work_once", until_the_other)
    monkeypatch.setattr(machine_work, "TURN", 60.0)  # a busy machine makes quick steps slow
    machine_work.work_due(seconds=60)
    assert served[: FAIR_SHARE + 1] == [acme.organisation.id] * FAIR_SHARE + [globex.organisation.id]
    with globex.scope():
        assert TaskAttempt.objects.filter(outcome="done").count() == 1
    with acme.scope():
        assert MachineStep.objects.filter(attempts=0).count() == MUCH + 1 - FAIR_SHARE


def test_notices(acme: Acme, globex: Globex, monkeypatch: pytest.MonkeyPatch) -> None:
    with acme.scope():
        start_leave(install("leave_application", acme.omar), acme.asha)
        event = OutboxEvent.objects.filter(kind="task.opened").get()
        entry = AuditEntry.objects.get(id=event.id)
        entries = AuditEntry.objects.bulk_create([again(entry) for _ in range(MUCH)])
        rows = [OutboxEvent(id=one.id, kind=one.kind, subject_id=one.subject_id, at=one.at) for one in entries]
        for row in rows:
            row.organisation = acme.organisation
        OutboxEvent.objects.bulk_create(rows)
    with globex.scope():
        start_leave(install("leave_application", globex.gus), globex.gita)
    first_asked(monkeypatch, outbox, "pending_organisations", acme.organisation.id)
    relay_organisation, served = outbox.relay_organisation, list[tuple[UUID, int]]()

    def until_the_other(organisation_id: UUID, *, limit: int) -> int:
        if any(one == globex.organisation.id for one, _ in served):
            return 0
        done = relay_organisation(organisation_id, limit=limit)
        served.append((organisation_id, done))
        return done

    monkeypatch.setattr(outbox, "relay_organisation", until_the_other)
    outbox.relay(limit=100, seconds=60)
    (first, batch), (second, all_of_it) = served
    assert (first, batch, second) == (acme.organisation.id, 100, globex.organisation.id)
    with globex.scope():
        assert (OutboxEvent.objects.filter(state="planned").count(), all_of_it > 0) == (all_of_it, True)


def test_time_limits(acme: Acme, globex: Globex, monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker and one queue: the other organisation waits for one batch."""
    with acme.scope():
        multiplied(open_task(start_leave(install("leave_application", acme.omar), acme.asha).run_id), MUCH)
    with globex.scope():
        gitas = start_leave(install("leave_application", globex.gus), globex.gita).run_id
    queue = deque[dict[str, str]]()
    first_asked(monkeypatch, tasks, "organisations_due", acme.organisation.id)
    monkeypatch.setattr(tasks.sla_sweep_organisation, "delay", lambda **given: queue.append(given))
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATE)
    monkeypatch.setattr(tasks, "REST", 0.0)
    tasks.sla_tick()
    while not escalated(globex, gitas):
        tasks.sla_sweep_organisation(**queue.popleft())
    with acme.scope():
        assert TransitionLog.objects.filter(kind="escalated").count() == BATCH
    assert [one["organisation_id"] for one in queue] == [str(acme.organisation.id)]


def escalated(globex: Globex, run_id: UUID) -> bool:
    with globex.scope():
        return open_task(run_id).overdue
