"""The ways a run moves. Each takes what was read under lock and answers with a plan; nothing is read or written here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from accounts.tenancy.models import new_id
from workflows.assignment import Assignment
from workflows.engine import links
from workflows.engine.branches import given_again, record_branches, supersede
from workflows.engine.definition import RunningDefinition
from workflows.engine.links import Asking
from workflows.engine.machines import open_machine
from workflows.engine.plan import Plan
from workflows.engine.state import Answers, By, Clock, RunState, TaskState, merged
from workflows.engine.timeouts import set_timer
from workflows.events import (
    RunCompleted,
    RunStarted,
    RunWithdrawn,
    TaskMoved,
)
from workflows.graph.compiled import CompiledStep, CompiledTransition
from workflows.graph.tokens import Movement
from workflows.models import (
    CommentKind,
    LogKind,
    Participant,
    ParticipantKind,
    RunStatus,
    Task,
    WorkflowRun,
    next_state,
)
from workflows.models import TaskState as State

WITHDRAWN = "Withdrawn"


class Opening(NamedTuple):
    """A step that opens, and who holds its task."""

    step: CompiledStep
    assignment: Assignment
    asking: Asking | None = None
    """Whom without an account the step asks as well."""

    @property
    def is_unassigned(self) -> bool:
        """Whether somebody must be asked there and nobody is left."""
        return self.assignment.is_unassigned and not self.step.is_machine


class Decision(NamedTuple):
    """What somebody decided: the way, what it does to the branches, for whom, and why."""

    way: CompiledTransition
    moved: Movement
    openings: tuple[Opening, ...]
    """In the order of the branches; none where the request ends or only arrives at a join."""
    answers: Answers
    comment: str = ""
    admin_ids: tuple[UUID, ...] = ()
    """Whom to tell when nobody holds a task that opens."""
    cancelled: tuple[TaskState, ...] = ()
    """The open tasks that are not needed any more."""
    shown: str = ""
    """The digest of what the step showed; empty for a start, where nothing was there to be shown."""
    judged: Mapping[str, Any] = {}
    """What the conditions of the ways read, where there were any."""
    tally: Mapping[str, Any] = {}
    """How the panel decided, where one did."""

    @property
    def reached(self) -> CompiledStep:
        """Where the way led: the end, the one step that opened, or else its target."""
        if self.moved.ended is not None:
            return self.moved.ended
        return self.openings[0].step if len(self.openings) == 1 else self.way.target

    @property
    def reached_words(self) -> str:
        """The same for people, who know steps and not gateways."""
        if len(self.openings) < 2:
            return self.reached.name
        *most, last = [one.step.name for one in self.openings]
        return f"{', '.join(most)} and {last}"


def start(
    run: RunState, decision: Decision, definition: RunningDefinition, clock: Clock, stakeholders: Sequence[UUID]
) -> tuple[Plan, WorkflowRun]:
    """A new run whose first step is done by its requester, and the first task. The row is complete when written."""
    by = By(run.requester.id, run.requester.name)
    plan = Plan(run, by, clock.at)
    first = definition.graph.start
    plan.run_changes["status"] = next_state(WorkflowRun.begin, RunStatus.QUEUED)
    done_id = new_id()
    plan.add(
        Task,
        id=done_id,
        run_id=run.id,
        definition_id=run.definition_id,
        requester_id=run.requester.id,
        step=first.key,
        step_name=first.name,
        state=next_state(Task.decide, State.WAITING),
        assignee_id=run.requester.id,
        opened_at=clock.at,
        completed_at=clock.at,
        completed_by_id=run.requester.id,
        transition=decision.way.name,
        **plan.owned(),
    )
    plan.log(LogKind.STARTED, task_id=done_id, to_step=first.key, detail={"to_name": first.name})
    plan.events.append(RunStarted(subject_id=run.id, **plan.facts(), step=first.key, step_name=first.name))
    for member_id in dict.fromkeys((run.requester.id, *stakeholders)):
        kind = ParticipantKind.STAKEHOLDER.value
        plan.add(Participant, id=new_id(), run_id=run.id, member_id=member_id, kind=kind, **plan.owned())
    _go(plan, done_id, decision, definition, clock)
    if definition.timeout is not None:
        set_timer(plan, definition.timeout, clock)
    return plan, _run_row(run, plan, decision.answers)


def move(
    run: RunState,
    task: TaskState,
    decision: Decision,
    definition: RunningDefinition,
    clock: Clock,
    by: By,
    *,
    closing: Callable[..., Any] = Task.decide,
) -> Plan:
    """The task is decided, the next one opened or the run ended; ``closing`` is what becomes of the task."""
    plan = Plan(run, by, clock.at)
    plan.run_changes |= {
        "data": {**run.data, **decision.answers.values},
        "labels": merged(run.labels, decision.answers.labels),
    }
    plan.change_task(
        task.id,
        task.version,
        {
            "state": next_state(closing, task.state),
            "unassigned": False,
            "completed_at": clock.at,
            "completed_by_id": by.id,
            **({"on_behalf_of_id": by.behalf.id} if by.behalf else {}),
            "transition": decision.way.name,
            "check_at": None,
            **({"superseded": True} if decision.way.is_return else {}),
        },
    )
    if task.candidate_ids:
        plan.closed_queues.append(task.id)
    given_again(plan, decision.answers.values)
    _go(plan, task.id, decision, definition, clock)
    return plan


def _go(plan: Plan, task_id: UUID, decision: Decision, definition: RunningDefinition, clock: Clock) -> None:
    """The history and the facts of a decision, then what it leads to."""
    way = decision.way
    alone = decision.openings[0].assignment if len(decision.openings) == 1 else None
    _log_move(plan, task_id, decision, alone)
    if decision.comment and plan.by.id is not None:
        plan.comment(decision.comment, task_id=task_id, kind=CommentKind.REASON)
    person = alone.person if alone else None
    plan.events.append(
        TaskMoved(
            subject_id=task_id,
            **plan.facts(),
            step=way.source.key,
            step_name=way.source.name,
            transition=way.name,
            to_step=decision.reached.key,
            to_step_name=decision.reached_words,
            is_return=way.is_return,
            by_id=plan.by.id,
            by_name=plan.by.name,
            assignee_id=person.id if person else None,
            assignee_name=person.name if person else "",
            reason=decision.comment,
            shown=decision.shown,
        )
    )
    if way.is_return:
        supersede(plan, decision.moved.superseded, way.target, definition, decision.answers.values)
    if plan.run.tokens or len(decision.moved.trail) > 1:
        why = _why_cancelled(plan, decision)
        record_branches(plan, decision.moved, decision.cancelled, definition, why, again=way.is_return)
    if decision.moved.ended is not None:
        _finish(plan, decision, decision.moved.ended)
    for opening in decision.openings:
        if opening.step.is_machine:
            open_machine(plan, opening.step)
            continue
        opened = plan.open_task(
            opening.step,
            opening.assignment,
            definition.limits.get(opening.step.key),
            clock,
            from_step_name=way.source.name,
            reason=decision.comment,
            is_return=way.is_return,
            admin_ids=decision.admin_ids,
        )
        if opening.asking is not None:
            asked = links.AskedTask(opened.id, opened.step, opened.step_name, opening.assignment.all_ids)
            values = plan.run_changes.get("data", {**plan.run.data, **decision.answers.values})
            labels = plan.run_changes.get("labels", merged(plan.run.labels, decision.answers.labels))
            links.send(plan, asked, opening.asking, definition, Answers(values, labels))


def _log_move(plan: Plan, task_id: UUID, decision: Decision, alone: Assignment | None) -> None:
    way, trail = decision.way, decision.moved.trail
    detail: dict[str, Any] = {
        "from_name": way.source.name,
        "to_name": decision.reached_words,
        "return": way.is_return,
    }
    if alone is not None:
        detail |= {"note": alone.note, "queue": len(alone.queue)}
    if who := {one.step.key: one.assignment.why for one in decision.openings if one.assignment.why}:
        detail["who"] = who
    if len(trail) > 1:
        detail["trail"] = list(trail)
    if decision.shown:
        detail["shown"] = decision.shown
    if decision.judged:
        detail["judged"] = decision.judged
    detail |= decision.tally
    plan.log(
        LogKind.MOVED,
        task_id=task_id,
        to=alone.person if alone else None,
        from_step=way.source.key,
        to_step=decision.reached.key,
        transition=way.name,
        reason=decision.comment,
        detail=detail,
    )


def _why_cancelled(plan: Plan, decision: Decision) -> str:
    """Why work of other branches is not needed any more, in the words of the timeline."""
    way = decision.way
    if decision.moved.ended is not None:
        return f"the request ended with {decision.moved.ended.outcome}"
    if way.is_return:
        return f"{plan.by.name} returned the request to {way.target.name}"
    return "the other branches were enough"


def _finish(plan: Plan, decision: Decision, end: CompiledStep) -> None:
    outcome = end.outcome
    plan.close_run(WorkflowRun.complete, outcome)
    plan.log(LogKind.COMPLETED, to_step=end.key, detail={"outcome": outcome})
    plan.events.append(
        RunCompleted(
            subject_id=plan.run.id,
            **plan.facts(),
            outcome=outcome,
            by_id=plan.by.id,
            by_name=plan.by.name,
            reason=decision.comment,
        )
    )


def _run_row(run: RunState, plan: Plan, answers: Answers) -> WorkflowRun:
    return WorkflowRun(
        id=run.id,
        number=run.number,
        definition_id=run.definition_id,
        version_id=run.version_id,
        requester_id=run.requester.id,
        status=plan.run_changes["status"],
        outcome=plan.run_changes.get("outcome", ""),
        title=run.title,
        subject_kind=run.subject_kind,
        subject_id=run.subject_id,
        data={**run.data, **answers.values},
        labels=merged(run.labels, answers.labels),
        started_at=plan.at,
        finished_at=plan.run_changes.get("finished_at"),
        tokens=plan.run_changes.get("tokens", []),
        version_no=plan.seq,
        organisation_id=run.organisation_id,
        **plan.owned(),
    )


def withdraw(run: RunState, tasks: Sequence[TaskState], clock: Clock, by: By, reason: str) -> Plan:
    """The requester takes the request back; open tasks are skipped."""
    plan = Plan(run, by, clock.at)
    plan.close_run(WorkflowRun.kill, WITHDRAWN)
    if run.tokens:
        plan.run_changes["tokens"] = []
    for task in tasks:
        changes = {"state": next_state(Task.skip, task.state), "unassigned": False, "check_at": None}
        plan.change_task(task.id, task.version, {**changes, "completed_at": clock.at})
        if task.in_queue:
            plan.closed_queues.append(task.id)
        plan.log(LogKind.WITHDRAWN, task_id=task.id, left=task.assignee, from_step=task.step, reason=reason)
    if not tasks:
        plan.log(LogKind.WITHDRAWN, reason=reason)
    if reason:
        plan.comment(reason, task_id=None, kind=CommentKind.REASON)
    holders = [task.holders for task in tasks]
    plan.events.append(
        RunWithdrawn(
            subject_id=run.id,
            **plan.facts(),
            by_id=by.id,
            by_name=by.name,
            reason=reason,
            assignee_ids=tuple(dict.fromkeys(one for some in holders for one in some)),
        )
    )
    return plan
