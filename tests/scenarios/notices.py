"""Who was told what, once the relay has run."""

from accounts.models import Membership
from accounts.tenancy.scope import organisation_scope
from notifications import outbox
from notifications.models import Delivery, InboxItem, OutboxEvent


def told(member: Membership) -> list[str]:
    """The kinds of the person's notices, oldest first; each came with a mail to the same person."""
    outbox.relay()
    with organisation_scope(member.organisation_id):
        items = InboxItem.objects.filter(recipient=member).order_by("at", "id")
        kinds = list(items.values_list("kind", flat=True))
        assert Delivery.objects.filter(recipient=member).count() == len(kinds)
    return kinds


def written_to(member: Membership) -> str:
    """All words that were sent to the person: notices and mails."""
    outbox.relay()
    with organisation_scope(member.organisation_id):
        items = InboxItem.objects.filter(recipient=member).values_list("title", "body")
        mails = Delivery.objects.filter(recipient=member).values_list("subject", "body")
        return "\n".join(text for row in [*items, *mails] for text in row)


def events(member: Membership) -> int:
    """How many events the person's organisation has in the outbox."""
    with organisation_scope(member.organisation_id):
        return OutboxEvent.objects.count()
