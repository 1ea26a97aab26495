"""Votes in the same moment, with real commits: the outcome is decided once, and opens one next task."""

from functools import partial

import pytest

from accounts.models import AuditEntry
from tests.cast import Acme, make_acme
from tests.concurrency.racing import at_once
from tests.factories.panels import purchase
from tests.factories.workflows import MONDAY, decide, open_task, publish
from workflows.models import Task, TransitionLog, Vote
from workflows.services.at_task import TaskNotOpen
from workflows.services.runs import run_start
from workflows.services.tasks import task_complete

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
TRIALS = 100


@pytest.mark.slow
def test_the_last_two_votes_at_once_decide_once() -> None:
    acme: Acme = make_acme()
    with acme.scope():
        definition = publish(purchase({"rule": "count", "count": 2}), acme.omar)
    seen = set()
    for trial in range(TRIALS):
        with acme.scope():
            data = {"what": f"Chairs {trial}"}
            run_id = run_start(definition_id=definition.id, actor=acme.asha, data=data, at=MONDAY).run_id
            decide(run_id, acme.farid, "Yes")
            task = open_task(run_id)
        way = "Yes" if trial % 2 else "No"
        vote = partial(task_complete, task_id=task.id, at=MONDAY)
        fiona = partial(vote, actor=acme.fiona, transition="Yes")
        answers = at_once(acme, fiona, partial(vote, actor=acme.fritz, transition=way))
        late = [answer for answer in answers if isinstance(answer, TaskNotOpen)]
        assert not [answer for answer in answers if isinstance(answer, Exception) and answer not in late], answers
        with acme.scope():
            # Two approvals decide. A rejection that came first is a vote too, the approval then decides after it.
            votes = Vote.objects.filter(task=task).count()
            assert votes == 3 - len(late)
            seen.add((way, votes))
            assert list(Task.objects.filter(run_id=run_id, state="waiting").values_list("step", flat=True)) == ["buy"]
            assert TransitionLog.objects.filter(run_id=run_id, kind="moved", from_step="panel").count() == 1
            decided = AuditEntry.objects.filter(kind="task.voted", payload__run_id=str(run_id), payload__decides=True)
            assert decided.count() == 1
    assert ("Yes", 2) in seen


def test_two_votes_that_decide_nothing_are_both_counted() -> None:
    acme = make_acme()
    with acme.scope():
        definition = publish(purchase({"rule": "all"}), acme.omar)
        run_id = run_start(definition_id=definition.id, actor=acme.asha, data={"what": "Chairs"}, at=MONDAY).run_id
        task = open_task(run_id)
    vote = partial(task_complete, task_id=task.id, transition="Yes", at=MONDAY)
    answers = at_once(acme, partial(vote, actor=acme.farid), partial(vote, actor=acme.fiona))
    assert sorted(answer.tally for answer in answers) == ["1–0, needs 3", "2–0, needs 3"]
