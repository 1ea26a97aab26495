"""Stop the clock of a task and let it go on: on hold with a reason, or while the requester is asked."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Denied, Invalid
from workflows.engine import pauses
from workflows.engine.pauses import OpenPause
from workflows.engine.plan import Plan
from workflows.engine.state import By, Clock
from workflows.ladder import Timing
from workflows.models import PauseKind
from workflows.selectors.calendars import calendars_at
from workflows.selectors.definitions import definition_of
from workflows.selectors.locks import LockedTask
from workflows.selectors.pauses import hold_reasons, open_pause
from workflows.services.at_task import fresh, locked_task, not_yours
from workflows.services.deciding import clean_text
from workflows.services.tasks import TaskResult, result_of


class TaskPaused(Conflict):
    """The clock stands still already."""

    code = "task.paused"
    message = "The clock of this task stands still already."


class TaskNotPaused(Conflict):
    """The clock is running, so there is nothing to resume or to answer."""

    code = "task.not_paused"
    message = "The clock of this task is running."


class PauseInvalid(Invalid):
    code = "pause.invalid"


def task_hold(
    *,
    task_id: UUID,
    actor: Membership,
    reason: str,
    comment: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> TaskResult:
    """Put one's task on hold for one of the organisation's reasons; its time limit stands still.

    Raises TaskNotFound, Denied (``task.hold.denied``), TaskNotOpen, TaskStale, TaskPaused, PauseInvalid at ``reason`` with
    the ``reasons`` there are.
    """
    locked, clock, by = _held(task_id, actor, version, at, "task.hold.denied")
    reasons = hold_reasons(actor.organisation_id)
    if reason not in reasons:
        raise PauseInvalid({"reason": [f"Choose one of: {', '.join(reasons)}."]}, reasons=list(reasons))
    if locked.task.paused_at is not None:
        raise TaskPaused
    text = clean_text(comment)
    return _written(pauses.hold(locked.run, locked.task, clock, by, reason=reason, text=text), locked, actor)


def task_ask(
    *, task_id: UUID, actor: Membership, question: str, version: int | None = None, at: datetime | None = None
) -> TaskResult:
    """Ask the requester something; the time limit stands still until they have answered.

    Raises TaskNotFound, Denied (``task.ask.denied``), TaskNotOpen, TaskStale, TaskPaused, PauseInvalid at ``question``.
    """
    locked, clock, by = _held(task_id, actor, version, at, "task.ask.denied")
    text = clean_text(question, "question")
    if not text:
        raise PauseInvalid({"question": ["Write what you want to know."]})
    if actor.id == locked.run.requester.id:
        raise PauseInvalid({"question": ["You asked for this yourself; put it on hold instead."]})
    if not locked.run.requester.is_active:
        raise PauseInvalid({"question": [f"{locked.run.requester.name} is not here any more to answer."]})
    if locked.task.paused_at is not None:
        raise TaskPaused
    return _written(pauses.ask(locked.run, locked.task, clock, by, question=text), locked, actor)


def task_resume(
    *, task_id: UUID, actor: Membership, comment: str = "", version: int | None = None, at: datetime | None = None
) -> TaskResult:
    """Let the clock of one's task go on; what was waited for has come, or is not needed any more.

    The due time is moved by the working time that was lost. Raises TaskNotFound, Denied (``task.resume.denied``),
    TaskNotOpen, TaskStale, TaskNotPaused.
    """
    locked, clock, by = _held(task_id, actor, version, at, "task.resume.denied")
    pause = _pause_of(locked)
    text = clean_text(comment)
    plan = pauses.resume(locked.run, locked.task, pause, _timing(locked), clock, by, text=text)
    return _written(plan, locked, actor)


def task_answer(
    *, task_id: UUID, actor: Membership, answer: str, version: int | None = None, at: datetime | None = None
) -> TaskResult:
    """Answer what one was asked; the clock goes on.

    Raises TaskNotFound, Denied (``task.answer.denied``) for everybody but who was asked, TaskNotOpen, TaskStale,
    TaskNotPaused, PauseInvalid at ``answer``.
    """
    locked = locked_task(task_id, actor)
    fresh(locked, version, actor)
    pause = _pause_of(locked)
    if pause.kind != PauseKind.QUESTION or pause.asked is None or pause.asked.id != actor.id:
        raise Denied("Only who was asked can answer.", code="task.answer.denied")
    text = clean_text(answer, "answer")
    if not text:
        raise PauseInvalid({"answer": ["Write an answer."]})
    clock = Clock(at or timezone.now(), calendars_at(actor.organisation_id, locked.stamp))
    by = By(actor.id, actor.name)
    plan = pauses.answer(locked.run, locked.task, pause, _timing(locked), clock, by, text=text)
    return _written(plan, locked, actor)


def _held(
    task_id: UUID, actor: Membership, version: int | None, at: datetime | None, code: str
) -> tuple[LockedTask, Clock, By]:
    """The task under lock for who holds it, or acts in the place of who does."""
    moment = at or timezone.now()
    locked = locked_task(task_id, actor, at=moment)
    fresh(locked, version, actor)
    behalf = locked.acts_for(moment)
    if not locked.task.is_held_by(actor.id) and behalf is None:
        raise Denied(not_yours(locked.task), code=code)
    calendars = calendars_at(locked.run.organisation_id, locked.stamp)
    return locked, Clock(moment, calendars), By(actor.id, actor.name, behalf=behalf)


def _pause_of(locked: LockedTask) -> OpenPause:
    found = open_pause(locked.run.organisation_id, locked.task.id) if locked.task.paused_at is not None else None
    if found is None:
        raise TaskNotPaused
    return found


def _timing(locked: LockedTask) -> Timing | None:
    return definition_of(locked.run.organisation_id, locked.run.version_id).limits.get(locked.task.step)


def _written(plan: Plan, locked: LockedTask, actor: Membership) -> TaskResult:
    plan.write(actor)
    return result_of(plan, locked.task)
