"""How many statements each request may take, authentication included. The numbers are baselines: less is better, more fails.

They are counted as the application sends them, BEGIN and COMMIT left out, with process caches warm as in a running server.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Acme
from tests.factories.workflows import install
from tests.scenarios.pages import Pages, one_of
from tests.scenarios.rest import Rest
from workflows.models import WorkflowDefinition

ASKED = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}
# The last one undoes in a test what a commit undoes by itself.
AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "SELECT set_config('app.organisation', ''")


@pytest.fixture
def leave(acme: Acme) -> WorkflowDefinition:
    with acme.scope():
        return install("leave_application", acme.omar)


def statements(request: Callable[[], Any], below: int = 300) -> list[str]:
    """What the request asked of the database."""
    with CaptureQueriesContext(connection) as caught:
        answer = request()
    assert answer.status_code < below, answer.content
    return [query["sql"] for query in caught if not query["sql"].startswith(AROUND)]


def waiting_task(acme: Acme) -> tuple[Rest, dict[str, Any]]:
    """A task that waits for Ravi, after one run has warmed the caches."""
    asha, ravi = Rest(acme.asha), Rest(acme.ravi)
    warm = asha.start("Leave Application", ASKED)
    ravi.complete(ravi.task(warm), "HR review", assignee=acme.hema)
    return ravi, ravi.task(asha.start("Leave Application", ASKED))


def test_completing_a_task_takes_five(acme: Acme, leave: WorkflowDefinition) -> None:
    """Scope, member, locking read, write, answer; with BEGIN and COMMIT that is seven."""
    ravi, task = waiting_task(acme)
    sent = statements(lambda: ravi.try_complete(task, "HR review", assignee=acme.hema, data={"criticality": "low"}))
    assert len(sent) <= 5, sent


def test_completing_a_task_into_a_queue_takes_one_more(acme: Acme, leave: WorkflowDefinition) -> None:
    ravi, task = waiting_task(acme)
    assert len(statements(lambda: ravi.try_complete(task, "HR review"))) <= 6


def test_the_cost_of_completing_does_not_grow_with_the_history(acme: Acme, leave: WorkflowDefinition) -> None:
    ravi, task = waiting_task(acme)
    asha = Rest(acme.asha)
    for _ in range(5):
        run = ravi.complete(task, "Apply", comment="Please say more.")
        asha.complete(asha.task(run), "Manager review", data=ASKED)
        task = ravi.task(run)
    sent = statements(lambda: ravi.try_complete(task, "HR review", assignee=acme.hema))
    assert len(sent) <= 5, sent


READS = {
    "workflows/": 3,
    "runs/": 5,
    "runs/{run}/": 3,
    "runs/{run}/timeline/": 5,
    "runs/{run}/comments/": 4,
    "tasks/": 3,
    "tasks/{task}/": 6,
    "users/": 3,
    "me/": 2,
}


@pytest.mark.parametrize(("path", "most"), READS.items())
def test_reading_takes(path: str, most: int, acme: Acme, leave: WorkflowDefinition) -> None:
    ravi, task = waiting_task(acme)
    address = path.format(run=task["run"], task=task["id"])
    first = statements(lambda: ravi.get(address))
    assert len(first) <= most, first


# Every page has the shell around it: three badges.
PAGES = {
    "/": 8,
    "/inbox/": 7,
    "/requests/{run}/": 15,
    "/start/leave-application/": 9,
    "/workflows/{workflow}/runs/": 12,
}


@pytest.mark.parametrize(("path", "most"), PAGES.items())
def test_a_page_takes(path: str, most: int, acme: Acme, leave: WorkflowDefinition) -> None:
    _, task = waiting_task(acme)
    ravi, address = Pages(acme.ravi), path.format(run=task["run"], workflow=leave.id)
    ravi.read(address)
    sent = statements(lambda: ravi.get(address))
    assert len(sent) <= most, sent
    assert not [sql for sql in sent if sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))], sent


def test_deciding_on_the_page_takes(acme: Acme, leave: WorkflowDefinition) -> None:
    _, task = waiting_task(acme)
    ravi = Pages(acme.ravi)
    address = one_of("complete", ravi.request(task["run"]))
    body = {"transition": "HR review", "assignee": str(acme.hema.id), "version": 1, "criticality": "low"}
    sent = statements(lambda: ravi.client.post(address, body), below=400)
    assert len(sent) <= 5, sent


@pytest.mark.parametrize("path", ["workflows/", "runs/", "tasks/"])
def test_lists_take_the_same_however_long_they_are(path: str, acme: Acme, leave: WorkflowDefinition) -> None:
    ravi, _ = waiting_task(acme)
    before = len(statements(lambda: ravi.get(path)))
    asha = Rest(acme.asha)
    for _ in range(5):
        asha.start("Leave Application", ASKED)
    assert len(statements(lambda: ravi.get(path))) == before
