"""Requests of a workflow in a period, and search."""

import csv
from datetime import timedelta

import pytest
from django.db import connection

from tests.cast import Acme, Globex
from tests.factories import workflows as make
from tests.scenarios.rest import Rest
from tests.workflows.views.story import install, load, signed_in, started, text
from workflows.library import library_item
from workflows.models import WorkflowDefinition, WorkflowRun
from workflows.selectors import search
from workflows.selectors.paging import PAGE_SIZE
from workflows.services.runs import run_withdraw
from workflows.services.timeouts import timeouts_sweep

PERIOD = "since=2025-09-01&until=2025-10-31"


def finished(acme: Acme, definition: WorkflowDefinition, hours: int) -> None:
    """A request that took so long."""
    with acme.scope():
        run_id = make.start_leave(definition, acme.asha).run_id
        make.decide(run_id, acme.ravi, "Rejected", at=make.MONDAY + timedelta(hours=hours))


@pytest.mark.django_db
def test_figures_are_those_of_the_period(acme: Acme) -> None:
    definition = install(acme)
    for hours in (1, 2, 3, 10):
        finished(acme, definition, hours)
    started(acme, definition)
    page = load(signed_in(acme.tess), f"/workflows/{definition.id}/runs/?{PERIOD}")
    whole = page.context["figures"]
    assert (whole.started, whole.completed, whole.open, whole.overdue) == (5, 4, 1, 0)
    assert whole.p50 == timedelta(hours=2.5)
    assert whole.p90 == timedelta(hours=7.9)
    assert [week.label for week in page.context["buckets"]] == ["29 Sep 2025"]
    assert page.context["chart"]["series"][0]["values"] == [5]
    assert [row.number for row in page.context["page"].rows] == [5, 4, 3, 2, 1]
    steps = {step.name: step for step in page.context["steps"]}
    assert (steps["Manager review"].count, steps["Manager review"].open) == (4, 1)
    only = load(signed_in(acme.tess), f"/workflows/{definition.id}/runs/?{PERIOD}&status=running")
    assert [row.number for row in only.context["page"].rows] == [5]
    empty = load(signed_in(acme.tess), f"/workflows/{definition.id}/runs/?since=2024-01-01&until=2024-02-01")
    assert empty.context["figures"].started == 0
    assert empty.context["chart"] is None


@pytest.mark.django_db
def test_states_are_called_as_in_the_rows_and_the_figures_add_up(acme: Acme) -> None:
    definition = install(acme)
    finished(acme, definition, 0)
    for status, ended in (("running", None), ("killed", make.MONDAY), ("failed", make.MONDAY)):
        run_id = started(acme, definition)
        with acme.scope():
            WorkflowRun.objects.filter(id=run_id).update(status=status, finished_at=ended)
    page = load(signed_in(acme.tess), f"/workflows/{definition.id}/runs/?{PERIOD}")
    whole = page.context["figures"]
    assert (whole.completed, whole.open, whole.withdrawn, whole.failed, whole.started) == (1, 1, 1, 1, 4)
    for name, value in (
        ("Withdrawn", 1),
        ("Failed", 1),
        ("Median time", "under a minute"),
        ("90 % within", "under a minute"),
    ):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in text(page)
    states = dict(page.context["filter_form"].fields["status"].choices)
    assert (states["running"], states["killed"]) == ("In progress", "Withdrawn")


@pytest.mark.django_db
@pytest.mark.parametrize("then", ["fail", "kill"])
def test_what_timed_out_is_neither_withdrawn_nor_failed(acme: Acme, then: str) -> None:
    limit = {"soft": "", "hard": "1d", "then": then}
    document = library_item("leave_application").to_json()
    document["graph"] |= {"timeout": limit}
    with acme.scope():
        definition = make.publish(document, acme.omar)
        withdrawn, late, named = (make.start_leave(definition, acme.asha).run_id for _ in range(3))
        run_withdraw(run_id=withdrawn, actor=acme.asha, at=make.MONDAY)
        make.decide(named, acme.ravi, "Rejected")
        WorkflowRun.objects.filter(id=named).update(outcome="Timed out")  # as an end may be called
        timeouts_sweep(acme.organisation.id, at=make.MONDAY + timedelta(days=9))
    tess, runs = signed_in(acme.tess), f"/workflows/{definition.id}/runs/?{PERIOD}"
    whole = load(tess, runs).context["figures"]
    assert (whole.completed, whole.withdrawn, whole.failed, whole.timed_out) == (1, 1, 0, 1)
    assert "<dt>Timed out</dt><dd>1</dd>" in text(load(tess, runs))
    for state, ids in (("killed", [withdrawn]), ("failed", []), ("timed_out", [late]), ("completed", [named])):
        page = load(tess, f"{runs}&status={state}")
        assert [row.id for row in page.context["page"].rows] == ids
    file = b"".join(load(tess, f"/workflows/{definition.id}/runs/export/?{PERIOD}").streaming_content).decode()
    states = [line[3:5] for line in csv.reader(file.splitlines())][1:]
    assert sorted(states) == [["Completed", "Timed out"], ["Timed out", "Timed out"], ["Withdrawn", "Withdrawn"]]
    rest = Rest(acme.tess)
    ended = [(one["status"], one["outcome"]) for one in rest.read("runs/?outcome=timed%20OUT")["results"]]
    assert sorted(ended) == sorted([("completed", "Timed out"), (f"{then}ed", "Timed out")])


