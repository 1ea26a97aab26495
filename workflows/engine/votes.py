"""Votes of a panel: what one of them writes. The vote that decides moves the run as any decision does."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from accounts.tenancy.models import new_id
from workflows.approval import Member, Panel, Tally
from workflows.approval import Vote as Voice
from workflows.assignment import PersonRef
from workflows.engine.branches import given_again
from workflows.engine.definition import RunningDefinition
from workflows.engine.plan import Plan, queue_up
from workflows.engine.state import Answers, By, Clock, RunState, TaskState, merged
from workflows.engine.stays import orphan
from workflows.events import (
    TaskAssigned,
    TaskClosed,
    TaskHandedOver,
    TaskOpened,
    TaskReassigned,
    TaskVoted,
)
from workflows.graph.compiled import CompiledTransition
from workflows.models import CommentKind, LogKind, Vote
from workflows.panel_events import TaskSeatDropped


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote and where the panel stands with it."""

    voice: Voice
    seat: Member
    panel: Panel
    tally: Tally
    way: CompiledTransition

    @property
    def decides(self) -> bool:
        return self.tally.decided


def vote(
    run: RunState,
    task: TaskState,
    ballot: Ballot,
    answers: Answers,
    definition: RunningDefinition,
    clock: Clock,
    by: By,
    *,
    comment: str,
    shown: str,
) -> Plan:
    """A vote that decides nothing yet: it is kept, the answers too, and the next in turn is asked."""
    plan = Plan(run, by, clock.at)
    plan.tally = ballot.tally.text
    plan.run_changes |= {
        "data": {**run.data, **answers.values},
        "labels": merged(run.labels, answers.labels),
    }
    plan.change_task(task.id, task.version, {"panel": ballot.panel.as_json()})
    plan.candidacies.append((task.id, ballot.seat.id, False))
    given_again(plan, answers.values)
    _cast(plan, task, ballot, comment, shown)
    plan.log(
        LogKind.VOTED,
        task_id=task.id,
        # No member of the panel, they would otherwise lose sight of what they voted on.
        left=PersonRef(plan.by.id, plan.by.name) if plan.by.behalf and plan.by.id else None,
        from_step=task.step,
        to_step=task.step,
        transition=ballot.way.name,
        reason=comment,
        detail={"to_name": task.step_name, **words_of(ballot), "shown": shown},
    )
    if comment:
        plan.comment(comment, task_id=task.id, kind=CommentKind.REASON)
    if ballot.panel.in_turn:
        following = tuple(one.id for one in ballot.panel.asked)
        plan.candidacies += [(task.id, member_id, True) for member_id in following]
        _ask(plan, task, following, comment)
    return plan


def words_of(ballot: Ballot) -> dict[str, Any]:
    """What the history says of a vote: how it went, and how the panel stands."""
    return {"approve": ballot.voice.approve, "tally": ballot.tally.text}


def decide(plan: Plan, task: TaskState, ballot: Ballot, *, comment: str, shown: str) -> None:
    """Add the deciding vote to the plan that moves the run; those who had not voted are told that it is over."""
    _, changes, _ = next(change for change in plan.task_changes if change[0] == task.id)
    changes["panel"] = ballot.panel.as_json()
    _cast(plan, task, ballot, comment, shown)
    left = tuple(one.id for one in task.panel.asked if one.id != ballot.seat.id) if task.panel else ()
    if left:
        closed = TaskClosed(
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            transition=ballot.way.name,
            member_ids=left,
            why=ballot.tally.text,
            by_id=plan.by.id,
            by_name=plan.by.name,
        )
        plan.events.append(closed)


def _cast(plan: Plan, task: TaskState, ballot: Ballot, comment: str, shown: str) -> None:
    """The row of the vote, and its fact."""
    plan.add(
        Vote,
        id=new_id(),
        run_id=plan.run.id,
        task_id=task.id,
        member_id=ballot.voice.by,
        seat_id=ballot.seat.id,
        approve=ballot.voice.approve,
        transition=ballot.way.name,
        shown=shown,
        at=plan.at,
        **plan.owned(),
    )
    plan.events.append(
        TaskVoted(
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            transition=ballot.way.name,
            approve=ballot.voice.approve,
            decides=ballot.decides,
            tally=ballot.tally.text,
            seat_id=ballot.seat.id,
            seat_name=ballot.seat.name,
            by_id=ballot.voice.by,
            by_name=plan.by.name,
            reason=comment,
            shown=shown,
        )
    )


