"""Second chances that a person gives: a message that was given up, an event that could not be planned."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, NotFound
from notifications import policies, wakeup
from notifications.events import AddressAllowed, DeliveryReplayed, EventReplayed
from notifications.models import Delivery, OutboxEvent, SuppressedAddress


class NothingToReplay(Conflict):
    code = "delivery.replay.not_failed"
    message = "Only what has failed can be done again."


@transaction.atomic
def replay_delivery(*, delivery_id: UUID, actor: Membership) -> Delivery:
    """Send a dead, suppressed or unknown delivery again, with a fresh schedule and the same Message-ID.

    Raises NotFound, Denied and NothingToReplay. Whether the recipient may still have it is asked again when it is sent.
    """
    policies.deliveries.require(actor, "replay")
    rows = Delivery.objects.filter(organisation_id=actor.organisation_id, id=delivery_id)
    row: Delivery | None = rows.select_for_update().first()
    if row is None:
        raise NotFound
    if row.state not in Delivery.FAILED:
        raise NothingToReplay
    fact = DeliveryReplayed(subject_id=row.id, notice=row.kind, state_before=row.state, reason_before=row.reason)
    SuppressedAddress.objects.filter(organisation_id=actor.organisation_id, address=row.address).delete()
    rows.update(state=Delivery.State.RETRY, next_at=Now(), charged=0, reason="", lease_token=None)
    record(fact, actor=actor, organisation_id=actor.organisation_id)
    transaction.on_commit(wakeup.send, robust=True)
    return row


@transaction.atomic
def replay_event(*, event_id: UUID, actor: Membership) -> OutboxEvent:
    """Plan a quarantined event again; what it had produced before is not repeated.

    Raises NotFound, Denied and NothingToReplay.
    """
    policies.outbox_events.require(actor, "replay")
    rows = OutboxEvent.objects.filter(organisation_id=actor.organisation_id, id=event_id)
    row: OutboxEvent | None = rows.select_for_update().first()
    if row is None:
        raise NotFound
    if row.state != OutboxEvent.State.POISON:
        raise NothingToReplay
    rows.update(state=OutboxEvent.State.NEW, attempts=0, lease_until=None, lease_token=None)
    fact = EventReplayed(subject_id=row.id, event_kind=row.kind, error_before=row.error)
    record(fact, actor=actor, organisation_id=actor.organisation_id)
    transaction.on_commit(wakeup.relay, robust=True)
    return row


@transaction.atomic
def address_allow(*, address_id: UUID, actor: Membership) -> None:
    """Let mails to a refused address go out again before its time. Raises NotFound and Denied."""
    policies.deliveries.require(actor, "replay")
    row = SuppressedAddress.objects.filter(organisation_id=actor.organisation_id, id=address_id).first()
    if row is None:
        raise NotFound
    fact = AddressAllowed(subject_id=row.id, address=row.address, reason_before=row.reason)
    row.delete()
    record(fact, actor=actor, organisation_id=actor.organisation_id)
