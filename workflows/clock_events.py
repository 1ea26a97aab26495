"""The facts of clocks: what the sweep does when a time comes, and when a clock stands still."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from workflows.events import RunEvent, TaskEvent


class TaskReminded(TaskEvent):
    """The reminder before the time limit."""

    kind: ClassVar[str] = "task.reminded"

    assignee_id: UUID | None
    assignee_name: str
    candidate_ids: tuple[UUID, ...] = ()
    due_at: datetime


class TaskManagerTold(TaskEvent):
    """The holder's manager is told that the task is due soon, or has been for a while; it stays with the holder."""

    kind: ClassVar[str] = "task.manager_told"

    assignee_id: UUID | None
    assignee_name: str
    manager_id: UUID
    manager_name: str
    due_at: datetime | None


class TaskTimeoutNear(TaskEvent):
    """The soft timeout of a task has passed; the owner of the workflow is warned."""

    kind: ClassVar[str] = "task.timeout_near"

    owner_id: UUID
    assignee_id: UUID | None
    assignee_name: str


class RunTimeoutNear(RunEvent):
    """The soft timeout of a request has passed; the owner of the workflow is warned."""

    kind: ClassVar[str] = "run.timeout_near"

    owner_id: UUID


class RunTimedOut(RunEvent):
    """A hard timeout has ended the request; ``step_name`` is whose it was, empty for that of the whole request."""

    kind: ClassVar[str] = "run.timed_out"

    owner_id: UUID
    outcome: str
    step: str
    step_name: str
    assignee_ids: tuple[UUID, ...]
    """Who had to decide until then."""


class TaskOverdue(TaskEvent):
    """The time limit passed and the task stays where it is. Tenant admins are told."""

    kind: ClassVar[str] = "task.overdue"

    assignee_id: UUID | None
    assignee_name: str
    due_at: datetime
    admin_ids: tuple[UUID, ...]


class TaskClockFailed(TaskEvent):
    """What was to happen to the task by the clock broke off, and is tried again later. ``admin_ids`` are told, of every fifth."""

    kind: ClassVar[str] = "task.clock_failed"

    attempt: int
    again_at: datetime
    why: str
    admin_ids: tuple[UUID, ...]


class TaskHeld(TaskEvent):
    """The clock stands still for a reason of the organisation's list; ``reason`` is what was written beside it."""

    kind: ClassVar[str] = "task.held"

    hold_reason: str
    by_id: UUID
    by_name: str
    reason: str


class TaskAsked(TaskEvent):
    """The requester was asked; the clock stands still until they answer."""

    kind: ClassVar[str] = "task.asked"

    asked_id: UUID
    asked_name: str
    by_id: UUID
    by_name: str
    text: str


class TaskAnswered(TaskEvent):
    """The requester has answered; ``holder_ids`` decide now, or asked."""

    kind: ClassVar[str] = "task.answered"

    by_id: UUID
    by_name: str
    text: str
    holder_ids: tuple[UUID, ...]
    due_at: datetime | None


class TaskResumed(TaskEvent):
    """The clock goes on."""

    kind: ClassVar[str] = "task.resumed"

    by_id: UUID
    by_name: str
    reason: str
    due_at: datetime | None
