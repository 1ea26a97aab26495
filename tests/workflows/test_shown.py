"""A decision is bound to what was shown."""

from typing import Any
from uuid import UUID

import pytest

from accounts.models import AuditEntry
from accounts.tenancy.errors import Invalid
from tests.cast import Acme
from tests.factories.workflows import LEAVE, decide, install, open_task, publish, start_leave, view_of
from tests.scenarios.pages import Pages, hidden, said
from tests.scenarios.rest import Rest
from workflows.library import library_item
from workflows.models import BulkAction, TransitionLog, WorkflowDefinition, WorkflowRun
from workflows.selectors.bulk_page import choice_of
from workflows.selectors.desk import content_of
from workflows.services.at_task import ContentChanged
from workflows.services.bulk import BulkRow, BulkWish, bulk_ask, results_of
from workflows.shown import changed, fingerprint

ONE: dict[str, Any] = {"version_id": UUID(int=1), "task_id": UUID(int=2), "task_version": 1}
NAMES = ("from", "to", "reason")


def shown_to(run_id: UUID, person: object) -> str:
    return content_of(view_of(run_id, person), view_of(run_id, person).open_tasks[0])  # type: ignore[arg-type]


def another_branch_writes(run_id: UUID, **values: object) -> None:
    run = WorkflowRun.objects.get(id=run_id)
    WorkflowRun.objects.filter(id=run_id).update(data={**run.data, **values})


def test_the_fingerprint_tells_which_fields_differ() -> None:
    before = fingerprint(NAMES, LEAVE, **ONE)
    assert before == fingerprint(NAMES, {**dict(reversed(LEAVE.items())), "hidden": 1}, **ONE)
    assert changed(NAMES, LEAVE, before) == []
    assert changed(NAMES, {**LEAVE, "reason": "Other"}, before) == ["reason"]
    for other in ({"version_id": UUID(int=9)}, {"task_id": UUID(int=9)}, {"task_version": 2}):
        assert fingerprint(NAMES, LEAVE, **{**ONE, **other}).split(".")[0] != before.split(".")[0]
    assert changed(NAMES, LEAVE, "no fingerprint") == list(NAMES)


def test_changed_content_is_refused_and_named(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    seen = shown_to(run_id, acme.ravi)
    another_branch_writes(run_id, reason="Something else")
    with pytest.raises(ContentChanged) as refusal:
        decide(run_id, acme.ravi, "HR review", shown=seen)
    assert refusal.value.message == "Reason changed since you opened it. Look again, then decide."
    assert (refusal.value.status, refusal.value.code) == (409, "task.content_changed")
    assert refusal.value.params["changed"] == ["reason"]
    another_branch_writes(run_id, hr_note="hidden from Ravi", reason=LEAVE["reason"])
    decide(run_id, acme.ravi, "HR review", shown=seen)
    kept = TransitionLog.objects.get(run_id=run_id, seq=3).detail["shown"]
    assert kept == seen.split(".")[0]
    moved = AuditEntry.objects.filter(kind="task.moved").order_by("id").last()
    assert moved is not None
    assert moved.payload["shown"] == kept
    assert "shown" not in TransitionLog.objects.get(run_id=run_id, seq=2).detail


def test_a_step_may_demand_it(acme: Acme) -> None:
    document = library_item("leave_application").to_json()
    document["graph"]["steps"][1]["shown_required"] = True
    with acme.scope():
        definition = publish(document, acme.omar)
        run_id = start_leave(definition, acme.asha).run_id
        with pytest.raises(Invalid) as refusal:
            decide(run_id, acme.ravi, "HR review")
        assert list(refusal.value.fields) == ["shown"]
        wish = BulkWish(BulkAction.DECIDE, [BulkRow(open_task(run_id).id)], "Rejected", comment="Not now")
        left = results_of(bulk_ask(actor=acme.ravi, wish=wish))[0]
        assert (left.state, "must have seen" in left.message) == ("left", True)
        choice = choice_of(acme.ravi, [(open_task(run_id).id, None)])
        assert (choice.alone, len(choice.rows)) == (1, 1)
        decide(run_id, acme.ravi, "HR review", shown=shown_to(run_id, acme.ravi))


def test_over_rest_and_pages(acme: Acme) -> None:
    with acme.scope():
        run_id = start_leave(install("leave_application", acme.omar), acme.asha).run_id
        expected = shown_to(run_id, acme.ravi)
    ravi, pages = Rest(acme.ravi), Pages(acme.ravi)
    task, page = ravi.task({"id": run_id}), pages.request(run_id)
    assert hidden(page, "shown") == task["shown"] == expected
    with acme.scope():
        another_branch_writes(run_id, reason="Other")
        fresh = shown_to(run_id, acme.ravi)
    answer = ravi.try_complete(task, "HR review", shown=task["shown"])
    assert (answer.status_code, answer.json()["code"]) == (409, "task.content_changed")
    assert answer.json()["params"]["changed"] == ["reason"]
    body = {"transition": "HR review", "version": "1", "shown": task["shown"], "comment": "Typed"}
    refused = pages.client.post(f"/tasks/{task['id']}/complete/", body)
    assert refused.status_code == 409
    assert "Reason changed since you opened it" in said(refused)
    source = refused.content.decode()
    assert "Typed</textarea>" in source
    assert hidden(source, "shown") == fresh != task["shown"]
    done = ravi.complete(task, "HR review", shown=fresh)
    assert Rest(acme.asha).read(f"tasks/{done['steps'][-1]['id']}/")["shown"] == ""
