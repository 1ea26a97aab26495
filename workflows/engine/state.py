"""What the engine knows when it plans: rows read under lock, as plain values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from workflows.approval import Panel
from workflows.assignment import Person, PersonRef
from workflows.graph.tokens import Token
from workflows.models import OPEN_TASK
from workflows.models import TaskState as State
from workflows.sla import NO_CALENDARS, Calendars
from workflows.substitution import subjects_of

Columns = Mapping[str, Any]
"""Values of a row by column."""


class RunState(NamedTuple):
    """A run under lock."""

    id: UUID
    organisation_id: UUID
    number: int
    title: str
    status: str
    outcome: str
    requester: Person
    definition_id: UUID
    definition_name: str
    owner_id: UUID
    version_id: UUID
    version_no: int
    data: Mapping[str, Any]
    labels: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None = None
    tokens: tuple[Token, ...] = ()
    """Where its branches are, if there are several."""
    superseded: Mapping[str, Any] = {}
    """Values that a way back has gone over and that were not given again yet."""
    subject_kind: str = ""
    subject_id: UUID | None = None
    group_id: UUID | None = None
    """Of the workflow."""

    @property
    def about(self) -> tuple[str, UUID | None]:
        return self.subject_kind, self.subject_id

    @property
    def subjects(self) -> frozenset[str]:
        """What it is about, as absences are limited to it."""
        return subjects_of(self.definition_id, self.group_id)


class TaskState(NamedTuple):
    """A task under lock, with the names that refusals tell."""

    id: UUID
    step: str
    step_name: str
    state: str
    version: int
    opened_at: datetime
    assignee: PersonRef | None
    unassigned: bool = False
    due_at: datetime | None = None
    overdue: bool = False
    escalations: int = 0
    transition: str = ""
    completed_at: datetime | None = None
    completed_by: str = ""
    completed_by_id: UUID | None = None
    paused_at: datetime | None = None
    pause: str = ""
    rungs_done: int = 0
    stood_still: int = 0
    """For how many seconds of working time the clock has stood still until now."""
    candidate_ids: tuple[UUID, ...] = ()
    """Who is or was in the team queue."""
    queue_ids: tuple[UUID, ...] = ()
    """Who of them is in it now."""
    panel: Panel | None = None
    """Members and votes of an approval step; its members are the queue."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_TASK

    @property
    def is_live(self) -> bool:
        """Open, or failed and waiting for an admin."""
        return self.is_open or (self.state == State.FAILURE and self.completed_at is None)

    def is_late(self, at: datetime) -> bool:
        """Whether its time limit has passed by then."""
        return self.due_at is not None and self.due_at <= at

    @property
    def in_queue(self) -> bool:
        return self.is_open and self.assignee is None and not self.unassigned

    @property
    def decided_together(self) -> bool:
        """Whether a panel votes on it."""
        return self.panel is not None and self.assignee is None

    @property
    def holders(self) -> tuple[UUID, ...]:
        """Who is to decide: the assignee, everybody in the queue now, or who of a panel is asked now."""
        if self.assignee is not None:
            return (self.assignee.id,)
        if self.unassigned:
            return ()
        return tuple(one.id for one in self.panel.asked) if self.panel is not None else self.queue_ids

    def is_held_by(self, member_id: UUID) -> bool:
        """Whether the person is to decide."""
        return member_id in self.holders


class Clock(NamedTuple):
    """The moment, and the working time of the organisation's people (no calendar: no limits)."""

    at: datetime
    calendars: Calendars = NO_CALENDARS


class By(NamedTuple):
    """Who acts, as history and events name them; without an id it is the product itself."""

    id: UUID | None
    name: str
    via: str = ""
    """How the act came, where that is worth telling, see ``workflows.events.Via``; empty as a rule."""
    behalf: PersonRef | None = None
    """Who is away, and in whose place the person acts; None as a rule."""


class Opened(NamedTuple):
    """A task that a plan opens."""

    id: UUID
    step: str
    step_name: str
    assignee: PersonRef | None
    candidate_ids: tuple[UUID, ...] = ()
    due_at: datetime | None = None
    note: str = ""


class Answers(NamedTuple):
    """What a form step brought: values by field and the labels of what was picked."""

    values: Mapping[str, Any] = {}
    labels: Mapping[str, Any] = {}


def merged(labels: Any, new: Any) -> dict[str, Any]:
    """The kept labels with those of new picks."""
    found = {key: dict(entries) for key, entries in labels.items()}
    for key, entries in new.items():
        found[key] = {**found.get(key, {}), **entries}
    return found
