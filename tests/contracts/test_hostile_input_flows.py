"""What no client should send to the addresses of flows: refused with a message, quickly, and nothing has changed."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from pytest_django import DjangoDbBlocker

from tests.cast import make_acme
from tests.contracts.test_hostile_input import CURSORS, HOSTILE, SECONDS, VALUES, refused
from tests.flows.api.world import PROPOSALS, ROOT, Wire, snapshot
from tests.flows.proposals.world import make_world
from tests.scenarios.rest import ROOT as API
from tests.scenarios.rest import Rest
from tests.worlds import lasting, undone

Place = tuple[Rest, str, bytes]
BODYLESS = ("approve", "cancel", "resubmit", "retry", "watch")
LISTS = ("proposals/", "proposals/pending/", "entities/", "logical/", "physical/", "data-types/")


@pytest.fixture(scope="module")
def one_wire(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Wire]:
    """Made once: nearly all that is sent here changes nothing, and each test undoes what it did."""
    with lasting(django_db_blocker):
        acme = make_acme()
        with acme.scope():
            world = make_world(acme)
        yield Wire(world)


@pytest.fixture
def wire(one_wire: Wire) -> Iterator[Wire]:
    with undone():
        yield one_wire


@pytest.fixture
def places(wire: Wire) -> list[Place]:
    """Every kind of body: who may send it, where to, and a name it has."""
    proposed = wire.named("one")
    returned = wire.named("two")
    wire.act(wire.ravi, returned, "reject", comment="No")
    here, back = f"{PROPOSALS}{proposed['id']}/", f"{PROPOSALS}{returned['id']}/"
    return [
        (wire.asha, PROPOSALS, b"source"),
        (wire.asha, PROPOSALS, b"flowAttributes"),
        (wire.asha, PROPOSALS, b"dataTypeIds"),
        (wire.ravi, f"{here}approve/", b"comment"),
        (wire.ravi, f"{here}approve/", b"version"),
        (wire.ravi, f"{here}reject/", b"comment"),
        (wire.asha, f"{here}cancel/", b"comment"),
        (wire.asha, f"{back}resubmit/", b"flowDef"),
        (wire.asha, f"{here}retry/", b"x"),
        (wire.asha, f"{here}comments/", b"text"),
        (wire.ravi, f"{PROPOSALS}bulk/", b"ids"),
    ]


def send(place: Place, body: bytes, content_type: str = "application/json") -> Any:
    rest, path, key = place
    begin = time.process_time()
    answer = rest.client.post(API + path, body.replace(b"%s", key), content_type=content_type)
    assert time.process_time() - begin < SECONDS, path
    return answer


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body(name: str, wire: Wire, places: list[Place]) -> None:
    before = snapshot(wire.world)
    for place in places:
        if name != "nothing" or place[1].split("/")[-2] not in BODYLESS:
            refused(send(place, HOSTILE[name]))
    assert snapshot(wire.world) == before


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_trial_writes_nothing(name: str, wire: Wire) -> None:
    before = snapshot(wire.world)
    answer = send((wire.asha, f"{PROPOSALS}validate/", b"specification"), HOSTILE[name])
    assert answer.status_code in (200, 400, 413), answer.content[:300]
    assert answer.status_code != 200 or answer.json()["valid"] is False
    assert len(answer.content) < 3_000_000
    assert snapshot(wire.world) == before


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_type(content_type: str, wire: Wire, places: list[Place]) -> None:
    before = snapshot(wire.world)
    for place in places:
        refused(send(place, b'{"%s": "x"}', content_type))
    assert snapshot(wire.world) == before


# Ways into the command, each to be replaced by what nobody expects there.
WAYS = (
    *("source", "source.id", "source.kind", "reason", "reason.ratingId", "logicalFlowId", "physicalFlowId"),
    *("specification", "specification.owningEntity", "specification.format", "flowAttributes"),
    *("flowAttributes.basisOffset", "flowAttributes.transport", "dataTypeIds", "proposalType", "schema_version"),
)
SOUND = {
    "None": ("logicalFlowId", "physicalFlowId", "reason.ratingId"),
    "-1": ("flowAttributes.basisOffset",),
    "True": ("schema_version",),  # which is 1
}


@pytest.mark.parametrize("number", range(len(VALUES)))
def test_a_value_that_no_place_of_a_command_expects(number: int, wire: Wire) -> None:
    plain, before = wire.command(), snapshot(wire.world)
    for way in WAYS:
        first, _, second = way.partition(".")
        value = {**plain[first], second: VALUES[number]} if second else VALUES[number]
        answer = wire.asha.post(PROPOSALS, {**plain, first: value})
        if answer.status_code == 201:
            assert way in SOUND.get(repr(VALUES[number]), ()), way
            wire.act(wire.asha, answer.json(), "cancel")
            before = snapshot(wire.world)
            continue
        refused(answer)
        assert answer.status_code == 422, (way, answer.content)
        assert snapshot(wire.world) == before


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_was_made_up(path: str, wire: Wire) -> None:
    wire.propose()
    for order in ORDERS.get(path, ("-created",)):
        for cursor in (*CURSORS, *(made_up(order, value) for value in ODD)):
            said = cursor if "%" in cursor else quote(cursor)
            answer = wire.ravi.client.get(f"{API}{ROOT}{path}?ordering={order}&cursor={said}")
            assert answer.status_code < 500, (order, cursor)
            if answer.status_code != 200:
                refused(answer)


ORDERS = {
    **dict.fromkeys(("proposals/", "proposals/pending/"), ("number", "-acted", "state", "source", "maker")),
    **dict.fromkeys(("entities/", "data-types/"), ("name",)),
}
ODD: tuple[Any, ...] = (
    *("x", "a\0b", "\ud800", "2026-13-45", "2026-01-01T00:00:00", "9" * 400, 2**70, -(2**70), 1.5, True, None, [], {}),
    *([[[[[1]]]]], "2026-01-01T00:00:00+23:59", "2026-01-01T00:00:00-15:59:59.5"),
)


def made_up(order: str, value: Any) -> str:
    """In the form of a true one, for another row than there is."""
    raw = json.dumps([order, value, "0" * 32, False])
    return urlsafe_b64encode(raw.encode("utf-8", "surrogatepass")).decode()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("size", ["0", "-1", "1000000000", "9" * 5_000, "x", "1e9", "%00", "٣"])
def test_a_page_size_that_nobody_needs(size: str, path: str, wire: Wire) -> None:
    answer = wire.ravi.client.get(f"{API}{ROOT}{path}?page_size={size}")
    assert answer.status_code in (200, 400, 422), answer.content[:300]
    assert answer.status_code != 200 or len(answer.json()["results"]) <= 100


@pytest.mark.parametrize(
    "query",
    [
        *("q=%00", "q=%ff", "q=" + "x" * 5_000, "q=%25_%5C", "q=" + "9" * 30, "q=%23", "q=" + "+".join("a" * 90)),
        *("state=%ed%a0%80", "maker=1", "source=%27--", "entity=x", "is_open=2", "side=%00", "type[]=x", "kind=actor"),
        *("lifecycle_status=x", "data_type=x", "ordering=" + "-" * 99, "ordering=source__name", "is_removed=yes"),
        *("transport=" + "x" * 99, "state=" + "&state=".join("X" * 500)),
    ],
)
@pytest.mark.parametrize("path", [*LISTS, "enums/", "states/", "sides/", "reasons/"])
def test_a_filter_full_of_surprises(query: str, path: str, wire: Wire) -> None:
    answer = wire.ravi.client.get(f"{API}{ROOT}{path}?{query}")
    assert answer.status_code < 500
    if answer.status_code != 200:
        refused(answer)


@pytest.mark.parametrize("ident", ["x", "1", "%00", "..%2f..", "9" * 300, "%F0%9F%92%A9"])
def test_an_address_with_something_else_than_an_id(ident: str, wire: Wire) -> None:
    for path in ("proposals", "entities", "logical", "physical"):
        refused(wire.ravi.client.get(f"{API}{ROOT}{path}/{ident}/"))


def test_methods_that_nobody_answers(wire: Wire, places: list[Place]) -> None:
    before = snapshot(wire.world)
    for rest, path, _ in places:
        for method in ("PATCH", "PUT", "TRACE", "PROPFIND", "BREW", "OPTIONS", "HEAD"):
            answer = rest.client.generic(method, API + path, b"{}", content_type="application/json")
            assert answer.status_code in (200, 405), (method, path)
    assert snapshot(wire.world) == before
