"""Runs of the loader. A run is a row: how far it is stands in the transaction of each batch, so that it goes on after a crash.

Two runs at once do no harm: each batch holds the run's row and the catalogue, and looks again at what is there.

The audit gets one entry per batch, with the first and the last logical flow of it, and one per run. An entry for each flow
would say half a million times the same: what was made carries the batch's time and ids, and is found by them.
"""

import time
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.audit.record import SYSTEM, record
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, NotFound
from accounts.tenancy.scope import organisation_scope
from flows import policies
from flows.catalogue.services.carrying import DISCOURAGED, lock_catalogue
from flows.events import FlowsBackfillBatch, FlowsBackfilled
from flows.loading import statements
from flows.models import Backfill, BackfillState, DataType, EnumKind, EnumValue
from flows.setup import settings_of
from flows.wakeup import wake

TASK: Final = "flows.backfill_run"
SHIFT: Final = 5.0
"""Seconds that a worker stays with a run before others get their turn."""
BATCH: Final = 2_000
"""Logical flows per transaction: a quarter of a second in which nobody else changes flows."""
STANDS_STILL: Final = timedelta(seconds=30)
MOST_ATTEMPTS: Final = 5
FRESH: Final = timedelta(days=1)
"""How long a dry run speaks for the run that follows it."""
GAVE_UP: Final = "The run was stopped after standing still several times. Start it again; it goes on where it was."


class BackfillNotFound(NotFound):
    code = "backfill.not_found"


class DryRunFirst(Conflict):
    code = "backfill.dry_run_first"
    message = "Make a dry run first, and look at what it finds."


@transaction.atomic
def backfill_start(
    *,
    organisation_id: UUID,
    dry_run: bool,
    actor: Membership | None = None,
    in_background: bool = False,
    at: datetime | None = None,
) -> Backfill:
    """Begin a run, or go on with the one that was interrupted. Without an actor it is the operator of the installation.

    A tenant admin looks at a dry run first. Raises Denied, DryRunFirst.
    """
    moment = at or timezone.now()
    if actor is not None:
        policies.catalogue.require(actor, "manage")
        if not dry_run and not _looked_at(organisation_id, moment):
            raise DryRunFirst
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"backfill:{organisation_id}"])
    running = Backfill.objects.filter(organisation_id=organisation_id, state=BackfillState.RUNNING, dry_run=False)
    found: Backfill | None = None if dry_run else running.first()
    if found is not None:
        if in_background and not found.in_background:
            found.in_background = True
            found.save(update_fields=["in_background", *found.touch(actor.id if actor else None, moment)])
            wake(TASK, organisation_id=organisation_id, backfill_id=found.id)
        return found
    _prepare(organisation_id)
    row = Backfill(
        organisation_id=organisation_id,
        dry_run=dry_run,
        in_background=in_background,
        total=statements.flows_total(organisation_id),
        by_name=actor.name if actor else SYSTEM.actor_label,
        created_by_id=actor.id if actor else None,
        created_at=moment,
    )
    row.touch(actor.id if actor else None, moment)
    row.save(force_insert=True)
    if in_background:
        wake(TASK, organisation_id=organisation_id, backfill_id=row.id)
    return row


