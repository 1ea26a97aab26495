"""What surrounds the login: CSRF, the API's description, the first platform admin, guesses sent together."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client

from accounts.models import User
from tests.accounts.clients import browser, signed_in
from tests.cast import Acme, make_acme
from tests.factories.accounts import PASSWORD


def test_forms_need_the_csrf_token(acme: Acme) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "acme.localhost"})
    given = {"email": acme.asha.user.email, "password": PASSWORD}
    assert strict.post("/login/", given).status_code == 403
    strict.get("/login/")
    token = strict.cookies["csrftoken"].value
    assert strict.post("/login/", {**given, "csrfmiddlewaretoken": token}).status_code == 302
    assert strict.cookies["csrftoken"].value != token


def test_who_logged_in_elsewhere_meanwhile_is_led_back_to_the_form(acme: Acme) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "acme.localhost"})
    strict.cookies = signed_in(acme.asha).cookies
    for page, is_offered in (("http://acme.localhost/profile/?x=1", True), ("http://evil.example/profile/", False)):
        refused = strict.post("/profile/", {}, headers={"referer": page})
        assert refused.status_code == 403
        assert ("Load it again</a>" in refused.content.decode()) is is_offered
        assert ('href="/profile/?x=1"' in refused.content.decode()) is is_offered


def test_what_is_sent_without_a_session_is_said_not_to_be(acme: Acme) -> None:
    client = browser("acme")
    answer = client.post("/profile/", {"name": "Asha"}, headers={"referer": "http://acme.localhost/profile/"})
    assert answer.headers["Location"] == "/login/?next=%2Fprofile%2F"
    assert "nothing was sent" in client.get(answer.headers["Location"]).content.decode()
    script = {"hx-request": "true", "hx-current-url": "http://acme.localhost/inbox/?tab=mine"}
    assert (
        browser("acme").get("/inbox/", headers=script).headers["HX-Redirect"].endswith("?next=%2Finbox%2F%3Ftab%3Dmine")
    )
    # A refused form is answered at an address that takes forms only; nobody comes back to that.
    refused_at = f"http://acme.localhost/tasks/{uuid4()}/complete/"
    assert browser("acme").post("/profile/", headers={"referer": refused_at}).headers["Location"] == "/login/"
    for strange in ("http://[::1", "http://evil.example/inbox/", "http://acme.localhost//evil.example/", ""):
        assert browser("acme").post("/profile/", headers={"referer": strange}).headers["Location"] == "/login/"


def test_a_method_that_a_page_does_not_know_is_refused_by_a_page(acme: Acme) -> None:
    answer = signed_in(acme.asha).get("/logout/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")
    assert "Not like this" in answer.content.decode()


def test_a_broken_address_is_refused_by_a_page_or_a_problem(acme: Acme) -> None:
    page = signed_in(acme.asha).get("/inbox/?q=%00")
    assert (page.status_code, b"could not be read" in page.content) == (400, True)
    problem = browser("acme").get("/api/v1/tasks/?search=%00")
    assert (problem.status_code, problem.json()["code"]) == (400, "input.unclean")


def test_a_session_on_the_api_needs_the_csrf_token_and_a_bearer_token_does_not(acme: Acme) -> None:
    session = signed_in(acme.asha)
    strict = Client(enforce_csrf_checks=True, headers={"host": "acme.localhost"})
    strict.cookies = session.cookies
    answer = strict.post("/api/v1/me/", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (403, 403)


@pytest.mark.django_db
def test_the_description_of_the_api_is_a_page_without_inline_script() -> None:
    page = browser().get("/api/v1/docs/")
    assert page.status_code == 200
    assert b"<script>" not in page.content
    policy = set(page.headers["Content-Security-Policy"].split("; "))
    assert {"script-src 'self'", "style-src 'self' 'unsafe-inline'"} <= policy
    script = browser().get("/api/v1/docs/?script=")
    assert script.headers["Content-Type"].startswith("application/javascript")
    schema = browser().get("/api/v1/schema/?format=json").json()
    assert {"/api/v1/auth/token/", "/api/v1/me/", "/api/v1/users/"} <= set(schema["paths"])
    assert schema["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


@pytest.mark.django_db
def test_other_pages_allow_no_inline_style() -> None:
    policy = browser("acme").get("/login/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "form-action 'self' *.localhost:*" in policy


@pytest.mark.django_db
def test_createsuperuser_makes_a_platform_admin_without_rights_in_organisations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, email="Root@platform.example", name="Root", verbosity=0)
    root = User.objects.get(email="root@platform.example")
    assert (root.is_platform_admin, root.is_superuser, root.check_password(PASSWORD)) == (True, False, True)


@pytest.mark.concurrency
def test_guesses_sent_together_are_counted_one_by_one(committed_db: None) -> None:
    acme = make_acme()
    email, limit = acme.asha.user.email, settings.LOGIN_FAILURES_PER_ACCOUNT

    def guess(number: int) -> int:
        try:
            return browser("acme").post("/login/", {"email": email, "password": f"wrong{number}"}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(guess, range(3 * limit)))
    assert codes.count(200) == limit
    assert codes.count(429) == 2 * limit
