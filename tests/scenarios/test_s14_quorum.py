"""S14: two of three of Finance must agree to a large claim."""

from typing import Any

import pytest

from notifications import outbox
from notifications.models import InboxItem
from tests.cast import Acme
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest
from tests.scenarios.world import CLAIM, recorded, snapshot
from workflows.models import Task, WorkflowDefinition


def large() -> dict[str, Any]:
    [line] = CLAIM["lines"]
    return {**CLAIM, "lines": [{**line, "amount": {"amount": "1500.00", "currency": "INR"}}]}


@pytest.fixture
def panel(acme: Acme, expense: WorkflowDefinition) -> dict[str, Any]:
    """Asha's claim before the Finance panel."""
    run = Rest(acme.asha).start("Claim Expense", large())
    ravi = Rest(acme.ravi)
    return ravi.complete(ravi.task(run), "Finance panel")


def vote(person: Any, run: dict[str, Any], way: str) -> dict[str, Any]:
    rest = Rest(person)
    return rest.complete(rest.task(run), way)


def standing(person: Any, run: dict[str, Any]) -> dict[str, Any]:
    steps = Rest(person).read(f"runs/{run['id']}/")["steps"]
    found: dict[str, Any] = next(step for step in steps if step["key"] == "finance_review")
    return found


def test_one_against_one_is_pending_and_the_third_passes_it(acme: Acme, panel: dict[str, Any]) -> None:
    assert standing(acme.asha, panel)["approval"] == {
        "rule": "count",
        "needed": 2,
        "outcome": "pending",
        "words": "2 of 3 must agree",
        "text": "0–0, needs 2",
        "progress": "0 of 3, Farid, Fiona and Fritz pending",
    }
    vote(acme.farid, panel, "Pay")
    after = vote(acme.fiona, panel, "Rejected")
    step = standing(acme.asha, panel)
    assert (step["state"], step["approval"]["text"]) == ("waiting", "1–1, needs 2")
    assert step["approval"]["progress"] == "2 of 3, Fritz pending"
    assert [(one["member"]["name"], one["approve"]) for one in step["votes"]] == [("Farid", True), ("Fiona", False)]
    assert [one["key"] for one in after["steps"]] == ["claim", "manager_approval", "finance_review"]
    done = vote(acme.fritz, panel, "Pay")
    assert [(one["key"], one["state"]) for one in done["steps"]][2:] == [
        ("finance_review", "success"),
        ("pay", "waiting"),
    ]
    assert standing(acme.asha, panel)["approval"]["text"] == "2–1, approved"
    assert [one["tally"] for one in recorded(acme, "task.voted")] == ["1–0, needs 2", "1–1, needs 2", "2–1, approved"]


def test_it_is_rejected_as_soon_as_two_cannot_agree_and_a_fourth_vote_is_late(
    acme: Acme, panel: dict[str, Any]
) -> None:
    late = Rest(acme.fritz).task(panel)
    vote(acme.farid, panel, "Pay")
    vote(acme.fiona, panel, "Rejected")
    done = vote(acme.fritz, panel, "Rejected")
    assert (done["status"], done["outcome"]) == ("completed", "Rejected")
    assert standing(acme.asha, panel)["approval"]["text"] == "1–2, rejected: 2 cannot be reached any more"
    before = snapshot(acme)
    for person in (acme.farid, acme.fritz):
        answer = Rest(person).try_complete(late, "Pay")
        assert (answer.status_code, answer.json()["code"]) == (409, "task.not_open")
    assert snapshot(acme) == before


def test_who_is_left_is_told_that_it_is_closed(acme: Acme, panel: dict[str, Any]) -> None:
    task = Rest(acme.fritz).task(panel)
    vote(acme.farid, panel, "Pay")
    vote(acme.fiona, panel, "Pay")
    outbox.relay()
    with acme.scope():
        told = InboxItem.objects.get(recipient=acme.fritz, kind="task.closed")
        assert "Closed" in told.title
        assert "2–0, approved" in told.body
        assert not InboxItem.objects.filter(recipient__in=[acme.farid, acme.fiona], kind="task.closed").exists()
        assert Task.objects.get(id=task["id"]).candidates.filter(is_open=True).count() == 0
    assert Rest(acme.fritz).try_complete(task, "Pay").status_code == 409
    page = Pages(acme.fritz).request(panel["id"])
    assert f"/tasks/{task['id']}/complete/" not in page


def test_nobody_votes_twice_or_without_a_seat(acme: Acme, panel: dict[str, Any]) -> None:
    farid = Rest(acme.farid)
    task = farid.task(panel)
    after = farid.complete(task, "Pay")
    again = {**task, "version": after["steps"][-1]["version"]}
    before = snapshot(acme)
    answer = farid.try_complete(again, "Pay")
    assert (answer.status_code, answer.json()["code"]) == (409, "task.already_voted")
    assert "You have voted on this already" in answer.json()["detail"]
    assert farid.try_complete(task, "Rejected").json()["code"] == "task.already_voted"
    assert Rest(acme.ravi).try_complete(again, "Pay").status_code == 403
    assert Rest(acme.hema).try_complete(again, "Pay").status_code == 404
    for action in ("claim", "take-over"):
        assert Rest(acme.fiona).post(f"tasks/{task['id']}/{action}/").status_code == 403
    stale = Rest(acme.fiona).try_complete(task, "Pay")
    assert (stale.status_code, stale.json()["code"]) == (409, "task.stale")
    assert "Farid has approved it; the votes are 1–0." in stale.json()["detail"]
    assert snapshot(acme) == before


def test_the_pages_show_the_votes(acme: Acme, panel: dict[str, Any]) -> None:
    farid = Pages(acme.farid)
    assert "You vote on this step" in said(farid.get(f"/requests/{panel['id']}/"))
    answer = farid.client.post(*_posted(farid, panel, "Pay"), follow=True)
    assert "Your vote “Pay” is counted: 1–0, needs 2." in said(answer)
    assert "You have voted on this step already: approved." in said(answer)
    Pages(acme.fiona).decided(panel["id"], "Rejected", comment="Too much")
    seen = said(Pages(acme.asha).get(f"/requests/{panel['id']}/"))
    for text in (
        "2 of 3, Fritz pending",
        "1–1, needs 2",
        "voted “Rejected”: 1–1, needs 2",
        "A panel: 2 of 3 must agree",
    ):
        assert text in seen, text
    decided = Pages(acme.fritz).decide(panel["id"], "Pay")
    assert decided.status_code == 302
    assert "voted “Pay” and decided it, 2–1, approved: on to Pay" in said(
        Pages(acme.asha).get(f"/requests/{panel['id']}/")
    )


def _posted(pages: Pages, run: dict[str, Any], way: str) -> tuple[str, dict[str, str]]:
    from tests.scenarios.pages import hidden, one_of

    source = pages.request(run["id"])
    sent = {"transition": way, "version": hidden(source, "version"), "shown": hidden(source, "shown")}
    return one_of("complete", source), {**sent, "idempotency_key": hidden(source)}
