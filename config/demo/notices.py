"""What people were told of the demo's requests.

The history is planned at once: its notices are in the bell's list, read, and none of it is mailed, since mails of weeks
that never were would only hide those that matter. Notices of the last working day go the ordinary way and are mailed.
"""

from datetime import datetime, timedelta

from django.db.models import F

from accounts.models import Organisation
from notifications.models import Delivery, InboxItem, OutboxEvent
from notifications.planning import plan

A_WHILE = timedelta(hours=2)
"""After so long the people of the demo have read a notice."""


def settle_history(organisation: Organisation, *, before: datetime) -> int:
    """Plan everything that happened before the moment without mailing it; returns how many facts. Needs the scope."""
    past = OutboxEvent.objects.filter(organisation_id=organisation.id, state=OutboxEvent.State.NEW, at__lt=before)
    rows = list(past.order_by("seq"))
    plan(organisation, rows)
    ids = [row.id for row in rows]
    Delivery.objects.filter(organisation_id=organisation.id, event_id__in=ids).delete()
    notices = InboxItem.objects.filter(organisation_id=organisation.id, event_id__in=ids)
    notices.update(read_at=F("at") + A_WHILE)
    past.filter(id__in=ids).update(state=OutboxEvent.State.PLANNED, planned_at=F("at"))
    return len(rows)