@pytest.mark.django_db
def test_each_sees_what_they_may(acme: Acme) -> None:
    definition = install(acme)
    started(acme, definition)
    started(acme, definition, acme.farid)
    for member, numbers in (
        (acme.asha, [1]),
        (acme.farid, [2]),
        (acme.fiona, []),
        (acme.omar, [2, 1]),
        (acme.tess, [2, 1]),
    ):
        page = load(signed_in(member), f"/workflows/{definition.id}/runs/?{PERIOD}")
        assert [row.number for row in page.context["page"].rows] == numbers
        assert page.context["figures"].started == len(numbers)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "since=2025-02-01&until=2025-01-01",
        "since=2020-01-01&until=2025-01-01",
        "since=0001-01-01",
        "status=no",
    ],
)
def test_a_period_that_cannot_be_read_is_refused(acme: Acme, query: str) -> None:
    definition = install(acme)
    answer = load(signed_in(acme.asha), f"/workflows/{definition.id}/runs/?{query}")
    assert answer.status_code == 422
    assert answer.context["filter_form"].errors
    assert "No requests in this period" not in text(answer)
    assert "<dt>Started</dt>" not in text(answer)


@pytest.mark.django_db
def test_a_deleted_workflow_keeps_its_runs_for_those_who_may(acme: Acme) -> None:
    definition = install(acme)
    run_id = started(acme, definition)
    with acme.scope():
        WorkflowDefinition.objects.filter(id=definition.id).update(deleted_at=make.MONDAY)
    for member, status in ((acme.tess, 200), (acme.asha, 200), (acme.fiona, 404)):
        assert load(signed_in(member), f"/workflows/{definition.id}/runs/?{PERIOD}").status_code == status
    assert "deleted" in text(load(signed_in(acme.tess), f"/workflows/{definition.id}/runs/?{PERIOD}"))
    assert load(signed_in(acme.asha), "/start/leave-application/").status_code == 404
    page = load(signed_in(acme.asha), f"/requests/{run_id}/")
    assert page.status_code == 200
    assert f"/workflows/{definition.id}/" not in text(page)


@pytest.mark.django_db
@pytest.mark.parametrize("few", [search.FEW, 0])
def test_search_finds_by_number_and_words_only_what_one_may_see(
    acme: Acme, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Alike for words that few requests have, and for those of many."""
    monkeypatch.setattr(search, "FEW", few)
    definition = install(acme)
    started(acme, definition)
    started(acme, definition, acme.farid)
    for member, found in ((acme.asha, [1]), (acme.ravi, [1]), (acme.fiona, []), (acme.tess, [2, 1])):
        client = signed_in(member)
        assert [row.number for row in load(client, "/search/?q=leave+appl").context["page"].rows] == found
    tess = signed_in(acme.tess)
    for q, numbers in (("2", [2]), ("%232", [2]), ("farid", [2]), ("leave+asha", [1]), ("zebra", []), ("", [])):
        assert [row.number for row in load(tess, f"/search/?q={q}").context["page"].rows] == numbers, q
    assert [row.name for row in load(tess, "/search/?q=leave").context["workflows"]] == ["Leave Application"]


@pytest.mark.django_db
def test_the_index_of_words_answers_for_the_organisation_of_the_scope(acme: Acme, globex: Globex) -> None:
    run_id = started(acme, install(acme))
    found = []
    for world in (acme, globex):
        with world.scope(), connection.cursor() as cursor:
            cursor.execute("SELECT workflows_with_words(to_tsquery('simple', 'leave'), 10)")
            found.append([row[0] for row in cursor.fetchall()])
            cursor.execute("SELECT count(*) FROM workflows_with_words('', 10)")
            assert cursor.fetchone() == (0,)
    assert found == [[run_id], []]


@pytest.mark.django_db
def test_words_that_many_have_are_all_found_and_newest_first(acme: Acme) -> None:
    definition = install(acme)
    for _ in range(PAGE_SIZE + 2):
        started(acme, definition)
    with acme.scope():
        WorkflowRun.objects.filter(number=2).update(title="Sabbatical: Asha")
    tess = signed_in(acme.tess)
    page = load(tess, "/search/?q=leave").context["page"]
    assert [row.number for row in page.rows] == [*range(27, 2, -1)]
    assert [row.number for row in load(tess, f"/search/?q=leave&cursor={page.next}").context["page"].rows] == [1]
    assert [row.number for row in load(tess, "/search/?q=sabb").context["page"].rows] == [2]
    assert len(load(tess, "/search/?q=asha").context["page"].rows) == PAGE_SIZE


@pytest.mark.django_db
@pytest.mark.parametrize("q", ["'", "a:*b", "!", "& |", "((", "\\", "<->", "%", "9" * 30, "x" * 3000, "a b " * 200])
def test_no_search_breaks(acme: Acme, q: str) -> None:
    client = signed_in(acme.tess)
    for address in ("/search/", "/inbox/"):
        assert client.get(address, {"q": q}).status_code == 200
        assert client.get(address, {"q": q, "cursor": q}).status_code == 200
