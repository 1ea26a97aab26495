"""The sweep and a person at once, with real commits: exactly one of them has the task, never both."""

from datetime import timedelta
from functools import partial

import pytest

from accounts.models import AuditEntry
from accounts.tenancy.errors import DomainError
from tests.cast import Acme, make_acme
from tests.concurrency.racing import at_once
from tests.factories.workflows import MONDAY, install, open_task, publish, run_of, start_leave
from tests.workflows.test_ladder import document
from workflows.models import Task, TransitionLog, WorkflowDefinition
from workflows.services.pauses import task_hold
from workflows.services.sla import Swept, sla_sweep
from workflows.services.tasks import task_complete

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
TRIALS = 100
LATE = MONDAY + timedelta(days=30)


def race(acme: Acme, definition: WorkflowDefinition) -> tuple[Task, bool, Swept]:
    """One trial: a decision and a sweep in the same moment; whether the decision won, and what the sweep did."""
    with acme.scope():
        task = open_task(start_leave(definition, acme.asha).run_id)
    decided, swept = at_once(
        acme,
        partial(task_complete, task_id=task.id, actor=acme.ravi, transition="HR review", version=1, at=LATE),
        partial(sla_sweep, acme.organisation.id, at=LATE),
    )
    return task, not isinstance(decided, DomainError), swept


def test_an_escalation_and_an_approval_never_both_win() -> None:
    acme = make_acme()
    with acme.scope():
        definition = install("leave_application", acme.omar)
    for _ in range(TRIALS):
        task, decided, swept = race(acme, definition)
        with acme.scope():
            if not decided:
                assert swept == Swept(escalated=1)
            task.refresh_from_db()
            kinds = TransitionLog.objects.filter(task=task).exclude(kind="started").values_list("kind", flat=True)
            assert list(kinds) == (["moved"] if decided else ["escalated"]), swept
            assert (task.state, task.escalations) == (("success", 0) if decided else ("waiting", 1))
            assert AuditEntry.objects.filter(subject_id=task.id, kind="task.escalated").count() == task.escalations
            # What the decision has opened is due later; nothing of this trial is left for the next one.
            Task.objects.filter(run_id=task.run_id).update(check_at=None)


def test_time_and_a_person_decide_once() -> None:
    acme = make_acme()
    with acme.scope():
        definition = publish(document(rungs=[{"do": "decide", "transition": "Rejected"}]), acme.omar)
    for _ in range(20):
        task, decided, swept = race(acme, definition)
        with acme.scope():
            assert decided is (swept.decided == 0)
            assert TransitionLog.objects.filter(task=task, kind="moved").count() == 1
            assert run_of(task.run_id).status == ("running" if decided else "completed")
            Task.objects.filter(run_id=task.run_id).update(check_at=None)


def test_a_clock_is_stopped_or_has_struck() -> None:
    acme = make_acme()
    with acme.scope():
        definition = install("leave_application", acme.omar)
    for _ in range(20):
        with acme.scope():
            task = open_task(start_leave(definition, acme.asha).run_id)
        held, swept = at_once(
            acme,
            partial(task_hold, task_id=task.id, actor=acme.ravi, reason="Waiting for a document", at=LATE),
            partial(sla_sweep, acme.organisation.id, at=LATE),
        )
        with acme.scope():
            task.refresh_from_db()
            assert (task.paused_at is None) is isinstance(held, DomainError)
            assert (task.escalations == 1) is (swept == Swept(escalated=1)) is (task.paused_at is None)
            Task.objects.filter(run_id=task.run_id).update(check_at=None)
