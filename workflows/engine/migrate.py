"""Moving an open run to another version of its definition: what it would mean, and the plan. Nothing is read or written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts.tenancy.models import new_id
from workflows.assignment import Assignment
from workflows.engine.definition import RunningDefinition
from workflows.engine.plan import Plan
from workflows.engine.state import By, Clock, RunState, TaskState
from workflows.events import RunMigrated
from workflows.graph.compiled import CompiledStep
from workflows.graph.document import StepKind
from workflows.ladder import Ladder, Standing
from workflows.models import LogKind, TaskCandidate
from workflows.sla import ROUND_THE_CLOCK

Holders = Callable[[RunState, TaskState, CompiledStep], Assignment | None]
"""Who holds the task at the new step where the present holder may not; None where the present holder stays."""


@dataclass(frozen=True, slots=True)
class TaskMove:
    """One open task and the step where it will be. ``holder`` is None where nothing changes for the people."""

    task: TaskState
    target: CompiledStep
    holder: Assignment | None

    @property
    def renamed(self) -> bool:
        return (self.task.step, self.task.step_name) != (self.target.key, self.target.name)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What moving a run would mean. With anything ``blocked`` it cannot be moved; ``warnings`` are for the reader."""

    run: RunState
    moves: tuple[TaskMove, ...]
    blocked: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def judge(
    run: RunState,
    tasks: Sequence[TaskState],
    old: RunningDefinition,
    new: RunningDefinition,
    steps: Mapping[str, str],
    holders: Holders,
) -> Judgement:
    """``steps`` says where the open tasks of a step go; a step that is not named keeps its key."""
    moves: list[TaskMove] = []
    blocked: list[str] = []
    for task in tasks:
        target = new.graph.steps.get(steps.get(task.step, task.step))
        why = _unfit(task, old, target)
        if why or target is None:
            blocked.append(why)
            continue
        moves.append(TaskMove(task, target, holders(run, task, target)))
    blocked += _unfit_branches(run, tasks, old, new)
    targets = [move.target.key for move in moves]
    if len(set(targets)) < len(targets):
        blocked.append("Two of its tasks would be at the same step.")
    return Judgement(run, tuple(moves), tuple(blocked), tuple(_lost(run, old, new)))


def _unfit(task: TaskState, old: RunningDefinition, target: CompiledStep | None) -> str:
    """Why the task cannot be at that step; empty when it can."""
    if old.graph.step(task.step).is_machine:
        return _at_machine(task)
    if target is None:
        return f"It is at “{task.step_name}”, which the new version does not have. Say which step stands for it."
    own = old.graph.step(task.step).asks_requester
    if target.kind not in (StepKind.START, StepKind.TASK):
        return f"It is at “{task.step_name}”; “{target.name}” is no step at which somebody decides."
    if own and not target.asks_requester:
        return f"At “{task.step_name}” the requester must act; “{target.name}” asks others."
    if not own and target.asks_requester:
        return f"At “{task.step_name}” somebody else decides; “{target.name}” asks the requester."
    voting = old.graph.step(task.step).approval if task.panel is not None else None
    if voting != target.approval:
        return f"At “{task.step_name}” and at “{target.name}” the decision is not made by the same rule of a panel."
    return ""


def _at_machine(task: TaskState) -> str:
    """What must be done first where a machine has the task: its work is of the version by which it was begun."""
    if task.is_open:
        return f"At “{task.step_name}” an automatic step is under way. Move the request when it is done."
    return (
        f"At “{task.step_name}” an automatic step has failed. Have it tried again or skip it on the request's page, "
        "then move the request."
    )


def _unfit_branches(
    run: RunState, tasks: Sequence[TaskState], old: RunningDefinition, new: RunningDefinition
) -> list[str]:
    """Why a run that goes several ways at once cannot go on there: its forks, and the steps where a branch stays without
    a task of its own (joins), must be in the new version too."""
    waiting = {token.step for token in run.tokens} - {task.step for task in tasks}
    forks = {name.partition("#")[0] for token in run.tokens for name in token.scope}
    now = new.graph.steps
    return [
        f"It goes several ways at once, by “{old.graph.step(key).name}”, which the new version does not have."
        for key in sorted(waiting | forks)
        if key not in now or now[key].kind is not old.graph.step(key).kind
    ]


