"""Lists over REST: how they are narrowed, ordered and paged, and that they cost the same however long they are."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.flows import make_actor, make_entity
from tests.flows.api.world import PROPOSALS, ROOT, Wire, refused
from tests.scenarios.rest import Rest

NAMES = ("one", "two", "three", "four", "five")


def numbers(who: Rest, **query: Any) -> list[int]:
    asked = urlencode(query, doseq=True)
    answer = who.client.get(f"/api/v1/{PROPOSALS}?{asked}")
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


def everything(who: Rest, path: str, way: str = "next", **query: Any) -> list[Any]:
    """All pages, one after the other."""
    page, found = who.read(path, **query), []
    while True:
        found.append(page["results"])
        if page[way] is None:
            return found
        answer = who.client.get(page[way])
        assert answer.status_code == 200, answer.content
        page = answer.json()


@pytest.fixture
def five(wire: Wire) -> Wire:
    """Numbers 1 to 5 of Asha's; 1 is approved for the source, 2 rejected, 3 cancelled; 6 is Ravi's, from Risk."""
    rows = [wire.named(name) for name in NAMES]
    wire.act(wire.ravi, rows[0], "approve")
    wire.act(wire.meera, rows[1], "reject", comment="No")
    wire.act(wire.asha, rows[2], "cancel")
    with wire.world.acme.scope():
        risk = wire.world.risk
    owner = {"kind": "APPLICATION", "id": str(risk.id)}
    command = wire.command()
    specification = {**command["specification"], "owningEntity": owner}
    wire.propose({**command, "source": owner, "specification": specification})
    return wire


def test_proposals_are_narrowed(five: Wire) -> None:
    asha, world = five.asha, five.world
    assert numbers(asha, is_open="true", ordering="number") == [1, 4, 5, 6]
    assert numbers(asha, is_open="false", ordering="number") == [2, 3]
    assert numbers(asha, state="SOURCE_APPROVED") == [1]
    assert numbers(asha, state=["CANCELLED", "TARGET_REJECTED"], ordering="number") == [2, 3]
    assert numbers(asha, source=world.risk.id) == [6]
    assert numbers(asha, entity=world.risk.id) == [6]
    assert numbers(asha, target=world.orders.id) == []
    assert numbers(asha, q="risk") == [6]
    assert numbers(asha, q="#4") == [4]
    assert numbers(asha, side="source", ordering="number") == [4, 5, 6]
    assert len(numbers(asha, type="CREATE")) == 6
    assert numbers(asha, type="REMOVE") == []


def test_proposals_of_somebody_and_for_somebody(five: Wire) -> None:
    assert len(numbers(five.asha, maker="me")) == 6
    assert numbers(five.ravi, maker="me") == []
    assert len(numbers(five.ravi, maker=five.world.acme.asha.id)) == 6
    assert numbers(five.ravi, actionable="outstanding", ordering="number") == [4, 5]
    assert numbers(five.ravi, actionable="completed") == [1]
    assert numbers(five.meera, actionable="completed") == [2]
    pending = five.meera.read(f"{PROPOSALS}pending/", ordering="number")
    assert ([row["number"] for row in pending["results"]], pending["count"]) == ([1, 4, 5, 6], 4)
    assert five.asha.read(f"{PROPOSALS}pending/")["count"] == 0


@pytest.mark.parametrize(
    "query",
    ["state=NOWHERE", "is_open=maybe", "maker=you", "actionable=x", "type=RENAME", "side=left", "ordering=colour"],
)
def test_a_filter_that_says_nothing_is_refused(query: str, wire: Wire) -> None:
    name = query.partition("=")[0]
    assert name in refused(wire.asha.client.get(f"/api/v1/{PROPOSALS}?{query}"), 422, "invalid")["errors"]


@pytest.mark.parametrize(
    "order", ["number", "-number", "state", "-state", "maker", "source", "-acted", "created", "type"]
)
def test_pages_hold_every_row_once_in_both_directions(order: str, five: Wire) -> None:
    whole = numbers(five.asha, ordering=order)
    pages = everything(five.asha, PROPOSALS, ordering=order, page_size=2)
    assert [len(page) for page in pages] == [2, 2, 2]
    assert [row["number"] for page in pages for row in page] == whole
    last = five.asha.read(PROPOSALS, ordering=order, page_size=2)
    for _ in range(2):
        last = five.asha.client.get(last["next"]).json()
    back = five.asha.client.get(last["previous"]).json()
    assert [row["number"] for row in back["results"]] == whole[2:4]
    first = five.asha.client.get(back["previous"]).json()
    assert ([row["number"] for row in first["results"]], first["previous"]) == (whole[:2], None)


def test_a_cursor_of_another_order_is_refused(five: Wire) -> None:
    link = five.asha.read(PROPOSALS, ordering="number", page_size=2)["next"]
    assert five.asha.client.get(link.replace("ordering=number", "ordering=state")).status_code == 404


def test_entities_are_found_by_words_and_kind(wire: Wire) -> None:
    with wire.world.acme.scope():
        make_actor(wire.world.acme.organisation, "Exchange")
        make_entity(wire.world.acme.organisation, "Order archive", lifecycle_status="RETIRED")

    def names(**query: Any) -> list[str]:
        return [row["name"] for row in wire.fritz.read(f"{ROOT}entities/", **query)["results"]]

    assert names() == ["Exchange", "Ledger", "Order archive", "Orders", "Risk"]
    assert names(q="ord") == ["Order archive", "Orders"]
    assert names(kind="ACTOR", is_external="true") == ["Exchange"]
    assert names(lifecycle_status="RETIRED") == ["Order archive"]
    assert names(q="ord", lifecycle_status="ACTIVE", kind=["ACTOR", "APPLICATION"]) == ["Orders"]
    assert [len(page) for page in everything(wire.fritz, f"{ROOT}entities/", page_size=2)] == [2, 2, 1]
    orders = wire.fritz.read(f"{ROOT}entities/{wire.world.orders.id}/")
    assert (orders["kind"], orders["involvements"][0]["person"]["name"]) == ("APPLICATION", "Ravi")


def test_flows_are_found_by_ends_words_and_codes(wire: Wire) -> None:
    with wire.world.acme.scope():
        flow = wire.world.flow("TRADE", name="orders-eod")
        wire.world.flow("PARTY", name="noon", transport="WEB")
        trade = wire.world.types["TRADE"].id

    def physical(**query: Any) -> set[str]:
        return {row["name"] for row in wire.fritz.read(f"{ROOT}physical/", **query)["results"]}

    both = {"orders-eod", "noon"}
    assert physical(logical_flow=flow.logical_flow_id) == both
    assert physical(source=wire.world.orders.id, transport="WEB") == {"noon"}
    assert (physical(q="orders"), physical(q="noo"), physical(q="risk")) == (both, {"noon"}, set())
    assert physical(q="noon", lifecycle_status=["ACTIVE", "PENDING"], is_removed="false") == {"noon"}
    logical = wire.fritz.read(f"{ROOT}logical/", entity=wire.world.ledger.id, data_type=trade)["results"]
    assert [(row["id"], row["physicalFlows"]) for row in logical] == [(str(flow.logical_flow_id), 2)]
    found = wire.fritz.read(f"{ROOT}logical/", q="ledg", lifecycle_status="ACTIVE", data_type=trade)["results"]
    assert [row["id"] for row in found] == [str(flow.logical_flow_id)]
    assert wire.fritz.read(f"{ROOT}logical/", source=wire.world.ledger.id)["results"] == []


def lists() -> dict[str, str]:
    names = ("proposals/", "proposals/pending/", "entities/", "logical/", "physical/", "data-types/")
    return {name: f"{ROOT}{name}" for name in names}


@pytest.mark.parametrize("path", lists().values(), ids=lists())
def test_a_list_takes_the_same_however_long_it_is(path: str, wire: Wire) -> None:
    def grow(count: int, first: int) -> None:
        with wire.world.acme.scope():
            for number in range(first, first + count):
                wire.world.flow("TRADE", name=f"flow {number}")
                make_entity(wire.world.acme.organisation, f"Entity {number}")
                attributes = {**wire.world.command()["flowAttributes"], "name": f"new {number}"}
                wire.world.propose(flowAttributes=attributes)

    def asked() -> int:
        assert len(wire.ravi.read(path)["results"]) > 0
        return statements(lambda: wire.ravi.get(path))

    grow(1, 0)
    before = asked()
    grow(4, 1)
    assert asked() == before


def statements(request: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as caught:
        request()
    return len(caught)
