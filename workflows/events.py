"""The facts that this app publishes. People are ids with the name they had then; no form values travel in events."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from accounts.audit.events import Event


class Via(StrEnum):
    """How somebody acted, where it was not on the page of the request or over REST for it alone."""

    BULK = "bulk"
    MAIL_LINK = "mail_link"
    LINK = "link"
    """By a link that was sent to a mailbox, see ``DecisionLink``; without an account as a rule."""
    TIME_LIMIT = "time_limit"
    """Nobody did: a rung of the step's ladder decided."""


class RunEvent(Event):
    """Something about one request; ``subject_id`` is the run."""

    subject_kind: ClassVar[str] = "workflows.run"

    run_id: UUID
    run_number: int
    run_title: str
    definition_id: UUID
    definition_name: str
    requester_id: UUID
    requester_name: str
    on_behalf_of_id: UUID | None = None
    """In whose place the actor acted, who was away; None as a rule."""
    on_behalf_of_name: str = ""
    via: str = ""
    """How it came, see ``Via``; empty as a rule."""


class TaskEvent(RunEvent):
    """Something about one task of a request; ``subject_id`` is the task."""

    subject_kind: ClassVar[str] = "workflows.task"

    step: str
    step_name: str


class RunStarted(RunEvent):
    kind: ClassVar[str] = "run.started"

    step: str
    step_name: str


class TaskOpened(TaskEvent):
    """A person must decide: the assignee, or any of the candidates of a team queue."""

    kind: ClassVar[str] = "task.opened"

    assignee_id: UUID | None
    assignee_name: str
    candidate_ids: tuple[UUID, ...] = ()
    due_at: datetime | None
    from_step_name: str
    by_id: UUID | None
    by_name: str
    reason: str
    fallback: str
    """Why this person although the step's rule named somebody else or nobody; empty as a rule."""
    is_return: bool = False
    """Whether the request came back to this step."""


class TaskMoved(TaskEvent):
    """Somebody decided a task; ``step`` is where, ``to_step`` where to."""

    kind: ClassVar[str] = "task.moved"

    transition: str
    to_step: str
    to_step_name: str
    is_return: bool
    by_id: UUID | None
    by_name: str
    assignee_id: UUID | None
    assignee_name: str
    reason: str
    shown: str = ""
    """The digest of what the step showed when it was decided, see ``workflows.shown``."""


class TaskHandedOver(TaskEvent):
    """The task has another holder in the same step. The assignee is the new one."""

    previous_assignee_id: UUID | None
    previous_assignee_name: str
    assignee_id: UUID
    assignee_name: str
    due_at: datetime | None
    by_id: UUID | None
    by_name: str
    reason: str


class TaskReassigned(TaskHandedOver):
    kind: ClassVar[str] = "task.reassigned"


class TaskTakenOver(TaskHandedOver):
    kind: ClassVar[str] = "task.taken_over"


class TaskClaimed(TaskHandedOver):
    """One of the team queue made the task their own."""

    kind: ClassVar[str] = "task.claimed"


class TaskAssigned(TaskHandedOver):
    """A tenant admin gave a task that waited for an assignment to somebody."""

    kind: ClassVar[str] = "task.assigned"


class TaskEscalated(TaskHandedOver):
    """The time limit passed; the task went on by the step's rule."""

    kind: ClassVar[str] = "task.escalated"


class TaskVoted(TaskEvent):
    """A member of a panel has voted. The seat is whose place the vote was given for, as a rule the voter's own."""

    kind: ClassVar[str] = "task.voted"

    transition: str
    approve: bool
    decides: bool
    """Whether the outcome is certain with this vote."""
    tally: str
    seat_id: UUID
    seat_name: str
    by_id: UUID
    by_name: str
    reason: str
    shown: str = ""


class TaskClosed(TaskEvent):
    """A panel has decided before these members voted."""

    kind: ClassVar[str] = "task.closed"

    transition: str
    member_ids: tuple[UUID, ...]
    why: str
    """How it was decided: the count and the outcome."""
    by_id: UUID
    by_name: str


