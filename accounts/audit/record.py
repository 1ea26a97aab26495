"""``record()``: the one way a fact enters the books."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

import orjson
from django.utils import timezone

from accounts.audit.events import Event, Fact
from accounts.audit.models import AuditEntry
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.models import new_id

SUBJECT: Final = {"subject_id"}
Sink = Callable[[WriteBatch, Sequence[Fact]], None]

request_id: ContextVar[str] = ContextVar("request_id", default="")
_sinks: list[Sink] = []


class Actor(Protocol):
    """Whoever acts: a membership, or the system."""

    @property
    def actor_kind(self) -> str: ...
    @property
    def actor_id(self) -> UUID | None: ...
    @property
    def actor_label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SystemActor:
    """The product itself, acting on a rule or a clock."""

    actor_label: str = "Countersign"
    actor_kind: str = "system"
    actor_id: UUID | None = None


SYSTEM = SystemActor()


def register_sink(sink: Sink) -> None:
    """Have every fact also handed to ``sink``, which adds its rows to the batch. Called once, from ``apps.py``."""
    if sink not in _sinks:
        _sinks.append(sink)


def record(
    events: Event | Sequence[Event],
    *,
    actor: Actor,
    organisation_id: UUID,
    at: datetime | None = None,
    batch: WriteBatch | None = None,
) -> None:
    """Write the audit entry and what the sinks make of it, in the transaction of the change.

    With a ``batch`` the rows travel with the caller's own; without one they are written at once.
    """
    own = batch or WriteBatch()
    moment = at or timezone.now()
    facts = [
        _fact(event, actor, organisation_id, moment) for event in ([events] if isinstance(events, Event) else events)
    ]
    own.insert(AuditEntry, [_entry(fact) for fact in facts])
    for sink in _sinks:
        sink(own, facts)
    if batch is None:
        own.execute()


def _fact(event: Event, actor: Actor, organisation_id: UUID, at: datetime) -> Fact:
    return Fact(
        id=new_id(),
        organisation_id=organisation_id,
        kind=event.kind,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        payload=event.model_dump_json(exclude=SUBJECT),
        actor_kind=actor.actor_kind,
        actor_id=actor.actor_id,
        actor_label=actor.actor_label,
        at=at,
        request_id=request_id.get(),
    )


def _entry(fact: Fact) -> dict[str, Any]:
    return {
        "id": fact.id,
        "organisation_id": fact.organisation_id,
        "at": fact.at,
        "kind": fact.kind,
        "subject_kind": fact.subject_kind,
        "subject_id": fact.subject_id,
        "actor_kind": fact.actor_kind,
        "actor_id": fact.actor_id,
        "actor_label": fact.actor_label,
        "payload": orjson.Fragment(fact.payload),
        "request_id": fact.request_id,
    }
