"""Decide a task."""

from uuid import uuid4

import pytest

from accounts.models import AuditEntry
from accounts.tenancy.errors import Denied, Invalid
from tests.cast import Acme
from tests.factories.workflows import LEAVE, MONDAY, decide, open_task, run_of, start_leave, view_of
from workflows.models import Comment, Task, TransitionLog, WorkflowDefinition
from workflows.selectors.doors import TaskNotFound
from workflows.services.at_task import TaskNotOpen, TaskStale
from workflows.services.deciding import AssigneeInvalid, TransitionInvalid
from workflows.services.tasks import task_complete


def kinds(run_id: object) -> list[str]:
    return list(AuditEntry.objects.filter(payload__run_id=str(run_id)).order_by("id").values_list("kind", flat=True))


def test_a_leave_goes_from_asha_over_ravi_and_hema_to_approved(leave: WorkflowDefinition, acme: Acme) -> None:
    started = start_leave(leave, acme.asha, assignee=acme.ravi.id)
    assert (started.number, started.status) == (1, "running")
    assert open_task(started.run_id).assignee_id == acme.ravi.id
    decide(started.run_id, acme.ravi, "HR review", data={"criticality": "low"}, assignee=acme.hema.id)
    done = decide(started.run_id, acme.hema, "Approved", data={"hr_note": "fine"}, comment="Enjoy")
    assert (done.status, done.outcome, done.opened) == ("completed", "Approved", ())
    run = run_of(started.run_id)
    assert run.data == {**LEAVE, "criticality": "low", "balance": 12, "hr_note": "fine"}
    assert run.labels["criticality"] == {"low": "Low"}
    assert run.finished_at == MONDAY
    log = TransitionLog.objects.filter(run=run).order_by("seq")
    assert list(log.values_list("seq", "kind", "from_step", "to_step", "by_name")) == [
        (1, "started", "", "apply", "Asha"),
        (2, "moved", "apply", "manager_review", "Asha"),
        (3, "moved", "manager_review", "hr_review", "Ravi"),
        (4, "moved", "hr_review", "approved", "Hema"),
        (5, "completed", "", "approved", "Hema"),
    ]
    assert run.version_no == 5
    assert kinds(run.id) == [
        "run.started", "task.moved", "task.opened", "task.moved", "task.opened", "task.moved", "run.completed",
    ]  # fmt: skip
    assert Comment.objects.get(run=run).text == "Enjoy"


def test_the_picker_is_trimmed_on_the_server(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    before = len(kinds(run_id))
    with pytest.raises(AssigneeInvalid) as refusal:
        decide(run_id, acme.ravi, "HR review", assignee=acme.farid.id)
    assert list(refusal.value.fields) == ["assignee"]
    assert [one["name"] for one in refusal.value.params["assignees"]] == ["Hari", "Hema"]
    with pytest.raises(AssigneeInvalid):
        decide(run_id, acme.ravi, "HR review", assignee=uuid4())
    assert open_task(run_id).step == "manager_review"
    assert len(kinds(run_id)) == before


def test_without_a_name_the_next_step_of_the_team_gets_a_queue(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "HR review")
    task = open_task(run_id)
    assert task.assignee_id is None
    assert not task.unassigned
    members = set(task.candidates.filter(is_open=True).values_list("member__name", flat=True))
    assert members == {"Hema", "Hari"}
    decide(run_id, acme.hari, "Approved")
    assert not task.candidates.filter(is_open=True).exists()


def test_who_may_not_decide_is_told_so_or_learns_nothing(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    with pytest.raises(Denied, match="may not decide their own"):
        decide(run_id, acme.asha, "HR review")
    with pytest.raises(Denied) as refusal:
        decide(run_id, acme.tess, "HR review")
    assert refusal.value.code == "task.complete.denied"
    with pytest.raises(TaskNotFound):
        decide(run_id, acme.farid, "HR review")
    with pytest.raises(TaskNotFound):
        task_complete(task_id=uuid4(), actor=acme.ravi, transition="HR review")


def test_a_second_answer_is_told_who_was_first(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "HR review")
    task = open_task(run_id)
    decide(run_id, acme.hema, "Approved")
    with pytest.raises(TaskNotOpen) as refusal:
        task_complete(task_id=task.id, actor=acme.hari, transition="Rejected")
    assert refusal.value.message == "Hema chose “Approved” at 10:30 on 29 Sep."
    assert refusal.value.params["by"] == "Hema"
    assert run_of(run_id).outcome == "Approved"


def test_an_old_version_is_refused(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    with pytest.raises(TaskStale):
        decide(run_id, acme.ravi, "HR review", version=7)
    assert decide(run_id, acme.ravi, "HR review", version=1).version == 2


def test_only_ways_of_the_step_are_gone(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    with pytest.raises(TransitionInvalid) as refusal:
        decide(run_id, acme.ravi, "Approved")
    assert refusal.value.params["allowed"] == ["HR review", "Rejected", "Apply"]
    with pytest.raises(TransitionInvalid):
        decide(run_id, acme.ravi, "")


def test_hidden_fields_are_refused_by_name(leave: WorkflowDefinition, acme: Acme) -> None:
    with pytest.raises(Invalid) as refusal:
        start_leave(leave, acme.asha, data={**LEAVE, "criticality": "low", "hr_note": "x"})
    assert set(refusal.value.fields) == {"data.criticality", "data.hr_note"}
    assert not Task.objects.exists()


def test_wrong_values_are_named_with_their_place(leave: WorkflowDefinition, acme: Acme) -> None:
    with pytest.raises(Invalid) as refusal:
        start_leave(leave, acme.asha, data={"from": "2025-10-08", "to": "2025-10-06"})
    assert set(refusal.value.fields) == {"data.to", "data.reason"}


def test_a_return_reopens_the_step_for_the_requester(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "Apply", comment="Which project?")
    task = open_task(run_id)
    assert (task.step, task.assignee_id) == ("apply", acme.asha.id)
    decide(run_id, acme.asha, "Manager review", data={**LEAVE, "reason": "Family, project Delta"})
    assert open_task(run_id).assignee_id == acme.ravi.id
    assert run_of(run_id).data["reason"] == "Family, project Delta"
    assert [task.step for task in view_of(run_id, acme.asha).tasks] == [
        "apply", "manager_review", "apply", "manager_review",
    ]  # fmt: skip


def test_everything_wrong_is_said_at_once(leave: WorkflowDefinition, acme: Acme) -> None:
    with pytest.raises(Invalid) as refusal:
        start_leave(leave, acme.asha, data={"from": "soon"}, assignee=acme.farid.id, comment="\0")
    assert set(refusal.value.fields) == {"data.from", "data.to", "data.reason", "comment", "assignee"}
    assert [one["name"] for one in refusal.value.params["assignees"]] == ["Ravi"]
