"""Two sweeps of the work of people who have left: what the second one has read before the first one's commit is judged anew."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import AuditEntry, Membership
from accounts.tenancy.statements import execute_prepared
from tests.cast import Acme
from tests.factories.panels import purchase, started
from tests.factories.workflows import MONDAY, decide, open_task, start_leave
from tests.workflows.test_panel_leavers import ask
from tests.workflows.test_panels import standing
from workflows.models import Task, WorkflowDefinition
from workflows.selectors import locks
from workflows.services.leavers import tasks_of_leavers


@pytest.fixture(autouse=True)
def in_acme(acme: Acme) -> Iterator[None]:
    with acme.scope():
        yield


def active(yes: bool, *people: Membership) -> None:
    for person in people:
        person.is_active = yes
        person.save(update_fields=["is_active"])


def sweep(acme: Acme) -> int:
    return tasks_of_leavers(acme.organisation.id, at=MONDAY)


def late_sweep(acme: Acme, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> int:
    """A sweep to which this happens between its list of tasks and their locks."""
    left = [act]

    def read(sql: str, params: Any) -> Any:
        rows = execute_prepared(sql, params)
        if sql == locks.ORPHANED and left:
            left.pop()()
        return rows

    monkeypatch.setattr(locks, "execute_prepared", read)
    return sweep(acme)


def told(kind: str) -> int:
    return AuditEntry.objects.filter(kind=kind).count()


def test_a_panel_that_was_just_mended_stays(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = ask(acme, {"rule": "all"})
    decide(run_id, acme.farid, "Yes")
    active(False, acme.fiona)
    assert late_sweep(acme, monkeypatch, lambda: sweep(acme)) == 0
    task = open_task(run_id)
    assert (task.unassigned, standing(task, acme.asha)[1]) == (False, ["Omar", "Fritz"])
    assert (told("task.reassigned"), told("task.unassigned")) == (1, 0)
    decide(run_id, acme.omar, "Yes")
    assert decide(run_id, acme.fritz, "Yes").opened[0].step == "buy"


def test_a_panel_whose_member_has_come_back_stays(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = ask(acme, {"rule": "all"})
    active(False, acme.fiona)
    assert late_sweep(acme, monkeypatch, lambda: active(True, acme.fiona)) == 0
    task = open_task(run_id)
    assert (task.unassigned, standing(task, acme.asha)[1]) == (False, ["Farid", "Fiona", "Fritz"])


def team(acme: Acme) -> Task:
    """A task before a team of Farid, Fiona and Fritz without a fallback, who all have left."""
    document = purchase({"rule": "any"}, fallback=[])
    step = next(one for one in document["graph"]["steps"] if "approval" in one)
    del step["approval"]
    step["assignee"]["mode"] = "any"
    task = open_task(started(document, acme.omar, acme.asha).run_id)
    active(False, acme.farid, acme.fiona, acme.fritz)
    return task


def test_a_queue_is_given_to_an_admin_once(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    task = team(acme)
    assert late_sweep(acme, monkeypatch, lambda: sweep(acme)) == 0
    task.refresh_from_db()
    assert (task.unassigned, told("task.unassigned")) == (True, 1)


def test_a_queue_to_which_somebody_has_come_back_stays(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    task = team(acme)
    assert late_sweep(acme, monkeypatch, lambda: active(True, acme.fritz)) == 0
    task.refresh_from_db()
    assert not task.unassigned


def test_a_holder_who_has_come_back_keeps_the_task(
    leave: WorkflowDefinition, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    active(False, acme.ravi)
    assert late_sweep(acme, monkeypatch, lambda: active(True, acme.ravi)) == 0
    assert open_task(run_id).assignee_id == acme.ravi.id
