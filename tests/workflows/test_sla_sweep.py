"""Time limits: the reminder, the hand-over, and what happens when there is nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import AuditEntry
from tests.cast import Acme
from tests.factories.workflows import decide, open_task, start_leave
from workflows.models import Task, TransitionLog, WorkflowDefinition
from workflows.services.leavers import tasks_of_leavers
from workflows.services.sla import Swept, organisations_due, sla_sweep

WEDNESDAY = datetime(2025, 10, 1, 11, 30, tzinfo=UTC)  # 17:00 in Acme; the holiday and the weekend follow
FRIDAY_EVENING = datetime(2025, 10, 3, 11, 30, tzinfo=UTC)
MONDAY_EVENING = datetime(2025, 10, 6, 11, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def test_two_days_over_a_holiday_and_a_weekend_then_the_managers_manager(leave: WorkflowDefinition, acme: Acme) -> None:
    start_leave(leave, acme.asha, at=WEDNESDAY)
    task = Task.objects.get(step="manager_review")
    assert (task.due_at, task.check_at) == (MONDAY_EVENING, FRIDAY_EVENING)
    assert sla_sweep(acme.organisation.id, at=FRIDAY_EVENING - MOMENT) == Swept()
    assert sla_sweep(acme.organisation.id, at=FRIDAY_EVENING) == Swept(reminded=1)
    assert sla_sweep(acme.organisation.id, at=MONDAY_EVENING - MOMENT) == Swept()
    assert sla_sweep(acme.organisation.id, at=MONDAY_EVENING) == Swept(escalated=1)
    assert sla_sweep(acme.organisation.id, at=MONDAY_EVENING + timedelta(days=9)) == Swept()
    task.refresh_from_db()
    assert (task.assignee_id, task.overdue, task.escalations, task.version) == (acme.meera.id, True, 1, 3)
    told = AuditEntry.objects.get(kind="task.escalated")
    assert told.actor_kind == "system"
    assert (told.payload["previous_assignee_name"], told.payload["assignee_name"]) == ("Ravi", "Meera")
    entries = TransitionLog.objects.filter(task=task, kind__in=("reminded", "escalated")).order_by("seq")
    assert [entry.kind for entry in entries] == ["reminded", "escalated"]
    decide(task.run_id, acme.meera, "HR review", at=MONDAY_EVENING + timedelta(hours=1))


def test_without_a_manager_the_fallback_gets_it(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.ravi, at=WEDNESDAY).run_id
    assert open_task(run_id).assignee_id == acme.meera.id
    assert sla_sweep(acme.organisation.id, at=MONDAY_EVENING) == Swept(escalated=1)
    task = open_task(run_id)
    assert task.assignee_id == acme.omar.id
    entry = TransitionLog.objects.get(kind="escalated")
    assert entry.detail["note"] == "no manager: fell back to the workflow owner, Omar"


def test_with_nobody_left_it_is_marked_overdue_and_tess_is_told_once(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.ravi, at=WEDNESDAY).run_id
    acme.omar.is_active = False
    acme.omar.save(update_fields=["is_active"])
    assert sla_sweep(acme.organisation.id, at=MONDAY_EVENING) == Swept(overdue=1)
    assert sla_sweep(acme.organisation.id, at=MONDAY_EVENING + timedelta(days=1)) == Swept()
    task = open_task(run_id)
    assert (task.assignee_id, task.overdue) == (acme.meera.id, True)
    told = AuditEntry.objects.get(kind="task.overdue")
    assert told.payload["admin_ids"] == [str(acme.tess.id)]


def test_a_batch_takes_no_more_statements_than_one_task(
    leave: WorkflowDefinition, acme: Acme, django_assert_max_num_queries: object
) -> None:
    for _ in range(25):
        start_leave(leave, acme.asha, at=WEDNESDAY)
    with django_assert_max_num_queries(8):  # type: ignore[operator]  # pytest-django's fixture is untyped
        assert sla_sweep(acme.organisation.id, at=MONDAY_EVENING) == Swept(escalated=25)


@pytest.mark.django_db
def test_organisations_with_work_are_found_across_all(leave: WorkflowDefinition, acme: Acme) -> None:
    assert organisations_due(MONDAY_EVENING) == []
    start_leave(leave, acme.asha, at=WEDNESDAY)
    assert organisations_due(WEDNESDAY) == []
    assert organisations_due(MONDAY_EVENING) == [acme.organisation.id]


def test_tasks_of_a_leaver_go_to_the_fallback_or_to_tess(leave: WorkflowDefinition, acme: Acme) -> None:
    first, second = start_leave(leave, acme.asha).run_id, start_leave(leave, acme.asha).run_id
    decide(second, acme.ravi, "HR review", assignee=acme.hema.id)
    assert tasks_of_leavers(acme.organisation.id, at=MONDAY_EVENING) == 0
    for person in (acme.ravi, acme.hema, acme.omar):
        person.is_active = False
        person.save(update_fields=["is_active"])
    assert organisations_due(WEDNESDAY) == [acme.organisation.id]
    assert tasks_of_leavers(acme.organisation.id, at=MONDAY_EVENING) == 2
    assert tasks_of_leavers(acme.organisation.id, at=MONDAY_EVENING) == 0
    assert open_task(first).assignee_id == acme.meera.id
    waiting = open_task(second)
    assert (waiting.assignee_id, waiting.unassigned) == (None, True)
    told = AuditEntry.objects.get(kind="task.unassigned").payload
    assert (told["why"], told["admin_ids"]) == ("Hema has left, and nobody to fall back to", [str(acme.tess.id)])
