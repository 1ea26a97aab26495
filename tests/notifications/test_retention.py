"""Old events and messages go; what is unfinished or failed stays."""

from datetime import timedelta

from django.utils import timezone

from notifications import outbox
from notifications.models import Delivery, InboxItem, OutboxEvent
from notifications.services import retention
from tests.cast import Acme
from tests.factories import notifications as facts


def test_only_what_is_done_and_old_goes(acme: Acme) -> None:
    old, now = timezone.now() - timedelta(days=400), timezone.now()
    with acme.scope():
        run = facts.make_run(acme.asha)
        facts.tell(run, acme.asha, *(facts.opened(run, acme.ravi) for _ in range(3)))
    outbox.relay()
    with acme.scope():
        first, second, third = OutboxEvent.objects.order_by("seq").values_list("id", flat=True)
        OutboxEvent.objects.filter(id__in=[first, second]).update(at=old)
        OutboxEvent.objects.filter(id=second).update(state="poison")
        Delivery.objects.filter(event_id__in=[first, second]).update(created_at=old, state="sent")
        Delivery.objects.filter(event_id=second).update(state="dead")
        InboxItem.objects.filter(event_id__in=[first, second]).update(at=old)
        InboxItem.objects.filter(event_id=first).update(read_at=now)
    acme.organisation.is_active = False  # what a closed organisation has kept goes, too
    acme.organisation.save(update_fields=["is_active"])
    assert retention.sweep_all() == 3
    with acme.scope():
        for model, key in ((OutboxEvent, "id"), (Delivery, "event_id"), (InboxItem, "event_id")):
            assert set(model.objects.values_list(key, flat=True)) == {second, third}
