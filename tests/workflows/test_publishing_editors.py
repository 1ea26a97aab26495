"""Who edited a draft last never approves its publishing, nor does who stands in for them; every face says why."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy.errors import Denied
from tests.cast import Acme
from tests.factories.accounts import be_away, give_role
from tests.factories.workflows import MONDAY, decide, install, open_task, publish, run_of
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest
from tests.workflows.test_chained import child_of, started
from workflows.library import library_item
from workflows.models import Task, WorkflowDefinition, WorkflowRun, WorkflowSettings, WorkflowVersion
from workflows.selectors.publishing import SUBJECT
from workflows.separation import OWN_WORK
from workflows.services.deciding import AssigneeInvalid
from workflows.services.drafts import draft_edit, draft_start, draft_undo
from workflows.services.leavers import tasks_of_leavers
from workflows.services.publishing import publishing_request, settings_save
from workflows.services.sla import sla_sweep
from workflows.services.tasks import task_reassign, task_take_over


def govern(acme: Acme, approval: WorkflowDefinition) -> None:
    settings_save(actor=acme.tess, row=WorkflowSettings(), values={"publish_approval": approval})


@pytest.fixture
def governed(acme: Acme) -> WorkflowDefinition:
    """A draft by Omar. Meera, his manager, may edit too and take over; Tess owns the workflow that approves."""
    with acme.scope():
        give_role(acme.meera, "Second designer", "definition.edit", "task.take_over")
        flow = install("leave_application", acme.omar)
        govern(acme, install("publish_approval", acme.tess))
        draft_start(actor=acme.omar, definition_id=flow.id)
        edit(acme.omar, flow, "Ask")
        return flow


def edit(actor: Membership, flow: WorkflowDefinition, name: str, step: str = "apply") -> None:
    params = {"step": step, "name": name}
    draft_edit(actor=actor, definition_id=flow.id, name="step.rename", params=params, key=uuid4())


def touch(actor: Membership, flow: WorkflowDefinition) -> None:
    """Edit and take it back: the draft is the same, and the person was the last."""
    edit(actor, flow, "Something else", "hr_review")
    draft_undo(actor=actor, definition_id=flow.id, key=uuid4())


def asked(flow: WorkflowDefinition, acme: Acme, **more: Any) -> Task:
    return open_task(publishing_request(definition_id=flow.id, actor=acme.omar, **more).run_id)


def is_draft(flow: WorkflowDefinition) -> bool:
    return bool(WorkflowVersion.objects.get(definition=flow, number=2).state == "draft")


def test_the_last_editor_is_not_asked_and_the_fallback_is(governed: WorkflowDefinition, acme: Acme) -> None:
    with acme.scope():
        edit(acme.meera, governed, "Apply for leave")
        with pytest.raises(AssigneeInvalid) as refusal:
            asked(governed, acme, assignee=acme.meera.id)
        assert refusal.value.fields == {"assignee": [OWN_WORK]}
        task = asked(governed, acme)
        assert (task.assignee_id, task.run.requester_id) == (acme.tess.id, acme.omar.id)
        touch(acme.omar, governed)
        with pytest.raises(AssigneeInvalid):  # an edit of somebody else does not free her
            task_reassign(task_id=task.id, actor=acme.tess, assignee=acme.meera.id)
        assert decide(task.run_id, acme.tess, "Approved").outcome == "Approved"
        assert not is_draft(governed)


def by_service(task: Task, acme: Acme) -> None:
    with acme.scope():
        for transition in ("Approved", "Rejected"):
            with pytest.raises(Denied, match=OWN_WORK):
                decide(task.run_id, acme.meera, transition, comment="Mine")
        with pytest.raises(Denied, match=OWN_WORK):
            task_take_over(task_id=task.id, actor=acme.meera)


def over_rest(task: Task, acme: Acme) -> None:
    answer = Rest(acme.meera).post(f"tasks/{task.id}/complete/", {"transition": "Approved", "version": 1})
    assert (answer.status_code, answer.json()["detail"]) == (403, OWN_WORK)


def in_bulk(task: Task, acme: Acme) -> None:
    rows = {"action": "decide", "tasks": [{"id": str(task.id), "version": 1}], "transition": "Approved"}
    results = Rest(acme.meera).done("tasks/bulk/", rows)["results"]
    assert [(one["state"], one["message"]) for one in results] == [("left", OWN_WORK)]


def on_the_page(task: Task, acme: Acme) -> None:
    meera = Pages(acme.meera)
    answer = meera.client.post(f"/tasks/{task.id}/complete/", {"transition": "Approved", "version": "1"})
    assert (answer.status_code, OWN_WORK in said(answer)) == (403, True)
    assert "/complete/" not in meera.request(task.run_id)


@pytest.mark.parametrize("face", [by_service, over_rest, in_bulk, on_the_page])
def test_who_edits_a_draft_they_are_asked_about_decides_it_no_more(
    governed: WorkflowDefinition, acme: Acme, face: Callable[[Task, Acme], None]
) -> None:
    with acme.scope():
        task = asked(governed, acme)
        assert task.assignee_id == acme.meera.id
        touch(acme.meera, governed)
    face(task, acme)
    with acme.scope():
        assert (is_draft(governed), open_task(task.run_id).version) == (True, 1)


def test_nor_does_the_clock_or_a_leaver_give_it_to_them(governed: WorkflowDefinition, acme: Acme) -> None:
    with acme.scope():
        acme.omar.manager = acme.ravi
        acme.omar.save(update_fields=["manager"])
        task = asked(governed, acme)
        edit(acme.meera, governed, "Apply for leave")
        later = timezone.now() + timedelta(days=30)
        sla_sweep(acme.organisation.id, at=later)
        task.refresh_from_db()
        assert task.assignee_id == acme.tess.id, "not Ravi's manager, but who comes next"
        Membership.objects.filter(id=acme.tess.id).update(is_active=False)
        tasks_of_leavers(acme.organisation.id, at=later)
        task.refresh_from_db()
        assert task.unassigned, "not the manager's manager either"


def test_who_stands_in_for_them_decides_nothing(governed: WorkflowDefinition, acme: Acme) -> None:
    with acme.scope(), time_machine.travel(MONDAY):
        acme.omar.manager = acme.ravi
        acme.omar.save(update_fields=["manager"])
        edit(acme.meera, governed, "Apply for leave")
        task = asked(governed, acme)
        assert task.assignee_id == acme.ravi.id
        be_away(acme.meera, date(2025, 9, 29), date(2025, 10, 5), acme.ravi)
        with pytest.raises(Denied, match=OWN_WORK):
            decide(task.run_id, acme.ravi, "Approved")


def test_the_last_wall_stands_where_the_steps_keep_nobody_apart(governed: WorkflowDefinition, acme: Acme) -> None:
    document = library_item("publish_approval").to_json() | {"cases": [], "name": "Open"}
    step = next(one for one in document["graph"]["steps"] if one["key"] == "manager_approval")
    step["assignee"]["separation"] = {"not_requester": False}
    with acme.scope():
        WorkflowSettings.objects.all().delete()
        govern(acme, publish(document, acme.tess))
        edit(acme.meera, governed, "Apply for leave")
        task = asked(governed, acme)
        assert task.assignee_id == acme.meera.id
        with pytest.raises(Denied, match=OWN_WORK):
            decide(task.run_id, acme.meera, "Approved")
        assert is_draft(governed)
        assert decide(task.run_id, acme.meera, "Rejected", comment="Too early").outcome == "Rejected"


def test_a_request_that_another_one_started_is_about_the_same_draft(governed: WorkflowDefinition, acme: Acme) -> None:
    with acme.scope():
        draft_id: UUID = WorkflowVersion.objects.get(definition=governed, number=2).id
        give_role(acme.ravi, "Third designer", "definition.edit")
        edit(acme.ravi, governed, "Apply for leave")
        WorkflowSettings.objects.all().delete()
        run_id = started(acme)
        WorkflowRun.objects.filter(id=run_id).update(subject_kind=SUBJECT, subject_id=draft_id)
        with pytest.raises(Denied, match=OWN_WORK):
            decide(child_of(run_id).id, acme.ravi, "HR review")
        assert run_of(run_id).status == "running"
