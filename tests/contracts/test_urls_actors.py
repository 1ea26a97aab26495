"""Each address x each kind of caller. The table is in ``url_table.py``; an address without a line fails here."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.audit.models import AuditEntry
from accounts.authentication import PROOF
from accounts.models import Membership
from tests.accounts.clients import DOMAIN, browser, signed_in, token_of
from tests.contracts.url_table import Ids, Line, World, addresses, methods_of
from tests.factories.accounts import PASSWORD
from tests.worlds import lasting, undone

TABLES = sorted(path.stem for path in Path(__file__).parent.glob("urls_*.py"))
LINES: list[Line] = [line for name in TABLES for line in import_module(f"tests.contracts.{name}").LINES]
NOBODY = (401, 404)


def test_every_address_and_method_has_a_line() -> None:
    registered = {(line.route, line.method) for line in LINES}
    routes = {line.route for line in LINES}
    missing = [
        f"{method} {route}"
        for route, view in addresses()
        for method in methods_of(view) or ([] if route in routes else ["get"])
        if (route, method) not in registered
    ]
    assert missing == []


def test_every_line_has_an_address() -> None:
    assert {line.route for line in LINES} <= {route for route, _ in addresses()}


def send(client: Client, line: Line, world: World, ids: Any = None) -> HttpResponse:
    with world.acme.scope():
        own = world(line.ids)
        data = dict(line.data(world) if callable(line.data) else line.data)
    is_json = (line.is_api or line.as_json) and line.method != "get" and "file" not in data
    more: dict[str, Any] = {"content_type": "application/json"} if is_json else {}
    answer: HttpResponse = getattr(client, line.method)(line.path(own if ids is None else ids), data, **more)
    return answer


def said(answer: HttpResponse | StreamingHttpResponse) -> bytes:
    """All that the caller reads; files come in pieces."""
    if isinstance(answer, StreamingHttpResponse):
        return b"".join(answer)
    return answer.content


class Doors:
    """Everybody who appears in a line has logged in once, by page and over REST; each test takes a client of their own."""

    def __init__(self, world: World) -> None:
        olga = world.person("olga")
        names = {name for line in LINES for name in (line.holder, line.without) if name} - {"olga"}
        people = [*map(world.person, sorted(names)), world.globex.gita, world.globex.gus]
        at_admin = browser()
        at_admin.post("/admin/login/", {"email": olga.user.email, "password": PASSWORD})
        self.cookies = {one.user_id: signed_in(one).cookies for one in people} | {olga.user_id: at_admin.cookies}
        self.tokens = {one.user_id: token_of(one)["access"] for one in people}
        with time_machine.travel(timezone.now() - timedelta(days=2)):
            self.old_tokens = {one.user_id: token_of(one)["access"] for one in people}

    def page(self, member: Membership, slug: str = "") -> Client:
        is_platform = member.user.is_platform_admin
        client = browser(slug or ("" if is_platform else member.organisation.slug))
        client.cookies = deepcopy(self.cookies[member.user_id])
        return client

    def rest(self, member: Membership, host: str = DOMAIN, *, old: bool = False) -> Client:
        tokens = self.old_tokens if old else self.tokens
        return Client(headers={"host": host, "authorization": f"Bearer {tokens[member.user_id]}"})

    def by(self, line: Line, member: Membership) -> Client:
        return self.rest(member) if line.is_api and not member.user.is_platform_admin else self.page(member)


def recorded(world: World) -> int:
    with world.acme.scope():
        return AuditEntry.objects.count()


def is_shut(line: Line, answer: HttpResponse) -> bool:
    if line.is_api:
        return answer.status_code in NOBODY
    to_login = answer.status_code == 302 and "login/" in answer.headers["Location"]
    return to_login or answer.status_code in (403, 404)


def expired(doors: Doors, line: Line, member: Membership) -> Client:
    if line.is_api:
        return doors.rest(member, old=True)
    client = doors.page(member)
    session = client.session
    session[PROOF] = "stale"
    session.save()
    return client


def deactivated(doors: Doors, line: Line, member: Membership, world: World) -> Client:
    if member.user.is_platform_admin:
        type(member.user).objects.filter(id=member.user_id).update(is_active=False)
    else:
        with world.acme.scope():
            Membership.objects.filter(id=member.id).update(is_active=False)
    return doors.by(line, member)


def foreign_session(doors: Doors, line: Line, member: Membership) -> Client:
    """Globex's credentials on Acme's host."""
    return doors.rest(member, "acme.localhost") if line.is_api else doors.page(member, "acme")


class Room:
    """The world with the rows that a line's arguments need: made once for all lines in a row that need the same."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.doors = Doors(world)
        self.ids: Ids | None = None
        self.rows = ExitStack()

    def furnish(self, ids: Ids) -> None:
        if self.ids is not ids:
            self.clear()
            self.rows.enter_context(undone())
            with self.world.acme.scope():
                self.world(ids)
            self.ids = ids

    def clear(self) -> None:
        self.ids = None
        self.rows.close()
        self.world.forget()


