"""Guessing passwords is slow, wherever the guesses come from, and tells nothing."""

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from accounts.audit.models import AuditEntry
from accounts.services.login import STRANGERS_AN_HOUR
from tests.accounts.clients import browser, signed_in
from tests.cast import Acme
from tests.factories.accounts import PASSWORD

LIMIT = settings.LOGIN_FAILURES_PER_ACCOUNT


def guess(client: Client, email: str, password: str = "wrong", **headers: str) -> int:
    return client.post("/login/", {"email": email, "password": password}, headers=headers).status_code


@pytest.mark.parametrize("email", ["asha@acme.example", "nobody@acme.example"])
def test_the_limit_is_the_same_for_accounts_that_do_not_exist(acme: Acme, email: str) -> None:
    codes = [guess(browser("acme"), email) for _ in range(LIMIT + 2)]
    assert codes == [200] * LIMIT + [429] * 2


def test_the_refusal_says_when_to_come_back_and_the_right_password_does_not_help(acme: Acme) -> None:
    for _ in range(LIMIT):
        guess(browser("acme"), acme.asha.user.email)
    answer = browser("acme").post("/login/", {"email": acme.asha.user.email, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert guess(browser("acme"), acme.ravi.user.email, PASSWORD) == 302


def test_other_addresses_cases_and_forged_headers_share_the_count(acme: Acme) -> None:
    spellings = ["asha@acme.example", "ASHA@acme.example", " asha@ACME.example "]
    for number in range(LIMIT):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        forged = {"host": "acme.localhost", "x-forwarded-for": f"198.51.100.{number}"}
        assert guess(client, spellings[number % 3], **forged) == 200
    assert guess(browser("acme"), "asha@acme.example") == 429


def test_a_browser_that_was_signed_in_before_cannot_be_locked_out_by_others(acme: Acme) -> None:
    known = signed_in(acme.asha)
    known.post("/logout/")
    for _ in range(LIMIT + 1):
        guess(browser("acme"), acme.asha.user.email)
    assert guess(browser("acme"), acme.asha.user.email, PASSWORD) == 429
    assert guess(known, acme.asha.user.email, PASSWORD) == 302


def test_a_known_browser_has_a_limit_too(acme: Acme) -> None:
    known = signed_in(acme.asha)
    known.post("/logout/")
    assert [guess(known, acme.asha.user.email) for _ in range(LIMIT + 1)][-1] == 429


def test_one_password_on_many_accounts_meets_the_limit_of_the_address(acme: Acme, settings: Settings) -> None:
    settings.LOGIN_FAILURES_PER_ADDRESS = 5
    codes = [guess(browser("acme"), f"person{number}@acme.example") for number in range(7)]
    assert codes == [200] * 5 + [429] * 2
    elsewhere = Client(headers={"host": "acme.localhost"}, REMOTE_ADDR="203.0.113.9")
    assert guess(elsewhere, acme.asha.user.email, PASSWORD) == 302


def test_a_network_of_ipv6_is_one_address(acme: Acme, settings: Settings) -> None:
    """Whoever has one such address has all of its network, enough to try each account from another one."""
    settings.LOGIN_FAILURES_PER_ADDRESS = 3

    def code(number: int, address: str) -> int:
        client = Client(headers={"host": "acme.localhost"}, REMOTE_ADDR=address)
        return guess(client, f"person{number}@acme.example")

    assert [code(number, f"2001:db8:1:2::{number:x}") for number in range(5)] == [200] * 3 + [429] * 2
    assert code(5, "2001:db8:1:3::1") == 200
    assert [code(6 + number, f"::ffff:203.0.113.{number}") for number in range(4)] == [200] * 4


def test_made_up_addresses_do_not_fill_the_audit(acme: Acme) -> None:
    for number in range(STRANGERS_AN_HOUR + 5):
        guess(browser("acme"), f"x{number}@acme.example")
    for _ in range(LIMIT):
        guess(browser("acme"), acme.asha.user.email)
    with acme.scope():
        failed = AuditEntry.objects.filter(kind="login.failed").order_by("at", "id")
        tried = [(entry.payload["email"], entry.payload["more_in_log"]) for entry in failed]
    strangers, ours = tried[:STRANGERS_AN_HOUR], tried[STRANGERS_AN_HOUR:]
    assert ours == [(acme.asha.user.email, False)] * LIMIT
    assert [more for _, more in strangers] == [False] * (STRANGERS_AN_HOUR - 1) + [True]
    assert len(set(strangers)) == STRANGERS_AN_HOUR


def test_behind_a_trusted_proxy_its_own_entry_counts(acme: Acme, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    settings.LOGIN_FAILURES_PER_ADDRESS = 2
    for number in range(2):
        guess(browser("acme"), f"p{number}@acme.example", **{"x-forwarded-for": f"10.0.0.{number}, 203.0.113.7"})
    assert guess(browser("acme"), "p3@acme.example", **{"x-forwarded-for": "1.1.1.1, 203.0.113.7"}) == 429
    assert guess(browser("acme"), "p3@acme.example", **{"x-forwarded-for": "203.0.113.7, 203.0.113.8"}) == 200


def test_success_starts_the_count_anew(acme: Acme) -> None:
    for _ in range(2):
        for _ in range(LIMIT - 1):
            assert guess(browser("acme"), acme.asha.user.email) == 200
        assert guess(browser("acme"), acme.asha.user.email, PASSWORD) == 302


def test_over_rest_it_is_a_problem_document_with_retry_after(acme: Acme) -> None:
    given = {"organisation": "acme", "email": "asha@acme.example", "password": "wrong"}
    answers = [browser().post("/api/v1/auth/token/", given, content_type="application/json") for _ in range(LIMIT + 1)]
    assert [answer.status_code for answer in answers] == [401] * LIMIT + [429]
    last = answers[-1]
    assert (last.headers["Content-Type"], last.headers["Retry-After"]) == ("application/problem+json", "3600")
    assert last.json()["code"] == "login.too_many"
