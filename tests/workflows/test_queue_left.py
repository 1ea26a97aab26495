"""Who was taken out of a team queue sees the request as before and decides nothing any more."""

from typing import Any
from uuid import UUID

import pytest

from accounts.models import AuditEntry, Membership
from accounts.tenancy.errors import Denied
from tests.cast import Acme
from tests.factories.panels import of
from tests.factories.workflows import MONDAY, decide, open_task, publish, view_of
from tests.scenarios.pages import Pages
from tests.scenarios.rest import Rest
from tests.workflows.test_statements import chain
from workflows.models import Task
from workflows.selectors.request_page import May, may, people_of
from workflows.services.definitions import definition_import, definition_publish
from workflows.services.leavers import tasks_of_leavers
from workflows.services.migration import migration_apply
from workflows.services.pauses import task_answer, task_ask
from workflows.services.runs import run_start
from workflows.services.tasks import task_claim

NOTHING = May(comment=True, watch=True)
END: dict[str, Any] = {"transition": "End", "data": {"what": "x"}}


def document(**assignee: Any) -> dict[str, Any]:
    found = chain(3)
    [step] = [step for step in found["graph"]["steps"] if step["kind"] == "task"]
    step["assignee"] = of("FIN", fallback=[]) | assignee
    return found


def asks(*departments: str) -> dict[str, Any]:
    return document(rule={"field": "candidate.department", "op": "in", "value": departments})


class Queue:
    """A request of Asha's that waits in the queue of Finance."""

    def __init__(self, acme: Acme) -> None:
        self.acme = acme
        self.definition = publish(document(), acme.omar)
        self.run_id: UUID = run_start(definition_id=self.definition.id, actor=acme.asha, data={}, at=MONDAY).run_id

    @property
    def task(self) -> Task:
        return open_task(self.run_id)

    def moves_to(self, *departments: str) -> None:
        acme = self.acme
        definition_import(actor=acme.omar, document=asks(*departments), definition_id=self.definition.id)
        definition_publish(definition_id=self.definition.id, actor=acme.omar)
        [moved] = migration_apply(definition_id=self.definition.id, actor=acme.omar, run_ids=[self.run_id])
        assert moved.moved

    def asked(self) -> set[str]:
        """Whom the page names as the queue, which are those who hold the task."""
        view = view_of(self.run_id, self.acme.tess)
        [task] = view.open_tasks
        names = set(people_of(view, task).candidates)
        everybody = Membership.objects.filter(organisation=self.acme.organisation)
        assert names == {one.name for one in everybody if task.is_held_by(one.id)}
        return names

    def offered(self, who: Membership) -> May:
        view = view_of(self.run_id, who)
        return may(view, view.open_tasks[0], who)


@pytest.fixture
def moved(acme: Acme) -> Queue:
    """It waits for HR instead since the workflow was changed."""
    with acme.scope():
        queue = Queue(acme)
        queue.moves_to("HR")
        return queue


ACTIONS: dict[str, dict[str, Any]] = {
    "complete": END,
    "claim": {},
    "hold": {"reason": "Waiting for a document"},
    "ask": {"question": "Why?"},
    "reassign": {"assignee": "hema"},
    "take-over": {},
}


@pytest.mark.parametrize("action", ACTIONS)
def test_who_was_moved_out_of_the_queue_is_refused(action: str, moved: Queue, acme: Acme) -> None:
    body = ACTIONS[action] | ({"assignee": str(acme.hema.id)} if action == "reassign" else {})
    with acme.scope():
        task = moved.task
    answer = Rest(acme.farid).post(f"tasks/{task.id}/{action}/", {"version": task.version, **body})
    assert answer.status_code == 403, answer.content
    with acme.scope():
        assert moved.task.version == task.version


def test_the_page_shows_them_the_request_and_no_action(moved: Queue, acme: Acme) -> None:
    with acme.scope():
        task = moved.task
        assert (moved.offered(acme.farid), moved.asked()) == (NOTHING, {"Hema", "Hari"})
        assert moved.offered(acme.hema).claim
    farid = Pages(acme.farid)
    assert "/complete/" not in farid.request(moved.run_id)
    assert farid.client.post(f"/tasks/{task.id}/complete/", {"transition": "End", "what": "x"}).status_code == 403


def test_who_comes_back_into_the_queue_decides_again(moved: Queue, acme: Acme) -> None:
    with acme.scope():
        moved.moves_to("FIN", "HR")
        assert moved.asked() == {"Farid", "Fiona", "Fritz", "Hema", "Hari"}
        moved.moves_to("FIN")
        assert moved.asked() == {"Farid", "Fiona", "Fritz"}
        told = [one.payload for one in AuditEntry.objects.filter(kind="run.migrated").order_by("id")]
        lost, gained = ([set(one[name]) for one in told] for name in ("lost_ids", "gained_ids"))
        finance = {str(one.id) for one in (acme.farid, acme.fiona, acme.fritz)}
        hr = {str(one.id) for one in (acme.hema, acme.hari)}
        assert (lost, gained) == ([finance, set(), hr], [hr, finance, set()])
        assert decide(moved.run_id, acme.farid, **END).outcome == "End"


def test_only_who_is_in_the_queue_now_is_told(moved: Queue, acme: Acme) -> None:
    with acme.scope():
        task_ask(task_id=moved.task.id, actor=acme.hema, question="Why?", at=MONDAY)
        task_answer(task_id=moved.task.id, actor=acme.asha, answer="So", at=MONDAY)
        told = AuditEntry.objects.get(kind="task.answered").payload["holder_ids"]
        assert set(told) == {str(acme.hema.id), str(acme.hari.id)}


def test_nobody_holds_what_is_left_unassigned(acme: Acme) -> None:
    with acme.scope():
        queue = Queue(acme)
        task_claim(task_id=queue.task.id, actor=acme.farid, at=MONDAY)
        Membership.objects.filter(id=acme.farid.id).update(is_active=False)
        assert tasks_of_leavers(acme.organisation.id, at=MONDAY) == 1
        assert (queue.task.unassigned, queue.asked(), queue.offered(acme.fiona)) == (True, set(), NOTHING)
        with pytest.raises(Denied):
            decide(queue.run_id, acme.fiona, **END)
    assert "/complete/" not in Pages(acme.fiona).request(queue.run_id)
