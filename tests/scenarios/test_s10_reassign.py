"""S10: Hema hands the task to Hari within the step."""

from copy import deepcopy
from typing import Any

import pytest

from tests.cast import Acme
from tests.factories.workflows import publish
from tests.scenarios.notices import told
from tests.scenarios.pages import Pages, one_of, said
from tests.scenarios.rest import Rest
from tests.scenarios.world import ASKED, recorded, snapshot
from workflows.library import library_item
from workflows.models import WorkflowDefinition


@pytest.fixture
def timed(acme: Acme) -> WorkflowDefinition:
    """Leave, with two working days for HR."""
    document = deepcopy(library_item("leave_application").to_json())
    step = next(step for step in document["graph"]["steps"] if step["key"] == "hr_review")
    step["sla"] = {"mode": "own", "period": "2d", "escalate": "none"}
    with acme.scope():
        return publish(document, acme.omar)


def with_hema(acme: Acme) -> dict[str, Any]:
    ravi = Rest(acme.ravi)
    run = Rest(acme.asha).start("Leave Application", ASKED)
    return ravi.complete(ravi.task(run), "HR review", data={"criticality": "low"}, assignee=acme.hema)


def test_hari_has_it_the_clock_runs_on_and_hema_may_still_read(acme: Acme, timed: WorkflowDefinition) -> None:
    run, hema = with_hema(acme), Rest(acme.hema)
    task = hema.task(run)
    assert [person["name"] for person in task["colleagues"]] == ["Hari"]
    path = f"tasks/{task['id']}/reassign/"
    body = {"assignee": str(acme.hari.id), "comment": "You know the team", "version": task["version"]}
    after = hema.done(path, body)["steps"][-1]
    assert (after["assignee"]["name"], after["due_at"], after["opened_at"]) == (
        "Hari", task["due_at"], task["opened_at"],
    )  # fmt: skip
    assert after["due_at"] is not None
    assert hema.read("tasks/")["results"] == []
    seen = hema.read(f"runs/{run['id']}/")
    assert seen["data"]["criticality"] == "low"
    entry = hema.read(f"runs/{run['id']}/timeline/")["results"][-1]
    assert (entry["kind"], entry["actor"], entry["comment"]) == ("reassigned", "Hema", "You know the team")
    fact = recorded(acme, "task.reassigned")
    assert [(f["previous_assignee_name"], f["assignee_name"], f["by_name"]) for f in fact] == [("Hema", "Hari", "Hema")]
    assert told(acme.hari) == ["task.reassigned"]
    hari = Rest(acme.hari)
    assert hari.complete(hari.task(run), "Approved")["outcome"] == "Approved"


def test_nobody_outside_of_the_rule_gets_it(acme: Acme, timed: WorkflowDefinition) -> None:
    run, hema = with_hema(acme), Rest(acme.hema)
    task, before = hema.task(run), snapshot(acme)
    for person in (acme.farid, acme.asha, acme.hema):
        answer = hema.post(f"tasks/{task['id']}/reassign/", {"assignee": str(person.id)})
        assert (answer.status_code, set(answer.json()["errors"])) == (422, {"assignee"})
    denied = Rest(acme.ravi).post(f"tasks/{task['id']}/reassign/", {"assignee": str(acme.hari.id)})
    assert (denied.status_code, denied.json()["code"]) == (403, "task.reassign.denied")
    assert snapshot(acme) == before
    assert told(acme.farid) == []


def test_over_the_page(acme: Acme, timed: WorkflowDefinition) -> None:
    run, hema = with_hema(acme), Pages(acme.hema)
    page = hema.request(run["id"])
    action = one_of("reassign", page)
    refused = hema.client.post(action, {"assignee": str(acme.farid.id), "version": 1})
    assert refused.status_code == 422
    assert "This person cannot be asked" in said(refused)
    done = hema.client.post(action, {"assignee": str(acme.hari.id), "comment": "Please", "version": 1})
    assert done.status_code == 302
    assert run["id"] in Pages(acme.hari).read("/inbox/")
    assert "Please" in said(hema.get(f"/requests/{run['id']}/"))
