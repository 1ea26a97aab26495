"""What the machine's side of a task adds to a plan: it opens, an attempt fails, it gives up, an admin acts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.tenancy.models import new_id
from workflows.engine.plan import Plan
from workflows.engine.state import Answers, TaskState, merged
from workflows.graph.compiled import CompiledStep, GraphBroken
from workflows.machine_events import (
    TaskFailed,
    TaskFaltered,
    TaskLinkDone,
    TaskNoticed,
    TaskPassed,
    TaskQuarantined,
    TaskRetried,
    TaskStarted,
)
from workflows.models import CommentKind, LogKind, MachineStep, Task, next_state
from workflows.models import TaskState as State

WHY_LENGTH = 200
NO_COMPLETION = {"completed_at": None, "completed_by_id": None, "transition": ""}


@dataclass(frozen=True, slots=True)
class Failure:
    """What is told of a failed attempt."""

    why: str
    attempt: int
    quarantined: bool = False


def open_machine(plan: Plan, step: CompiledStep) -> None:
    """A task for a machine: a worker takes it up as soon as it is committed."""
    if step.node is None:
        raise GraphBroken(f"Nothing is done at {step.name!r}.")
    task_id = new_id()
    plan.add(
        Task,
        id=task_id,
        run_id=plan.run.id,
        definition_id=plan.run.definition_id,
        requester_id=plan.run.requester.id,
        step=step.key,
        step_name=step.name,
        state=State.RUNNING.value,
        opened_at=plan.at,
        **plan.owned(),
    )
    plan.add(
        MachineStep,
        id=new_id(),
        task_id=task_id,
        run_id=plan.run.id,
        step=step.key,
        kind=step.node.kind,
        key=new_id(),
        opened_at=plan.at,
        next_at=plan.at,
    )
    where = {"step": step.key, "step_name": step.name, "node": step.node.kind}
    plan.events.append(TaskStarted(subject_id=task_id, **plan.facts(), **where))


@dataclass(frozen=True, slots=True)
class LinkDone:
    """One of several pieces of work, done."""

    name: str
    number: int
    of: int


def pass_on(plan: Plan, task: TaskState, node: str, done: LinkDone, answers: Answers) -> None:
    """A piece of a saved task is done and the next one follows; the request stays where it is."""
    if answers.values:
        run = plan.run
        data = {**run.data, **answers.values}
        plan.run_changes |= {"data": data, "labels": merged(run.labels, answers.labels)}
    facts = {"link": done.name, "number": done.number, "of": done.of, "fields": tuple(answers.values)}
    plan.events.append(TaskLinkDone(**_about(plan, task, node), **facts))


def falter(plan: Plan, task: TaskState, node: str, failure: Failure, next_at: datetime) -> None:
    """The attempt failed; the next one has its time."""
    plan.change_task(task.id, task.version, {"state": next_state(Task.falter, task.state)})
    detail = {"to_name": task.step_name, "attempt": failure.attempt, "next_at": next_at.isoformat()}
    plan.log(LogKind.TRIED, task_id=task.id, to_step=task.step, detail=detail)
    plan.events.append(
        TaskFaltered(**_about(plan, task, node), attempt=failure.attempt, next_at=next_at, why=failure.why[:WHY_LENGTH])
    )


def give_up(
    plan: Plan, task: TaskState, node: str, failure: Failure, way: str = "", admin_ids: tuple[UUID, ...] = ()
) -> None:
    """No attempt is left. Without a ``way`` the task waits for an admin; with one the caller goes on by it."""
    if not way:
        plan.change_task(task.id, task.version, {"state": next_state(Task.give_up, task.state), "check_at": None})
    detail = {"to_name": task.step_name, "attempt": failure.attempt, "quarantined": failure.quarantined}
    plan.log(LogKind.FAILED, task_id=task.id, to_step=task.step, detail=detail)
    kind = TaskQuarantined if failure.quarantined else TaskFailed
    plan.events.append(
        kind(
            **_about(plan, task, node),
            attempt=failure.attempt,
            why=failure.why[:WHY_LENGTH],
            transition=way,
            owner_id=plan.run.owner_id,
            admin_ids=admin_ids,
        )
    )


def try_again(
    plan: Plan, task: TaskState, node: str, reason: str, *, edited: bool, changes: Mapping[str, tuple[str, str]]
) -> None:
    """An admin has a failed step done again, where `edited` with settings that differ by these `changes`."""
    plan.change_task(task.id, task.version, {"state": next_state(Task.retry, task.state), **NO_COMPLETION})
    detail = {"to_name": task.step_name, "edited": edited}
    plan.log(LogKind.RETRIED, task_id=task.id, to_step=task.step, reason=reason, detail=detail)
    plan.comment(reason, task_id=task.id, kind=CommentKind.REASON)
    facts = {"by_id": plan.by.id, "by_name": plan.by.name, "reason": reason}
    plan.events.append(TaskRetried(**_about(plan, task, node), **facts, edited=edited, changes=dict(changes)))


def pass_by(plan: Plan, task: TaskState, node: str, reason: str, way: str) -> None:
    """An admin lets the request go on without the machine's work; the caller goes on by the way."""
    plan.log(LogKind.PASSED, task_id=task.id, to_step=task.step, reason=reason, detail={"to_name": task.step_name})
    facts = {"by_id": plan.by.id, "by_name": plan.by.name, "reason": reason}
    plan.events.append(TaskPassed(**_about(plan, task, node), **facts, transition=way))


def tell(
    plan: Plan, task: TaskState, node: str, text: str, *, subject: str, people: Sequence[UUID], stakeholders: bool
) -> None:
    """Words of the workflow's own, to these people."""
    facts: dict[str, Any] = {"subject": subject, "text": text, "recipient_ids": tuple(dict.fromkeys(people))}
    plan.events.append(TaskNoticed(**_about(plan, task, node), **facts, stakeholders=stakeholders))


def _about(plan: Plan, task: TaskState, node: str) -> dict[str, Any]:
    where = {"step": task.step, "step_name": task.step_name, "node": node}
    return {"subject_id": task.id, **plan.facts(), **where}
