"""The outbox: facts are stored with the change itself, and planned by whichever relay comes first.

A relay takes a batch in two transactions. The first leases the events and counts the attempt, so that a crash counts;
the second plans them, inserts every notice and marks them planned, or leaves nothing. One relay at a time works for an
organisation, so its events are planned in order. An event that fails is set aside with everything of its subject that
follows, for a while that grows, and after ``MAX_ATTEMPTS`` for good: poison, for the tenant admin to see.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from accounts.audit.events import Fact
from accounts.models import Organisation
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.faults import FAULTS, OUTAGES
from accounts.tenancy.scope import organisation_scope
from notifications import wakeup
from notifications.models import OutboxEvent
from notifications.planning import plan
from notifications.recipients import RULES

BATCH = 500
MAX_ATTEMPTS = 5
LEASE = timedelta(seconds=10)
"""Far longer than planning a batch takes; after a kill the organisation's events wait so long."""
PAUSES = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))
"""After the first, second ... failure of an event."""
ORGANISATIONS = 100
SECONDS = 50.0
"""How long one relay works at most; the next tick goes on."""

logger = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """The relay was so slow that another one may have taken over; it must not write."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Events leased by one relay."""

    organisation_id: UUID
    token: UUID
    ids: tuple[UUID, ...]


def store(batch: WriteBatch, facts: Sequence[Fact]) -> None:
    """The sink of ``accounts.audit.record``: add a row for each fact that somebody is told of, and wake a relay.

    Kinds without a rule in ``notifications.recipients`` are not stored; the audit has them.
    """
    rows = [_row(fact) for fact in facts if fact.kind in RULES]
    if rows:
        batch.insert(OutboxEvent, rows)
        transaction.on_commit(wakeup.relay, robust=True)


def _row(fact: Fact) -> dict[str, Any]:
    return {
        "id": fact.id,
        "organisation_id": fact.organisation_id,
        "kind": fact.kind,
        "subject_id": fact.subject_id,
        "at": fact.at,
    }


def pending_organisations(most: int = ORGANISATIONS) -> list[UUID]:
    """Organisations with events to plan now, in no particular order. The one question that needs no scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_pending_organisations(%s)", [most])
        return [organisation_id for (organisation_id,) in cursor.fetchall()]


def relay(*, limit: int = BATCH, seconds: float = SECONDS) -> int:
    """Plan what waits, a batch per organisation in turn, until nothing does or the time is up; returns the events done."""
    until = time.monotonic() + seconds
    total = 0
    while organisations := pending_organisations():
        done = 0
        for organisation_id in organisations:
            done += relay_organisation(organisation_id, limit=limit)
            if time.monotonic() > until:
                return total + done
        total += done
        if not done:
            break
    return total


def relay_organisation(organisation_id: UUID, *, limit: int = BATCH) -> int:
    """Plan one batch of the organisation; returns how many events were taken up, well or not."""
    claim = claim_events(organisation_id, limit)
    if claim is None:
        return 0
    _plan(claim)
    return len(claim.ids)


def claim_events(organisation_id: UUID, limit: int) -> Claim | None:
    """Lease the next events for planning, or None when there are none or another relay is at it.

    Events that failed before are taken one at a time, so that nobody else's attempt is spent with them.
    """
    with organisation_scope(organisation_id):
        waiting = OutboxEvent.objects.filter(organisation_id=organisation_id, state=OutboxEvent.State.NEW)
        if not _alone(organisation_id) or waiting.filter(lease_token__isnull=False, lease_until__gt=Now()).exists():
            return None
        resting = waiting.filter(lease_until__gt=Now()).values("subject_id")
        ready = waiting.filter(Q(lease_until=None) | Q(lease_until__lte=Now())).exclude(subject_id__in=resting)
        rows = list(ready.select_for_update(skip_locked=True).order_by("seq").only("id", "attempts", "kind")[:limit])
        rows = _first_that_go_together(rows)
        if rows and rows[0].attempts >= MAX_ATTEMPTS:
            _quarantine(rows[0].id, "Planning never came to an end.")
            return None
        token, ids = uuid4(), tuple(row.id for row in rows)
        waiting.filter(id__in=ids).update(attempts=F("attempts") + 1, lease_until=Now() + LEASE, lease_token=token)
    return Claim(organisation_id, token, ids) if ids else None


def _alone(organisation_id: UUID) -> bool:
    """Whether no other relay is claiming for the organisation at this moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"relay:{organisation_id}"])
        return bool(cursor.fetchone()[0])


