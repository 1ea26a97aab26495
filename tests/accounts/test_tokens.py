"""Tokens of API clients: issued, refreshed, reused, revoked."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.audit.models import AuditEntry
from accounts.models import Membership, RefreshFamily
from tests.accounts.clients import browser, program, token_of
from tests.cast import Acme, Globex, make_acme


def post(path: str, data: dict[str, Any], host: str = "localhost") -> Any:
    return Client(headers={"host": host}).post(f"/api/v1/auth/{path}", data, content_type="application/json")


def me(access: str, host: str = "localhost") -> int:
    client = Client(headers={"host": host, "authorization": f"Bearer {access}"})
    return client.get("/api/v1/me/").status_code


def refresh(token: str) -> Any:
    return post("token/refresh/", {"refresh": token})


def test_a_token_opens_the_api_on_any_host_but_another_organisations(acme: Acme, globex: Globex) -> None:
    access = token_of(acme.asha)["access"]
    assert me(access) == me(access, "acme.localhost") == me(access, "127.0.0.1") == 200
    assert me(access, "10.2.3.4:8000") == me(access, "countersign.internal") == 200
    assert me(access, "globex.localhost") == 401


def test_a_host_that_is_not_ours_leads_on_in_lists_and_opens_no_page(acme: Acme) -> None:
    bearer = {"authorization": f"Bearer {token_of(acme.asha)['access']}"}
    first = Client(headers={"host": "web:8000", **bearer}).get("/api/v1/users/?page_size=1").json()
    assert first["next"].startswith("http://web:8000/api/v1/users/?cursor=")
    elsewhere = Client(headers={"host": "globex.localhost", **bearer}).get("/api/v1/users/")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (401, "token.invalid")
    assert Client(headers={"host": "web:8000"}).get("/login/").status_code == 400
    assert Client(headers={"host": "a b<script>", **bearer}).get("/api/v1/me/").status_code == 400


@pytest.mark.parametrize(
    ("organisation", "email", "password"),
    [
        ("acme", "asha@acme.example", "wrong"),
        ("acme", "nobody@acme.example", "wrong"),
        ("nowhere", "asha@acme.example", "correct-horse-battery"),
        ("globex", "asha@acme.example", "correct-horse-battery"),
    ],
)
def test_wrong_credentials_have_one_answer(
    acme: Acme, globex: Globex, organisation: str, email: str, password: str
) -> None:
    answer = post("token/", {"organisation": organisation, "email": email, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (401, "login.refused")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert set(answer.json()) == {"type", "title", "status", "code", "detail"}


def test_missing_values_are_named(acme: Acme) -> None:
    answer = post("token/", {"organisation": "acme"})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"email", "password"})


def test_a_refresh_token_is_good_for_one_use_and_its_reuse_ends_the_family(acme: Acme) -> None:
    first = token_of(acme.asha)
    second = refresh(first["refresh"]).json()
    assert me(second["access"]) == 200
    assert refresh(first["refresh"]).status_code == 401
    assert refresh(second["refresh"]).status_code == 401
    assert me(second["access"]) == me(first["access"]) == 401
    with acme.scope():
        assert AuditEntry.objects.get(kind="token.reused").subject_id == acme.asha.id
    assert me(token_of(acme.asha)["access"]) == 200


def test_revoking_ends_access_too_and_tells_nothing(acme: Acme) -> None:
    pair = token_of(acme.asha)
    assert post("token/revoke/", {"refresh": pair["refresh"]}).status_code == 204
    assert me(pair["access"]) == refresh(pair["refresh"]).status_code == 401
    assert post("token/revoke/", {"refresh": "rubbish"}).status_code == 204


def test_password_change_and_deactivation_end_tokens(acme: Acme) -> None:
    asha, ravi = token_of(acme.asha), token_of(acme.ravi)
    acme.asha.user.set_password("another-good-password")
    acme.asha.user.save(update_fields=["password"])
    with acme.scope():
        Membership.objects.filter(id=acme.ravi.id).update(is_active=False)
    for pair in (asha, ravi):
        assert me(pair["access"]) == refresh(pair["refresh"]).status_code == 401


def test_tokens_expire(acme: Acme) -> None:
    pair = token_of(acme.asha)
    assert me(pair["access"]) == 200
    with time_machine.travel(timezone.now() + settings.ACCESS_TOKEN_LIFETIME, tick=False):
        assert me(pair["access"]) == 401
    with time_machine.travel(timezone.now() + settings.REFRESH_TOKEN_LIFETIME, tick=False):
        assert refresh(pair["refresh"]).status_code == 401


def forgeries(access: str) -> list[str]:
    claims = jwt.decode(access, options={"verify_signature": False})
    key = str(settings.SIMPLE_JWT["SIGNING_KEY"])
    unsigned = [jwt.encode(claims, "", algorithm="none")]
    header, payload, _ = access.split(".")
    return [
        *unsigned,
        f"{header}.{payload}.",
        jwt.encode(claims, "guess" * 10, algorithm="HS256"),
        jwt.encode(claims | {"aud": "other"}, key),
        jwt.encode(claims | {"iss": "other"}, key),
        jwt.encode(claims | {"token_type": "refresh"}, key),
        jwt.encode({k: v for k, v in claims.items() if k != "exp"}, key),
        jwt.encode(claims | {"membership_id": "x"}, key),
        jwt.encode(claims | {"proof": 1}, key),
        jwt.encode(claims, key, headers={"kid": "../../etc/passwd", "jku": "http://evil.example/"}) + "x",
        "a" * 60_000,
    ]


def test_forged_tokens_open_nothing(acme: Acme) -> None:
    pair = token_of(acme.asha)
    assert [me(token) for token in forgeries(pair["access"])] == [401] * 11
    assert me(pair["refresh"]) == 401
    assert refresh(pair["access"]).status_code == 401


def test_old_credentials_do_not_disturb_a_new_login(acme: Acme, globex: Globex) -> None:
    old = program(acme.asha)
    given = {"organisation": "globex", "email": globex.gita.user.email, "password": "correct-horse-battery"}
    assert old.post("/api/v1/auth/token/", given, content_type="application/json").status_code == 200


def test_a_session_serves_the_api_and_needs_the_csrf_token(acme: Acme) -> None:
    client = browser("acme")
    assert client.get("/api/v1/me/").status_code == 401


@pytest.mark.concurrency
def test_of_sixteen_refreshes_at_once_exactly_one_wins(committed_db: None) -> None:
    acme = make_acme()
    pair = token_of(acme.asha)

    def attempt(_: int) -> int:
        try:
            return int(refresh(pair["refresh"]).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        codes = sorted(pool.map(attempt, range(16)))
    assert codes == [200] + [401] * 15
    with acme.scope():
        assert RefreshFamily.objects.count() == 1
