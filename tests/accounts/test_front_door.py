"""What surrounds the login: CSRF, the API's description, the first platform admin, guesses sent together."""

from concurrent.futures import ThreadPoolExecutor

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
