"""Two branches of one request at once, with real commits: the join fires exactly once, and nothing is lost."""

from functools import partial
from uuid import UUID

import pytest

from accounts.models import AuditEntry
from tests.cast import Acme, make_acme
from tests.concurrency.racing import at_once
from tests.factories.branches import contract, decide_at
from tests.factories.workflows import publish, run_of
from workflows.models import Task, TransitionLog, WorkflowDefinition
from workflows.services.at_task import TaskNotOpen
from workflows.services.runs import run_start
from workflows.services.tasks import task_complete

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
TRIALS = 100


@pytest.fixture
def asking() -> tuple[Acme, WorkflowDefinition]:
    acme = make_acme()
    with acme.scope():
        return acme, publish(contract(), acme.omar)


def split(acme: Acme, definition: WorkflowDefinition) -> tuple[UUID, dict[str, UUID]]:
    """A request with Hema at "law" and Farid at "money"; the ids of their tasks."""
    with acme.scope():
        data = {"amount": 5000}
        run_id = run_start(definition_id=definition.id, actor=acme.asha, data=data, assignee=acme.ravi.id).run_id
        people = {"law": acme.hema.id, "money": acme.farid.id}
        opened = decide_at(run_id, "check", acme.ravi, "Split", assignees=people).opened
        return run_id, {one.step: one.id for one in opened}


def test_both_branches_reach_the_join_in_the_same_moment(asking: tuple[Acme, WorkflowDefinition]) -> None:
    acme, definition = asking
    for _ in range(TRIALS):
        run_id, tasks = split(acme, definition)
        answers = at_once(
            acme,
            partial(task_complete, task_id=tasks["law"], actor=acme.hema, transition="Meet", data={"advice": "x"}),
            partial(task_complete, task_id=tasks["money"], actor=acme.farid, transition="Meet"),
        )
        assert sorted(len(answer.opened) for answer in answers) == [0, 1], answers
        with acme.scope():
            run = run_of(run_id)
            assert (run.tokens, run.data["advice"]) == ([], "x")
            assert list(Task.objects.filter(run=run, state="waiting").values_list("step", flat=True)) == ["sign"]
            log = TransitionLog.objects.filter(run=run).order_by("seq")
            assert list(log.values_list("seq", flat=True)) == list(range(1, run.version_no + 1))
            assert [log.filter(kind=kind).count() for kind in ("join_waiting", "joined")] == [1, 1]
            told = AuditEntry.objects.filter(payload__run_id=str(run_id))
            assert told.filter(kind="run.join_fired").count() == 1


def test_one_branch_ends_the_request_while_the_other_goes_on(asking: tuple[Acme, WorkflowDefinition]) -> None:
    acme, definition = asking
    for _ in range(20):
        run_id, tasks = split(acme, definition)
        ended, met = at_once(
            acme,
            partial(task_complete, task_id=tasks["law"], actor=acme.hema, transition="No"),
            partial(task_complete, task_id=tasks["money"], actor=acme.farid, transition="Meet"),
        )
        assert ended.outcome == "No"
        assert isinstance(met, TaskNotOpen) or met.opened == ()
        with acme.scope():
            run = run_of(run_id)
            assert (run.tokens, run.status) == ([], "completed")
            assert not Task.objects.filter(run=run, state="waiting").exists()
            skipped = Task.objects.filter(run=run, step="money", state="skipped").exists()
            assert skipped == isinstance(met, TaskNotOpen)
