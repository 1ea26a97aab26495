"""The clock of a task stands still while the requester is asked or for a reason, and goes on with what was left."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry
from accounts.tenancy.errors import Denied, NotFound
from tests.accounts.clients import program, signed_in
from tests.cast import Acme
from tests.factories.workflows import decide, open_task, start_leave, view_of
from workflows.models import HoldReason, TaskPause, TransitionLog, WorkflowDefinition
from workflows.selectors.timeline import timeline
from workflows.services.at_task import TaskNotOpen, TaskStale
from workflows.services.pauses import (
    PauseInvalid,
    TaskNotPaused,
    TaskPaused,
    task_answer,
    task_ask,
    task_hold,
    task_resume,
)
from workflows.services.sla import Swept, sla_sweep

WEDNESDAY = datetime(2025, 10, 1, 11, 30, tzinfo=UTC)  # 17:00 in Acme; the holiday and the weekend follow
FRIDAY_NOON = datetime(2025, 10, 3, 6, 30, tzinfo=UTC)
MONDAY_NOON = datetime(2025, 10, 6, 6, 30, tzinfo=UTC)
TUESDAY_EVENING = datetime(2025, 10, 7, 11, 30, tzinfo=UTC)
REASON = "Waiting for a document"


def held(leave: WorkflowDefinition, acme: Acme) -> Any:
    return open_task(start_leave(leave, acme.asha, at=WEDNESDAY).run_id)


def test_a_day_on_hold_moves_the_due_time_by_a_working_day(leave: WorkflowDefinition, acme: Acme) -> None:
    """Friday noon to Monday noon is one working day; reminder and due time lie one later."""
    task = held(leave, acme)
    task_hold(task_id=task.id, actor=acme.ravi, reason=REASON, comment="The plan", at=FRIDAY_NOON)
    task.refresh_from_db()
    assert (task.paused_at, task.pause, task.check_at) == (FRIDAY_NOON, "hold", None)
    assert sla_sweep(acme.organisation.id, at=MONDAY_NOON) == Swept()
    task_resume(task_id=task.id, actor=acme.ravi, at=MONDAY_NOON)
    task.refresh_from_db()
    assert (task.paused_at, task.pause, task.stood_still) == (None, "", 9 * 3600)
    assert (task.due_at, task.check_at) == (TUESDAY_EVENING, TUESDAY_EVENING - timedelta(days=1))
    assert TaskPause.objects.get().lost_seconds == 9 * 3600
    assert sla_sweep(acme.organisation.id, at=TUESDAY_EVENING - timedelta(days=1)) == Swept(reminded=1)
    assert sla_sweep(acme.organisation.id, at=TUESDAY_EVENING) == Swept(escalated=1)
    kinds = list(TransitionLog.objects.filter(task=task).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["held", "resumed", "reminded", "escalated"]
    assert AuditEntry.objects.get(kind="task.held").payload["hold_reason"] == REASON


def test_the_requester_is_asked_and_answers(leave: WorkflowDefinition, acme: Acme) -> None:
    task = held(leave, acme)
    task_ask(task_id=task.id, actor=acme.ravi, question="Who stands in?", at=FRIDAY_NOON)
    task.refresh_from_db()
    assert task.pause == "question"
    with pytest.raises(Denied):
        task_answer(task_id=task.id, actor=acme.ravi, answer="I do", at=MONDAY_NOON)
    with pytest.raises(PauseInvalid):
        task_answer(task_id=task.id, actor=acme.asha, answer=" ", at=MONDAY_NOON)
    task_answer(task_id=task.id, actor=acme.asha, answer="Fritz", at=MONDAY_NOON)
    task.refresh_from_db()
    assert (task.due_at, task.pause) == (TUESDAY_EVENING, "")
    pause = TaskPause.objects.get()
    assert (pause.asked_id, pause.answer, pause.ended_by_id) == (acme.asha.id, "Fritz", acme.asha.id)
    told = AuditEntry.objects.get(kind="task.answered").payload
    assert told["holder_ids"] == [str(acme.ravi.id)]
    lines = [(one.by, one.text, one.words) for one in timeline(view_of(task.run_id, acme.asha))][-2:]
    assert lines == [
        ("Ravi", "asked Asha; the clock of Manager review stands still", "Who stands in?"),
        ("Asha", "answered Ravi; the clock of Manager review goes on", "Fritz"),
    ]


def test_who_may_and_what_is_refused(leave: WorkflowDefinition, acme: Acme) -> None:
    task = held(leave, acme)
    with pytest.raises(NotFound):
        task_hold(task_id=task.id, actor=acme.farid, reason=REASON)
    with pytest.raises(Denied):
        task_hold(task_id=task.id, actor=acme.asha, reason=REASON)
    with pytest.raises(PauseInvalid) as unknown:
        task_hold(task_id=task.id, actor=acme.ravi, reason="No mood")
    assert REASON in unknown.value.params["reasons"]
    with pytest.raises(TaskNotPaused):
        task_resume(task_id=task.id, actor=acme.ravi)
    with pytest.raises(TaskStale):
        task_hold(task_id=task.id, actor=acme.ravi, reason=REASON, version=7)
    task_hold(task_id=task.id, actor=acme.ravi, reason=REASON, version=1)
    with pytest.raises(TaskPaused):
        task_ask(task_id=task.id, actor=acme.ravi, question="Why?")
    decide(task.run_id, acme.ravi, "Rejected", comment="No")
    with pytest.raises(TaskNotOpen):
        task_resume(task_id=task.id, actor=acme.ravi)


def test_the_organisations_own_reasons_replace_the_products(leave: WorkflowDefinition, acme: Acme) -> None:
    task = held(leave, acme)
    HoldReason.objects.create(organisation=acme.organisation, name="Works council")
    with pytest.raises(PauseInvalid):
        task_hold(task_id=task.id, actor=acme.ravi, reason=REASON)
    task_hold(task_id=task.id, actor=acme.ravi, reason="Works council")


def test_page_and_rest_agree(leave: WorkflowDefinition, acme: Acme) -> None:
    task = held(leave, acme)
    ravi, asha, page = signed_in(acme.ravi), signed_in(acme.asha), f"/requests/{task.run_id}/"
    body = ravi.get(page).content.decode()
    assert "Ask for information" in body
    assert "Planned for later" in body
    refused = ravi.post(f"/tasks/{task.id}/ask/", {"question": ""})
    assert (refused.status_code, "Write what you want to know." in refused.content.decode()) == (422, True)
    assert ravi.post(f"/tasks/{task.id}/ask/", {"question": "Who stands in?", "version": 1}).status_code == 302
    assert "Ravi asks you" in asha.get(page).content.decode()
    assert "Answer needed" in asha.get("/inbox/?tab=mine").content.decode()
    assert "Asked" in ravi.get("/inbox/").content.decode()
    assert asha.post(f"/tasks/{task.id}/answer/", {"answer": "Fritz", "version": 2}).status_code == 302
    rest = program(acme.ravi)
    held_ = rest.post(f"/api/v1/tasks/{task.id}/hold/", {"reason": REASON, "version": 3}, "application/json")
    assert held_.status_code == 200, held_.content
    step = held_.json()["steps"][-1]
    assert (step["pause"], step["paused_at"] is not None) == ("hold", True)
    assert "On hold: Waiting for a document" in ravi.get(page).content.decode()
    assert ravi.post(f"/tasks/{task.id}/resume/", {"version": 4}).status_code == 302
    again = rest.post(f"/api/v1/tasks/{task.id}/resume/", {}, "application/json")
    assert (again.status_code, again.json()["code"]) == (409, "task.not_paused")
