"""The facts of links that ask for a decision. The mailbox is named in full: the audit must be able to say who decided."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from workflows.events import TaskEvent


class LinkEvent(TaskEvent):
    """Something about one link; the subject is its task. ``medium`` says how it reaches its mailbox."""

    link_id: UUID
    medium: str
    address: str


class LinkSent(LinkEvent):
    """A mailbox is asked to decide, for the ``turn``-th time at this stay."""

    kind: ClassVar[str] = "link.sent"

    expires_at: datetime
    turn: int = 1


class LinkCodeAsked(LinkEvent):
    """Whoever holds the link wants the one-time code; it goes to the link's own mailbox."""

    kind: ClassVar[str] = "link.code_asked"


class LinkDecided(LinkEvent):
    """The link has decided. ``name`` is what was typed, ``confirmed`` says that the code was given, ``shown`` is the digest."""

    kind: ClassVar[str] = "link.decided"

    name: str
    transition: str
    confirmed: bool
    shown: str
    reason: str


class LinkEnded(LinkEvent):
    """The link decides nothing any more: ``how`` is a ``LinkEnd``; an expiry is told to who looks after the step."""

    kind: ClassVar[str] = "link.ended"

    how: str
    by_id: UUID | None
    by_name: str
    reason: str
    holder_ids: tuple[UUID, ...] = ()


class LinkRefused(TaskEvent):
    """Somebody who was to be asked by a link cannot be: ``why``; who looks after the step is told."""

    kind: ClassVar[str] = "link.refused"

    address: str
    why: str
    holder_ids: tuple[UUID, ...] = ()
