"""Withdraw, comment, follow; who sees a request and what of it."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from accounts.tenancy.errors import Denied
from tests.cast import Acme, Globex
from tests.factories.workflows import MONDAY, decide, open_task, start_leave
from workflows.models import Participant, Task, WorkflowDefinition
from workflows.selectors.definitions import DefinitionNotFound
from workflows.selectors.doors import TaskNotFound
from workflows.selectors.runs import RunNotFound, access_run, visible_list, visible_to
from workflows.services.deciding import CommentInvalid
from workflows.services.participants import ParticipantInvalid, run_unwatch, run_watch, stakeholder_add
from workflows.services.runs import RunFinished, run_comment, run_withdraw
from workflows.services.sla import sla_sweep
from workflows.services.tasks import task_reassign


def test_the_requester_takes_a_request_back(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    with pytest.raises(Denied) as refusal:
        run_withdraw(run_id=run_id, actor=acme.ravi)
    assert refusal.value.code == "run.withdraw.denied"
    with pytest.raises(RunNotFound):
        run_withdraw(run_id=run_id, actor=acme.farid)
    done = run_withdraw(run_id=run_id, actor=acme.asha, comment="Changed plans", at=MONDAY)
    assert (done.status, done.outcome) == ("killed", "Withdrawn")
    assert Task.objects.get(run_id=run_id, step="manager_review").state == "skipped"
    assert visible_to(acme.ravi).filter(id=run_id).exists()
    told = AuditEntry.objects.get(kind="run.withdrawn").payload
    assert told["assignee_ids"] == [str(acme.ravi.id)]
    with pytest.raises(RunFinished):
        run_withdraw(run_id=run_id, actor=acme.asha)


def test_who_sees_a_request(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "HR review", assignee=acme.hema.id)
    seeing = {
        person.name
        for person in (acme.asha, acme.ravi, acme.hema, acme.hari, acme.farid, acme.meera, acme.omar, acme.tess)
        if visible_to(person).filter(id=run_id).exists()
    }
    assert seeing == {"Asha", "Ravi", "Hema", "Omar", "Tess"}  # Omar owns the workflow, Tess is tenant admin


def test_what_each_of_them_reads(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "HR review", data={"criticality": "high"}, assignee=acme.hema.id)
    asked = {"from", "to", "reason"}
    assert access_run(acme.asha, run_id).readable == asked
    assert access_run(acme.ravi, run_id).readable == asked | {"criticality"}
    assert access_run(acme.hema, run_id).readable == asked | {"criticality", "balance", "hr_note"}
    assert access_run(acme.tess, run_id).readable == asked | {"criticality", "balance", "hr_note"}
    stakeholder_add(run_id=run_id, actor=acme.asha, member=acme.farid.id)
    assert access_run(acme.farid, run_id).readable == asked
    own = start_leave(leave, acme.tess).run_id
    assert access_run(acme.tess, own).readable == asked


def test_a_comment_is_kept_and_told(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    comment = run_comment(run_id=run_id, actor=acme.ravi, text="  Which \u2067days?\r\nAll?  ")
    assert comment.text == "Which days?\nAll?"
    assert AuditEntry.objects.get(kind="run.commented").payload["text"] == "Which days?\nAll?"
    for wrong in ("  ", "x" * 5001, "a\0b"):
        with pytest.raises(CommentInvalid):
            run_comment(run_id=run_id, actor=acme.ravi, text=wrong)
    with pytest.raises(RunNotFound):
        run_comment(run_id=run_id, actor=acme.farid, text="Hello")


def test_stakeholders_name_further_ones_and_watchers_come_and_go(
    globex: Globex, leave: WorkflowDefinition, acme: Acme
) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    with pytest.raises(Denied):
        stakeholder_add(run_id=run_id, actor=acme.ravi, member=acme.farid.id)
    with pytest.raises(ParticipantInvalid):
        stakeholder_add(run_id=run_id, actor=acme.asha, member=globex.gita.id)
    for _ in range(2):
        stakeholder_add(run_id=run_id, actor=acme.asha, member=acme.farid.id)
        run_watch(run_id=run_id, actor=acme.ravi)
    people = Participant.objects.filter(run_id=run_id).order_by("created_at").values_list("member__name", "kind")
    assert set(people) == {("Asha", "stakeholder"), ("Farid", "stakeholder"), ("Ravi", "watcher")}
    assert AuditEntry.objects.filter(kind="run.participant_added").count() == 2
    run_unwatch(run_id=run_id, actor=acme.ravi)
    assert not Participant.objects.filter(run_id=run_id, kind="watcher").exists()
    with pytest.raises(RunNotFound):
        run_watch(run_id=run_id, actor=acme.fiona)


def test_another_organisation_sees_nothing(globex: Globex, leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    with pytest.raises(RunNotFound):
        access_run(globex.gus, run_id)
    with pytest.raises(DefinitionNotFound):
        start_leave(leave, globex.gita)
    with pytest.raises(TaskNotFound):
        decide(run_id, globex.gus, "HR review")


def test_lists_show_what_the_doors_open(leave: WorkflowDefinition, acme: Acme) -> None:
    """Both roads to what somebody may see, over everything that can happen to a task."""
    people = (acme.asha, acme.ravi, acme.meera, acme.hema, acme.hari, acme.farid, acme.fiona, acme.omar, acme.tess)
    withdrawn, handed, decided, followed, overdue = (start_leave(leave, acme.asha).run_id for _ in range(5))
    own = start_leave(leave, acme.farid).run_id
    run_withdraw(run_id=withdrawn, actor=acme.asha)
    decide(handed, acme.ravi, "HR review", assignee=acme.hema.id)
    task_reassign(task_id=open_task(handed).id, actor=acme.hema, assignee=acme.hari.id)
    decide(decided, acme.ravi, "Rejected")
    stakeholder_add(run_id=followed, actor=acme.asha, member=acme.fiona.id)
    sla_sweep(acme.organisation.id, at=MONDAY + timedelta(days=9))
    found = {one.name: set(visible_list(one).values_list("id", flat=True)) for one in people}
    assert found == {one.name: set(visible_to(one).values_list("id", flat=True)) for one in people}
    assert found["Hema"] == found["Hari"] == {handed}
    assert found["Fiona"] == {followed}
    assert {withdrawn, decided, overdue} <= found["Ravi"]
    assert found["Meera"] >= {overdue}
    assert own in found["Omar"]
    assert own not in found["Asha"]
