"""Rights over notices and messages."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Membership
from accounts.policies import Policy, carries, has_code
from notifications.models import Delivery, InboxItem, OutboxEvent, Template

WORDING = "notifications.templates"
OPERATE = "notifications.operate"


class InboxItemPolicy(Policy[InboxItem]):
    """A notice is its recipient's alone."""

    noun = "notice"
    actions = ("view", "mark")

    def holders(self, action: str, obj: InboxItem | None) -> Q:
        if action not in self.actions:
            raise KeyError(action)
        return Q(id=obj.recipient_id) if obj is not None else Q(pk__in=())


class _ByCode(Policy[models.Model]):
    """Actions that a permission code gives."""

    by_action: ClassVar[dict[str, str]]

    def holders(self, action: str, obj: models.Model | None) -> Q:
        return has_code(self.by_action[action])

    def may(self, actor: Membership, action: str, obj: models.Model | None = None) -> bool:
        return carries(actor, self.by_action[action])


class TemplatePolicy(_ByCode):
    noun = "template"
    actions = ("view", "edit")
    codes: ClassVar[dict[str, str]] = {WORDING: "Change the wording of notices"}
    by_action: ClassVar[dict[str, str]] = {"view": WORDING, "edit": WORDING}


class DeliveryPolicy(_ByCode):
    noun = "delivery"
    actions = ("view", "replay")
    codes: ClassVar[dict[str, str]] = {OPERATE: "See which messages went out, and send failed ones again"}
    by_action: ClassVar[dict[str, str]] = {"view": OPERATE, "replay": OPERATE}


class OutboxEventPolicy(_ByCode):
    noun = "outboxevent"
    actions = ("view", "replay")
    by_action: ClassVar[dict[str, str]] = {"view": OPERATE, "replay": OPERATE}


inbox_items = InboxItemPolicy()
templates = TemplatePolicy()
deliveries = DeliveryPolicy()
outbox_events = OutboxEventPolicy()

POLICIES: dict[type[models.Model], Policy[models.Model]] = {
    Template: templates,
    Delivery: deliveries,
    OutboxEvent: outbox_events,
}
