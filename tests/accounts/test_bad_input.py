"""Hostile requests to the front door: refused with a message, never a server error, nothing changed."""

import base64
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import RefreshFamily
from tests.accounts.clients import browser, program, signed_in
from tests.cast import Acme

TOKEN = "/api/v1/auth/token/"
GOOD = {"organisation": "acme", "email": "asha@acme.example", "password": "correct-horse-battery"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[]", 422),
        ('"x"', 422),
        ("null", 422),
        ("{", 400),
        ("", 422),
        ('{"email": "a", "email": "b"}', 400),
        ('{"organisation": "acme", "email": "\\u0000", "password": "x"}', 400),
        ('{"organisation": "acme", "email": "\\ud800", "password": "x"}', 400),
        ('{"organisation": "acme", "email": ["a"], "password": {"x": 1}}', 422),
        ('{"organisation": "' + "a" * 5000 + '", "email": "a", "password": "x"}', 422),
        ('{"organisation": "acme", "email": "a", "password": "' + "p" * 1_000_000 + '"}', 422),
        ("[" * 3000 + "]" * 3000, 400),
        ('{"organisation": "\\u0130", "email": "\\u212A@acme.example", "password": "x"}', 401),
    ],
)
def test_bodies(acme: Acme, body: str, status: int) -> None:
    answer = browser().post(TOKEN, body, content_type="application/json")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_that_is_too_large_is_called_so(acme: Acme, caplog: pytest.LogCaptureFixture) -> None:
    much = "x" * (6 * 1024 * 1024)
    answer = browser().post(TOKEN, much, content_type="application/json")
    assert (answer.status_code, answer.json()["code"], answer.json()["title"]) == (
        413,
        "too_large",
        "Content Too Large",
    )
    page = browser("acme").post(
        "/login/", {"email": much, "password": "x"}, content_type="application/x-www-form-urlencoded"
    )
    assert (page.status_code, b"Too large" in page.content) == (413, True)
    assert [record for record in caplog.records if record.exc_info] == []


def test_more_keys_than_asked_for_change_nothing(acme: Acme) -> None:
    extra = {"is_tenant_admin": True, "membership_id": str(acme.tess.id), "organisation_id": "x", "proof": "x"}
    answer = browser().post(TOKEN, {**GOOD, **extra}, content_type="application/json")
    client = Client(headers={"host": "localhost", "authorization": f"Bearer {answer.json()['access']}"})
    me = client.get("/api/v1/me/").json()
    assert (me["id"], me["is_tenant_admin"]) == (str(acme.asha.id), False)
    for method in ("post", "put", "patch", "delete"):
        refused = getattr(client, method)("/api/v1/me/", {"is_tenant_admin": True}, content_type="application/json")
        assert refused.status_code == 405


@pytest.mark.parametrize("path", ["tasks", "runs", "notifications", "absences", "users"])
@pytest.mark.parametrize("position", ["9999-12-31T23:59:59-23:59", "2026-02-31T00:00:00+00:00", "x", "\0"])
def test_a_cursor_that_was_made_up_is_no_page(acme: Acme, path: str, position: str) -> None:
    cursor = base64.b64encode(urlencode({"p": position}).encode()).decode()
    answer = program(acme.tess).get(f"/api/v1/{path}/", {"cursor": cursor})
    assert answer.status_code in ({200, 404} if path == "users" else {404}), answer.content


def test_a_form_is_no_json(acme: Acme) -> None:
    assert browser().post(TOKEN, GOOD, content_type="application/x-www-form-urlencoded").status_code == 415


@pytest.mark.parametrize(
    "data",
    [
        {"email": "\0", "password": "\0"},
        {"email": "a" * 300, "password": "x"},
        {"email": "a@acme.example", "password": "p" * 5000},
        {"email": ["a", "b"], "password": "x"},
        {"email": "a@acme.example\nBcc: x@evil.example", "password": "x"},
        {},
    ],
)
def test_login_forms(acme: Acme, data: dict[str, Any]) -> None:
    assert browser("acme").post("/login/", data).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "acme.localhost.evil.example", "acme.localhost@evil.example", "a b"])
def test_foreign_hosts_are_refused(acme: Acme, host: str) -> None:
    assert Client(headers={"host": host}).get("/login/").status_code == 400


@pytest.mark.parametrize("host", ["a.acme.localhost", "ACME.localhost", "acme.localhost:8000", "127.0.0.1"])
def test_odd_hosts_are_answered(acme: Acme, host: str) -> None:
    assert Client(headers={"host": host}).get("/login/").status_code == 200


@pytest.mark.parametrize("value", ['"\\000aaaaaaaaaaaa"', "a" * 500, "%00" * 10, '"\\355\\240\\200aaaaaaaa"'])
def test_cookies_may_hold_anything(acme: Acme, value: str) -> None:
    client = Client(
        headers={"host": "acme.localhost", "cookie": f"sessionid={value}; device={value}; messages={value}"}
    )
    assert client.get("/login/").status_code == 200
    assert client.post("/login/", {"email": "asha@acme.example", "password": "x"}).status_code == 200


@pytest.mark.parametrize("header", ["Bearer", "Bearer  ", "Bearer \xff", "Basic YTpi", "bearer a.b.c", "Token x"])
def test_authorisation_headers(acme: Acme, header: str) -> None:
    client = Client(headers={"host": "localhost", "authorization": header})
    assert client.get("/api/v1/me/").status_code == 401
    assert not RefreshFamily._base_manager.exists()


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("search=%00", {400}),
        ("search=%ED%A0%80", {400}),
        ("department=x", {400, 422}),
        ("department=00000000-0000-0000-0000-000000000000", {200}),
        ("cursor=x", {404}),
        ("cursor=cD0lMDA=", {404}),
        ("cursor=bz0tOTk5OTk5OTk5OTk5OTk=", {200, 404}),
        ("page_size=-1", {200}),
        ("page_size=1e9", {200}),
        ("page_size=999999999", {200}),
        ("name=" + "a" * 300, {400, 422}),
    ],
)
def test_queries(acme: Acme, query: str, statuses: set[int]) -> None:
    assert program(acme.asha).get(f"/api/v1/users/?{query}").status_code in statuses


def test_reset_links_may_hold_anything(acme: Acme) -> None:
    for path in ("x/y", "AAAA/set-password", "MDAwMDAwMDA/aaa-bbb", "%F0%9F%92%A9/%F0%9F%92%A9", "AA/" + "a" * 3000):
        assert browser("acme").get(f"/password/set/{path}/", follow=True).status_code == 200


def test_tickets_may_hold_anything(acme: Acme) -> None:
    for ticket in ("", "x", "a:b:c", "W10:1:x", "\0", "a" * 10_000):
        assert browser("acme").post("/organisations/enter/", {"ticket": ticket}).status_code == 200
    assert signed_in(acme.asha).post("/organisations/", {"organisation": "\0"}).status_code == 404


def test_a_method_that_is_refused_is_not_offered(acme: Acme) -> None:
    answer = program(acme.asha).options("/api/v1/users/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
