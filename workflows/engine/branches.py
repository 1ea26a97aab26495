"""What a movement does besides opening steps, put into a plan: branches not taken, joins, work not needed any more, and
answers that a way back has gone over."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.tenancy.models import new_id
from workflows.engine.definition import RunningDefinition
from workflows.engine.plan import Plan
from workflows.engine.state import TaskState
from workflows.engine.superseded import put_aside, without
from workflows.events import AnswersSuperseded, BranchSkipped, JoinFired, JoinWaiting, TaskCancelled
from workflows.graph.compiled import CompiledStep, CompiledTransition
from workflows.graph.tokens import Movement, front
from workflows.models import LogKind, Task, next_state
from workflows.models import TaskState as State


def record_branches(
    plan: Plan, moved: Movement, cancelled: Iterable[TaskState], definition: RunningDefinition, why: str, *, again: bool
) -> None:
    """The rows, history and facts of a movement; ``cancelled`` are the open tasks at its cancelled steps. ``again``: a way
    back took them away, so that their steps come once more."""
    if plan.run.tokens or moved.tokens:
        plan.run_changes["tokens"] = [token.to_json() for token in moved.tokens]
    for task in cancelled:
        cancel(plan, task, why, again=again)
    here = {one.step.key for one in moved.opened}
    for way in moved.skipped:
        _skip(plan, way, [step for step in front(definition.graph, way) if step.key not in here])
    for join in moved.fired:
        plan.log(LogKind.JOINED, to_step=join.key, detail={"to_name": join.name})
        plan.events.append(JoinFired(subject_id=plan.run.id, **plan.facts(), **_at(join)))
    for join in moved.waiting:
        arrived = sum(token.step == join.key for token in moved.tokens)
        plan.log(LogKind.JOIN_WAITING, to_step=join.key, detail={"to_name": join.name, "arrived": arrived})
        plan.events.append(JoinWaiting(subject_id=plan.run.id, **plan.facts(), **_at(join), arrived=arrived))


def cancel(plan: Plan, task: TaskState, why: str, *, again: bool) -> None:
    """An open task that is not needed any more; who held it is told and may still read the request."""
    changes = {"state": next_state(Task.skip, task.state), "unassigned": False, "check_at": None}
    plan.change_task(task.id, task.version, {**changes, "completed_at": plan.at, "superseded": again})
    if task.in_queue:
        plan.closed_queues.append(task.id)
    plan.log(
        LogKind.CANCELLED,
        task_id=task.id,
        left=task.assignee,
        from_step=task.step,
        detail={"from_name": task.step_name, "note": why},
    )
    plan.events.append(
        TaskCancelled(
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            holder_ids=task.holders,
            why=why,
            by_id=plan.by.id,
            by_name=plan.by.name,
        )
    )


def supersede(
    plan: Plan, steps: Iterable[str], target: CompiledStep, definition: RunningDefinition, given: Mapping[str, Any]
) -> None:
    """A way back to ``target`` has gone over ``steps``: their decisions do not count any more, and the values that they gave
    are put aside until they are given again."""
    gone = [key for key in steps if not definition.graph.step(key).kind.is_gateway]
    plan.superseded_steps += gone
    data: Mapping[str, Any] = plan.run_changes["data"]
    aside = put_aside(data, gone, target, definition, given)
    if not aside:
        return
    plan.run_changes["data"] = without(data, aside)
    plan.run_changes["superseded"] = {**plan.run_changes.get("superseded", plan.run.superseded), **aside}
    plan.log(
        LogKind.SUPERSEDED,
        to_step=target.key,
        detail={"to_name": target.name, "steps": [definition.graph.step(key).name for key in gone], "values": aside},
    )
    plan.events.append(
        AnswersSuperseded(
            subject_id=plan.run.id,
            **plan.facts(),
            step=target.key,
            step_name=target.name,
            steps=tuple(gone),
            fields=tuple(sorted(aside)),
        )
    )


def given_again(plan: Plan, given: Mapping[str, Any]) -> None:
    """Fields were answered anew: what they had said before is done with. Whoever decides without answers gives nothing."""
    if plan.run.superseded and given:
        plan.run_changes["superseded"] = without(plan.run.superseded, given)


def _skip(plan: Plan, way: CompiledTransition, first: Iterable[CompiledStep]) -> None:
    """A branch that is not taken: its first steps are shown as skipped."""
    for step in first:
        if step.is_end or step.kind.is_gateway:
            continue
        plan.add(
            Task,
            id=new_id(),
            run_id=plan.run.id,
            definition_id=plan.run.definition_id,
            requester_id=plan.run.requester.id,
            step=step.key,
            step_name=step.name,
            state=State.SKIPPED.value,
            opened_at=plan.at,
            completed_at=plan.at,
            **plan.owned(),
        )
    plan.log(
        LogKind.SKIPPED,
        from_step=way.source.key,
        to_step=way.target.key,
        transition=way.name,
        detail={"from_name": way.source.name, "to_name": way.target.name},
    )
    plan.events.append(BranchSkipped(subject_id=plan.run.id, **plan.facts(), **_at(way.target), transition=way.name))


def _at(step: CompiledStep) -> dict[str, str]:
    return {"step": step.key, "step_name": step.name}
