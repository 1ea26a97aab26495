"""Facts on their way to people, and what became of them."""

from notifications.models.delivery import Attempt, Delivery, MailTransport, SuppressedAddress
from notifications.models.inbox import InboxItem
from notifications.models.outbox import OutboxEvent
from notifications.models.settings import Preference, Template

__all__ = [
    "Attempt",
    "Delivery",
    "InboxItem",
    "MailTransport",
    "OutboxEvent",
    "Preference",
    "SuppressedAddress",
    "Template",
]
