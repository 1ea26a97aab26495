"""The ticks, and the wake-ups in between. They serve all organisations in turn, each in a scope of its own."""

from celery import shared_task

from notifications import outbox
from notifications.services import retention, sending


@shared_task(name="notifications.relay")
def relay() -> None:
    """Plan the notices of what has happened."""
    outbox.relay()


@shared_task(name="notifications.send")
def send() -> None:
    """Hand due messages to the mail server."""
    sending.send_due()


@shared_task(name="notifications.sweep")
def sweep() -> None:
    """Drop events and messages that have had their time."""
    retention.sweep_all()
