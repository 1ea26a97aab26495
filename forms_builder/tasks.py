"""The ticks of this app."""

from uuid import UUID

from celery import shared_task

from accounts.selectors.organisations import organisation_ids
from forms_builder.services.attachments import sweep_everywhere
from forms_builder.services.orphans import orphans_delete


@shared_task(name="forms_builder.attachments_sweep")
def attachments_sweep() -> None:
    """Forget uploads that no request took, in every organisation."""
    sweep_everywhere()


@shared_task(name="forms_builder.orphans_sweep")
def orphans_tick() -> None:
    """Look for objects without a row, each organisation's by a task of its own: listing a large bucket takes its time."""
    for organisation_id in organisation_ids():
        orphans_delete_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="forms_builder.orphans_sweep_organisation")
def orphans_delete_organisation(*, organisation_id: str) -> None:
    """Of one organisation; opens scopes itself, since the storage is not to be asked inside a transaction."""
    orphans_delete(organisation_id=UUID(organisation_id))
