"""A forgotten password: asked for, mailed, set once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.audit.models import AuditEntry
from accounts.models import AccessLink, Membership
from accounts.services.links import links_send, links_send_all
from accounts.services.passwords import REFUSALS_AN_HOUR
from accounts.services.people import member_add, member_invite_again
from tests.accounts.clients import browser, signed_in, token_of
from tests.cast import Acme, Globex, make_acme

NEW = "a-much-better-password"


def ask(client: Client, email: str) -> bytes:
    answer = client.post("/password/reset/", {"email": email}, follow=True)
    assert answer.redirect_chain[-1][0] == "/password/reset/sent/"
    return re.sub(rb"[A-Za-z0-9]{64}", b"", answer.content)


def link_for(acme: Acme, member: Membership) -> str:
    """The path of the link that the person is mailed."""
    ask(browser("acme"), member.user.email)
    links_send(acme.organisation.id)
    found = re.search(r"http://acme\.localhost:8000(\S+)", str(mail.outbox[-1].body))
    assert found
    return found.group(1)


def set_password(client: Client, path: str, password: str = NEW) -> int:
    form = client.get(path, follow=True).redirect_chain[-1][0]
    return client.post(form, {"new_password1": password, "new_password2": password}).status_code


def test_the_answer_is_the_same_for_every_address(acme: Acme, globex: Globex) -> None:
    answers = {
        ask(browser("acme"), email) for email in (acme.asha.user.email, "nobody@acme.example", globex.gita.user.email)
    } | {ask(browser("nowhere"), acme.asha.user.email)}
    assert len(answers) == 1
    with acme.scope():
        assert AccessLink.objects.get().membership_id == acme.asha.id
        assert AuditEntry.objects.filter(kind="password_link.refused").count() == 2


def test_the_link_leads_to_the_organisations_own_host_whatever_the_request_says(acme: Acme) -> None:
    client = Client(headers={"host": "acme.localhost", "x-forwarded-host": "evil.example"})
    ask(client, acme.asha.user.email)
    assert links_send_all() == 1
    letter = mail.outbox[0]
    assert letter.to == [acme.asha.user.email]
    assert "http://acme.localhost:8000/password/set/" in str(letter.body)
    assert "evil" not in str(letter.message())


def test_the_link_sets_the_password_once_and_ends_every_session(acme: Acme) -> None:
    session, pair = signed_in(acme.asha), token_of(acme.asha)
    path = link_for(acme, acme.asha)
    assert set_password(browser("acme"), path) == 302
    assert session.get("/profile/").status_code == 302
    bearer = Client(headers={"host": "localhost", "authorization": f"Bearer {pair['access']}"})
    assert bearer.get("/api/v1/me/").status_code == 401
    assert browser("acme").post("/login/", {"email": acme.asha.user.email, "password": NEW}).status_code == 302
    assert b"This link has ended" in browser("acme").get(path, follow=True).content
    with acme.scope():
        assert AuditEntry.objects.get(kind="person.password_changed").payload == {"by_link": True}


def test_two_forms_of_one_link_set_one_password(acme: Acme) -> None:
    path = link_for(acme, acme.asha)
    first, second = browser("acme"), browser("acme")
    forms = [client.get(path, follow=True).redirect_chain[-1][0] for client in (first, second)]
    codes = [
        client.post(form, {"new_password1": NEW, "new_password2": NEW}).status_code
        for client, form in zip((first, second), forms, strict=True)
    ]
    assert codes == [302, 200]


@pytest.mark.parametrize("host", ["globex", "nowhere", ""])
def test_the_link_is_dead_on_other_hosts(acme: Acme, globex: Globex, host: str) -> None:
    path = link_for(acme, acme.asha)
    assert b"This link has ended" in browser(host).get(path, follow=True).content


def test_a_weak_password_is_refused(acme: Acme) -> None:
    path = link_for(acme, acme.asha)
    assert set_password(browser("acme"), path, "password") == 200
    assert set_password(browser("acme"), path, NEW) == 302


def test_a_mailbox_is_not_flooded(acme: Acme) -> None:
    for _ in range(8):
        ask(browser("acme"), acme.asha.user.email)
    assert links_send(acme.organisation.id) == 5
    assert links_send(acme.organisation.id) == 0
    with acme.scope():
        assert AuditEntry.objects.filter(kind="person.password_link_requested").count() == 5


def test_the_audit_is_not_flooded(acme: Acme) -> None:
    for email in ["same@acme.example"] * 3 + [f"x{number}@acme.example" for number in range(30)]:
        ask(browser("acme"), email)
    with acme.scope():
        noted = [entry.payload["email"] for entry in AuditEntry.objects.filter(kind="password_link.refused")]
    assert len(noted) == len(set(noted)) == REFUSALS_AN_HOUR


@pytest.mark.parametrize("email", ["asha@acme.example", "nobody@acme.example"])
def test_a_network_asks_so_often_and_may_still_sign_in(acme: Acme, settings: Settings, email: str) -> None:
    settings.LOGIN_FAILURES_PER_ADDRESS = 2
    answers = [browser("acme").post("/password/reset/", {"email": email}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 429, 429]
    assert answers[-1].headers["Retry-After"] == "3600"
    signed_in(acme.asha)


def test_resetting_opens_a_locked_account_again(acme: Acme) -> None:
    for _ in range(9):
        browser("acme").post("/login/", {"email": acme.asha.user.email, "password": "wrong"})
    assert set_password(browser("acme"), link_for(acme, acme.asha)) == 302
    assert browser("acme").post("/login/", {"email": acme.asha.user.email, "password": NEW}).status_code == 302


def test_a_mail_server_that_is_away_costs_time_only(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = make_acme()
    ask(browser("acme"), acme.asha.user.email)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        assert links_send(acme.organisation.id) == 0
    with acme.scope():
        link = AccessLink.objects.get()
        assert (link.attempts, link.is_open) == (1, True)
        assert link.problem.startswith("ConnectionRefusedError")
        AccessLink.objects.update(next_at=link.requested_at)
    assert links_send(acme.organisation.id) == 1


def test_an_address_that_no_mail_can_be_written_to_keeps_nobody_waiting(acme: Acme) -> None:
    """Its domain is longer than any: the form takes it, and the mail cannot be made."""
    with acme.scope():
        nina = member_add(actor=acme.tess, values={"name": "Nina", "email": f"nina@{'ü' * 60}.example"})
        member_invite_again(actor=acme.tess, member_id=acme.ravi.id)
    assert links_send(acme.organisation.id) == 1
    with acme.scope():
        link = AccessLink.objects.get(membership=nina)
    assert (link.is_open, "UnicodeError" in link.problem) == (False, True)


def test_a_slow_mail_server_gets_each_mail_once(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = make_acme()
    for member in (acme.asha, acme.ravi, acme.hema):
        ask(browser("acme"), member.user.email)
    send = EmailBackend.send_messages

    def slowly(backend: EmailBackend, letters: list[Any]) -> int:
        """Until every claim but that of this letter is over, and another sender has done what it found."""
        monkeypatch.setattr(EmailBackend, "send_messages", send)
        with acme.scope():
            others = AccessLink.objects.filter(is_open=True).exclude(membership__user__email=letters[0].to[0])
            others.update(next_at=timezone.now() - timedelta(seconds=1))
        links_send(acme.organisation.id)
        return int(send(backend, letters))

    monkeypatch.setattr(EmailBackend, "send_messages", slowly)
    links_send(acme.organisation.id)
    assert sorted(letter.to[0] for letter in mail.outbox) == [
        "asha@acme.example",
        "hema@acme.example",
        "ravi@acme.example",
    ]


def refuse(*_: object) -> int:
    raise ConnectionRefusedError("no")
