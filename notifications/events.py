"""The facts that this app publishes: what people do to messages. Nobody is told of them; the audit keeps them."""

from typing import ClassVar

from accounts.audit.events import Event


class DeliveryReplayed(Event):
    """Somebody had a message that was given up sent again."""

    kind: ClassVar[str] = "delivery.replayed"
    subject_kind: ClassVar[str] = "notifications.delivery"

    notice: str
    state_before: str
    reason_before: str


class EventReplayed(Event):
    """Somebody had a quarantined event planned again."""

    kind: ClassVar[str] = "outbox.replayed"
    subject_kind: ClassVar[str] = "notifications.outboxevent"

    event_kind: str
    error_before: str


class AddressAllowed(Event):
    """Somebody lets mails to a refused address go out again."""

    kind: ClassVar[str] = "address.allowed"
    subject_kind: ClassVar[str] = "notifications.suppressedaddress"

    address: str
    reason_before: str


class TemplateSaved(Event):
    """The organisation has its own wording for a notice."""

    kind: ClassVar[str] = "template.saved"
    subject_kind: ClassVar[str] = "notifications.template"

    notice: str
    channel: str
    subject: str
    body: str = ""
    is_active: bool


class TemplateRemoved(Event):
    """The product's own wording is used again."""

    kind: ClassVar[str] = "template.removed"
    subject_kind: ClassVar[str] = "notifications.template"

    notice: str
    channel: str


class MailChosen(Event):
    """Somebody turned their own mails on or off."""

    kind: ClassVar[str] = "mail.chosen"
    subject_kind: ClassVar[str] = "notifications.preference"

    email: bool
