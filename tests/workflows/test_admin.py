"""The administration of workflows: what tenant admins change there goes through the services, the rest is to look at."""

import pytest
from django.test import Client

from accounts.audit.models import AuditEntry
from tests.accounts.clients import signed_in
from tests.cast import Acme, Globex
from tests.factories.workflows import decide, install, open_task, start_leave
from workflows.models import Task, WorkflowDefinition, WorkflowGroup, WorkflowRun, WorkflowVersion

ADMIN = "/admin/workflows"


@pytest.fixture
def tess(acme: Acme) -> Client:
    return signed_in(acme.tess)


def fields_of(definition: WorkflowDefinition, **more: str) -> dict[str, str]:
    """What the page of a workflow posts."""
    return {
        "group": str(definition.group_id),
        "owner": str(definition.owner_id),
        "is_active": "on",
        "visibilities-TOTAL_FORMS": "0",
        "visibilities-INITIAL_FORMS": "0",
        **more,
    }


def test_groups_are_kept_by_tenant_admins(acme: Acme, tess: Client) -> None:
    answer = tess.post(f"{ADMIN}/workflowgroup/add/", {"name": "Procurement", "position": "3"})
    assert answer.status_code == 302, answer.content
    with acme.scope():
        group = WorkflowGroup.objects.get(name="Procurement")
        assert AuditEntry.objects.filter(kind="directory.added", actor_id=acme.tess.id, subject_id=group.id).exists()
    tess.post(f"{ADMIN}/workflowgroup/{group.id}/change/", {"name": "Buying", "position": "3"})
    with acme.scope():
        group.refresh_from_db()
    assert group.name == "Buying"


def test_others_have_no_administration(acme: Acme) -> None:
    assert signed_in(acme.asha).get(f"{ADMIN}/workflowgroup/").status_code == 403


def test_owner_group_and_activity_change_through_the_service(
    acme: Acme, leave: WorkflowDefinition, tess: Client
) -> None:
    group = WorkflowGroup.objects.create(organisation=acme.organisation, name="People")
    page = f"{ADMIN}/workflowdefinition/{leave.id}/change/"
    posted = fields_of(leave, owner=str(acme.meera.id), group=str(group.id), name="Other name")
    assert tess.post(page, posted).status_code == 302
    leave.refresh_from_db()
    assert (leave.owner_id, leave.group_id, leave.name) == (acme.meera.id, group.id, "Leave Application")
    entry = AuditEntry.objects.filter(kind="definition.changed").latest("at")
    assert (entry.actor_id, set(entry.payload["changes"])) == (acme.tess.id, {"owner", "group"})
    del posted["is_active"]
    tess.post(page, posted)
    leave.refresh_from_db()
    assert not leave.is_active


def test_who_may_start_it_is_said_by_rows(acme: Acme, leave: WorkflowDefinition, tess: Client) -> None:
    page = f"{ADMIN}/workflowdefinition/{leave.id}/change/"
    row = {"visibilities-TOTAL_FORMS": "1", "visibilities-0-department": str(acme.departments["FIN"].id)}
    assert tess.post(page, fields_of(leave, **row)).status_code == 302
    assert [one.department_id for one in leave.visibilities.all()] == [acme.departments["FIN"].id]
    kept = leave.visibilities.get()
    gone = row | {
        "visibilities-INITIAL_FORMS": "1",
        "visibilities-0-id": str(kept.id),
        "visibilities-0-definition": str(leave.id),
        "visibilities-0-DELETE": "on",
    }
    assert tess.post(page, fields_of(leave, **gone)).status_code == 302
    assert not leave.visibilities.exists()
    assert AuditEntry.objects.filter(kind="definition.changed", payload__changes=["visibility"]).count() == 2


def test_a_group_is_not_lost_and_a_stranger_is_no_owner(
    acme: Acme, globex: Globex, leave: WorkflowDefinition, tess: Client
) -> None:
    page = f"{ADMIN}/workflowdefinition/{leave.id}/change/"
    before = leave.group_id
    for wrong in ({"group": ""}, {"owner": str(globex.gita.id)}):
        assert tess.post(page, fields_of(leave, **wrong)).status_code == 200
    leave.refresh_from_db()
    assert (leave.group_id, leave.owner_id) == (before, acme.omar.id)


