"""How many statements the requests about flows may take; see ``test_query_counts.py``, whose way of counting this is."""

from typing import Any

import pytest

from tests.cast import Acme
from tests.contracts.test_query_counts import statements
from tests.flows.api.world import PROPOSALS, ROOT, Wire
from tests.flows.proposals.world import make_world
from tests.scenarios.pages import Pages

WRITING = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def wire(acme: Acme) -> Wire:
    with acme.scope():
        world = make_world(acme)
        world.flow("TRADE", name="night")
    return Wire(world)


@pytest.fixture
def names(wire: Wire) -> dict[str, Any]:
    """Ids of one of each, to be put into addresses."""
    flow = wire.ravi.read(f"{ROOT}physical/")["results"][0]
    logical = flow["logicalFlow"]
    return {
        "proposal": wire.propose()["id"],
        "physical": flow["id"],
        "logical": logical["id"],
        "entity": logical["source"]["id"],
    }


READS = {
    "proposals/": 9,
    "proposals/pending/": 11,
    "proposals/?is_open=false": 3,
    "proposals/{proposal}/": 9,
    "proposals/{proposal}/approvers/": 6,
    "proposals/{proposal}/permissions/": 7,
    "proposals/{proposal}/transitions/": 6,
    "proposals/{proposal}/comments/": 4,
    "entities/": 6,
    "entities/{entity}/": 7,
    "logical/": 6,
    "logical/{logical}/": 6,
    "physical/": 5,
    "physical/{physical}/": 7,
    "data-types/": 4,
    "enums/": 4,
    "reasons/": 4,
    "states/": 4,
    "sides/": 7,
}


@pytest.mark.parametrize(("path", "most"), READS.items())
def test_reading_takes(path: str, most: int, wire: Wire, names: dict[str, Any]) -> None:
    address = f"/api/v1/{ROOT}{path.format(**names)}"
    wire.ravi.client.get(address)
    sent = statements(lambda: wire.ravi.client.get(address))
    assert len(sent) <= most, sent
    assert not [sql for sql in sent if sql.lstrip().startswith(WRITING)], sent


# Every page has the shell around it: badges and what the person may.
PAGES = {
    "/flows/": 16,
    "/flows/?tab=logical": 17,
    "/flows/entities/{entity}/": 28,
    "/flows/logical/{logical}/": 17,
    "/flows/physical/{physical}/": 15,
    "/flows/proposals/": 21,
    "/flows/proposals/{proposal}/": 20,
}


@pytest.mark.parametrize(("path", "most"), PAGES.items())
def test_a_page_takes(path: str, most: int, wire: Wire, names: dict[str, Any]) -> None:
    ravi, address = Pages(wire.world.acme.ravi), path.format(**names)
    ravi.read(address)
    sent = statements(lambda: ravi.get(address))
    assert len(sent) <= most, sent
    assert not [sql for sql in sent if sql.lstrip().startswith(WRITING)], sent


def test_proposing_takes(wire: Wire) -> None:
    wire.named("warm")
    command = wire.command("PARTY")
    assert len(statements(lambda: wire.asha.post(PROPOSALS, command))) <= 35


def test_approving_takes(wire: Wire, names: dict[str, Any]) -> None:
    address = f"{PROPOSALS}{names['proposal']}/approve/"
    assert len(statements(lambda: wire.ravi.post(address, {}))) <= 28
    assert len(statements(lambda: wire.meera.post(address, {}))) <= 43


LISTS = ("/flows/?tab=logical", "/flows/?tab=physical", "/flows/", "/flows/proposals/")


@pytest.mark.parametrize("path", LISTS)
def test_pages_of_lists_take_the_same_however_long_they_are(path: str, wire: Wire, names: dict[str, Any]) -> None:
    ravi = Pages(wire.world.acme.ravi)
    ravi.read(path)
    before = len(statements(lambda: ravi.get(path)))
    for number in range(4):
        wire.named(f"new {number}")
        with wire.world.acme.scope():
            wire.world.flow("PARTY", name=f"flow {number}")
    assert len(statements(lambda: ravi.get(path))) == before
