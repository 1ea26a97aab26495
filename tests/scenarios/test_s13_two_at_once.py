"""S13: Hema approves and Hari rejects in the same second, fifty times over."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.tenancy.scope import organisation_scope
from notifications import outbox
from notifications.models import InboxItem, OutboxEvent
from tests.cast import Acme, make_acme
from tests.factories.workflows import install
from tests.scenarios.rest import Rest
from tests.scenarios.world import ASKED
from workflows.models import Task, TransitionLog

ROUNDS = 50


@pytest.fixture
def acme_at_work(committed_db: None) -> Acme:
    """Acme with Leave, committed."""
    acme = make_acme()
    with acme.scope():
        install("leave_application", acme.omar)
    return acme


def at_once(*calls: Any) -> list[Any]:
    """Run the calls in threads of their own that start together."""
    barrier = Barrier(len(calls))

    def run(call: Any) -> Any:
        try:
            barrier.wait(10)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def in_hr_queue(asha: Rest, ravi: Rest) -> dict[str, Any]:
    run = asha.start("Leave Application", ASKED)
    return ravi.complete(ravi.task(run), "HR review", data={"criticality": "low"})


@pytest.mark.concurrency
@pytest.mark.slow
def test_exactly_one_wins_every_time(acme_at_work: Acme) -> None:
    acme = acme_at_work
    asha, ravi, hema, hari = (Rest(person) for person in (acme.asha, acme.ravi, acme.hema, acme.hari))
    for _ in range(ROUNDS):
        run = in_hr_queue(asha, ravi)
        task = run["steps"][-1]
        answers = at_once(partial(hema.try_complete, task, "Approved"), partial(hari.try_complete, task, "Rejected"))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        winner = next(answer for answer in answers if answer.status_code == 200)
        loser = next(answer for answer in answers if answer.status_code == 409)
        assert loser.json()["code"] == "task.not_open"
        assert winner.json()["outcome"] in loser.json()["detail"]
        with organisation_scope(acme.organisation.id):
            closing = TransitionLog.objects.filter(run_id=run["id"], from_step="hr_review")
            assert closing.count() == 1
            assert Task.objects.filter(run_id=run["id"]).count() == 3
            assert OutboxEvent.objects.filter(kind="run.completed", subject_id=run["id"]).count() == 1
    outbox.relay()
    with organisation_scope(acme.organisation.id):
        assert InboxItem.objects.filter(recipient=acme.asha, kind="run.completed").count() == ROUNDS