def backfill_run(*, organisation_id: UUID, backfill_id: UUID, seconds: float = SHIFT) -> bool:
    """Carry a run on for so long, each batch in a transaction of its own; whether there is more to do.

    Call outside of a scope.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with organisation_scope(organisation_id):
            row = backfill_advance(organisation_id=organisation_id, backfill_id=backfill_id, wait=False)
        if row is None or row.state != BackfillState.RUNNING:
            return False
    return True


@transaction.atomic
def backfill_advance(
    *, organisation_id: UUID, backfill_id: UUID, size: int = BATCH, wait: bool = True, at: datetime | None = None
) -> Backfill | None:
    """One batch of a run, or the whole of a dry run. None when somebody else is at it and ``wait`` is off."""
    rows = Backfill.objects.select_for_update(skip_locked=not wait)
    row: Backfill | None = rows.filter(organisation_id=organisation_id, id=backfill_id).first()
    if row is None:
        if wait:
            raise BackfillNotFound
        return None
    if row.state != BackfillState.RUNNING:
        return row
    moment = at or timezone.now()
    if row.dry_run:
        _look(row)
        _finish(row, moment)
    else:
        _batch(row, size, moment)
    return row


def _look(row: Backfill) -> None:
    fates = statements.flows_count(row.organisation_id)
    row.report = {**fates, "sample": statements.examples(row.organisation_id)}
    row.done = row.total = sum(fates.values())


def _batch(row: Backfill, size: int, at: datetime) -> None:
    own, after = row.organisation_id, row.cursor
    lock_catalogue(own)
    found = statements.batch_write(
        organisation_id=own,
        after=after,
        size=size,
        unknown=DataType.objects.filter(organisation_id=own, is_unknown=True).values_list("id", flat=True).first(),
        rating=DISCOURAGED,
        by=row.created_by_id,
        at=at,
    )
    counts = {fate: row.report.get(fate, 0) + found.fates.get(fate, 0) for fate in statements.FATES}
    row.report, row.done, row.attempts = counts, row.done + found.seen, 0
    row.total = max(row.total, row.done)
    if found.last is not None:
        row.cursor, row.batches = found.last, row.batches + 1
        if found.made:
            _tell_batch(row, found, after, at)
    if found.seen < size:
        _finish(row, at)
        return
    row.save(update_fields=["report", "done", "attempts", "total", "cursor", "batches", *row.touch(None, at)])


def _tell_batch(row: Backfill, found: statements.Slice, after: UUID | None, at: datetime) -> None:
    event = FlowsBackfillBatch(
        subject_id=row.id, batch=row.batches, made=found.made, seen=found.seen, after_id=after, last_id=found.last, **_who(row)
    )  # fmt: skip
    record(event, actor=SYSTEM, organisation_id=row.organisation_id, at=at)


def _finish(row: Backfill, at: datetime, failure: str = "") -> None:
    row.state = BackfillState.FAILED if failure else BackfillState.DONE
    row.failure, row.finished_at = failure, at
    if not failure:
        row.total = row.done
    row.save(
        update_fields=[
            *("state", "failure", "finished_at", "report", "done", "attempts", "total", "cursor", "batches"),
            *row.touch(None, at),
        ]
    )
    made = 0 if row.dry_run else row.report.get("wanted", 0)
    counts = {name: number for name, number in row.report.items() if isinstance(number, int)}
    event = FlowsBackfilled(
        subject_id=row.id, made=made, seen=row.done, dry_run=row.dry_run, counts=counts, failure=failure, **_who(row)
    )
    record(event, actor=SYSTEM, organisation_id=row.organisation_id, at=at)


def _who(row: Backfill) -> dict[str, Any]:
    return {"by_id": row.created_by_id, "by_name": row.by_name}


def _looked_at(organisation_id: UUID, at: datetime) -> bool:
    dry = Backfill.objects.filter(organisation_id=organisation_id, dry_run=True, state=BackfillState.DONE)
    return bool(dry.filter(finished_at__gte=at - FRESH).exists())


def _prepare(organisation_id: UUID) -> None:
    """The unknown values that the loader writes, should the organisation have taken them away."""
    settings_of(organisation_id)
    values = [
        EnumValue(organisation_id=organisation_id, kind=kind, code="UNKNOWN", name="Unknown", position=999)
        for kind in EnumKind.values
    ]
    EnumValue.objects.bulk_create(values, ignore_conflicts=True)


@transaction.atomic
def backfills_wake(*, organisation_id: UUID, at: datetime | None = None) -> list[UUID]:
    """Runs of the background that stand still, to be carried on; one that always does is given up."""
    moment = at or timezone.now()
    rows = Backfill.objects.select_for_update(skip_locked=True).filter(
        organisation_id=organisation_id,
        state=BackfillState.RUNNING,
        in_background=True,
        modified_at__lt=moment - STANDS_STILL,
    )
    woken = []
    for row in rows:
        if row.attempts >= MOST_ATTEMPTS:
            _finish(row, moment, GAVE_UP)
            continue
        row.attempts += 1
        row.save(update_fields=["attempts", *row.touch(None, moment)])
        woken.append(row.id)
    return woken


def organisations_with_runs() -> list[UUID]:
    """Asked across all organisations: a function of the owner tells ids only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT flows_backfills_waiting()")
        return [row[0] for row in cursor.fetchall()]
