"""What a channel must be able to do when a notice is planned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import models

from notifications.rendering import render, render_line


@dataclass(frozen=True, slots=True)
class Notice:
    """One fact for one person. ``values`` are the names that a template may use, all texts.

    Without a ``recipient_id`` it is for the mailbox of the decision link ``link_id``.
    """

    organisation_id: UUID
    event_id: UUID
    kind: str
    at: datetime
    actor: str
    recipient_id: UUID | None
    run_id: UUID | None
    path: str
    watching: bool
    values: Mapping[str, str]
    link_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """The templates of one notice on one channel: the organisation's own or the product's.

    ``otherwise`` is the product's subject, for where the organisation's has nothing to say this time.
    """

    subject: str
    body: str
    otherwise: str = ""

    def subject_for(self, notice: Notice) -> str:
        return render_line(self.subject, notice.values) or render_line(self.otherwise, notice.values)

    def body_for(self, notice: Notice) -> str:
        return render(self.body, notice.values).strip()


class Channel(Protocol):
    """A way to a person. ``row`` is inserted in the planning transaction; a row that is there already is left alone."""

    name: str

    def default(self, kind: str) -> Texts:
        """The product's own wording."""
        ...

    def row(self, notice: Notice, texts: Texts) -> models.Model:
        """What to keep for this notice."""
        ...
