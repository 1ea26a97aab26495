"""Mails through a real SMTP dialogue: accepted, refused, lost, and a server that is away."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.models import Membership, Organisation
from notifications import outbox
from notifications.channels.email.transport import Result
from notifications.models import Attempt, Delivery, MailTransport, SuppressedAddress
from notifications.services import breaker, sending
from notifications.services.inbox import choose_email
from tests.cast import Acme
from tests.factories import notifications as facts
from tests.notifications.smtp import Inbox, free_port, mail_server, point_to
from workflows.models import Task

State = Delivery.State


def planned(acme: Acme, *people: Membership) -> list[Delivery]:
    with acme.scope():
        run = facts.make_run(acme.asha, number=Delivery.objects.count() + 1)
        for person in people:
            facts.open_task(run, person, step=person.name)
        return [facts.delivery(person, run) for person in people]


def now_due(acme: Acme) -> None:
    """As if the pauses were over."""
    with acme.scope():
        Delivery.objects.filter(state__in=Delivery.OPEN).update(next_at=Now() - timedelta(seconds=1))
    MailTransport.objects.update(open_until=Now() - timedelta(seconds=1))


def again(acme: Acme, row: Delivery) -> Delivery:
    with acme.scope():
        row.refresh_from_db()
    return row


def outcomes(acme: Acme, row: Delivery) -> list[str]:
    with acme.scope():
        rows = Attempt.objects.filter(delivery=row).order_by("number")
        return [str(outcome) for outcome in rows.values_list("outcome", flat=True)]


def test_a_closed_organisation_is_told_nothing_until_it_is_opened(acme: Acme, settings: Any) -> None:
    planned(acme, acme.ravi)
    with acme.scope():
        run = facts.make_run(acme.asha, number=7)
        facts.open_task(run, acme.meera)
        facts.tell(run, acme.asha, facts.opened(run, acme.meera))
    known = Organisation.objects.filter(id=acme.organisation.id)
    with mail_server(settings) as inbox:
        known.update(is_active=False)
        assert (outbox.relay(), sending.send_due(), inbox.messages) == (0, 0, [])
        known.update(is_active=True)
        assert (outbox.relay(), sending.send_due()) == (1, 2)
    assert sorted(inbox.recipients) == sorted([acme.meera.email, acme.ravi.email])


def test_a_mail_says_what_to_do_and_leads_to_the_organisations_host(acme: Acme, settings: Any) -> None:
    settings.BASE_URL = "https://{host}"
    (row,) = planned(acme, acme.ravi)
    with mail_server(settings) as inbox:
        assert sending.send_due() == 1
        assert sending.send_due() == 0
    (mail,) = inbox.messages
    assert inbox.recipients == [acme.ravi.email]
    assert mail["Subject"] == "To decide: Leave Application #1, Manager review"
    assert mail["To"] == acme.ravi.email
    assert mail["Message-ID"] == f"<{row.id}@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    link = f"https://acme.localhost/requests/{row.run_id}/"
    assert f"Review: {link}" in text.get_content()
    assert page.get_content().count("<a ") == 1
    assert f'href="{link}"' in page.get_content()
    assert again(acme, row).state == State.SENT
    assert (row.attempts, row.possible_duplicate, row.address) == (1, False, acme.ravi.email)
    assert outcomes(acme, row) == ["sent"]


def test_html_shows_data_and_runs_none_of_it(acme: Acme, settings: Any) -> None:
    planned(acme, acme.ravi)
    with acme.scope():
        Delivery.objects.update(
            body="<script>alert(1)</script>\n\n{{ 7*7 }} {% debug %}", subject="a\r\nBcc: x@evil.example"
        )
    with mail_server(settings) as inbox:
        sending.send_due()
    (mail,) = inbox.messages
    page = mail.get_body(("html",))
    assert page is not None
    assert "&lt;script&gt;" in page.get_content()
    assert "<script" not in page.get_content()
    assert "{{ 7*7 }} {% debug %}" in page.get_content()
    assert (mail["Subject"], mail["Bcc"]) == ("a Bcc: x@evil.example", None)


def test_one_refused_recipient_does_not_stop_the_others(acme: Acme, settings: Any) -> None:
    gone, later, _ = rows = planned(acme, acme.ravi, acme.hema, acme.hari)
    inbox = Inbox(rcpt={acme.ravi.email: "550 No such user", acme.hema.email: "451 Greylisted, try again"})
    with mail_server(settings, inbox):
        assert sending.send_due() == 1
        assert [again(acme, row).state for row in rows] == [State.SUPPRESSED, State.RETRY, State.SENT]
        assert gone.reason == "550 No such user"
        now_due(acme)
        inbox.rcpt.pop(acme.hema.email)
        sending.send_due()
        assert again(acme, later).state == State.SENT
    assert outcomes(acme, gone) == ["suppressed"]
    assert outcomes(acme, later) == ["retry", "sent"]
    assert not later.possible_duplicate
    with acme.scope():
        assert SuppressedAddress.objects.get().address == acme.ravi.email
    (second,) = planned(acme, acme.ravi)
    with mail_server(settings, inbox):
        sending.send_due()
    assert again(acme, second).state == State.SUPPRESSED
    assert (second.reason, second.attempts) == ("The address was refused before: 550 No such user", 0)


def test_a_message_that_is_refused_for_good_is_dead_and_visible(acme: Acme, settings: Any) -> None:
    (row,) = planned(acme, acme.ravi)
    with mail_server(settings, Inbox(data="554 Looks like spam")):
        sending.send_due()
        now_due(acme)
        sending.send_due()
    assert (again(acme, row).state, row.reason, row.attempts) == (State.DEAD, "554 Looks like spam", 1)


def test_a_server_that_hangs_up_after_the_message_gets_it_again_under_the_same_id(acme: Acme, settings: Any) -> None:
    (row,) = planned(acme, acme.ravi)
    with mail_server(settings, Inbox(hang_up=1)) as inbox:
        sending.send_due()
        assert again(acme, row).state == State.RETRY
        now_due(acme)
        sending.send_due()
    assert again(acme, row).state == State.SENT
    assert row.possible_duplicate
    assert list(inbox.by_id.values()) == [2]


def test_retries_follow_the_schedule_and_end(acme: Acme, settings: Any) -> None:
    (row,) = planned(acme, acme.ravi)
    with mail_server(settings, Inbox(data="452 Disk full")) as inbox:
        for pause in sending.SCHEDULE:
            sending.send_due()
            wait = again(acme, row).next_at - row.created_at
            assert pause * 0.75 < wait < pause * 1.25 + timedelta(seconds=10)
            now_due(acme)
        sending.send_due()
        now_due(acme)
        sending.send_due()
    assert (again(acme, row).state, row.attempts, row.reason) == (State.DEAD, 7, "452 Disk full")
    assert outcomes(acme, row) == ["retry"] * 7
    assert not inbox.messages


def test_an_outage_spends_no_attempts_and_few_connections(acme: Acme, settings: Any) -> None:
    rows = planned(acme, acme.ravi, acme.hema, acme.hari)
    port = free_port()
    point_to(settings, port)
    for _ in range(5):
        assert sending.send_due() == 0
    transport = MailTransport.objects.get()
    assert transport.failures == 1
    now_due(acme)
    sending.send_due()
    transport.refresh_from_db()
    assert transport.failures == 2
    assert [again(acme, row).attempts for row in rows] == [0, 0, 0]
    now_due(acme)
    with mail_server(settings, port=port) as inbox:
        assert sending.send_due() == 3
    assert inbox.recipients == [acme.ravi.email, acme.hema.email, acme.hari.email]
    transport.refresh_from_db()
    assert (transport.failures, transport.open_until) == (0, None)


@pytest.mark.parametrize("reply", ["421 Shutting down", "550 Sender not allowed here"])
def test_a_server_that_takes_no_mail_from_us_is_an_outage(acme: Acme, settings: Any, reply: str) -> None:
    first, second = planned(acme, acme.ravi, acme.hema)
    with mail_server(settings, Inbox(mail=reply)):
        sending.send_due()
        now_due(acme)
        sending.send_due()
    assert (again(acme, first).state, first.charged, first.attempts) == (State.RETRY, 0, 2)
    assert again(acme, second).attempts == 0
    assert MailTransport.objects.get().failures == 2
    now_due(acme)
    with mail_server(settings):
        assert sending.send_due() == 2
    assert MailTransport.objects.get().failures == 0
    assert again(acme, first).state == again(acme, second).state == State.SENT


def test_only_one_sender_tries_when_the_pause_is_over(acme: Acme) -> None:
    breaker.trip("email", "refused")
    assert not breaker.may_try("email")
    now_due(acme)
    assert [breaker.may_try("email") for _ in range(3)] == [True, False, False]


def test_a_sender_that_died_is_followed_by_one_that_says_so(acme: Acme, settings: Any) -> None:
    (row,) = planned(acme, acme.ravi)
    with acme.scope():
        dead = sending.claim(acme.organisation.id)
    assert isinstance(dead, sending.Claimed)
    with mail_server(settings) as inbox:
        assert sending.send_due() == 0  # the lease still holds
        now_due(acme)
        assert sending.send_due() == 1
        with acme.scope():
            assert not sending.finish(dead, Result(Attempt.Outcome.DEAD, "too late"))
    assert (again(acme, row).state, row.possible_duplicate) == (State.SENT, True)
    assert len(inbox.messages) == 1
    with acme.scope():
        first = Attempt.objects.get(number=1)
        assert Attempt.objects.get(number=2).outcome == "sent"
    assert first.finished_at is not None


def unlucky(acme: Acme, what: str) -> str:
    with acme.scope():
        if what == "deactivated":
            Membership.objects.filter(id=acme.ravi.id).update(is_active=False)
            return "The recipient is no longer active."
        if what == "no rights":
            Task.objects.all().delete()
            return "The recipient may no longer see the request."
        if what == "no mail":
            choose_email(email=False, actor=acme.ravi)
            return "The recipient wants no e-mail."
        Membership.objects.filter(id=acme.ravi.id).update(email=what)
        return "The address is not a single e-mail address."


@pytest.mark.parametrize(
    "what",
    ["deactivated", "no rights", "no mail", "a@b.example,c@d.example", "Ravi <a@b.example>", "a@b.example\r\nBcc: x"],
)
def test_what_changed_between_plan_and_sending_counts(acme: Acme, settings: Any, what: str) -> None:
    (row,) = planned(acme, acme.ravi)
    reason = unlucky(acme, what)
    with mail_server(settings) as inbox:
        sending.send_due()
    assert not inbox.messages
    assert again(acme, row).reason == reason
    assert row.state == (State.DEAD if "address" in reason else State.SUPPRESSED)


def test_a_changed_address_is_the_one_used(acme: Acme, settings: Any) -> None:
    planned(acme, acme.ravi)
    with acme.scope():
        Membership.objects.filter(id=acme.ravi.id).update(email="ravi.new@acme.example")
    with mail_server(settings) as inbox:
        sending.send_due()
    assert inbox.recipients == ["ravi.new@acme.example"]