def _ask(plan: Plan, task: TaskState, member_ids: tuple[UUID, ...], reason: str) -> None:
    """These members are asked now, and told as if the task had just been opened."""
    if not member_ids:
        return
    plan.events.append(
        TaskOpened(
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            assignee_id=None,
            assignee_name="",
            candidate_ids=member_ids,
            due_at=task.due_at,
            from_step_name=task.step_name,
            by_id=plan.by.id,
            by_name=plan.by.name,
            reason=reason,
            fallback="",
        )
    )


def hand_seat(
    run: RunState,
    task: TaskState,
    panel: Panel,
    seat: Member,
    to: PersonRef,
    clock: Clock,
    by: By,
    *,
    reason: str,
    note: str = "",
) -> Plan:
    """A member's seat is somebody else's, with its weight and its turn. The time limit runs on."""
    plan = Plan(run, by, clock.at)
    changed = panel.with_seat(seat.id, replace(seat, id=to.id, name=to.name))
    plan.change_task(task.id, task.version, {"panel": changed.as_json()})
    plan.seats.append((task.id, seat.id, to.id))
    _told(plan, task, TaskReassigned, LogKind.REASSIGNED, PersonRef(seat.id, seat.name), to, reason, note)
    return plan


def drop_seat(run: RunState, task: TaskState, rest: Panel, seat: Member, clock: Clock, by: By, *, note: str) -> Plan:
    """A seat is gone, and the others decide without it."""
    plan = Plan(run, by, clock.at)
    plan.change_task(task.id, task.version, {"panel": rest.as_json()})
    plan.candidacies.append((task.id, seat.id, False))
    detail = {"to_name": task.step_name, "note": note, "seat": True}
    left = PersonRef(seat.id, seat.name)
    plan.log(LogKind.REASSIGNED, task_id=task.id, left=left, from_step=task.step, to_step=task.step, detail=detail)
    dropped = TaskSeatDropped(
        subject_id=task.id,
        **plan.facts(),
        step=task.step,
        step_name=task.step_name,
        seat_id=seat.id,
        seat_name=seat.name,
        why=note,
        by_id=plan.by.id,
        by_name=plan.by.name,
    )
    plan.events.append(dropped)
    return plan


def add_member(
    run: RunState, task: TaskState, panel: Panel, to: PersonRef, clock: Clock, by: By, *, reason: str, short: str
) -> Plan:
    """A panel with too few members gets one more; ``short`` says that it still has too few, and then nobody is asked."""
    plan = Plan(run, by, clock.at)
    plan.change_task(task.id, task.version, {"panel": panel.as_json(), "unassigned": bool(short)})
    _told(plan, task, TaskAssigned, LogKind.ASSIGNED, None, to, reason, note=short)
    if not short:
        asked = tuple(one.id for one in panel.asked)
        queue_up(plan, task.id, [one.id for one in panel.members if one.id not in task.candidate_ids], asked)
        plan.candidacies += [(task.id, one, True) for one in asked if one in task.candidate_ids]
        _ask(plan, task, tuple(one for one in asked if one != to.id), reason)
    return plan


def deserted(
    run: RunState, task: TaskState, clock: Clock, by: By, admin_ids: tuple[UUID, ...], rest: Panel, why: str
) -> Plan:
    """Those who are left cannot decide: the votes stay, and a tenant admin finds members."""
    plan = orphan(run, task, clock, by, admin_ids, why)
    plan.change_more(task.id, {"panel": rest.as_json()})
    return plan


def _told(
    plan: Plan,
    task: TaskState,
    event: type[TaskHandedOver],
    kind: LogKind,
    left: PersonRef | None,
    to: PersonRef,
    reason: str,
    note: str = "",
) -> None:
    """The history and the fact of a seat that has a new holder."""
    plan.log(
        kind,
        task_id=task.id,
        left=left,
        to=to,
        from_step=task.step,
        to_step=task.step,
        reason=reason,
        detail={"to_name": task.step_name, "note": note, "seat": True},
    )
    if reason:
        plan.comment(reason, task_id=task.id, kind=CommentKind.REASON)
    plan.events.append(
        event(
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            previous_assignee_id=left.id if left else None,
            previous_assignee_name=left.name if left else "",
            assignee_id=to.id,
            assignee_name=to.name,
            due_at=task.due_at,
            by_id=plan.by.id,
            by_name=plan.by.name,
            reason=reason or note,
        )
    )
