"""Background work: ids in, one service call. The rows are the truth; a lost message costs one tick."""

from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.tenancy.tasks import OrganisationTask
from workflows.services.bulk import bulk_due, organisations_with_due_bulks
from workflows.services.link_sweep import links_sweep
from workflows.services.machine_work import work_due
from workflows.services.sla import BATCH, organisations_due, sla_sweep, tasks_of_leavers
from workflows.services.timeouts import FEW, timeouts_sweep


@shared_task(name="workflows.sla_sweep", ignore_result=True)
def sla_tick() -> None:
    """Every tick: wake one sweep per organisation with something due, so that none waits for another's fault."""
    for organisation_id in organisations_due(timezone.now()):
        sla_sweep_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="workflows.sla_sweep_organisation", base=OrganisationTask, ignore_result=True)
def sla_sweep_organisation(*, organisation_id: str) -> None:
    """One batch; a full one is followed by the next at once."""
    at = timezone.now()
    done = sla_sweep(UUID(organisation_id), at=at)
    left = tasks_of_leavers(UUID(organisation_id), at=at)
    ended = max(timeouts_sweep(UUID(organisation_id), at=at), links_sweep(UUID(organisation_id), at=at))
    if max(done.total, left) >= BATCH or ended >= FEW:
        transaction.on_commit(lambda: sla_sweep_organisation.delay(organisation_id=organisation_id))


@shared_task(name="workflows.bulk_wake", ignore_result=True)
def bulk_tick() -> None:
    """Every tick: wake one worker per organisation with a wish that can no longer be undone."""
    for organisation_id in organisations_with_due_bulks(timezone.now()):
        bulk_of_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="workflows.bulk_of_organisation", base=OrganisationTask, ignore_result=True)
def bulk_of_organisation(*, organisation_id: str) -> None:
    """One wish; another one follows at once."""
    if bulk_due(UUID(organisation_id), at=timezone.now()):
        transaction.on_commit(lambda: bulk_of_organisation.delay(organisation_id=organisation_id))


# Not of OrganisationTask, whose body is one transaction: each step is claimed in one, done in none and finished in another.
@shared_task(name="workflows.machines", ignore_result=True)
def machines() -> None:
    """Do the automatic steps that are due, of all organisations in turn."""
    work_due()
