"""What has had its time: events are kept for a month, for looking back and for trying rules on; messages for three."""

from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now

from accounts.services.upkeep import for_all
from notifications.models import Attempt, Delivery, InboxItem, OutboxEvent, SuppressedAddress

EVENTS = timedelta(days=30)
MESSAGES = timedelta(days=90)
NOTICES = timedelta(days=365)
AT_ONCE = 5_000


def sweep_all() -> int:
    """Drop what is old in every organisation; returns how many rows. What is unfinished or failed stays."""
    return for_all(sweep, "retention.sweep_failed")


def sweep(organisation_id: UUID) -> int:
    """One organisation's share, at most ``AT_ONCE`` rows of each kind; the next sweep goes on."""
    mine = {"organisation_id": organisation_id}
    events = OutboxEvent.objects.filter(**mine, state=OutboxEvent.State.PLANNED, at__lt=Now() - EVENTS)
    notices = InboxItem.objects.filter(**mine, read_at__isnull=False, at__lt=Now() - NOTICES)
    sent = Delivery.objects.filter(**mine, state=Delivery.State.SENT, created_at__lt=Now() - MESSAGES)
    old = list(sent.order_by("created_at").values_list("id", flat=True)[:AT_ONCE])
    gone = Attempt.objects.filter(**mine, delivery_id__in=old).delete()[0]
    gone += Delivery.objects.filter(**mine, id__in=old).delete()[0]
    for rows in (events, notices):
        few = rows.order_by("at").values("id")[:AT_ONCE]
        gone += rows.filter(id__in=few).delete()[0]
    return gone + SuppressedAddress.objects.filter(**mine, until__lt=Now()).delete()[0]
