"""Several people at once, with real commits: exactly one wins, and nothing is half done."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from accounts.models import AuditEntry
from accounts.tenancy.errors import Conflict
from tests.cast import Acme, make_acme
from tests.concurrency.racing import at_once
from tests.factories.workflows import MONDAY, decide, install, open_task, run_of, start_leave
from workflows.models import Task, TaskCandidate, TransitionLog, WorkflowDefinition
from workflows.services.at_task import TaskNotOpen
from workflows.services.sla import Swept, sla_sweep
from workflows.services.tasks import task_claim, task_complete

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
TRIALS = 50


@pytest.fixture
def acme_leave() -> tuple[Acme, WorkflowDefinition]:
    acme = make_acme()
    with acme.scope():
        return acme, install("leave_application", acme.omar)


def in_review(acme: Acme, definition: WorkflowDefinition) -> UUID:
    """A leave in the queue of HR."""
    with acme.scope():
        run_id = start_leave(definition, acme.asha).run_id
        decide(run_id, acme.ravi, "HR review")
        return run_id


def test_hema_approves_and_hari_rejects_in_the_same_moment(acme_leave: tuple[Acme, WorkflowDefinition]) -> None:
    acme, definition = acme_leave
    for _ in range(TRIALS):
        run_id = in_review(acme, definition)
        with acme.scope():
            task = open_task(run_id)
        answers = at_once(
            acme,
            partial(task_complete, task_id=task.id, actor=acme.hema, transition="Approved", version=1),
            partial(task_complete, task_id=task.id, actor=acme.hari, transition="Rejected", version=1),
        )
        lost = [answer for answer in answers if isinstance(answer, TaskNotOpen)]
        won = [answer for answer in answers if not isinstance(answer, Exception)]
        assert (len(won), len(lost)) == (1, 1), answers
        with acme.scope():
            run = run_of(run_id)
            assert run.outcome == won[0].outcome
            winner = "Hema" if run.outcome == "Approved" else "Hari"
            assert lost[0].params["by"] == winner
            assert winner in lost[0].message
            log = TransitionLog.objects.filter(run=run).order_by("seq")
            assert list(log.values_list("seq", flat=True)) == list(range(1, run.version_no + 1))
            assert log.filter(kind="completed").count() == 1
            told = AuditEntry.objects.filter(payload__run_id=str(run_id))
            assert told.filter(kind="run.completed").count() == 1
            assert told.filter(kind="task.moved").count() == 3
            assert not Task.objects.filter(run=run, state="waiting").exists()


def test_a_double_click_opens_one_next_task(acme_leave: tuple[Acme, WorkflowDefinition]) -> None:
    acme, definition = acme_leave
    with acme.scope():
        run_id = start_leave(definition, acme.asha).run_id
        task = open_task(run_id)
    answers = at_once(acme, *[lambda: task_complete(task_id=task.id, actor=acme.ravi, transition="HR review")] * 6)
    assert sum(isinstance(answer, Conflict) for answer in answers) == 5
    with acme.scope():
        assert Task.objects.filter(run_id=run_id, step="hr_review").count() == 1


def test_a_claim_and_a_decision_do_not_both_hold(acme_leave: tuple[Acme, WorkflowDefinition]) -> None:
    acme, definition = acme_leave
    for _ in range(10):
        run_id = in_review(acme, definition)
        with acme.scope():
            task = open_task(run_id)
        answers = at_once(
            acme,
            partial(task_claim, task_id=task.id, actor=acme.hema, version=1),
            partial(task_complete, task_id=task.id, actor=acme.hari, transition="Rejected", version=1),
        )
        assert sum(isinstance(answer, Conflict) for answer in answers) == 1, answers
        with acme.scope():
            assert not TaskCandidate.objects.filter(task=task, is_open=True).exists()


def test_starts_at_once_get_different_numbers(acme_leave: tuple[Acme, WorkflowDefinition]) -> None:
    acme, definition = acme_leave
    answers = at_once(acme, *[lambda: start_leave(definition, acme.asha)] * 6)
    assert sorted(answer.number for answer in answers) == [1, 2, 3, 4, 5, 6]


def test_two_sweeps_hand_each_task_over_once(acme_leave: tuple[Acme, WorkflowDefinition]) -> None:
    acme, definition = acme_leave
    with acme.scope():
        for _ in range(40):
            start_leave(definition, acme.asha)
    late = MONDAY + timedelta(days=30)
    answers = at_once(acme, *[lambda: sla_sweep(acme.organisation.id, at=late, limit=25)] * 4)
    with acme.scope():
        rest = sla_sweep(acme.organisation.id, at=late)
        assert sum(answers, rest) == Swept(escalated=40)
        assert TransitionLog.objects.filter(kind="escalated").count() == 40
        assert set(Task.objects.filter(state="waiting").values_list("escalations", flat=True)) == {1}


def test_a_sweep_passes_over_what_somebody_is_deciding(acme_leave: tuple[Acme, WorkflowDefinition]) -> None:
    acme, definition = acme_leave
    with acme.scope():
        run_id = start_leave(definition, acme.asha).run_id
        task = open_task(run_id)
    late = MONDAY + timedelta(days=30)
    answers = at_once(
        acme,
        lambda: task_complete(task_id=task.id, actor=acme.ravi, transition="Rejected"),
        lambda: sla_sweep(acme.organisation.id, at=late),
    )
    with acme.scope():
        run, swept = run_of(run_id), answers[1]
        escalated = TransitionLog.objects.filter(run=run, kind="escalated").count()
        assert swept.total == escalated
        assert (run.outcome == "Rejected") == (escalated == 0)
