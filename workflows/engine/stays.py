"""A task that stays at its step: it gets another holder or loses its last, is reminded of, or becomes overdue. Plans, as in
``moves``; nothing is read or written here."""

from typing import Any
from uuid import UUID

from workflows.assignment import PersonRef
from workflows.clock_events import TaskOverdue, TaskReminded
from workflows.engine.plan import Plan
from workflows.engine.state import By, Clock, Columns, RunState, TaskState
from workflows.events import (
    TaskAssigned,
    TaskClaimed,
    TaskEscalated,
    TaskHandedOver,
    TaskReassigned,
    TaskTakenOver,
    TaskUnassigned,
)
from workflows.models import CommentKind, LogKind

NO_COLUMNS: Columns = {}
HANDED: dict[LogKind, type[TaskHandedOver]] = {
    LogKind.REASSIGNED: TaskReassigned,
    LogKind.TAKEN_OVER: TaskTakenOver,
    LogKind.CLAIMED: TaskClaimed,
    LogKind.ASSIGNED: TaskAssigned,
    LogKind.ESCALATED: TaskEscalated,
}


def hand_over(
    run: RunState,
    task: TaskState,
    to: PersonRef,
    kind: LogKind,
    clock: Clock,
    by: By,
    *,
    reason: str = "",
    note: str = "",
    ladder: Columns = NO_COLUMNS,
) -> Plan:
    """The task gets another holder within its step. Its time limit runs on; ``ladder`` is what an escalation says of it."""
    plan = Plan(run, by, clock.at)
    changes: dict[str, Any] = {"assignee_id": to.id, "unassigned": False}
    if kind is LogKind.ESCALATED:
        changes |= {"escalations": task.escalations + 1, "overdue": task.is_late(clock.at), **ladder}
    plan.change_task(task.id, task.version, changes)
    if task.in_queue:
        plan.closed_queues.append(task.id)
    plan.log(
        kind,
        task_id=task.id,
        left=task.assignee,
        to=to,
        from_step=task.step,
        to_step=task.step,
        reason=reason,
        detail={"to_name": task.step_name, "note": note},
    )
    if reason and by.id is not None:
        plan.comment(reason, task_id=task.id, kind=CommentKind.REASON)
    plan.events.append(
        HANDED[kind](
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            previous_assignee_id=task.assignee.id if task.assignee else None,
            previous_assignee_name=task.assignee.name if task.assignee else "",
            assignee_id=to.id,
            assignee_name=to.name,
            due_at=task.due_at,
            by_id=by.id,
            by_name=by.name,
            reason=reason or note,
        )
    )
    return plan


def orphan(run: RunState, task: TaskState, clock: Clock, by: By, admin_ids: tuple[UUID, ...], why: str) -> Plan:
    """The task lost its holder and nobody can be asked instead: it waits for a tenant admin."""
    plan = Plan(run, by, clock.at)
    plan.change_task(task.id, task.version, {"assignee_id": None, "unassigned": True})
    if task.in_queue:
        plan.closed_queues.append(task.id)
    plan.log(
        LogKind.UNASSIGNED,
        task_id=task.id,
        left=task.assignee,
        from_step=task.step,
        to_step=task.step,
        detail={"to_name": task.step_name, "note": why},
    )
    plan.events.append(
        TaskUnassigned(
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            admin_ids=admin_ids,
            why=why,
        )
    )
    return plan


def remind(run: RunState, task: TaskState, clock: Clock, by: By, ladder: Columns) -> Plan:
    """The reminder of the due time; ``ladder`` says when the sweep looks next."""
    plan = Plan(run, by, clock.at)
    plan.change_task(task.id, task.version, {"reminded": True, **ladder})
    plan.log(LogKind.REMINDED, task_id=task.id, to=task.assignee, to_step=task.step, detail={"to_name": task.step_name})
    plan.events.append(
        TaskReminded(
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            assignee_id=task.assignee.id if task.assignee else None,
            assignee_name=task.assignee.name if task.assignee else "",
            candidate_ids=() if task.assignee else task.holders,
            due_at=task.due_at,
        )
    )
    return plan


def mark_overdue(
    run: RunState, task: TaskState, clock: Clock, by: By, admin_ids: tuple[UUID, ...], why: str, ladder: Columns
) -> Plan:
    """The time limit has passed and there is nobody to hand the task to; told once."""
    plan = Plan(run, by, clock.at)
    plan.change_task(task.id, task.version, {"overdue": True, **ladder})
    detail = {"to_name": task.step_name, "note": why}
    plan.log(LogKind.OVERDUE, task_id=task.id, to=task.assignee, to_step=task.step, detail=detail)
    plan.events.append(
        TaskOverdue(
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            assignee_id=task.assignee.id if task.assignee else None,
            assignee_name=task.assignee.name if task.assignee else "",
            due_at=task.due_at,
            admin_ids=admin_ids,
        )
    )
    return plan
