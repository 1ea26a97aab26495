"""The inbox: what each person sees, and that lists go on from where they ended."""

import gzip

import pytest

from tests.cast import Acme
from tests.workflows.views.bulk import bulk
from tests.workflows.views.story import at_hr, install, load, send, signed_in, started, task_of, text
from workflows.models import Task, TaskCandidate
from workflows.selectors.inbox import CAP, InboxTab, decide_count, inbox_counts
from workflows.selectors.paging import PAGE_SIZE, Cursor


@pytest.mark.django_db
def test_pages_go_on_from_where_they_ended_and_back(acme: Acme) -> None:
    with acme.scope():
        made = bulk(acme.tess)
        made.requests(40, requester=acme.asha, assignee=acme.ravi)
        made.requests(20, requester=acme.asha, queue=(acme.hema, acme.ravi))
    client = signed_in(acme.ravi)
    seen: list[int] = []
    first = page = load(client, "/inbox/").context["page"]
    while True:
        seen += [row.number for row in page.rows]
        if not page.next:
            break
        page = load(client, f"/inbox/?cursor={page.next}").context["page"]
    assert sorted(seen) == list(range(1, 61))
    back = load(client, f"/inbox/?cursor={page.previous}").context["page"]
    assert load(client, f"/inbox/?cursor={back.previous}").context["page"].rows == first.rows


@pytest.mark.django_db
@pytest.mark.parametrize("tab", ["mine", "following", "team"])
def test_every_list_goes_on(acme: Acme, tab: str) -> None:
    with acme.scope():
        made = bulk(acme.tess)
        made.requests(PAGE_SIZE + 5, requester=acme.asha, queue=(acme.hema,))
        made.follow(acme.fiona)
    client = signed_in({"mine": acme.asha, "following": acme.fiona, "team": acme.hema}[tab])
    page = load(client, f"/inbox/?tab={tab}").context["page"]
    assert len(page.rows) == PAGE_SIZE
    assert not page.previous
    rest = load(client, f"/inbox/?tab={tab}&cursor={page.next}").context["page"]
    assert len(rest.rows) == 5
    assert not rest.next
    assert {row.id for row in page.rows}.isdisjoint(row.id for row in rest.rows)
    assert load(client, f"/inbox/?tab={tab}&cursor={rest.previous}").context["page"].rows == page.rows


@pytest.mark.django_db
def test_each_tab_holds_what_it_says(acme: Acme) -> None:
    definition = install(acme)
    with_ravi, queued = started(acme, definition), started(acme, definition)
    at_hr(acme, queued)
    asha, ravi, hema = signed_in(acme.asha), signed_in(acme.ravi), signed_in(acme.hema)
    send(asha, f"/requests/{with_ravi}/stakeholders/", member=str(acme.fiona.id))

    def ids(client: object, tab: str) -> list[object]:
        return [row.id for row in load(client, f"/inbox/?tab={tab}").context["page"].rows]  # type: ignore[arg-type]  # a client

    assert ids(ravi, "decide") == [with_ravi]
    assert ids(hema, "decide") == ids(hema, "team") == [queued]
    assert set(ids(asha, "mine")) == {with_ravi, queued}
    assert ids(asha, "following") == []
    assert ids(signed_in(acme.fiona), "following") == [with_ravi]
    page = load(hema, "/inbox/")
    assert [(tab.key, tab.count) for tab in page.context["tabs"]] == [
        ("decide", "1"), ("team", "1"), ("mine", ""), ("following", ""),
    ]  # fmt: skip
    assert load(hema, "/badges/").content.decode().count(">1<") == 1


@pytest.mark.django_db
def test_a_tenant_admin_sees_and_assigns_what_nobody_holds(acme: Acme) -> None:
    definition = install(acme)
    run_id = started(acme, definition)
    task = task_of(acme, run_id)
    with acme.scope():
        Task.objects.filter(id=task.id).update(assignee=None, unassigned=True)
    tess, asha = signed_in(acme.tess), signed_in(acme.asha)
    assert [row.id for row in load(tess, "/inbox/?tab=unassigned").context["page"].rows] == [run_id]
    assert load(asha, "/inbox/?tab=unassigned").context["tab"] == "decide"
    assert "Nobody is left to decide" in text(load(asha, f"/requests/{run_id}/"))
    offered = {one.name for one in load(tess, f"/requests/{run_id}/").context["reassign"]}
    assert "Asha" not in offered
    assert send(tess, f"/tasks/{task.id}/reassign/", assignee=str(acme.meera.id)).status_code == 302
    assert task_of(acme, run_id).assignee_id == acme.meera.id


