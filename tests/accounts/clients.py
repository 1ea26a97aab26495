"""Clients of the tests: a browser on an organisation's host, a program with a token."""

from html.parser import HTMLParser
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


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("select", "textarea"):
            self.inside = given.get("name", "")
        chosen = given.get("type") not in ("checkbox", "radio", "submit", "file") or "checked" in given
        if tag == "input" and "name" in given and chosen:
            self.values.setdefault(given["name"], []).append(given.get("value", "on" if "checked" in given else ""))
        if tag == "option" and "selected" in given and self.inside:
            self.values.setdefault(self.inside, []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.lasttag == "textarea" and self.inside:
            self.values[self.inside] = [data.removeprefix("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self.inside = ""


def fields_on(page: str) -> dict[str, list[str]]:
    """What the forms of a page post if nobody touches them, by the names of the fields."""
    reader = _Fields()
    reader.feed(page)
    return reader.values