def _lost(run: RunState, old: RunningDefinition, new: RunningDefinition) -> list[str]:
    """Values that nobody will see any more, because their field is gone or another one has its name."""
    kept = new.form.by_name
    return [
        f"“{field.label}” has a value and is not in the new form."
        for name, field in old.form.by_name.items()
        if run.data.get(name) not in (None, "", [], False) and (name not in kept or type(kept[name]) is not type(field))
    ]


def plan(
    judgement: Judgement,
    versions: tuple[RunningDefinition, RunningDefinition],
    numbers: tuple[int, int],
    clock: Clock,
    by: By,
    reason: str,
) -> Plan:
    """The run on its new version; due times stay as they are, and what the clock has done is not done again. ``versions``
    are the old and the new one, ``numbers`` theirs."""
    new = versions[1]
    run = judgement.run
    made = Plan(run, by, clock.at)
    made.run_changes["version_id"] = new.version_id
    if run.tokens:
        to = {move.task.step: move.target.key for move in judgement.moves}
        tokens = [replace(token, step=to.get(token.step, token.step)) for token in run.tokens]
        made.run_changes["tokens"] = [token.to_json() for token in tokens]
    lost: list[UUID] = []
    gained: list[UUID] = []
    for move in judgement.moves:
        changes: dict[str, Any] = {"step": move.target.key, "step_name": move.target.name}
        if move.holder is not None:
            lost += move.task.holders
            gained += _give(made, move.task, move.holder)
            person = move.holder.person
            changes |= {"assignee_id": person.id if person else None, "unassigned": move.holder.is_unassigned}
        changes |= _clock(move, *versions, clock)
        made.change_task(move.task.id, move.task.version, changes)
        made.log(
            LogKind.MIGRATED,
            task_id=move.task.id,
            left=move.task.assignee if move.holder is not None else None,
            to=move.holder.person if move.holder is not None else move.task.assignee,
            from_step=move.task.step,
            to_step=move.target.key,
            reason=reason,
            detail={"from_version": numbers[0], "to_version": numbers[1], "to_name": move.target.name},
        )
    made.events.append(
        RunMigrated(
            subject_id=run.id,
            **made.facts(),
            from_version=numbers[0],
            to_version=numbers[1],
            steps=tuple(f"{move.task.step} > {move.target.key}" for move in judgement.moves),
            lost_ids=tuple(dict.fromkeys(one for one in lost if one not in gained)),
            gained_ids=tuple(dict.fromkeys(one for one in gained if one not in lost)),
            by_id=by.id,
            by_name=by.name,
            reason=reason,
        )
    )
    return made


def _clock(move: TaskMove, old: RunningDefinition, new: RunningDefinition, clock: Clock) -> dict[str, Any]:
    """Where the task stands on the ladder of its new step, and when the sweep looks next; nothing where it is the same one."""
    before, after = old.limits.get(move.task.step), new.limits.get(move.target.key)
    was, now = before.ladder if before else Ladder(), after.ladder if after else Ladder()
    if was == now:
        return {}
    task, holder = move.task, move.task.assignee
    if move.holder is not None:
        holder = move.holder.person
    calendar = clock.calendars.of(holder.id if holder else None) or ROUND_THE_CLOCK
    standing = Standing(task.opened_at, task.due_at, task.rungs_done, timedelta(seconds=task.stood_still))
    done = now.taken_over(was, standing, calendar, clock.at)
    check = None if task.paused_at else now.next_check(replace(standing, done=done), calendar)
    return {"rungs_done": done, "check_at": check}


def _give(made: Plan, task: TaskState, holder: Assignment) -> list[UUID]:
    """The queue of the task as the new step has it; who was in it once keeps the row, open or closed."""
    queue = [person.id for person in holder.queue]
    for member_id in task.candidate_ids:
        if task.in_queue or member_id in queue:
            made.candidacies.append((task.id, member_id, member_id in queue))
    for member_id in queue:
        if member_id not in task.candidate_ids:
            made.add(
                TaskCandidate, id=new_id(), task_id=task.id, member_id=member_id, opened_at=made.at, **made.owned()
            )
    return [holder.person.id] if holder.person else queue
