"""Timeouts of whole requests: the owner is warned, then the request is ended. Each once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.audit.record import SYSTEM, record
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.faults import together_or_alone
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
PAUSE: Final = timedelta(minutes=30)
"""After which a request is looked at again that could not be warned of or ended."""


def timeouts_sweep(organisation_id: UUID, *, at: datetime, limit: int = FEW) -> int:
    """Warn of, or end, at most ``limit`` requests whose time has come at ``at``; returns how many timers were dealt with.

    Timers that another sweep holds are left to it. One that cannot be dealt with keeps no other from it. Needs the scope.
    """
    due = RunTimer.objects.filter(organisation_id=organisation_id, check_at__lte=at)
    ids = list(due.order_by("check_at", "id").values_list("id", flat=True)[:limit])
    if not ids:
        return 0
    return together_or_alone(
        lambda some: _deal_with(organisation_id, some, at),
        ids,
        "timeouts.sweep_failed",
        put_off=lambda timer_id: due.filter(id=timer_id).update(check_at=at + PAUSE),
    )


def _deal_with(organisation_id: UUID, ids: Sequence[UUID], at: datetime) -> int:
    due = RunTimer.objects.filter(organisation_id=organisation_id, id__in=ids, check_at__lte=at)
    # Of each its request is locked: in the order in which everybody does who locks many.
    timers = list(due.order_by("run_id").select_for_update(skip_locked=True))
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
    return timeouts.end(run, [task for task in tasks if task.is_live], None, then, clock, THE_CLOCK)


def _next_check(timer: RunTimer, at: datetime) -> datetime | None:
    return timer.hard_at if timer.hard_at is not None and timer.hard_at > at else None
