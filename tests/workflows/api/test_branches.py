"""Requests that go several ways at once over REST: what is offered, how people are named, where it stands."""

from typing import Any

from tests.cast import Acme
from tests.factories.branches import contract
from tests.factories.workflows import publish
from tests.scenarios.rest import Rest


def asked(acme: Acme, amount: int = 5000) -> dict[str, Any]:
    with acme.scope():
        publish(contract(), acme.omar)
    return Rest(acme.asha).start("Contract", {"amount": amount}, assignee=str(acme.ravi.id))


def states(run: dict[str, Any]) -> dict[str, str]:
    return {step["key"]: step["state"] for step in run["steps"]}


def test_from_fork_over_join_to_the_end(acme: Acme) -> None:
    run, ravi = asked(acme), Rest(acme.ravi)
    task = ravi.read(f"tasks/{ravi.task(run)['id']}/")
    split = task["transitions"][0]
    assert (split["name"], split["assignees"], split["assignee_required"]) == ("Split", [], False)
    assert [(one["step"], one["assignee_required"], one["conditional"]) for one in split["branches"]] == [
        ("law", True, False), ("money", True, False),
    ]  # fmt: skip
    people = {"law": str(acme.hema.id), "money": str(acme.farid.id)}
    run = ravi.complete(task, "Split", assignees=people)
    assert states(run) == {"ask": "success", "check": "success", "law": "waiting", "money": "waiting"}
    hema, farid = Rest(acme.hema), Rest(acme.farid)
    mine = hema.read(f"tasks/{hema.task(run)['id']}/")
    assert [way["waits"] for way in mine["transitions"] if way["name"] == "Meet"] == [True]
    hema.complete(mine, "Meet", data={"advice": "sign"})
    run = farid.complete(farid.task(run), "Meet")
    assert states(run)["sign"] == "waiting"
    run = ravi.complete(ravi.task(run), "Done")
    assert (run["status"], run["outcome"]) == ("completed", "Done")


def test_what_is_wrong_with_people_is_said_by_step(acme: Acme) -> None:
    run, ravi = asked(acme), Rest(acme.ravi)
    task = ravi.task(run)
    address, body = f"tasks/{task['id']}/complete/", {"transition": "Split", "version": task["version"]}
    refused = ravi.post(address, body | {"assignees": {"law": str(acme.farid.id)}})
    assert refused.status_code == 422
    assert set(refused.json()["errors"]) == {"assignees.law", "assignees.money"}
    assert [one["name"] for one in refused.json()["params"]["branches"]["money"]] == ["Farid", "Fiona", "Fritz"]
    assert ravi.post(address, body | {"assignees": {"law": "x"}}).status_code == 422


def test_a_branch_not_taken_is_a_skipped_step(acme: Acme) -> None:
    run, ravi = asked(acme, amount=10), Rest(acme.ravi)
    task = ravi.read(f"tasks/{ravi.task(run)['id']}/")
    assert [one["step"] for one in task["transitions"][0]["branches"]] == ["law"]
    assert states(ravi.complete(task, "Split", assignee=str(acme.hema.id)))["money"] == "skipped"


def test_values_gone_over_are_told_apart(acme: Acme) -> None:
    run, ravi, hema = asked(acme, amount=10), Rest(acme.ravi), Rest(acme.hema)
    run = ravi.complete(ravi.task(run), "Split", assignee=str(acme.hema.id))
    run = hema.complete(hema.task(run), "Meet", data={"advice": "sign"})
    run = ravi.complete(ravi.task(run), "Ask", comment="Which one?")
    assert (run["data"], run["superseded"]) == ({}, {"amount": 10, "advice": "sign"})
    assert [step["key"] for step in run["steps"] if step["superseded"]] == ["ask", "check", "law", "sign"]
    asha = Rest(acme.asha)
    fields = asha.read(f"tasks/{asha.task(run)['id']}/")["fields"]
    assert [(field["name"], field["value"]) for field in fields] == [("amount", 10)]
