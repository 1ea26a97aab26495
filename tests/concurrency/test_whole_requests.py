"""What is done to a whole request while somebody decides: it waits for the decision, and sees what that has opened."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from tests.cast import Acme, make_acme
from tests.concurrency.racing import at_once, somebody_waits
from tests.factories.workflows import MONDAY, decide, install, open_task, run_of, start_leave
from workflows.library import library_item
from workflows.models import RunTimer, Task, WorkflowDefinition
from workflows.selectors.locks import lock_run
from workflows.services.definitions import definition_import, definition_publish
from workflows.services.migration import migration_apply
from workflows.services.runs import run_withdraw
from workflows.services.timeouts import timeouts_sweep

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]


def while_ravi_decides(acme: Acme, run_id: UUID, work: Callable[[], Any]) -> Any:
    """What the work answers that waits for Ravi's decision, which opens the step of HR."""
    decided = Event()

    def approve() -> None:
        decide(run_id, acme.ravi, "HR review")
        decided.set()
        somebody_waits()

    def after() -> Any:
        assert decided.wait(timeout=30)
        return work()

    return at_once(acme, approve, after)[1]


def edition(acme: Acme, leave: WorkflowDefinition, **changes: Any) -> None:
    """Publish the leave application with other settings of its graph."""
    raw = library_item("leave_application").to_json()
    raw["graph"] |= changes
    definition_import(actor=acme.omar, document=raw, definition_id=leave.id)
    definition_publish(definition_id=leave.id, actor=acme.omar)


def nothing_is_open(run_id: UUID) -> bool:
    return not Task.objects.filter(run_id=run_id, completed_at=None).exists()


def test_a_withdrawal_closes_the_step_that_the_decision_has_opened() -> None:
    acme = make_acme()
    with acme.scope():
        run_id = start_leave(install("leave_application", acme.omar), acme.asha).run_id
    while_ravi_decides(acme, run_id, lambda: run_withdraw(run_id=run_id, actor=acme.asha))
    with acme.scope():
        assert (run_of(run_id).outcome, nothing_is_open(run_id)) == ("Withdrawn", True)


def test_the_end_of_its_time_closes_it_too() -> None:
    acme = make_acme()
    with acme.scope():
        leave = install("leave_application", acme.omar)
        edition(acme, leave, timeout={"hard": "8d"})
        run_id = start_leave(leave, acme.asha).run_id
    late = MONDAY + timedelta(days=30)
    while_ravi_decides(acme, run_id, lambda: timeouts_sweep(acme.organisation.id, at=late))
    with acme.scope():
        assert (run_of(run_id).finished_at is not None, nothing_is_open(run_id)) == (True, True)


def test_a_request_is_moved_to_another_version_with_the_step_that_was_opened() -> None:
    acme = make_acme()
    with acme.scope():
        leave = install("leave_application", acme.omar)
        run_id = start_leave(leave, acme.asha).run_id
        edition(acme, leave, timeout={"hard": "8d"})
        newest = WorkflowDefinition.objects.get(id=leave.id).published_version_id

    def move() -> Any:
        return migration_apply(definition_id=leave.id, actor=acme.omar, run_ids=[run_id])

    (moved,) = while_ravi_decides(acme, run_id, move)
    with acme.scope():
        assert (moved.moved, run_of(run_id).version_id, open_task(run_id).step) == (True, newest, "hr_review")


def test_ends_of_time_lock_requests_in_the_order_in_which_everybody_locks_many() -> None:
    acme, held = make_acme(), Event()
    organisation_id = acme.organisation.id
    with acme.scope():
        leave = install("leave_application", acme.omar)
        edition(acme, leave, timeout={"hard": "8d"})
        first, second = sorted(start_leave(leave, acme.asha).run_id for _ in range(2))
        RunTimer.objects.filter(run_id=second).update(check_at=MONDAY)

    def hold_both() -> None:
        lock_run(organisation_id, first)
        held.set()
        somebody_waits()
        lock_run(organisation_id, second)

    def sweep() -> int:
        assert held.wait(timeout=30)
        return timeouts_sweep(organisation_id, at=MONDAY + timedelta(days=30))

    with capture_logs() as logs:
        _, dealt_with = at_once(acme, hold_both, sweep)
    with acme.scope():
        assert (dealt_with, {run_of(one).status for one in (first, second)}) == (2, {"failed"})
    assert [line for line in logs if line["log_level"] in ("warning", "error")] == []
