"""The link that stops the mails of one request, for those who only watch it; it works without a login."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.urls import reverse

from notifications.models import Delivery

SALT = "notifications.unsubscribe"


@dataclass(frozen=True, slots=True)
class Unwatch:
    """Who wants to hear nothing more of which request."""

    organisation_id: UUID
    member_id: UUID
    run_id: UUID


def unsubscribe_path(delivery: Delivery) -> str:
    """The path of the link for this delivery's recipient and request."""
    ids = [delivery.organisation_id, delivery.recipient_id, delivery.run_id]
    token = signing.dumps([str(each) for each in ids], salt=SALT, compress=False)
    return reverse("notifications_unsubscribe", args=[token])


def read_token(token: str) -> Unwatch | None:
    """What the link asks for, or None when we did not make it. It holds as long as the secret key does."""
    try:
        organisation_id, member_id, run_id = signing.loads(token, salt=SALT)
        return Unwatch(UUID(organisation_id), UUID(member_id), UUID(run_id))
    except (signing.BadSignature, ValueError, TypeError):
        return None
