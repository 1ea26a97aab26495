"""Background work: ids in, one service call. The rows are the truth; a lost message costs one tick.

None is of OrganisationTask, whose body is one transaction: an attempt is claimed in one and made in others.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone

from accounts.tenancy.faults import FAULTS, OUTAGES
from accounts.tenancy.scope import organisation_scope
from workflows.services.bulk import bulk_due, organisations_with_due_bulks
from workflows.services.leavers import tasks_of_leavers
from workflows.services.link_sweep import links_sweep
from workflows.services.machine_work import work_due
from workflows.services.sla import BATCH, organisations_due, sla_sweep
from workflows.services.timeouts import FEW, timeouts_sweep

LAP: Final = timedelta(seconds=10)
"""How long batches of an organisation follow each other: the tick that comes then wakes it again. Without an end every tick
would add a row of batches to those that an organisation with much to do has waiting, and others would wait for all of them."""
REST: Final = 0.1
"""After a full batch a worker rests for this share of the time that the batch took: then processors and database are the people's
who decide meanwhile."""

logger = structlog.get_logger(__name__)


@shared_task(name="workflows.sla_sweep", ignore_result=True)
def sla_tick() -> None:
    """Every tick: wake one sweep per organisation with something due, so that none waits for another's fault."""
    at = timezone.now()
    for organisation_id in organisations_due(at):
        sla_sweep_organisation.delay(organisation_id=str(organisation_id), until=(at + LAP).isoformat())


@shared_task(name="workflows.sla_sweep_organisation", ignore_result=True)
def sla_sweep_organisation(*, organisation_id: str, until: str = "") -> None:
    """A batch of each sweep; a full one is followed by the next, behind those of the other organisations, until the next tick."""
    at, began, here = timezone.now(), time.monotonic(), UUID(organisation_id)
    done = _alone(lambda: sla_sweep(here, at=at).total)
    left = _alone(lambda: _scoped(tasks_of_leavers, here, at))
    ended = max(_alone(lambda: _scoped(timeouts_sweep, here, at)), _alone(lambda: _scoped(links_sweep, here, at)))
    if (max(done, left) >= BATCH or ended >= FEW) and until and at < datetime.fromisoformat(until):
        _next_batch(REST * (time.monotonic() - began), organisation_id=organisation_id, until=until)


def _alone(sweep: Callable[[], int]) -> int:
    """What one sweep cannot do keeps the others from nothing."""
    try:
        return sweep()
    except OUTAGES:
        raise
    except FAULTS:
        logger.exception("sweep.failed")
        return 0


def _scoped(sweep: Callable[..., int], organisation_id: UUID, at: datetime) -> int:
    with organisation_scope(organisation_id):
        return sweep(organisation_id, at=at)


def _next_batch(rest: float, **again: str) -> None:
    time.sleep(rest)
    sla_sweep_organisation.delay(**again)


@shared_task(name="workflows.bulk_wake", ignore_result=True)
def bulk_tick() -> None:
    """Every tick: wake one worker per organisation with a wish that can no longer be undone."""
    for organisation_id in organisations_with_due_bulks(timezone.now()):
        bulk_of_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="workflows.bulk_of_organisation", ignore_result=True)
def bulk_of_organisation(*, organisation_id: str) -> None:
    """One wish; another one follows at once."""
    if bulk_due(UUID(organisation_id), at=timezone.now()):
        bulk_of_organisation.delay(organisation_id=organisation_id)


@shared_task(name="workflows.machines", ignore_result=True)
def machines() -> None:
    """Do the automatic steps that are due, of all organisations in turn."""
    work_due()
