"""The pages of the catalogue: what they show, and that their cost does not grow with it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.accounts.clients import signed_in
from tests.factories import flows as make
from tests.factories.accounts import give_role
from tests.flows.catalogue.conftest import Catalogue

TABS = ("applications", "actors", "end-user-applications", "logical", "physical")


def load(client: Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content[:300]
    return answer


def names(answer: Any) -> list[str]:
    return [row.name for row in answer.context["page"].rows]


def statements(client: Client, path: str) -> int:
    load(client, path)
    with CaptureQueriesContext(connection) as caught:
        load(client, path)
    return len(caught)


@pytest.mark.parametrize("tab", TABS)
def test_every_list_opens(catalogue: Catalogue, tab: str) -> None:
    assert load(signed_in(catalogue.acme.farid), f"/flows/?tab={tab}").context["tab"] == tab


def test_applications_are_listed_by_name_and_found_by_words(catalogue: Catalogue) -> None:
    client = signed_in(catalogue.acme.farid)
    assert names(load(client, "/flows/")) == ["Archive", "Ledger", "Orders"]
    for words, found in (("ord", ["Orders"]), ("app-led", ["Ledger"]), ("dge", ["Ledger"]), ("zebra", []), ("%", [])):
        assert names(client.get("/flows/", {"q": words})) == found, words
    orders = load(client, "/flows/?q=orders").context["page"].rows[0]
    assert (orders.flows_in, orders.flows_out, orders.department) == (0, 2, "Engineering")


def test_facets_count_and_narrow(catalogue: Catalogue) -> None:
    client = signed_in(catalogue.acme.farid)
    page = load(client, "/flows/?status=RETIRED")
    assert names(page) == ["Archive"]
    status, department = page.context["facets"]
    assert [(one.label, one.count, one.is_chosen) for one in status.values] == [
        ("Active", "2", False), ("Pending", "0", False), ("Retired", "1", True),
    ]  # fmt: skip
    assert department.values == ()
    engineering = catalogue.acme.departments["ENG"].id
    assert names(load(client, f"/flows/?department={engineering}")) == ["Orders"]
    assert len(load(client, "/flows/?department=nonsense&status=nonsense").context["page"].rows) == 3
    assert len(load(client, "/flows/?tab=actors&external=True").context["page"].rows) == 1
    assert load(client, "/flows/?tab=actors&external=False").context["page"].rows == ()
    trade = catalogue.types["TRADE"].id
    assert len(load(client, f"/flows/?tab=logical&type={trade}").context["page"].rows) == 2
    assert len(load(client, "/flows/?tab=physical&transport=FILE_TRANSPORT&frequency=DAILY").context["page"].rows) == 2
    assert load(client, "/flows/?tab=physical&transport=EMAIL").context["page"].rows == ()


def test_flows_are_found_by_their_ends(catalogue: Catalogue) -> None:
    client = signed_in(catalogue.acme.farid)
    for words, found in (("exchange", 1), ("orders", 2), ("LF-1", 1), ("archive", 0)):
        assert len(client.get("/flows/", {"tab": "logical", "q": words}).context["page"].rows) == found, words
    for words, found in (("exchange", 1), ("ledger", 1), ("to-ex", 1), ("orders-e", 1), ("nothing", 0)):
        assert len(client.get("/flows/", {"tab": "physical", "q": words}).context["page"].rows) == found, words


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("q", ["'", "\\", "%_", "x" * 3000, "a b " * 100, "n", "ß"])
def test_no_search_and_no_cursor_breaks(catalogue: Catalogue, tab: str, q: str) -> None:
    client = signed_in(catalogue.acme.farid)
    facets = {"status": q, "type": q, "department": q, "external": q, "transport": q}
    assert client.get("/flows/", {"tab": tab, "q": q, "cursor": q, **facets}).status_code == 200
    assert client.get("/flows/suggest/", {"q": q, "kind": q, "without": q, "field": q}).status_code == 200


def test_pages_go_on_and_back(catalogue: Catalogue) -> None:
    with catalogue.acme.scope():
        for number in range(60):
            make.make_entity(
                catalogue.acme.organisation, f"App {number:02}" if number % 2 else "Same", external_id=f"X{number}"
            )
    client = signed_in(catalogue.acme.farid)
    seen: list[Any] = []
    page = load(client, "/flows/").context["page"]
    assert page.count == "63"
    while True:
        seen += [row.id for row in page.rows]
        if not page.next:
            break
        page = load(client, f"/flows/?cursor={page.next}").context["page"]
    assert len(seen) == len(set(seen)) == 63
    back = load(client, f"/flows/?cursor={page.previous}").context["page"]
    assert [row.id for row in back.rows] == seen[25:50]


@pytest.mark.parametrize("tab", TABS)
def test_a_list_costs_the_same_however_long_it_is(catalogue: Catalogue, tab: str) -> None:
    client = signed_in(catalogue.acme.farid)
    with catalogue.acme.scope():
        more(catalogue, 1)
    before = statements(client, f"/flows/?tab={tab}")
    with catalogue.acme.scope():
        more(catalogue, 6)
    assert statements(client, f"/flows/?tab={tab}") == before


def more(catalogue: Catalogue, count: int) -> None:
    own = catalogue.acme.organisation
    for number in range(10 * count, 11 * count):
        entity = make.make_entity(own, f"More {number}")
        make.make_actor(own, f"Actor {number}")
        make.make_entity(own, f"Sheet {number}", kind="end_user_application")
        flow = make.make_logical(catalogue.orders, entity)
        make.make_physical(flow, types=[catalogue.types["PARTY"]], name=f"more-{number}")
        make.involve(catalogue.acme.hema, catalogue.orders, entity, kind="CONTACT")


def test_an_entity_shows_people_neighbours_and_flows(catalogue: Catalogue) -> None:
    page = load(signed_in(catalogue.acme.farid), f"/flows/entities/{catalogue.orders.id}/")
    people = {one.name: one for one in page.context["people"].involved}
    assert people["Asha"].approves == ["Source", "Target"]
    assert people["Meera"].approves == []
    assert page.context["people"].unattended == ()
    assert [one.end.name for one in page.context["downstream"].rows] == ["Exchange", "Ledger"]
    assert page.context["upstream"].rows == ()
    assert [len(row.deliveries) for row in page.context["page"].rows] == [1, 1]
    text = page.content.decode()
    assert "Nothing comes in" in text
    assert "/flows/proposals/new/" not in text
    owner = load(signed_in(catalogue.acme.asha), f"/flows/entities/{catalogue.orders.id}/").content.decode()
    assert f"/flows/proposals/new/?entity={catalogue.orders.id}" in owner
    assert (
        load(signed_in(catalogue.acme.farid), f"/flows/entities/{catalogue.exchange.id}/").context["people"].unattended
    )


def test_who_has_left_speaks_by_no_role(catalogue: Catalogue) -> None:
    acme = catalogue.acme
    with acme.scope():
        make.speak_by_role(acme.omar, "source")
    client, path = signed_in(acme.farid), f"/flows/entities/{catalogue.exchange.id}/"
    people = load(client, path).context["people"]
    assert ([one.name for one in people.by_role], people.unattended) == (["Omar"], ("Target",))
    User.objects.filter(id=acme.omar.user_id).update(is_active=False)
    people = load(client, path).context["people"]
    assert (people.by_role, people.unattended) == ((), ("Source", "Target"))


def test_an_entity_costs_the_same_however_much_flows(catalogue: Catalogue) -> None:
    client = signed_in(catalogue.acme.farid)
    path = f"/flows/entities/{catalogue.orders.id}/"
    before = statements(client, path)
    with catalogue.acme.scope():
        more(catalogue, 6)
    assert statements(client, path) == before
    page = load(client, f"{path}?direction=in")
    assert page.context["page"].rows == ()


def test_a_hub_says_how_many_are_left_out(catalogue: Catalogue) -> None:
    with catalogue.acme.scope():
        for number in range(15):
            make.make_logical(make.make_entity(catalogue.acme.organisation, f"Feeder {number:02}"), catalogue.orders)
    page = load(signed_in(catalogue.acme.farid), f"/flows/entities/{catalogue.orders.id}/")
    upstream = page.context["upstream"]
    assert (len(upstream.rows), upstream.total, upstream.left) == (12, "15", "3 more")


def test_the_pages_of_flows(catalogue: Catalogue) -> None:
    client = signed_in(catalogue.acme.asha)
    logical = load(client, f"/flows/logical/{catalogue.logical.id}/")
    assert [one.title for one in logical.context["deliveries"]] == ["orders-eod"]
    assert logical.context["types"] == ("Trade",)
    assert f"/flows/proposals/new/?logical={catalogue.logical.id}" in logical.content.decode()
    physical = load(client, f"/flows/physical/{catalogue.physical.id}/")
    assert [one.id for one in physical.context["sharing"][0:]] == [catalogue.shared.id]
    assert f"/flows/physical/{catalogue.physical.id}/propose-remove/" in physical.content.decode()
    fixed = load(client, f"/flows/physical/{catalogue.shared.id}/").content.decode()
    assert "propose-remove" not in fixed
    assert "read-only" in fixed


def test_whoever_may_break_the_glass_sees_the_way(catalogue: Catalogue) -> None:
    with catalogue.acme.scope():
        give_role(catalogue.acme.omar, "Fireman", "flow.break_glass")
    for path in (f"/flows/logical/{catalogue.logical.id}/", f"/flows/physical/{catalogue.physical.id}/"):
        assert f"{path}direct/" in load(signed_in(catalogue.acme.omar), path).content.decode()
        assert f"{path}direct/" not in load(signed_in(catalogue.acme.tess), path).content.decode()


def test_suggestions_begin_with_the_words(catalogue: Catalogue) -> None:
    client = signed_in(catalogue.acme.farid)
    json = {"Accept": "application/json"}
    for query, found in (
        ("q=o", ["Orders (APP-ORDERS)"]),
        ("q=APP-", 3),
        ("q=arch", []),
        ("q=", []),
        ("q=ex&kind=actor", 1),
    ):
        rows = client.get(f"/flows/suggest/?{query}", headers=json).json()["results"]
        assert (len(rows) if isinstance(found, int) else [row["text"] for row in rows]) == found, query
    other = client.get(f"/flows/suggest/?q=app&without={catalogue.orders.id}", headers=json).json()["results"]
    assert [row["text"] for row in other] == ["Exchange (APP-EXCHANGE)", "Ledger (APP-LEDGER)"]
    assert 'name="other"' in client.get("/flows/suggest/?q=o&field=other").content.decode()


def test_suggestions_come_from_the_indexes(catalogue: Catalogue) -> None:
    with CaptureQueriesContext(connection) as caught:
        signed_in(catalogue.acme.farid).get("/flows/suggest/?q=ord")
    asked = [query["sql"] for query in caught if "name_key" in query["sql"]]
    assert len(asked) == 2
    assert not [sql for sql in asked if "LIKE" in sql.upper()]


def test_the_export_has_what_the_import_takes_and_no_formulas(catalogue: Catalogue) -> None:
    with catalogue.acme.scope():
        make.make_entity(catalogue.acme.organisation, "=HYPERLINK(1)", external_id="+1")
    client = signed_in(catalogue.acme.farid)
    text = b"".join(client.get("/flows/export.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, *lines = text.splitlines()
    assert head == "kind,external_id,name,description,lifecycle_status,is_external,department"
    assert "application,APP-ORDERS,Orders,,ACTIVE,,ENG" in lines
    assert "application,'+1,'=HYPERLINK(1),,ACTIVE,," in lines
    for tab, count in (("logical", 3), ("physical", 3), ("actors", 2)):
        answer: Any = client.get(f"/flows/export.csv?tab={tab}")
        assert len(b"".join(answer.streaming_content).decode().splitlines()) == count, tab


def test_what_is_proposed_is_drawn_once_and_only_where_nothing_flows_yet(catalogue: Catalogue) -> None:
    acme = catalogue.acme
    with acme.scope():
        hub = make.make_entity(acme.organisation, "Hub")
        new = [make.make_proposal(acme.asha, hub, catalogue.ledger, identity=f"new {n}") for n in range(2)]
        make.make_logical(hub, catalogue.orders)
        make.make_proposal(acme.asha, hub, catalogue.orders, identity="known")
    rows = load(signed_in(acme.farid), f"/flows/entities/{hub.id}/").context["downstream"].rows
    drawn = [(one.end.name, one.flow_id is None) for one in rows]
    assert drawn == [("Orders", False), ("Ledger", True)]
    assert rows[1].proposal_id == new[1].id
