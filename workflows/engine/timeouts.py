"""What the clock does to a run besides reminding and handing over: tell, warn, end. Pure, as ``moves``."""

from collections.abc import Sequence

from accounts.tenancy.models import new_id
from workflows.assignment import PersonRef
from workflows.clock_events import RunTimedOut, RunTimeoutNear, TaskManagerTold, TaskTimeoutNear
from workflows.engine.plan import Plan
from workflows.engine.state import By, Clock, Columns, RunState, TaskState
from workflows.graph.timing import HardEnd, Timeout
from workflows.models import (
    TIMED_OUT,
    LogKind,
    Participant,
    ParticipantKind,
    RunTimer,
    Task,
    WorkflowRun,
    next_state,
)
from workflows.sla import CalendarError, due_at


def set_timer(plan: Plan, timeout: Timeout, clock: Clock) -> None:
    """The timeouts of a request that starts now, in the organisation's own calendar."""
    calendar = clock.calendars.default
    if calendar is None:
        return
    try:
        soft = due_at(calendar, clock.at, timeout.soft) if timeout.soft else None
        hard = due_at(calendar, clock.at, timeout.hard) if timeout.hard else None
    except CalendarError:
        return
    first = min((one for one in (soft, hard) if one is not None), default=None)
    if first is not None:
        plan.add(RunTimer, id=new_id(), run_id=plan.run.id, soft_at=soft, hard_at=hard, check_at=first)


def tell(
    run: RunState, task: TaskState, manager: PersonRef, clock: Clock, by: By, ladder: Columns, *, follows: bool
) -> Plan:
    """The holder's manager hears of the task, which stays where it is. Who is told may look: unless they follow the request
    already, they do from now on."""
    plan = Plan(run, by, clock.at)
    if not follows:
        kind = ParticipantKind.STAKEHOLDER.value
        plan.add(Participant, id=new_id(), run_id=run.id, member_id=manager.id, kind=kind, **plan.owned())
    plan.change_task(task.id, task.version, ladder)
    plan.log(LogKind.TOLD, task_id=task.id, to=manager, to_step=task.step, detail={"to_name": task.step_name})
    plan.events.append(
        TaskManagerTold(
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            assignee_id=task.assignee.id if task.assignee else None,
            assignee_name=task.assignee.name if task.assignee else "",
            manager_id=manager.id,
            manager_name=manager.name,
            due_at=task.due_at,
        )
    )
    return plan


def climb(run: RunState, task: TaskState, clock: Clock, by: By, ladder: Columns) -> Plan:
    """A rung has come that has nothing to do any more; only the clock is set to the next."""
    plan = Plan(run, by, clock.at)
    plan.change_task(task.id, task.version, ladder)
    return plan


def warn_of_task(run: RunState, task: TaskState, clock: Clock, by: By, ladder: Columns) -> Plan:
    """The soft timeout of a task: the owner of the workflow hears of it."""
    plan = Plan(run, by, clock.at)
    plan.change_task(task.id, task.version, ladder)
    plan.log(LogKind.WARNED, task_id=task.id, to_step=task.step, detail={"to_name": task.step_name})
    plan.events.append(
        TaskTimeoutNear(
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            owner_id=run.owner_id,
            assignee_id=task.assignee.id if task.assignee else None,
            assignee_name=task.assignee.name if task.assignee else "",
        )
    )
    return plan


def warn_of_run(run: RunState, clock: Clock, by: By) -> Plan:
    """The soft timeout of a request."""
    plan = Plan(run, by, clock.at)
    plan.log(LogKind.WARNED)
    plan.events.append(RunTimeoutNear(subject_id=run.id, **plan.facts(), owner_id=run.owner_id))
    return plan


def end(
    run: RunState, tasks: Sequence[TaskState], cause: TaskState | None, then: HardEnd, clock: Clock, by: By
) -> Plan:
    """A hard timeout: the request fails or is killed with all its open tasks.

    ``tasks`` are the open ones; that of ``cause`` has failed where the request does, the others are skipped.
    """
    plan = Plan(run, by, clock.at)
    plan.close_run(WorkflowRun.fail if then is HardEnd.FAIL else WorkflowRun.kill, TIMED_OUT)
    if run.tokens:
        plan.run_changes["tokens"] = []
    for task in tasks:
        failed = then is HardEnd.FAIL and cause is not None and cause.id == task.id
        state = next_state(Task.fail if failed else Task.skip, task.state)
        plan.change_task(
            task.id,
            task.version,
            {"state": state, "unassigned": False, "check_at": None, "completed_at": clock.at},
        )
        if task.in_queue:
            plan.closed_queues.append(task.id)
        plan.log(
            LogKind.TIMED_OUT,
            task_id=task.id,
            left=task.assignee,
            from_step=task.step,
            detail={"to_name": task.step_name if cause is not None and cause.id == task.id else ""},
        )
    if not tasks:
        plan.log(LogKind.TIMED_OUT)
    holders = [one for task in tasks for one in task.holders]
    plan.events.append(
        RunTimedOut(
            subject_id=run.id,
            **plan.facts(),
            owner_id=run.owner_id,
            outcome=TIMED_OUT,
            step=cause.step if cause else "",
            step_name=cause.step_name if cause else "",
            assignee_ids=tuple(dict.fromkeys(holders)),
        )
    )
    return plan
