"""Ticks of accounts. They serve all organisations in turn, each in a scope of its own."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.services import absences, links, upkeep
from accounts.tenancy.tasks import OrganisationTask


@shared_task(name="accounts.audit_seal")
def audit_seal() -> None:
    """Chain what has been recorded."""
    upkeep.seal_all()


@shared_task(name="accounts.idempotency_sweep")
def idempotency_sweep() -> None:
    """Drop kept answers and tokens that have had their time."""
    upkeep.sweep_all()


@shared_task(name="accounts.send_links")
def send_links() -> None:
    """Mail the links to set a password that have been asked for."""
    links.links_send_all()


@shared_task(name="accounts.absences_sweep")
def absences_tick() -> None:
    """Wake one sweep per organisation where an absence begins or ends."""
    for organisation_id in absences.organisations_with_absences_due(timezone.now()):
        absences_sweep_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="accounts.absences_sweep_organisation", base=OrganisationTask, ignore_result=True)
def absences_sweep_organisation(*, organisation_id: str) -> None:
    """One batch; a tick finds the rest."""
    absences.absences_sweep(UUID(organisation_id), at=timezone.now())
