"""The dashboard: tabs, filters, order, pages, views under a name, the export, and what it costs."""

import csv
import io
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy.scope import organisation_scope
from flows.models import ApprovalSide, ProposedFlow, SavedView
from flows.proposals.services.act import proposal_approve, proposal_cancel, proposal_reject
from flows.proposals.services.propose import proposal_create
from flows.setup import PROPOSAL_WORKFLOW
from tests.factories import flows as make
from tests.flows.pages.story import BOARD, Person, Town, said
from workflows.models import EntityStateKind

pytestmark = pytest.mark.django_db
AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "SELECT set_config('app.organisation', ''")
WRITES = ("INSERT", "UPDATE", "DELETE")


def proposed(town: Town, name: str, **more: Any) -> ProposedFlow:
    """A proposal of Asha's, made past the pages. Needs the scope."""
    command = make.flow_def(town.orders, town.ledger, [town.types["TRADE"]], **more)
    command["flowAttributes"] = {**command["flowAttributes"], "name": name}
    return proposal_create(actor=town.acme.asha, flow_def=command)


@pytest.fixture
def some(town: Town) -> dict[str, UUID]:
    """One in each situation that the filters tell apart."""
    acme = town.acme
    with acme.scope():
        rows = {name: proposed(town, name) for name in ("new", "half", "rejected", "cancelled", "done")}
        proposal_approve(proposal_id=rows["half"].id, actor=acme.ravi)
        proposal_reject(proposal_id=rows["rejected"].id, actor=acme.hema, reason="No")
        proposal_cancel(proposal_id=rows["cancelled"].id, actor=acme.asha)
        for person in (acme.ravi, acme.hema):
            proposal_approve(proposal_id=rows["done"].id, actor=person)
    return {name: row.id for name, row in rows.items()}


def listed(person: Person, query: str = "", status: int = 200) -> set[str]:
    """The flow names on the dashboard."""
    page = person.load(f"{BOARD}?{query}", status).context["page"]
    return {row.flow_name for row in page.rows}


def test_tabs_and_filters(some: dict[str, UUID], asha: Person, ravi: Person, hema: Person) -> None:
    assert listed(asha) == {"new", "half"}
    assert listed(asha, "tab=completed") == {"rejected", "cancelled", "done"}
    assert listed(ravi, "actionable=outstanding") == {"new"}
    assert listed(hema, "actionable=outstanding") == {"new", "half"}
    assert listed(ravi, "actionable=completed") == {"half"}
    assert listed(hema, "tab=completed&actionable=completed") == {"rejected", "done"}
    assert listed(ravi, "actionable=completed&actionable=outstanding") == {"new", "half"}
    assert listed(ravi, "actionable=completed&state=PENDING_APPROVALS") == set()
    assert listed(asha, "mine=proposed") == {"new", "half"}
    assert listed(asha, "mine=approval") == listed(ravi, "mine=proposed") == set()
    assert listed(ravi, "tab=completed&mine=approval") == {"rejected", "cancelled", "done"}
    assert listed(ravi, "side=source") == {"new"}
    assert listed(ravi, "side=target") == {"new", "half"}
    assert listed(ravi, "type=REMOVE") == set()
    assert listed(ravi, "type=REMOVE&type=CREATE&q=ledg") == {"new", "half"}
    assert listed(ravi, "tab=completed&state=SOURCE_REJECTED&state=TARGET_REJECTED") == {"rejected"}


def test_the_search_box_finds_numbers_ends_and_people(some: dict[str, UUID], ravi: Person) -> None:
    assert listed(ravi, "q=1") == listed(ravi, "q=%231") == {"new"}
    assert listed(ravi, "q=asha") == listed(ravi, "q=order") == listed(ravi, "q=app-led") == {"new", "half"}
    page = ravi.load(f"{BOARD}?q=nothing+like+it")
    assert "No proposal fits" in said(page)


def test_counts_say_what_there_is(some: dict[str, UUID], hema: Person) -> None:
    page = hema.load(f"{BOARD}?state=SOURCE_APPROVED")
    assert [(tab.key, tab.count) for tab in page.context["tabs"]] == [("active", "2"), ("completed", "3")]
    counts = {pill.value: pill.count for _, pills in page.context["groups"] for pill in pills}
    assert counts == {
        "outstanding": "2",
        "completed": "0",
        "proposed": "0",
        "approval": "2",
        "PENDING_APPROVALS": "1",
        "SOURCE_APPROVED": "1",
        "TARGET_APPROVED": "0",
        "CREATE": "2",
        "UPDATE": "0",
        "REMOVE": "0",
        "source": "1",
        "target": "2",
    }
    assert page.context["filtered"] == "1"
    assert "2" in said(hema.load("/badges/")).split()


