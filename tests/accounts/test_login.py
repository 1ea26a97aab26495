"""Signing in with the browser."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.audit.models import AuditEntry
from accounts.models import Membership
from tests.accounts.clients import browser, signed_in
from tests.cast import Acme, Globex
from tests.factories.accounts import PASSWORD, OrganisationFactory


def log_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> HttpResponse:
    answer: HttpResponse = client.post("/login/", {"email": email, "password": password, **more})  # type: ignore[assignment]
    return answer


def body(answer: HttpResponse) -> bytes:
    """The page without what differs from request to request."""
    return re.sub(rb"[A-Za-z0-9]{64}|value=\"[^\"]*@[^\"]*\"", b"", answer.content)


def test_the_right_password_opens_a_session_in_the_organisation(acme: Acme) -> None:
    client = browser("acme")
    client.get("/login/")
    answer = log_in(client, "Asha@ACME.example ")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.session["membership_id"] == str(acme.asha.id)
    with acme.scope():
        entry = AuditEntry.objects.get(kind="person.logged_in")
    assert (entry.actor_id, entry.payload["via"]) == (acme.asha.id, "page")


def test_login_rotates_the_session_key_and_the_csrf_token(acme: Acme) -> None:
    client = browser("acme")
    client.get("/login/")
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = str(session.session_key)
    client.cookies["sessionid"] = planted
    log_in(client, acme.asha.user.email)
    assert client.cookies["sessionid"].value != planted
    assert "planted" not in client.session


def refusals(acme: Acme, globex: Globex) -> list[HttpResponse]:
    with acme.scope():
        Membership.objects.filter(id=acme.omar.id).update(is_active=False)
    type(acme.tess.user).objects.filter(id=acme.tess.user_id).update(is_active=False)
    OrganisationFactory(slug="closed", is_active=False)
    return [
        log_in(browser("acme"), acme.asha.user.email, "wrong"),
        log_in(browser("acme"), "nobody@acme.example"),
        log_in(browser("acme"), globex.gita.user.email),
        log_in(browser("acme"), acme.omar.user.email),
        log_in(browser("acme"), acme.tess.user.email),
    ]


def test_every_refusal_has_the_same_answer(acme: Acme, globex: Globex) -> None:
    answers = refusals(acme, globex)
    assert {answer.status_code for answer in answers} == {200}
    assert len({body(answer) for answer in answers}) == 1
    assert b"do not belong together" in answers[0].content
    with acme.scope():
        failed = AuditEntry.objects.filter(kind="login.failed")
        assert {entry.payload["email"] for entry in failed} >= {"nobody@acme.example", acme.asha.user.email}
        assert {(e.actor_kind, e.subject_id) for e in failed} == {("system", acme.organisation.id)}


def test_an_unknown_organisation_looks_like_a_known_one(acme: Acme) -> None:
    unknown = log_in(browser("nowhere"), acme.asha.user.email)
    known = log_in(browser("acme"), acme.asha.user.email, "wrong")
    assert body(unknown).replace(b"nowhere", b"acme") == body(known)
    assert unknown.status_code == known.status_code


@pytest.mark.parametrize(
    ("wanted", "gets"),
    [
        ("/inbox/?tab=mine", "/inbox/?tab=mine"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https:evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("http://globex.localhost/", "/"),
        ("/\t/evil.example", "/"),
    ],
)
def test_next_stays_on_the_host(acme: Acme, wanted: str, gets: str) -> None:
    answer = log_in(browser("acme"), acme.asha.user.email, next=wanted)
    assert (answer.status_code, answer.headers["Location"]) == (302, gets)


def test_the_bare_domain_asks_for_the_organisation_first(acme: Acme) -> None:
    client = browser()
    assert b'name="organisation"' in client.get("/login/?next=/inbox/").content
    for slug in ("Acme", "no-such-organisation"):
        answer = client.post("/login/", {"organisation": slug, "next": "/inbox/"})
        assert answer.headers["Location"] == f"http://{slug.lower()}.localhost:8000/login/?next=%2Finbox%2F"
    assert client.post("/login/", {"organisation": "evil.example/x"}).status_code == 200


def test_logout_is_a_post_and_ends_the_session(acme: Acme) -> None:
    client = signed_in(acme.asha)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/login/").status_code == 200
    with acme.scope():
        assert AuditEntry.objects.filter(kind="person.logged_out", actor_id=acme.asha.id).count() == 1


def test_a_session_is_worth_nothing_on_another_organisations_host(acme: Acme, globex: Globex) -> None:
    client = signed_in(acme.asha)
    assert client.get("/login/").status_code == 302
    assert client.get("/login/", headers={"host": "globex.localhost"}).status_code == 200


def test_deactivation_ends_the_session_at_once(acme: Acme) -> None:
    client = signed_in(acme.asha)
    with acme.scope():
        Membership.objects.filter(id=acme.asha.id).update(is_active=False)
    assert client.get("/login/").status_code == 200
