"""The addresses of notifications."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from notifications.channels.email.unsubscribe import unsubscribe_path
from notifications.models import Delivery, InboxItem, OutboxEvent, SuppressedAddress, Template
from tests.contracts.url_table import Line, World
from tests.factories import notifications as facts


def notice(world: World) -> InboxItem:
    """A notice of Ravi's."""
    run = facts.make_run(world.acme.asha, title=f"Leave {world.canary}")
    row: InboxItem = InboxItem.objects.create(
        organisation=world.acme.organisation,
        recipient=world.acme.ravi,
        event_id=run.id,
        kind="task.opened",
        title=f"To decide {world.canary}",
        body=world.canary,
        path=f"/requests/{run.id}/",
        run_id=run.id,
        actor=world.canary,
    )
    return row


def of_notice(world: World) -> Mapping[str, Any]:
    return {"notice_id": world(notice).id}


def with_a_notice(world: World) -> Mapping[str, Any]:
    """No argument, and something to hide."""
    world(notice)
    return {}


def link(world: World) -> str:
    run = facts.make_run(world.acme.asha, number=2, title=f"Leave {world.canary}")
    return unsubscribe_path(facts.delivery(world.acme.fiona, run, watching=True))


def of_link(world: World) -> Mapping[str, Any]:
    return {"token": world(link).rstrip("/").rpartition("/")[2]}


def template(world: World) -> Template:
    row: Template = Template.objects.create(
        organisation=world.acme.organisation, kind="task.opened", channel="email", subject=world.canary
    )
    return row


def message(world: World) -> Delivery:
    run = facts.make_run(world.acme.asha, number=3, title=f"Leave {world.canary}")
    return facts.delivery(world.acme.ravi, run, subject=world.canary, state="dead", reason=world.canary)


def event(world: World) -> OutboxEvent:
    row: OutboxEvent = OutboxEvent.objects.create(
        organisation=world.acme.organisation,
        kind="task.opened",
        subject_id=world.acme.ravi.id,
        state="poison",
        error=world.canary,
    )
    return row


def address(world: World) -> SuppressedAddress:
    row: SuppressedAddress = SuppressedAddress.objects.create(
        organisation=world.acme.organisation,
        address=f"{world.canary}@acme.example",
        reason=world.canary,
        until=timezone.now() + timedelta(days=7),
    )
    return row


ADMIN_ROWS = {
    "notifications.template": template,
    "notifications.delivery": message,
    "notifications.outboxevent": event,
    "notifications.suppressedaddress": address,
}
LINES = [
    Line("notifications/", "get", holder="ravi", ids=with_a_notice),
    Line("notifications/read/", "post"),
    Line("notifications/seen/", "post", data={"path": "/"}),
    Line("notifications/preferences/", "get"),
    Line("notifications/preferences/", "post", data={"email": "on"}),
    Line("notifications/<uuid:notice_id>/read/", "post", holder="ravi", without="hema", ids=of_notice),
    Line("notifications/unsubscribe/<str:token>/", "get", access="public", ids=of_link),
    Line("notifications/unsubscribe/<str:token>/", "post", access="public", ids=of_link),
    Line("api/v1/notifications/", "get", holder="ravi", ids=with_a_notice),
    Line("api/v1/notifications/read/", "post"),
    Line("api/v1/notifications/preferences/", "get"),
    Line("api/v1/notifications/preferences/", "put", data={"email": True}),
    Line("api/v1/notifications/<uuid:notice_id>/read/", "post", holder="ravi", without="hema", ids=of_notice),
]