def test_a_workflow_is_taken_off_and_brought_back(acme: Acme, leave: WorkflowDefinition, tess: Client) -> None:
    for action, gone in (("take_off", True), ("restore", False)):
        tess.post(f"{ADMIN}/workflowdefinition/", {"action": action, "_selected_action": str(leave.id)})
        leave.refresh_from_db()
        assert (leave.deleted_at is not None) is gone
    assert AuditEntry.objects.filter(kind__in=["definition.deleted", "definition.restored"]).count() == 2


def test_a_version_is_drawn_and_never_changed(acme: Acme, leave: WorkflowDefinition, tess: Client) -> None:
    version = WorkflowVersion.objects.get()
    page = f"{ADMIN}/workflowversion/{version.id}/change/"
    answer = tess.get(page)
    assert b'<svg class="graph' in answer.content
    assert b"Manager review" in answer.content
    assert tess.post(page, {"number": "9"}).status_code == 403
    assert tess.get(f"{ADMIN}/workflowversion/add/").status_code == 403


def test_requests_are_shown_without_what_the_form_holds(acme: Acme, leave: WorkflowDefinition, tess: Client) -> None:
    started = start_leave(leave, acme.asha, data={"from": "2025-10-06", "to": "2025-10-08", "reason": "Top secret"})
    decide(started.run_id, acme.ravi, "HR review", data={"criticality": "high"}, comment="Covered by Farid")
    task = open_task(started.run_id)
    for page in (f"workflowrun/{started.run_id}", f"task/{task.id}"):
        answer = tess.get(f"{ADMIN}/{page}/change/")
        assert answer.status_code == 200
        assert b"Top secret" not in answer.content
        assert b"criticality" not in answer.content
        assert tess.post(f"{ADMIN}/{page}/change/", {"status": "killed"}).status_code == 403
    assert b"Covered by Farid" in tess.get(f"{ADMIN}/workflowrun/{started.run_id}/change/").content
    for model in ("workflowrun", "task", "transitionlog", "comment"):
        assert b"Asha" in tess.get(f"{ADMIN}/{model}/").content
    assert WorkflowRun.objects.get().status == "running"


@pytest.fixture
def stranded(acme: Acme) -> Task:
    """Meera's leave: no manager, and she owns the workflow herself."""
    with acme.scope():
        run = start_leave(install("leave_application", acme.omar, owner=acme.meera), acme.meera)
        task = open_task(run.run_id)
        assert task.unassigned
        return task


def test_a_task_without_anybody_is_given_to_somebody(acme: Acme, stranded: Task, tess: Client) -> None:
    assert str(stranded.id).encode() in tess.get(f"{ADMIN}/task/?asked=nobody").content
    page = f"{ADMIN}/task/{stranded.id}/change/"
    lines = {f"{name}-{forms}_FORMS": "0" for name in ("candidates", "votes") for forms in ("TOTAL", "INITIAL")}
    assert tess.post(page, {"assignee": str(acme.meera.id), **lines}).status_code == 200, "the requester herself"
    assert tess.post(page, {"assignee": str(acme.hari.id), "comment": "Knows her plans", **lines}).status_code == 302
    with acme.scope():
        stranded.refresh_from_db()
        assert (stranded.assignee_id, stranded.unassigned) == (acme.hari.id, False)
        assigned = AuditEntry.objects.get(kind="task.assigned")
        assert (assigned.actor_id, assigned.payload["reason"]) == (acme.tess.id, "Knows her plans")
    tess.get(f"{ADMIN}/task/")  # shows the message with its link
    assert str(stranded.id).encode() not in tess.get(f"{ADMIN}/task/?asked=nobody").content
    assert tess.post(page, {"assignee": str(acme.hema.id), **lines}).status_code == 403


def test_another_organisation_sees_nothing_of_it(acme: Acme, globex: Globex, stranded: Task) -> None:
    gus = signed_in(globex.gus)
    assert gus.get(f"{ADMIN}/task/{stranded.id}/change/").status_code == 404
    assert b"Meera" not in gus.get(f"{ADMIN}/task/").content
    assert gus.get(f"{ADMIN}/workflowrun/{stranded.run_id}/change/").status_code == 404