def test_no_counts_beside_the_filters_where_words_find_very_many(
    some: dict[str, UUID], hema: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.proposals.selectors.counts.COUNT_CAP", 2)
    page = hema.load(f"{BOARD}?q=led")
    assert {pill.count for _, pills in page.context["groups"] for pill in pills} == {""}
    assert "cs-pill-count" not in page.content.decode()
    assert listed(hema, "q=led&state=SOURCE_APPROVED") == {"half"}


@pytest.mark.parametrize("query", ["state=NONSENSE", "type=x", "side=up", "actionable=all", "mine=1&mine=2"])
def test_a_filter_that_cannot_be_read_lists_nothing_and_says_so(
    some: dict[str, UUID], asha: Person, query: str
) -> None:
    assert listed(asha, query, 422) == set()
    assert 'role="alert"' in asha.load(f"{BOARD}?{query}", 422).content.decode()


def test_states_and_sides_of_the_organisation_are_filters(town: Town, asha: Person) -> None:
    with town.acme.scope():
        start = EntityStateKind.objects.get(workflow__code=PROPOSAL_WORKFLOW, code="PENDING_APPROVALS")
        own = {"organisation_id": start.organisation_id, "workflow_id": start.workflow_id}
        EntityStateKind.objects.create(**own, code="IN_REVIEW", name="In review", position=25)
        ApprovalSide.objects.create(
            organisation_id=start.organisation_id, code="data", name="Data owner", position=30, anchor="data_type"
        )
        make.own_type(town.acme.farid, town.types["TRADE"])
        proposed(town, "asks-three")
    words = said(asha.load(BOARD))
    assert "In review" in words
    assert "Data owner" in words
    assert listed(asha, "state=IN_REVIEW") == set()
    assert listed(asha, "side=data") == {"asks-three"}
    assert listed(Person(town.acme.farid), "actionable=outstanding") == {"asks-three"}


@pytest.fixture
def many(town: Town) -> Town:
    """Sixty proposals of two people and two pairs of ends."""
    with town.acme.scope():
        risk = make.make_entity(town.acme.organisation, "Risk")
        make.involve(town.acme.fiona, risk)
        for number in range(60):
            ends = (town.orders, town.ledger) if number % 2 else (risk, town.ledger)
            command = make.flow_def(*ends, [town.types["TRADE"]])
            command["flowAttributes"] = {**command["flowAttributes"], "name": f"flow-{number}"}
            actor = town.acme.asha if number % 2 else town.acme.fiona
            proposal_create(actor=actor, flow_def=command)
    return town


KEYS: dict[str, Callable[[ProposedFlow], Any]] = {
    "acted": lambda row: row.acted_at,
    "created": lambda row: row.created_at,
    "number": lambda row: row.number,
    "source": lambda row: row.source.name.lower(),
    "target": lambda row: row.target.name.lower(),
    "maker": lambda row: row.maker_name,
    "state": lambda row: row.state,
    "type": lambda row: row.proposal_type,
}


@pytest.mark.parametrize("sign", ["", "-"])
def test_every_order_goes_on_and_back(many: Town, asha: Person, sign: str) -> None:
    for key, value in KEYS.items():
        rows, address = [], f"{BOARD}?sort={sign}{key}"
        first = page = asha.load(address).context["page"]
        for _ in range(3):
            rows += page.rows
            if page.next:
                page = asha.load(f"{address}&cursor={page.next}").context["page"]
        assert sorted(row.proposal.number for row in rows) == list(range(1, 61)), key
        values = [value(row.proposal) for row in rows]
        assert values == sorted(values, reverse=sign == "-"), key
        back = asha.load(f"{address}&cursor={page.previous}").context["page"]
        assert asha.load(f"{address}&cursor={back.previous}").context["page"].rows == first.rows


def cursor_of(value: str) -> str:
    """In the form of a true one; ``value`` is JSON."""
    return urlsafe_b64encode(f'["-acted",{value},"{"0" * 32}",false]'.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "bm9uc2Vuc2U", "WyItYWN0ZWQiLDEsMiwzXQ", "W10", "eyJhIjoxfQ"),
        *(cursor_of(f'"2026-01-01T00:00:00{zone}"') for zone in ("", "+23:59", "-16:00", "+05:30")),
        cursor_of("[" * 3_000 + "]" * 3_000),
    ],
)
def test_a_broken_cursor_is_the_first_page(some: dict[str, UUID], asha: Person, cursor: str) -> None:
    assert listed(asha, f"cursor={cursor}") == {"new", "half"}


