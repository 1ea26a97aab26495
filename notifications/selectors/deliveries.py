"""Whether a planned message may still leave, asked at the moment of sending."""

from django.db.models.functions import Now

from accounts.models import Membership
from notifications.models import Delivery, Preference, SuppressedAddress
from workflows.selectors.audience import audiences
from workflows.selectors.links import posted_to
from workflows.selectors.runs import may_see


def why_not_send(delivery: Delivery) -> str:
    """Why the message must not be sent any more, or an empty text. Needs recipient and user loaded.

    Between plan and sending people leave, lose rights, unsubscribe, or their address is refused.
    """
    if delivery.link_id is not None:
        address, why = posted_to(delivery.organisation_id, delivery.link_id)
        return why or _why_refused(delivery, address)
    member = delivery.recipient
    if member is None:
        return "The recipient is gone."
    if not (member.is_active and member.user.is_active):
        return "The recipient is no longer active."
    wishes = Preference.objects.filter(organisation_id=delivery.organisation_id, member_id=member.id, email=False)
    if wishes.exists():
        return "The recipient wants no e-mail."
    return _why_refused(delivery, member.email) or _why_not_about_run(delivery, member)


def _why_refused(delivery: Delivery, address: str) -> str:
    refused = SuppressedAddress.objects.filter(
        organisation_id=delivery.organisation_id, address=address, until__gt=Now()
    ).first()
    return f"The address was refused before: {refused.reason}" if refused is not None else ""


def _why_not_about_run(delivery: Delivery, member: Membership) -> str:
    if delivery.run_id is None:
        return ""
    if not may_see(member, delivery.run_id):
        return "The recipient may no longer see the request."
    if delivery.watching:
        circle = audiences(delivery.organisation_id, [delivery.run_id])[delivery.run_id]
        if delivery.recipient_id not in circle.watchers:
            return "The recipient no longer watches the request."
    return ""
