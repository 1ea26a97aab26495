"""The facts of automatic steps: what machines did, what people did about it, and what they keep for them."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from accounts.audit.events import Event
from workflows.events import TaskEvent


class MachineEvent(TaskEvent):
    """Something about the machine's work at an automatic step; `node` is its kind."""

    node: str


class TaskStarted(MachineEvent):
    """A machine begins with a step."""

    kind: ClassVar[str] = "task.started"


class TaskLinkDone(MachineEvent):
    """One piece of a saved task is done, of several; `fields` of the form were written by it."""

    kind: ClassVar[str] = "task.link_done"

    link: str
    number: int
    of: int
    fields: tuple[str, ...]


class TaskFaltered(MachineEvent):
    """An attempt failed and another one follows."""

    kind: ClassVar[str] = "task.faltered"

    attempt: int
    next_at: datetime
    why: str


class TaskFailed(MachineEvent):
    """No attempt is left. The request goes on by `transition`, or waits for an admin where that is empty."""

    kind: ClassVar[str] = "task.failed"

    attempt: int
    why: str
    transition: str
    owner_id: UUID
    admin_ids: tuple[UUID, ...]


class TaskQuarantined(TaskFailed):
    """Every attempt broke off without an answer, so it is not tried any more."""

    kind: ClassVar[str] = "task.quarantined"


class TaskRetried(MachineEvent):
    """An admin has a failed step tried again, with other settings if `edited`: `changes` tells what they were and have become."""

    kind: ClassVar[str] = "task.retried"

    by_id: UUID
    by_name: str
    reason: str
    edited: bool
    changes: dict[str, tuple[str, str]] = {}


class TaskPassed(MachineEvent):
    """An admin lets a request go on without the machine's work."""

    kind: ClassVar[str] = "task.passed"

    transition: str
    by_id: UUID
    by_name: str
    reason: str


class TaskNoticed(MachineEvent):
    """A step tells people something, in words of the workflow's own."""

    kind: ClassVar[str] = "task.noticed"

    recipient_ids: tuple[UUID, ...]
    stakeholders: bool
    subject: str
    text: str


class EventReceived(MachineEvent):
    """Another system has sent what a step waits for."""

    kind: ClassVar[str] = "task.event_received"


class SecretEvent(Event):
    """Something about one secret; its value is never told."""

    subject_kind: ClassVar[str] = "workflows.secret"

    name: str
    by_id: UUID
    by_name: str


class SecretSaved(SecretEvent):
    kind: ClassVar[str] = "secret.saved"


class SecretDeleted(SecretEvent):
    kind: ClassVar[str] = "secret.deleted"


class ConfiguredTaskEvent(Event):
    """Something about an entry of the organisation's library of automatic steps."""

    subject_kind: ClassVar[str] = "workflows.configured_task"

    name: str
    node_kinds: tuple[str, ...]
    by_id: UUID
    by_name: str


class ConfiguredTaskSaved(ConfiguredTaskEvent):
    kind: ClassVar[str] = "configured_task.saved"


class ConfiguredTaskDeleted(ConfiguredTaskEvent):
    kind: ClassVar[str] = "configured_task.deleted"