def _first_that_go_together(rows: list[OutboxEvent]) -> list[OutboxEvent]:
    fresh = next((place for place, row in enumerate(rows) if row.attempts), len(rows))
    return rows[: fresh or 1]


def _plan(claim: Claim) -> None:
    try:
        _plan_at_once(claim)
    except LeaseLost:
        logger.warning("outbox.lease_lost", organisation=str(claim.organisation_id), events=len(claim.ids))
    except OUTAGES:
        raise
    except FAULTS as error:
        if len(claim.ids) == 1:
            _set_aside(claim, error)
        else:
            _plan_one_by_one(claim)


def _plan_at_once(claim: Claim) -> None:
    with organisation_scope(claim.organisation_id):
        mine = OutboxEvent.objects.filter(
            organisation_id=claim.organisation_id,
            id__in=claim.ids,
            lease_token=claim.token,
            state=OutboxEvent.State.NEW,
        )
        rows = list(mine.select_for_update().order_by("seq"))
        if len(rows) != len(claim.ids):
            raise LeaseLost
        organisation = Organisation.objects.get(id=claim.organisation_id)
        plan(organisation, rows)
        mine.update(state=OutboxEvent.State.PLANNED, planned_at=Now(), lease_token=None, lease_until=None, error="")
        transaction.on_commit(wakeup.send, robust=True)


def _plan_one_by_one(claim: Claim) -> None:
    """After a batch failed as a whole: each event in a transaction of its own, those behind a failed one not at all."""
    failed: set[UUID] = set()
    for ident, subject_id in _in_order(claim):
        single = Claim(claim.organisation_id, claim.token, (ident,))
        if subject_id in failed:
            _give_back(single)
            continue
        _plan(single)
        if _still_mine(single):
            failed.add(subject_id)


def _in_order(claim: Claim) -> list[tuple[UUID, UUID]]:
    with organisation_scope(claim.organisation_id):
        rows = OutboxEvent.objects.filter(organisation_id=claim.organisation_id, id__in=claim.ids).order_by("seq")
        return list(rows.values_list("id", "subject_id"))


def _still_mine(claim: Claim) -> bool:
    with organisation_scope(claim.organisation_id):
        rows = OutboxEvent.objects.filter(organisation_id=claim.organisation_id, id__in=claim.ids)
        return rows.exclude(state=OutboxEvent.State.PLANNED).exists()


def _give_back(claim: Claim) -> None:
    """Not tried: the attempt that was counted with the batch is taken back."""
    with organisation_scope(claim.organisation_id):
        _held(claim).update(attempts=F("attempts") - 1, lease_token=None, lease_until=None)


def _set_aside(claim: Claim, error: Exception) -> None:
    problem = f"{type(error).__name__}: {error}"[:2000].replace("\0", "")
    with organisation_scope(claim.organisation_id):
        row = _held(claim).first()
        if row is None:
            return
        logger.warning("outbox.failed", kind=row.kind, id=str(row.id), attempt=row.attempts, exc_info=error)
        if row.attempts >= MAX_ATTEMPTS:
            _quarantine(row.id, problem)
            return
        _held(claim).update(lease_token=None, lease_until=Now() + PAUSES[row.attempts - 1], error=problem)


def _held(claim: Claim) -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(
        organisation_id=claim.organisation_id, id__in=claim.ids, lease_token=claim.token, state=OutboxEvent.State.NEW
    )


def _quarantine(event_id: UUID, problem: str) -> None:
    OutboxEvent.objects.filter(id=event_id).update(
        state=OutboxEvent.State.POISON, lease_token=None, lease_until=None, error=problem
    )
    logger.error("outbox.poison", id=str(event_id), problem=problem)
