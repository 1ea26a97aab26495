"""How the clock of a task is stopped and goes on. Pure, as ``moves``: what was read under lock in, a plan out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.tenancy.models import new_id
from workflows.assignment import PersonRef
from workflows.clock_events import TaskAnswered, TaskAsked, TaskHeld, TaskResumed
from workflows.engine.plan import Plan
from workflows.engine.state import By, Clock, RunState, TaskState
from workflows.ladder import Standing, Timing
from workflows.models import LogKind, PauseKind, TaskPause
from workflows.sla import Calendar, CalendarError, shifted, working_time_between

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class OpenPause:
    """The pause of a task whose clock stands still."""

    id: UUID
    kind: str
    reason: str
    text: str
    by: PersonRef
    asked: PersonRef | None
    started_at: datetime


def hold(run: RunState, task: TaskState, clock: Clock, by: By, *, reason: str, text: str) -> Plan:
    """Somebody waits for something that is not the requester's to give."""
    plan = _stopped(run, task, clock, by, PauseKind.HOLD, reason=reason, text=text, asked_id=None)
    plan.log(LogKind.HELD, **_where(task), reason=text, detail={"to_name": task.step_name, "why": reason})
    plan.events.append(TaskHeld(**_facts(plan, task), hold_reason=reason, reason=text, **_by(by)))
    return plan


def ask(run: RunState, task: TaskState, clock: Clock, by: By, *, question: str) -> Plan:
    """The requester is asked; the clock stands still until they have answered."""
    asked = run.requester.ref
    plan = _stopped(run, task, clock, by, PauseKind.QUESTION, reason="", text=question, asked_id=asked.id)
    plan.log(LogKind.ASKED, **_where(task), to=asked, reason=question, detail={"to_name": task.step_name})
    plan.events.append(
        TaskAsked(**_facts(plan, task), asked_id=asked.id, asked_name=asked.name, text=question, **_by(by))
    )
    return plan


def answer(
    run: RunState, task: TaskState, pause: OpenPause, timing: Timing | None, clock: Clock, by: By, *, text: str
) -> Plan:
    """What was asked is answered; the clock goes on."""
    plan = Plan(run, by, clock.at)
    columns = _going_on(plan, task, pause, timing, clock, answer=text)
    plan.log(LogKind.ANSWERED, **_where(task), to=pause.by, reason=text, detail={"to_name": task.step_name})
    plan.events.append(
        TaskAnswered(
            **_facts(plan, task),
            text=text,
            holder_ids=tuple(dict.fromkeys((*task.holders, pause.by.id))),
            due_at=columns["due_at"],
            **_by(by),
        )
    )
    return plan


def resume(
    run: RunState, task: TaskState, pause: OpenPause, timing: Timing | None, clock: Clock, by: By, *, text: str
) -> Plan:
    """The holder goes on, with or without what was waited for."""
    plan = Plan(run, by, clock.at)
    columns = _going_on(plan, task, pause, timing, clock, answer="")
    plan.log(LogKind.RESUMED, **_where(task), reason=text, detail={"to_name": task.step_name, "why": pause.reason})
    plan.events.append(TaskResumed(**_facts(plan, task), reason=text, due_at=columns["due_at"], **_by(by)))
    return plan


def moved_on(task: TaskState, timing: Timing | None, calendar: Calendar | None, at: datetime) -> dict[str, Any]:
    """The clock's columns after a pause: what lay ahead when it began is as much working time ahead now."""
    lost = timedelta(0)
    due = task.due_at
    if calendar is not None and task.paused_at is not None:
        try:
            lost = working_time_between(calendar, task.paused_at, at)
            due = shifted(calendar, due, lost) if due is not None and due > task.paused_at else due
        except CalendarError:
            lost = timedelta(0)
    stood_still = task.stood_still + lost // _SECOND
    standing = Standing(task.opened_at, due, task.rungs_done, stood_still * _SECOND)
    check = timing.ladder.next_check(standing, calendar) if timing is not None else None
    return {"paused_at": None, "pause": "", "stood_still": stood_still, "due_at": due, "check_at": check}


def _stopped(
    run: RunState,
    task: TaskState,
    clock: Clock,
    by: By,
    kind: PauseKind,
    *,
    reason: str,
    text: str,
    asked_id: UUID | None,
) -> Plan:
    plan = Plan(run, by, clock.at)
    plan.change_task(task.id, task.version, {"paused_at": clock.at, "pause": kind.value, "check_at": None})
    plan.add(
        TaskPause,
        id=new_id(),
        task_id=task.id,
        run_id=run.id,
        kind=kind.value,
        reason=reason,
        text=text,
        by_id=by.id,
        asked_id=asked_id,
        started_at=clock.at,
        **plan.owned(),
    )
    return plan


def _going_on(
    plan: Plan, task: TaskState, pause: OpenPause, timing: Timing | None, clock: Clock, *, answer: str
) -> dict[str, Any]:
    calendar = clock.calendars.of(task.assignee.id if task.assignee else None)
    columns = moved_on(task, timing, calendar, clock.at)
    plan.change_task(task.id, task.version, columns)
    ended = {
        "ended_at": clock.at,
        "ended_by_id": plan.by.id,
        "answer": answer,
        "lost_seconds": columns["stood_still"] - task.stood_still,
        "modified_at": clock.at,
        "modified_by_id": plan.by.id,
    }
    plan.updates.append((TaskPause, pause.id, ended))
    return columns


def _where(task: TaskState) -> dict[str, Any]:
    return {"task_id": task.id, "from_step": task.step, "to_step": task.step}


def _facts(plan: Plan, task: TaskState) -> dict[str, Any]:
    return {"subject_id": task.id, **plan.facts(), "step": task.step, "step_name": task.step_name}


def _by(by: By) -> dict[str, Any]:
    return {"by_id": by.id, "by_name": by.name}
