"""Second chances: a message that was given up, an event that was quarantined; and who may give them."""

from typing import Any

import pytest

from accounts.audit.models import AuditEntry
from accounts.tenancy.errors import Conflict, Denied, NotFound
from accounts.tenancy.models import new_id
from notifications import outbox
from notifications.models import Delivery, InboxItem, OutboxEvent, SuppressedAddress
from notifications.services import sending
from notifications.services.replay import replay_delivery, replay_event
from tests.accounts.clients import signed_in
from tests.cast import Acme, Globex
from tests.factories import notifications as facts
from tests.notifications.smtp import Inbox, mail_server

State = Delivery.State


def refused(acme: Acme, settings: Any) -> Delivery:
    with acme.scope():
        run = facts.make_run(acme.asha)
        facts.open_task(run, acme.ravi)
        row = facts.delivery(acme.ravi, run)
    with mail_server(settings, Inbox(rcpt={acme.ravi.email: "550 No such user"})):
        sending.send_due()
    with acme.scope():
        row.refresh_from_db()
    assert row.state == State.SUPPRESSED
    return row


def test_a_failed_message_is_sent_again_under_the_same_id(acme: Acme, settings: Any) -> None:
    row = refused(acme, settings)
    with acme.scope():
        replay_delivery(delivery_id=row.id, actor=acme.tess)
        with pytest.raises(Conflict):
            replay_delivery(delivery_id=row.id, actor=acme.tess)
        assert AuditEntry.objects.get(kind="delivery.replayed").payload["reason_before"] == "550 No such user"
    with mail_server(settings) as inbox:
        assert sending.send_due() == 1
    assert list(inbox.by_id) == [row.message_id]
    with acme.scope():
        row.refresh_from_db()
    assert (row.state, row.attempts) == (State.SENT, 2)


def test_a_message_that_met_a_refused_address_is_sent_again_too(acme: Acme, settings: Any) -> None:
    """It was never tried itself; sending again lets its address go, whichever message had it refused."""
    refused(acme, settings)
    with acme.scope():
        run = facts.make_run(acme.asha, number=2)
        facts.open_task(run, acme.ravi)
        row = facts.delivery(acme.ravi, run)
    with mail_server(settings):
        sending.send_due()
    with acme.scope():
        row.refresh_from_db()
        assert (row.state, row.attempts, row.address) == (State.SUPPRESSED, 0, acme.ravi.email)
        replay_delivery(delivery_id=row.id, actor=acme.tess)
    with mail_server(settings):
        assert sending.send_due() == 1


def test_a_quarantined_event_is_planned_again(acme: Acme) -> None:
    with acme.scope():
        run = facts.make_run(acme.asha)
        facts.tell(run, acme.asha, facts.opened(run, acme.ravi))
        OutboxEvent.objects.update(state="poison", attempts=5, error="KeyError")
        event = OutboxEvent.objects.get()
        with pytest.raises(Denied):
            replay_event(event_id=event.id, actor=acme.asha)
        replay_event(event_id=event.id, actor=acme.tess)
    assert outbox.relay() == 1
    with acme.scope():
        assert InboxItem.objects.count() == 1
        with pytest.raises(Conflict):
            replay_event(event_id=event.id, actor=acme.tess)


def test_strangers_and_colleagues_may_not(acme: Acme, globex: Globex, settings: Any) -> None:
    row = refused(acme, settings)
    with acme.scope(), pytest.raises(Denied, match="right"):
        replay_delivery(delivery_id=row.id, actor=acme.ravi)
    with globex.scope():
        for ident in (row.id, new_id()):
            with pytest.raises(NotFound):
                replay_delivery(delivery_id=ident, actor=globex.gus)


def test_tenant_admins_look_and_replay_in_the_admin(acme: Acme, settings: Any) -> None:
    row = refused(acme, settings)
    client = signed_in(acme.tess)
    page = client.get(f"/admin/notifications/delivery/{row.id}/change/").content.decode()
    assert "550 No such user" in page
    answer = client.post(
        "/admin/notifications/delivery/", {"action": "send_again", "_selected_action": [str(row.id)]}, follow=True
    )
    assert "1 will be sent again." in answer.content.decode()
    with acme.scope():
        row.refresh_from_db()
    assert row.state == State.RETRY


def test_a_refused_address_can_be_allowed_again(acme: Acme, settings: Any) -> None:
    row = refused(acme, settings)
    with acme.scope():
        held = SuppressedAddress.objects.get()
    client = signed_in(acme.tess)
    client.post(f"/admin/notifications/suppressedaddress/{held.id}/delete/", {"post": "yes"})
    with acme.scope():
        assert not SuppressedAddress.objects.exists()
        assert AuditEntry.objects.get(kind="address.allowed").payload["address"] == row.address


ADMIN = ("delivery", "outboxevent", "suppressedaddress", "template")


@pytest.mark.parametrize("model", ADMIN)
def test_the_admin_shows_its_own_organisation_to_tenant_admins_only(
    acme: Acme, globex: Globex, settings: Any, model: str
) -> None:
    row = refused(acme, settings)
    address = f"/admin/notifications/{model}/"
    assert signed_in(acme.tess).get(address).status_code == 200
    assert signed_in(acme.ravi).get(address).status_code == 403
    foreign = signed_in(globex.gus)
    assert "Asha" not in foreign.get(address).content.decode()
    hidden = foreign.get(f"/admin/notifications/delivery/{row.id}/change/", follow=True)
    assert row.subject not in hidden.content.decode()
