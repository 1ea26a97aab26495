"""Timeouts of whole requests: the owner is warned, then the request is ended. Each once."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.audit.record import SYSTEM, record
from accounts.tenancy.batch import WriteBatch
from workflows.engine import timeouts
from workflows.engine.plan import Plan, write_all
from workflows.engine.state import Clock
from workflows.graph.timing import HardEnd
from workflows.models import FINAL_RUN, RunTimer
from workflows.selectors.definitions import definition_of
from workflows.selectors.locks import lock_run
from workflows.services.sla import THE_CLOCK

FEW: Final = 50
"""Requests per sweep; each is locked by itself with all of its tasks."""


@transaction.atomic
def timeouts_sweep(organisation_id: UUID, *, at: datetime, limit: int = FEW) -> int:
    """Warn of, or end, at most ``limit`` requests whose time has come at ``at``; returns how many timers were dealt with.

    Timers that another sweep holds are left to it. Needs the scope.
    """
    due = RunTimer.objects.filter(organisation_id=organisation_id, check_at__lte=at).order_by("check_at", "id")
    timers = list(due.select_for_update(skip_locked=True)[:limit])
    plans = [plan for timer in timers if (plan := _plan(timer, at)) is not None]
    batch = WriteBatch()
    rows = [{"id": timer.id, "check_at": _next_check(timer, at)} for timer in timers]
    batch.update_each(RunTimer, rows)
    events = write_all(plans, batch) if plans else []
    if events:
        record(events, actor=SYSTEM, organisation_id=organisation_id, at=at, batch=batch)
    batch.execute()
    return len(timers)


def _plan(timer: RunTimer, at: datetime) -> Plan | None:
    """What is to be done; nothing for a request that has ended meanwhile."""
    found = lock_run(timer.organisation_id, timer.run_id)
    if found is None or found[0].status in FINAL_RUN:
        return None
    run, tasks = found
    clock = Clock(at)
    if timer.hard_at is None or timer.hard_at > at:
        return timeouts.warn_of_run(run, clock, THE_CLOCK)
    timeout = definition_of(run.organisation_id, run.version_id).timeout
    then = timeout.then if timeout is not None else HardEnd.FAIL
    return timeouts.end(run, [task for task in tasks if task.is_open], None, then, clock, THE_CLOCK)


def _next_check(timer: RunTimer, at: datetime) -> datetime | None:
    return timer.hard_at if timer.hard_at is not None and timer.hard_at > at else None
