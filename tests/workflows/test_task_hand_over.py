"""Hand a task over, take it over, claim it."""

import pytest
from guardian.shortcuts import assign_perm

from accounts.models import AuditEntry
from accounts.tenancy.errors import Denied
from tests.cast import Acme
from tests.factories.workflows import decide, open_task, start_leave
from workflows.models import Comment, Task, WorkflowDefinition
from workflows.selectors.doors import TaskNotFound, open_run
from workflows.selectors.doors import open_task as door
from workflows.selectors.runs import RunNotFound, access_run, visible_to
from workflows.services.at_task import TaskStale
from workflows.services.deciding import AssigneeInvalid
from workflows.services.tasks import task_claim, task_complete, task_reassign, task_take_over


@pytest.fixture
def with_hema(leave: WorkflowDefinition, acme: Acme) -> Task:
    """An open HR review of Asha's leave, with Hema."""
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "HR review", assignee=acme.hema.id)
    return open_task(run_id)


def test_hema_hands_her_task_to_hari_and_keeps_reading(with_hema: Task, acme: Acme) -> None:
    task_reassign(task_id=with_hema.id, actor=acme.hema, assignee=acme.hari.id, comment="On leave myself")
    after = open_task(with_hema.run_id)
    assert (after.assignee_id, after.due_at, after.version) == (acme.hari.id, with_hema.due_at, 2)
    told = AuditEntry.objects.get(kind="task.reassigned").payload
    assert (told["previous_assignee_name"], told["assignee_name"], told["by_name"]) == ("Hema", "Hari", "Hema")
    assert Comment.objects.get(run_id=with_hema.run_id).text == "On leave myself"
    assert "hr_note" in access_run(acme.hema, with_hema.run_id).readable
    with pytest.raises(Denied):
        task_complete(task_id=with_hema.id, actor=acme.hema, transition="Approved")
    with pytest.raises(TaskStale, match="It is now with Hari"):
        task_complete(task_id=with_hema.id, actor=acme.hema, transition="Approved", version=1)


def test_the_new_holder_must_fit_the_step(with_hema: Task, acme: Acme) -> None:
    for person in (acme.farid, acme.hema):
        with pytest.raises(AssigneeInvalid):
            task_reassign(task_id=with_hema.id, actor=acme.hema, assignee=person.id)
    with pytest.raises(Denied) as refusal:
        task_reassign(task_id=with_hema.id, actor=acme.ravi, assignee=acme.hari.id)
    assert refusal.value.code == "task.reassign.denied"
    assert open_task(with_hema.run_id).version == 1


def test_hari_takes_over_and_farid_learns_nothing(with_hema: Task, acme: Acme) -> None:
    with pytest.raises(TaskNotFound):
        task_take_over(task_id=with_hema.id, actor=acme.farid)
    with pytest.raises(Denied) as refusal:
        task_take_over(task_id=with_hema.id, actor=acme.ravi)
    assert refusal.value.code == "task.take_over.denied"
    assert door(acme.hari, with_hema.id).task.id == with_hema.id
    task_take_over(task_id=with_hema.id, actor=acme.hari)
    assert open_task(with_hema.run_id).assignee_id == acme.hari.id
    told = AuditEntry.objects.get(kind="task.taken_over").payload
    assert (told["previous_assignee_id"], told["assignee_name"]) == (str(acme.hema.id), "Hari")
    assert task_take_over(task_id=with_hema.id, actor=acme.hari).version == 2


def test_the_right_alone_opens_no_door(leave: WorkflowDefinition, acme: Acme) -> None:
    """Hari may take over, but the rule of the manager's step does not name him."""
    run_id = start_leave(leave, acme.asha).run_id
    with pytest.raises(TaskNotFound):
        task_take_over(task_id=open_task(run_id).id, actor=acme.hari)
    with pytest.raises(RunNotFound):
        open_run(acme.hari, run_id)


def test_a_grant_for_the_workflow_lets_one_person_take_over(
    with_hema: Task, acme: Acme, leave: WorkflowDefinition
) -> None:
    assign_perm("workflows.take_over_task", acme.fiona.user, leave)
    assert open_run(acme.fiona, with_hema.run_id).run.id == with_hema.run_id
    with pytest.raises(TaskNotFound):
        task_take_over(task_id=with_hema.id, actor=acme.fritz)
    task_take_over(task_id=with_hema.id, actor=acme.fiona)
    assert open_task(with_hema.run_id).assignee_id == acme.fiona.id


def test_one_of_the_team_claims_a_task(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "HR review")
    task = open_task(run_id)
    task_claim(task_id=task.id, actor=acme.hema)
    assert open_task(run_id).assignee_id == acme.hema.id
    assert not task.candidates.filter(is_open=True).exists()
    with pytest.raises(Denied, match="with Hema"):
        task_claim(task_id=task.id, actor=acme.hari)
    with pytest.raises(Denied):
        decide(run_id, acme.hari, "Approved")
    assert visible_to(acme.hari).filter(id=run_id).exists()
