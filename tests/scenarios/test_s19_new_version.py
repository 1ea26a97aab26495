"""S19: a workflow is changed while requests are open: they finish as they began, new ones are new."""

from typing import Any

from tests.cast import Acme
from tests.factories.workflows import LEAVE
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest
from workflows.models import WorkflowDefinition

OPEN = 20


def second_version(document: dict[str, Any]) -> dict[str, Any]:
    """HR review is renamed, the reason is gone, and a lead looks at it first."""
    graph, form = document["graph"], document["form"]
    steps = {step["key"]: step for step in graph["steps"]}
    steps["hr_review"]["name"] = "People review"
    lead = {**steps["manager_review"], "key": "lead", "name": "Lead"}
    graph["steps"].append(lead)
    for way in graph["transitions"]:
        if way["key"] == "apply_to_manager":
            way["to"] = "lead"
    graph["transitions"].append({"key": "lead_on", "from": "lead", "to": "manager_review"})
    form["fields"] = [field for field in form["fields"] if field["name"] != "reason"]
    for field in form["fields"]:
        field.setdefault("access", {})["lead"] = "read"
    form["layout"] = []
    return {**document, "cases": []}


def test_open_requests_keep_steps_form_and_rules(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi, omar = Rest(acme.asha), Rest(acme.ravi), Rest(acme.omar)
    old = [asha.start("Leave Application", LEAVE) for _ in range(OPEN)]
    document = second_version(omar.read(f"definitions/{leave.id}/"))
    answer = omar.client.put(f"/api/v1/definitions/{leave.id}/", document, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert omar.done(f"definitions/{leave.id}/publish/")["version"] == 2
    new = asha.start("Leave Application", {"from": "2025-10-06", "to": "2025-10-08"})
    assert [step["name"] for step in new["steps"] if step["state"] == "waiting"] == ["Lead"]
    assert asha.post(f"workflows/{leave.id}/runs/", {"data": LEAVE}).status_code == 422
    task = ravi.task(old[0])
    assert (task["step"], [way["name"] for way in task["transitions"]]) == (
        "Manager review", ["HR review", "Rejected", "Apply"],
    )  # fmt: skip
    assert "reason" in {field["name"] for field in task["fields"]}
    moved = ravi.complete(task, "HR review", assignee=acme.hema)
    assert (moved["version"], moved["data"]["reason"]) == (1, LEAVE["reason"])
    rows: list[dict[str, Any]] = []
    page = asha.read("runs/", page_size=50)
    rows += page["results"]
    assert sorted(row["version"] for row in rows) == [1] * OPEN + [2]
    shown = said(Pages(acme.omar).get(f"/workflows/{leave.id}/?tab=versions"))
    assert "2 Published" in shown
    assert "1 Retired" in shown
