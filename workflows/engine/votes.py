"""Votes of a panel: what one of them writes. The vote that decides moves the run as any decision does."""

from dataclasses import dataclass
from typing import Any

from accounts.tenancy.models import new_id
from workflows.approval import Member, Panel, Tally
from workflows.approval import Vote as Voice
from workflows.engine.moves import merged
from workflows.engine.plan import Plan
from workflows.engine.state import Answers, By, Clock, RunState, TaskState
from workflows.events import TaskClosed, TaskOpened, TaskVoted
from workflows.graph.compiled import CompiledTransition
from workflows.models import CommentKind, LogKind, Vote


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
    clock: Clock,
    by: By,
    *,
    comment: str,
    shown: str,
) -> Plan:
    """A vote that decides nothing yet: it is kept, the answers too, and the next in turn is asked."""
    plan = Plan(run, by, clock.at)
    plan.run_changes |= {
        "data": {**run.data, **answers.values},
        "labels": merged(run.labels, answers.labels),
    }
    plan.change_task(task.id, task.version, {"panel": ballot.panel.as_json()})
    plan.seats.append((task.id, ballot.seat.id, False))
    _cast(plan, task, ballot, comment, shown)
    plan.log(
        LogKind.VOTED,
        task_id=task.id,
        from_step=task.step,
        to_step=task.step,
        transition=ballot.way.name,
        reason=comment,
        detail={"to_name": task.step_name, **words_of(ballot), "shown": shown},
    )
    if comment:
        plan.comment(comment, task_id=task.id, kind=CommentKind.REASON)
    if ballot.panel.in_turn:
        _ask_next(plan, task, ballot, comment)
    return plan


def words_of(ballot: Ballot) -> dict[str, Any]:
    """What the history says of a vote: how it went, how the panel stands, and for whom it was."""
    found: dict[str, Any] = {"approve": ballot.voice.approve, "tally": ballot.tally.text}
    if ballot.voice.by != ballot.seat.id:
        found["for"] = ballot.seat.name
    return found


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
            text=ballot.tally.text,
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


def _ask_next(plan: Plan, task: TaskState, ballot: Ballot, comment: str) -> None:
    """It is the next member's turn, who is told as if the task had just been opened."""
    following = [one.id for one in ballot.panel.asked]
    plan.seats += [(task.id, member_id, True) for member_id in following]
    plan.events.append(
        TaskOpened(
            subject_id=task.id,
            **plan.facts(),
            step=task.step,
            step_name=task.step_name,
            assignee_id=None,
            assignee_name="",
            candidate_ids=tuple(following),
            due_at=task.due_at,
            from_step_name=task.step_name,
            by_id=plan.by.id,
            by_name=plan.by.name,
            reason=comment,
            fallback="",
        )
    )
