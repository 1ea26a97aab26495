"""Many requests at once as pages, without script: ticked, compared, asked for, undone, done."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Acme
from tests.factories import workflows as make
from tests.factories.accounts import be_away
from tests.workflows.views.story import at_hr, install, load, send, signed_in, started, text
from workflows.library import library_item
from workflows.models import BulkAct, Task, WorkflowRun, WorkflowSettings
from workflows.selectors import bulk_page
from workflows.views import bulk as bulk_views

IDS = re.compile(r'name="ids" value="([^"]+)"')
KEY = re.compile(r'name="idempotency_key" value="([^"]+)"')

DAY, TODAY = timedelta(days=1), timezone.now().date()

pytestmark = pytest.mark.django_db


def choose(client: Client, **more: Any) -> Any:
    """Tick everything that the inbox offers and look at it side by side."""
    return send(client, "/tasks/bulk/", tab="decide", ids=IDS.findall(text(load(client, "/inbox/"))), **more)


def ask(client: Client, page: Any, **more: Any) -> Any:
    given = {"ids": IDS.findall(text(page)), "idempotency_key": KEY.findall(text(page))[0], "tab": "decide"}
    return send(client, "/tasks/bulk/ask/", **given | more)


def outcomes(acme: Acme, run_ids: list[UUID]) -> set[str]:
    with acme.scope():
        return set(WorkflowRun.objects.filter(id__in=run_ids).values_list("outcome", flat=True))


def test_a_page_of_the_inbox_is_decided_after_the_time_to_undo(acme: Acme) -> None:
    definition = install(acme)
    run_ids = [started(acme, definition) for _ in range(3)]
    ravi = signed_in(acme.ravi)
    page = choose(ravi)
    assert [way.name for way in page.context["choice"].ways] == ["HR review", "Rejected", "Apply"]
    assert text(page).count("6 Oct 2025 · 8 Oct 2025 · Family") == 3
    asked = ask(ravi, page, do="way:Rejected", comment="All of them")
    waiting = load(ravi, asked["Location"])
    assert "Nothing has happened yet" in text(waiting)
    assert ask(ravi, page, do="way:Rejected")["Location"] == asked["Location"]
    assert outcomes(acme, run_ids) == {""}
    assert "Nothing has happened to the requests" in text(
        ravi.post(f"{asked['Location']}undo/", follow=True)  # type: ignore[arg-type]  # the answer's page
    )
    again = ask(ravi, choose(ravi), do="way:Rejected", comment="All of them")
    done = ravi.post(f"{again['Location']}run/", follow=True)
    assert "3 of 3 done." in text(done)  # type: ignore[arg-type]  # the answer's page
    assert outcomes(acme, run_ids) == {"Rejected"}
    assert signed_in(acme.meera).get(again["Location"]).status_code == 404


def test_what_differs_is_said_and_only_what_all_share_is_offered(acme: Acme) -> None:
    definition = install(acme)
    first, second = started(acme, definition), started(acme, definition)
    with acme.scope():
        acme.ravi.department_id = acme.hema.department_id
        acme.ravi.save(update_fields=["department_id"])
    at_hr(acme, second, assignee=acme.ravi)
    ravi = signed_in(acme.ravi)
    page = choose(ravi)
    choice = page.context["choice"]
    assert [way.name for way in choice.ways] == ["Rejected", "Apply"]
    assert {(kind.step, kind.count) for kind in choice.kinds} == {("Manager review", 1), ("HR review", 1)}
    only = next(kind.key for kind in choice.kinds if kind.step == "Manager review")
    kept = choose(ravi, only=only).context["choice"]
    assert [row.task.run_id for row in kept.rows] == [first]
    assert [one.name for one in kept.ways[0].people] == ["Hari", "Hema", "Ravi"]


def test_at_once_where_the_organisation_wants_no_time_to_undo(acme: Acme) -> None:
    definition = install(acme)
    stale = started(acme, definition)
    other = started(acme, definition)
    with acme.scope():
        WorkflowSettings.objects.create(organisation=acme.organisation, undo_seconds=0)
    ravi = signed_in(acme.ravi)
    page = choose(ravi)
    at_hr(acme, stale)
    done = load(ravi, ask(ravi, page, do="way:Rejected")["Location"])
    assert [row.code for row in done.context["left"]] == ["task.not_open"]
    assert "Ravi chose" in text(done)
    assert outcomes(acme, [other]) == {"Rejected"}


def test_a_wish_without_a_choice_comes_back(acme: Acme) -> None:
    started(acme, install(acme))
    ravi = signed_in(acme.ravi)
    for given in ({}, {"do": "sing"}, {"do": "reassign"}):
        answer = ask(ravi, choose(ravi), comment="Typed text", **given)
        assert answer.status_code == 422
        assert "Typed text" in text(answer)
    with acme.scope():
        assert not BulkAct.objects.exists()
    assert send(ravi, "/tasks/bulk/", tab="decide", ids="nonsense").status_code == 302


def test_a_way_that_wants_a_reason_is_refused_without_one(acme: Acme) -> None:
    document = library_item("leave_application").to_json()
    next(way for way in document["graph"]["transitions"] if way["key"] == "manager_rejects")["reason_required"] = True
    with acme.scope():
        run_id = started(acme, make.publish(document, acme.omar))
    ravi = signed_in(acme.ravi)
    answer = ask(ravi, choose(ravi), do="way:Rejected", comment=" ")
    assert answer.status_code == 422
    assert answer.context["errors"] == {"comment": ["Say why you choose “Rejected”."]}
    assert 'aria-describedby="comment_error"' in text(answer)
    with acme.scope():
        assert not BulkAct.objects.exists()
    done = ravi.post(f"{ask(ravi, answer, do='way:Rejected', comment='No')['Location']}run/", follow=True)
    assert "1 of 1 done." in text(done)  # type: ignore[arg-type]  # the answer's page
    assert outcomes(acme, [run_id]) == {"Rejected"}


def test_a_key_that_is_none_is_refused(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    ravi = signed_in(acme.ravi)
    refused = ask(ravi, choose(ravi), do="way:Rejected", comment="No", idempotency_key="ä")
    assert (refused.status_code, "Idempotency-Key is" in text(refused)) == (422, True)
    assert outcomes(acme, [run_id]) == {""}


def test_a_list_that_is_too_long_to_go_at_once_says_so(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (bulk_views, bulk_page):
        monkeypatch.setattr(module, "MAX_ROWS", 2)
    definition = install(acme)
    ravi = signed_in(acme.ravi)
    started(acme, definition)
    assert "do not go at once" not in text(choose(ravi, all="1"))
    for _ in range(2):
        started(acme, definition)
    page = choose(ravi, all="1")
    assert "2 requests together" in text(page)
    assert "These are the newest 2; more do not go at once." in text(page)
    assert "do not go at once" not in text(send(ravi, "/tasks/bulk/", tab="decide", ids=IDS.findall(text(page))))


def test_the_whole_team_queue_is_claimed(acme: Acme) -> None:
    definition = install(acme)
    for _ in range(2):
        at_hr(acme, started(acme, definition))
    hema = signed_in(acme.hema)
    page = send(hema, "/tasks/bulk/", tab="team", all="1")
    assert page.context["choice"].claims == 2
    asked = ask(hema, page, do="claim")
    hema.post(f"{asked['Location']}run/")
    assert len(load(hema, "/inbox/?tab=team").context["page"].rows) == 0
    assert len(load(hema, "/inbox/").context["page"].rows) == 2


def test_what_waits_for_somebody_who_is_away_is_decided_in_their_place(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    with acme.scope():
        be_away(acme.ravi, TODAY - DAY, TODAY + 9 * DAY, acme.farid)
    farid = signed_in(acme.farid)
    ticked = IDS.findall(text(load(farid, "/inbox/?tab=behalf")))
    assert len(ticked) == 1
    page = send(farid, "/tasks/bulk/", tab="behalf", ids=ticked)
    assert "for Ravi" in text(page)
    whole = send(farid, "/tasks/bulk/", tab="behalf", all="1")
    assert [row.behalf and row.behalf.name for row in whole.context["choice"].rows] == ["Ravi"]
    asked = ask(farid, page, do="way:Rejected")
    farid.post(f"{asked['Location']}run/")
    with acme.scope():
        task = Task.objects.get(run_id=run_id, step="manager_review")
        assert (task.completed_by_id, task.on_behalf_of_id) == (acme.farid.id, acme.ravi.id)
