"""Clients of the tests: a browser on an organisation's host, a program with a token."""

from typing import Any

from django.test import Client

from accounts.models import Membership
from tests.factories.accounts import PASSWORD

DOMAIN = "localhost"


def browser(slug: str = "") -> Client:
    """A fresh browser on ``<slug>.localhost``, or on the bare domain."""
    return Client(headers={"host": f"{slug}.{DOMAIN}" if slug else DOMAIN})


def signed_in(member: Membership) -> Client:
    """A browser in which the person has typed e-mail and password."""
    client = browser(member.organisation.slug)
    answer = client.post("/login/", {"email": member.user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def token_of(member: Membership) -> dict[str, Any]:
    """The token pair of a login over REST."""
    answer = Client(headers={"host": DOMAIN}).post(
        "/api/v1/auth/token/",
        {"organisation": member.organisation.slug, "email": member.user.email, "password": PASSWORD},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    pair: dict[str, Any] = answer.json()
    return pair


def program(member: Membership, host: str = DOMAIN) -> Client:
    """An API client with the person's access token."""
    return Client(headers={"host": host, "authorization": f"Bearer {token_of(member)['access']}"})
