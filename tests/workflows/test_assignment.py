"""Who is asked: the rule, the fallback chain, and nobody."""

from typing import Any

import pytest

from accounts.models import AuditEntry, Membership
from accounts.tenancy.errors import Denied, Invalid
from tests.cast import Acme
from tests.factories.accounts import give_role
from tests.factories.workflows import decide, open_task, publish, run_of, start_leave, view_of
from workflows.library import library_item
from workflows.models import TransitionLog, WorkflowDefinition
from workflows.selectors.desk import desk_at, ways_from
from workflows.selectors.timeline import timeline
from workflows.services.deciding import AssigneeInvalid
from workflows.services.runs import run_start
from workflows.services.tasks import task_assign

CLAIM = {
    "purpose": "Visit",
    "lines": [{"day": "2025-09-26", "description": "Taxi", "category": "travel", "amount": {"amount": "300.00"}}],
}


def leave_document(**assignee: Any) -> dict[str, Any]:
    """Leave Application with other settings of the manager's step."""
    document = library_item("leave_application").to_json()
    document["name"] = "Leave, changed"
    step = next(step for step in document["graph"]["steps"] if step["key"] == "manager_review")
    step["assignee"] |= assignee
    return document


def test_without_a_manager_the_workflow_owner_is_asked(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.meera).run_id
    assert open_task(run_id).assignee_id == acme.omar.id
    notes = [entry.note for entry in timeline(view_of(run_id, acme.meera)) if entry.note]
    assert notes == ["no manager: fell back to the workflow owner, Omar"]


def test_the_department_head_comes_before_the_owner_and_never_is_the_requester(
    leave: WorkflowDefinition, acme: Acme
) -> None:
    engineering = acme.departments["ENG"]
    engineering.head = acme.meera
    engineering.save(update_fields=["head"])
    assert open_task(start_leave(leave, acme.meera).run_id).assignee_id == acme.omar.id
    engineering.head = acme.ravi
    engineering.save(update_fields=["head"])
    assert open_task(start_leave(leave, acme.meera).run_id).assignee_id == acme.ravi.id


def test_an_inactive_manager_is_passed_over(leave: WorkflowDefinition, acme: Acme) -> None:
    acme.ravi.is_active = False
    acme.ravi.save(update_fields=["is_active"])
    run_id = start_leave(leave, acme.asha).run_id
    assert open_task(run_id).assignee_id == acme.meera.id
    entry = TransitionLog.objects.get(run_id=run_id, kind="moved")
    assert entry.detail["note"] == "the manager is not available: fell back to the manager's manager, Meera"
    with pytest.raises(AssigneeInvalid):
        start_leave(leave, acme.asha, assignee=acme.ravi.id)


def test_the_fallback_may_be_named(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.meera, assignee=acme.omar.id).run_id
    assert open_task(run_id).assignee_id == acme.omar.id
    with pytest.raises(AssigneeInvalid):
        start_leave(leave, acme.meera, assignee=acme.meera.id)


def test_with_nobody_left_the_request_waits_and_tess_assigns(acme: Acme) -> None:
    with acme.scope():
        definition = publish(leave_document(fallback=[]), acme.omar)
        run_id = start_leave(definition, acme.meera).run_id
        task = open_task(run_id)
        assert (task.assignee_id, task.unassigned) == (None, True)
        told = AuditEntry.objects.get(kind="task.unassigned")
        assert told.payload["admin_ids"] == [str(acme.tess.id)]
        assert told.payload["why"] == "no manager, and nobody to fall back to"
        with pytest.raises(Denied):
            decide(run_id, acme.tess, "HR review")
        with pytest.raises(AssigneeInvalid):
            task_assign(task_id=task.id, actor=acme.tess, assignee=acme.meera.id)
        task_assign(task_id=task.id, actor=acme.tess, assignee=acme.hari.id)
        decide(run_id, acme.hari, "Rejected")
        assert run_of(run_id).outcome == "Rejected"


@pytest.fixture
def approvers(acme: Acme) -> tuple[Membership, Membership]:
    """Ravi and Meera approve for Engineering."""
    with acme.scope():
        role = give_role(acme.ravi, "Approver")
        role.member_links.create(organisation=acme.organisation, membership=acme.meera)
    return acme.ravi, acme.meera


def test_nobody_approves_an_own_claim(
    expense: WorkflowDefinition, acme: Acme, approvers: tuple[Membership, Membership]
) -> None:
    ravi, meera = approvers
    run_id = run_start(definition_id=expense.id, actor=ravi, data=CLAIM).run_id
    assert open_task(run_id).assignee_id == meera.id
    with pytest.raises(Denied, match="may not decide their own") as refusal:
        decide(run_id, ravi, "Pay")
    assert refusal.value.code == "task.complete.denied"
    with pytest.raises(AssigneeInvalid) as invalid:
        run_start(definition_id=expense.id, actor=ravi, data=CLAIM, assignee=ravi.id)
    assert invalid.value.fields["assignee"] == ["The requester may not decide their own request."]


def test_with_several_candidates_one_must_be_named(
    expense: WorkflowDefinition, acme: Acme, approvers: tuple[Membership, Membership]
) -> None:
    with pytest.raises(AssigneeInvalid) as refusal:
        run_start(definition_id=expense.id, actor=acme.asha, data=CLAIM)
    assert [one["name"] for one in refusal.value.params["assignees"]] == ["Meera", "Ravi"]


def test_conditions_choose_the_ways(
    expense: WorkflowDefinition, acme: Acme, approvers: tuple[Membership, Membership]
) -> None:
    large = {**CLAIM, "lines": [CLAIM["lines"][0] | {"amount": {"amount": "1000.01"}}]}  # type: ignore[operator]
    for data, expected in ((CLAIM, "Pay"), (large, "Finance panel")):
        started = run_start(definition_id=expense.id, actor=acme.asha, data=data, assignee=acme.ravi.id)
        view = view_of(started.run_id, acme.ravi)
        ways = {way.name: way for way in ways_from(desk_at(view, view.open_tasks[0]))}
        assert set(ways) == {expected, "Rejected", "Claim"}
        assert [one.name for one in ways[expected].assignees] == ["Farid", "Fiona", "Fritz"]
        assert ways[expected].to_team == (expected == "Pay")
        assert ways[expected].panel == ("" if expected == "Pay" else "2 of 3 must agree")
        assert ways["Claim"].reason_required
        with pytest.raises(Invalid) as refusal:
            decide(started.run_id, acme.ravi, "Claim")
        assert list(refusal.value.fields) == ["comment"]
