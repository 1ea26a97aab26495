"""The tick of this app."""

from celery import shared_task

from forms_builder.services.attachments import sweep_everywhere


@shared_task(name="forms_builder.attachments_sweep")
def attachments_sweep() -> None:
    """Forget uploads that no request took, in every organisation."""
    sweep_everywhere()