@pytest.fixture(scope="module")
def room(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Room]:
    """Made once: a thousand tests look at it, and each undoes what it did."""
    with lasting(django_db_blocker):
        room = Room(World())
        yield room
        room.clear()


@pytest.fixture
def world(room: Room, line: Line) -> Iterator[World]:
    room.furnish(line.ids)
    with undone(), room.world.forgetting():
        yield room.world


def by_rows(lines: list[Line]) -> list[Line]:
    """Those that need the same rows next to each other."""
    places = {ids: place for place, ids in enumerate(dict.fromkeys(line.ids for line in lines))}
    return sorted(lines, key=lambda line: places[line.ids])


@pytest.fixture
def doors(room: Room) -> Doors:
    return room.doors


CLOSED = by_rows([line for line in LINES if line.access != "public"])


@pytest.mark.parametrize("line", CLOSED, ids=lambda line: line.name)
def test_without_valid_credentials_of_the_organisation_nothing_happens(line: Line, world: World, doors: Doors) -> None:
    callers: dict[str, Callable[[], Client]] = {
        "anonymous": lambda: browser("" if line.is_api else "acme"),
        "deactivated": lambda: deactivated(doors, line, world.person(line.holder), world),
        "expired": lambda: expired(doors, line, world.person(line.holder)),
        "stranger": lambda: foreign_session(doors, line, world.globex.gita),
        "stranger's admin": lambda: foreign_session(doors, line, world.globex.gus),
        "platform admin": lambda: doors.page(world.person("olga"), "acme"),
        "platform admin without stepping in": lambda: doors.page(world.person("olga")),
    }
    if line.access == "platform" or line.platform:
        del callers["platform admin without stepping in"]
    for name, make in callers.items():
        with undone():
            client = make()
            with world.acme.scope():
                world(line.ids)
            before = recorded(world)
            answer = send(client, line, world)
            assert is_shut(line, answer), (name, answer.status_code)
            assert world.canary.encode() not in said(answer), name
            assert recorded(world) == before, name


@pytest.mark.parametrize("line", CLOSED, ids=lambda line: line.name)
def test_another_organisation_cannot_tell_foreign_from_missing(line: Line, world: World, doors: Doors) -> None:
    for stranger in (world.globex.gita, world.globex.gus):
        with undone():
            client = doors.by(line, stranger)
            with world.acme.scope():
                ids = world(line.ids)
            before = recorded(world)
            foreign = send(client, line, world)
            seen = said(foreign)
            assert world.canary.encode() not in seen
            assert foreign.status_code < 500
            assert recorded(world) == before
            if ids:
                missing = send(client, line, world, line.missing(ids))
                assert (foreign.status_code, seen) == (missing.status_code, said(missing))
                assert foreign.status_code in line.denied


@pytest.mark.parametrize("line", [line for line in CLOSED if line.without], ids=lambda line: line.name)
def test_a_colleague_without_the_right_is_refused(line: Line, world: World, doors: Doors) -> None:
    client = doors.by(line, world.person(line.without))
    with world.acme.scope():
        world(line.ids)
    before = recorded(world)
    answer = send(client, line, world)
    assert answer.status_code in line.denied
    assert recorded(world) == before


@pytest.mark.parametrize("line", CLOSED, ids=lambda line: line.name)
def test_whoever_has_the_right_gets_in_and_no_cache_keeps_it(line: Line, world: World, doors: Doors) -> None:
    answer = send(doors.by(line, world.person(line.holder)), line, world)
    assert answer.status_code in line.ok, getattr(answer, "content", b"")[:500]
    ends_sessions = isinstance(line.data, dict) and line.data.get("action") == "sessions"
    if answer.status_code == 302 and not ends_sessions:
        assert "/login/" not in answer.headers["Location"]
    assert {part.strip() for part in answer.headers["Cache-Control"].split(",")} >= {"no-store", "private"}


@pytest.mark.parametrize(
    "line", by_rows([line for line in LINES if line.access == "public"]), ids=lambda line: line.name
)
def test_public_addresses_tell_nothing_of_an_organisation(line: Line, world: World) -> None:
    client = browser("" if line.is_api else "acme")
    answer = send(client, line, world)
    assert answer.status_code in line.ok
    assert world.canary.encode() not in said(answer)