class TaskUnassigned(TaskEvent):
    """Nobody is left to decide; tenant admins must assign."""

    kind: ClassVar[str] = "task.unassigned"

    admin_ids: tuple[UUID, ...]
    why: str


class TaskCancelled(TaskEvent):
    """The task was open and is not needed any more: the request has gone another way."""

    kind: ClassVar[str] = "task.cancelled"

    holder_ids: tuple[UUID, ...]
    """Who had to decide until now."""
    why: str
    by_id: UUID | None
    by_name: str


class GatewayEvent(RunEvent):
    """Something about the branches of a request; ``step`` is the gateway, or the first step of the branch."""

    step: str
    step_name: str


class BranchSkipped(GatewayEvent):
    """A fork did not open this branch."""

    kind: ClassVar[str] = "run.branch_skipped"

    transition: str


class JoinWaiting(GatewayEvent):
    """A branch has reached a join that still waits for others."""

    kind: ClassVar[str] = "run.join_waiting"

    arrived: int


class JoinFired(GatewayEvent):
    """The branches have come together and go on as one."""

    kind: ClassVar[str] = "run.join_fired"


class AnswersSuperseded(GatewayEvent):
    """A way back to ``step`` has gone over these steps; ``fields`` must be answered again."""

    kind: ClassVar[str] = "run.answers_superseded"

    steps: tuple[str, ...]
    fields: tuple[str, ...]


class RunCommented(RunEvent):
    kind: ClassVar[str] = "run.commented"

    comment_id: UUID
    author_id: UUID
    author_name: str
    text: str
    decider_ids: tuple[UUID, ...] | None = None
    """Who held the open tasks then; None in events of a time when it was not noted."""


class RunMigrated(RunEvent):
    """An open request was moved to another version of its workflow. ``steps`` are "from > to" of its open tasks."""

    kind: ClassVar[str] = "run.migrated"

    from_version: int
    to_version: int
    steps: tuple[str, ...]
    lost_ids: tuple[UUID, ...]
    """People who held a task of it and do not any more."""
    gained_ids: tuple[UUID, ...]
    by_id: UUID | None
    by_name: str
    reason: str


class RunCompleted(RunEvent):
    kind: ClassVar[str] = "run.completed"

    outcome: str
    by_id: UUID | None
    by_name: str
    reason: str


class RunWithdrawn(RunEvent):
    kind: ClassVar[str] = "run.withdrawn"

    by_id: UUID
    by_name: str
    reason: str
    assignee_ids: tuple[UUID, ...]
    """Who had to decide until now."""


class ParticipantAdded(RunEvent):
    kind: ClassVar[str] = "run.participant_added"

    member_id: UUID
    member_name: str
    role: str
    by_id: UUID
    by_name: str


class ParticipantRemoved(RunEvent):
    kind: ClassVar[str] = "run.participant_removed"

    member_id: UUID
    member_name: str
    role: str
    by_id: UUID
    by_name: str


class BulkEvent(Event):
    """One person's wish for many tasks at once; ``subject_id`` is the act. What happened to each task is a fact of its own."""

    subject_kind: ClassVar[str] = "workflows.bulk"

    action: str
    transition: str
    asked: int
    by_id: UUID
    by_name: str


class BulkAsked(BulkEvent):
    """It waits until it can no longer be undone."""

    kind: ClassVar[str] = "bulk.asked"

    run_at: datetime


class BulkCancelled(BulkEvent):
    """Undone before anything happened."""

    kind: ClassVar[str] = "bulk.cancelled"


class BulkDone(BulkEvent):
    """Every task was tried. The facts of the tasks carry the same moment and person, which is how they are found."""

    kind: ClassVar[str] = "bulk.done"

    done: int


class BulkFailed(BulkEvent):
    """Every attempt broke off and it is not tried any more: nothing has happened. Who asked is told."""

    kind: ClassVar[str] = "bulk.failed"

    attempts: int
    why: str