@pytest.mark.django_db
def test_own_requests_say_with_whom_they_are(acme: Acme) -> None:
    definition = install(acme)
    run_id = started(acme, definition)
    asha = signed_in(acme.asha)

    def said() -> str:
        [row] = load(asha, "/inbox/?tab=mine").context["page"].rows
        assert f"with {row.holder}" in text(load(asha, "/inbox/?tab=mine"))
        return str(row.holder)

    assert said() == "Ravi"
    with acme.scope():
        tasks = Task.objects.filter(id=task_of(acme, run_id).id)
        tasks.update(assignee=None)
        assert said() == "the team"
        tasks.update(panel={"members": []})
        assert said() == "a panel"
        tasks.update(panel=None, unassigned=True)
        assert said() == "nobody yet"
        tasks.update(unassigned=False, state="running")
    assert said() == "the product"


@pytest.mark.django_db
def test_rows_tell_what_the_start_was_answered_and_nothing_else(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    at_hr(acme, run_id)
    for who, address in (
        (acme.hema, "/inbox/?tab=decide"), (acme.hema, "/inbox/?tab=team"), (acme.asha, "/inbox/?tab=mine"),
        (acme.asha, "/inbox/?q=leave&tab=mine"), (acme.hema, "/search/?q=leave"),
    ):  # fmt: skip
        page = load(signed_in(who), address)
        [row] = page.context["page"].rows
        assert row.summary == "6 Oct 2025 · 8 Oct 2025 · Family"
        assert row.summary in text(page)


@pytest.mark.django_db
def test_counts_stop_at_the_cap_and_the_badge_says_more(acme: Acme) -> None:
    with acme.scope():
        made = bulk(acme.tess)
        made.requests(CAP + 20, requester=acme.asha, assignee=acme.ravi)
        made.requests(3, requester=acme.asha, queue=(acme.ravi,))
        assert decide_count(acme.ravi) == CAP
        counts = inbox_counts(acme.ravi)
    assert counts[InboxTab.DECIDE] == CAP
    assert counts[InboxTab.TEAM] == 3
    page = load(signed_in(acme.ravi), "/inbox/")
    assert page.context["tabs"][0].count == "99+"
    assert page.content.decode().count('data-badge="inbox">99+<') == 2
    assert "'inbox']\">99+<" in load(signed_in(acme.ravi), "/badges/").content.decode()
    assert len(gzip.compress(page.content)) <= 40_000


@pytest.mark.django_db
def test_the_search_box_narrows_by_number_title_and_requester(acme: Acme) -> None:
    with acme.scope():
        made = bulk(acme.tess)
        made.requests(5, requester=acme.asha, assignee=acme.ravi)
        made.requests(1, requester=acme.farid, queue=(acme.ravi,))
    client = signed_in(acme.ravi)
    for q, numbers in (
        ("3", [3]),
        ("#3", [3]),
        ("person 4", [4]),
        ("farid", [6]),
        ("LEAVE asha", [1, 2, 3, 4, 5]),
        ("no", []),
    ):
        rows = client.get("/inbox/", {"q": q}).context["page"].rows
        assert sorted(row.number for row in rows) == numbers, q


@pytest.mark.django_db
def test_htmx_gets_the_list_alone(acme: Acme) -> None:
    client = signed_in(acme.ravi)
    whole, part = load(client, "/inbox/"), client.get("/inbox/", headers={"HX-Request": "true"})
    restored = client.get("/inbox/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in text(whole)
    assert "<html" not in part.content.decode()
    assert part.content.decode().lstrip().startswith('<div id="inbox"')
    assert "<html" in restored.content.decode()
    for answer in (whole, part):
        assert "HX-Request" in answer["Vary"]
        assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.django_db
def test_another_organisation_changes_nothing(acme: Acme) -> None:
    with acme.scope():
        bulk(acme.tess).requests(3, requester=acme.asha, queue=(acme.hema,))
        assert TaskCandidate.objects.count() == 3
    assert load(signed_in(acme.meera), "/inbox/").context["page"].rows == ()


@pytest.mark.parametrize(
    "text", ["", "x", "n-", "n1-zz", "n" + "f" * 40 + "-" + "0" * 32, "p" + "f" * 14 + "-" + "0" * 32]
)
def test_a_broken_cursor_is_none_and_a_good_one_comes_back(text: str) -> None:
    cursor = Cursor.parse(text)
    assert cursor is None or str(cursor) == text
