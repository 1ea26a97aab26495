"""Background work: ids in, one service call. The rows are the truth; a lost message costs one tick."""

from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.tenancy.tasks import OrganisationTask
from flows.proposals.services.timeouts import (
    BATCH,
    active_organisations,
    organisations_due,
    proposals_sweep,
    unattended_sweep,
)


@shared_task(name="flows.proposals_sweep", ignore_result=True)
def proposals_tick() -> None:
    """Every tick: wake one sweep per organisation with a proposal to remind of or to time out."""
    for organisation_id in organisations_due(timezone.now()):
        proposals_sweep_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="flows.proposals_sweep_organisation", base=OrganisationTask, ignore_result=True)
def proposals_sweep_organisation(*, organisation_id: str) -> None:
    """One batch; a full one is followed by the next at once, unless none of it could be done."""
    done = proposals_sweep(organisation_id=UUID(organisation_id), at=timezone.now())
    if done.total >= BATCH and done.left < done.total:
        transaction.on_commit(lambda: proposals_sweep_organisation.delay(organisation_id=organisation_id))


@shared_task(name="flows.unattended_sweep", ignore_result=True)
def unattended_tick() -> None:
    """Look in every organisation for approvals whose people have left."""
    for organisation_id in active_organisations():
        unattended_sweep_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="flows.unattended_sweep_organisation", base=OrganisationTask, ignore_result=True)
def unattended_sweep_organisation(*, organisation_id: str) -> None:
    unattended_sweep(organisation_id=UUID(organisation_id), at=timezone.now())
