"""An organisation with very much to do keeps nobody else waiting: automatic steps, notices, time limits."""

from collections import deque
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from notifications import outbox
from notifications.models import OutboxEvent
from tests.cast import Acme, Globex
from tests.factories.machines import publish_node
from tests.factories.workflows import MONDAY
from workflows import tasks
from workflows.models import MachineStep, TaskAttempt
from workflows.services import machine_work
from workflows.services.machine_work import AT_ONCE, FAIR_SHARE, work_due
from workflows.services.runs import run_start
from workflows.services.sla import BATCH, Swept

MANY = 4 * FAIR_SHARE
WORK = {"kind": "formula", "params": {"values": {"one": "1"}}}


def ask(designer: Any, requester: Any, number: int) -> None:
    definition = publish_node(designer, WORK, name=f"Work of {requester.name}")
    for _ in range(number):
        run_start(definition_id=definition.id, actor=requester, data={"reason": "x", "total": 1})
    # The database asks with the time at which the transaction of the test began.
    MachineStep.objects.filter(run__requester=requester).update(next_at=MONDAY)


@pytest.fixture
def both(acme: Acme, globex: Globex) -> tuple[UUID, UUID]:
    """Acme has much to do and has asked first; Globex has one thing. Acme always comes first in a round."""
    with acme.scope():
        ask(acme.omar, acme.asha, MANY)
    with globex.scope():
        ask(globex.gus, globex.gus, 1)
    return acme.organisation.id, globex.organisation.id


def taken_up(acme: Acme, globex: Globex) -> list[str]:
    """Whose steps were worked on, in their order."""
    found: list[tuple[datetime, str]] = []
    for scope, name in ((acme.scope, "acme"), (globex.scope, "globex")):
        with scope():
            found += [(at, name) for at in TaskAttempt.objects.values_list("started_at", flat=True)]
    return [name for _, name in sorted(found)]


@pytest.mark.parametrize(("turn", "share"), [(60.0, FAIR_SHARE), (0.0, 1)], ids=["quick steps", "slow steps"])
def test_automatic_steps_of_organisations_take_turns(
    acme: Acme, globex: Globex, both: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch, turn: float, share: int
) -> None:
    ask_database = machine_work.due_organisations
    monkeypatch.setattr(machine_work, "due_organisations", lambda: sorted(ask_database(), key=both.index))
    monkeypatch.setattr(machine_work, "TURN", turn)
    assert work_due(seconds=60) == MANY + 1
    assert taken_up(acme, globex) == ["acme"] * share + ["globex"] + ["acme"] * (MANY - share)


def test_one_organisation_never_has_all_workers(acme: Acme, both: tuple[UUID, UUID]) -> None:
    held = 0
    with acme.scope():
        while (row := machine_work._next(both[0])) is not None:
            machine_work._claim(row)  # each by a worker that takes its time
            held += 1
        assert held == AT_ONCE
        assert MachineStep.objects.filter(lease_token=None).count() == MANY - AT_ONCE
    assert machine_work.work_once(both[1])


def test_notices_of_organisations_take_turns(
    acme: Acme, globex: Globex, both: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_database, served = outbox.pending_organisations, list[UUID]()
    monkeypatch.setattr(outbox, "pending_organisations", lambda: sorted(ask_database(), key=both.index))
    relay_one = outbox.relay_organisation

    def noted(organisation_id: UUID, *, limit: int) -> int:
        done = relay_one(organisation_id, limit=limit)
        served.extend([organisation_id] * done)
        return done

    with acme.scope():
        waiting = OutboxEvent.objects.filter(state="new").count()
    monkeypatch.setattr(outbox, "relay_organisation", noted)
    outbox.relay(limit=2, seconds=60)
    assert waiting > 6
    assert served.index(both[1]) == 2
    assert served.count(both[0]) == waiting


def test_rows_of_sweeps_do_not_pile_up_before_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker, one queue, a tick every ten seconds, a batch takes three. Whoever is woken late waits for a few batches of who
    has much to do, and not for one of every tick there was."""
    queue, clock, waits = deque[dict[str, str]](), [MONDAY], list[int]()
    due = {"much": 80, "little": 0}
    monkeypatch.setattr(tasks.sla_sweep_organisation, "delay", lambda **given: queue.append(given))
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock[0])
    monkeypatch.setattr(tasks, "organisation_scope", nullcontext)
    monkeypatch.setattr(tasks, "organisations_due", lambda at: [name for name, left in due.items() if left])
    monkeypatch.setattr(tasks, "UUID", str)
    for name in ("tasks_of_leavers", "timeouts_sweep", "links_sweep"):
        monkeypatch.setattr(tasks, name, lambda organisation_id, *, at: 0)

    def sweep(organisation_id: str, *, at: datetime) -> Swept:
        if not due[organisation_id]:
            return Swept()
        due[organisation_id] -= 1
        clock[0] += timedelta(seconds=3)
        return Swept(escalated=BATCH if organisation_id == "much" else 1)

    monkeypatch.setattr(tasks, "sla_sweep", sweep)
    ticks = 0
    while due["much"]:
        while clock[0] >= MONDAY + ticks * tasks.LAP:
            due["little"] = 1
            tasks.sla_tick()
            ticks += 1
            waits.append(sum(one["organisation_id"] == "much" for one in queue))
        if queue:
            tasks.sla_sweep_organisation.run(**queue.popleft())
        else:
            clock[0] += timedelta(seconds=1)
    assert ticks > 20
    assert max(waits) <= 3