def test_views_are_kept_under_a_name(some: dict[str, UUID], town: Town, asha: Person, ravi: Person) -> None:
    query = "tab=completed&state=CANCELLED"
    answer = asha.send("/flows/proposals/views/", name="Given up", query=f"{query}&cursor=abc&evil=1")
    assert answer.headers["Location"] == f"{BOARD}?{query}"
    page = asha.follow(answer)
    view = page.context["views"][0]
    assert (view["name"], view["current"]) == ("Given up", True)
    assert {row.flow_name for row in page.context["page"].rows} == {"cancelled"}
    assert ravi.load(BOARD).context["views"] == []
    ravi.send(f"/flows/proposals/views/{view['id']}/delete/", 404)
    asha.send("/flows/proposals/views/", name="Given up", query="type=REMOVE")
    with town.acme.scope():
        assert SavedView.objects.get().query == "type=REMOVE"
    asha.send(f"/flows/proposals/views/{view['id']}/delete/")
    assert asha.load(BOARD).context["views"] == []


def exported(person: Person, query: str = "") -> list[dict[str, str]]:
    answer = person.load(f"/flows/proposals/export.csv?{query}")
    assert answer.streaming
    assert "attachment" in answer.headers["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_export_has_what_the_filters_leave(some: dict[str, UUID], asha: Person) -> None:
    rows = exported(asha, "tab=completed&state=FULLY_APPROVED")
    assert [(row["Flow"], row["Source"], row["Data types"]) for row in rows] == [("done", "Orders", "Trade")]
    assert (rows[0]["Source: decided by"], rows[0]["Target: decided by"]) == ("Ravi", "Hema")
    assert [row["Flow"] for row in exported(asha, "sort=number")] == ["new", "half"]
    assert exported(asha, "state=NONSENSE") == []


@pytest.mark.parametrize("name", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", "＝1"])
def test_no_cell_of_the_export_is_a_formula(town: Town, asha: Person, name: str) -> None:
    with town.acme.scope():
        ledger = make.make_entity(town.acme.organisation, f"{name} sheet", external_id="=cmd")
        command = make.flow_def(town.orders, ledger, [town.types["TRADE"]])
        command["flowAttributes"] = {**command["flowAttributes"], "name": name}
        proposal_create(actor=town.acme.asha, flow_def=command)
    row = exported(asha)[0]
    assert row["Target"].startswith("'")
    assert row["Target id"] == "'=cmd"
    assert not [cell for cell in row.values() if cell[:1] in "=+-@\t＝" and cell]


def test_the_export_reads_in_batches(many: Town, asha: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.views.export.BATCH", 7)
    assert len({row["Number"] for row in exported(asha, "sort=source")}) == 60


def statements(person: Person, path: str) -> list[str]:
    person.load(path)
    with CaptureQueriesContext(connection) as caught:
        person.load(path)
    sent = [query["sql"] for query in caught if not query["sql"].startswith(AROUND)]
    assert not [sql for sql in sent if sql.lstrip().startswith(WRITES)], sent
    return sent


def test_what_pages_cost_does_not_grow(town: Town, asha: Person, hema: Person) -> None:
    with organisation_scope(town.acme.organisation.id):
        first = proposed(town, "first")
    page = f"{BOARD}{first.id}/"
    paths = (BOARD, f"{BOARD}?actionable=outstanding", f"{BOARD}?q=led&mine=approval&side=target", page)
    few = {path: len(statements(hema, path)) for path in paths}
    with organisation_scope(town.acme.organisation.id):
        for number in range(20):
            proposed(town, f"more-{number}")
        make.involve(town.acme.meera, town.ledger)
        make.involve(town.acme.hari, town.ledger, kind="FLOW_APPROVER")
    assert {path: len(statements(hema, path)) for path in few} == few
    assert few[BOARD] <= 18, few
    assert few[f"{BOARD}?actionable=outstanding"] <= 19, few
    assert few[page] <= 22, few


def test_another_organisation_sees_nothing_of_it(some: dict[str, UUID], globex: Any) -> None:
    gita = Person(globex.gita)
    assert listed(gita) == listed(gita, "tab=completed") == set()
    gita.load(f"{BOARD}{some['new']}/", 404)
    gita.send(f"{BOARD}{some['new']}/approve/", 404)
    answer = gita.send(f"{BOARD}bulk/", 200, decision="approve", ids=[str(some["new"])])
    assert answer.context["rows"][0]["title"] == "A proposal that is not there"


def test_htmx_gets_the_list_alone(some: dict[str, UUID], asha: Person) -> None:
    answer = asha.client.get(BOARD, headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<div id="board"')
    assert "HX-Request" in answer.headers["Vary"]
