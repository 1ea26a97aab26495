"""Workflows over REST: seen, imported, exported, published."""

from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import Acme
from tests.scenarios.rest import Rest, ways
from workflows.library import library_item
from workflows.models import WorkflowDefinition, WorkflowVersion, WorkflowVisibility

ASKED = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}


def document(key: str = "leave_application") -> dict[str, Any]:
    return deepcopy(library_item(key).to_json())


def versions(acme: Acme) -> int:
    with acme.scope():
        return WorkflowVersion.objects.count()


def test_people_see_what_they_may_start(acme: Acme, leave: WorkflowDefinition, expense: WorkflowDefinition) -> None:
    with acme.scope():
        WorkflowVisibility.objects.create(
            organisation=acme.organisation, definition=expense, department=acme.departments["FIN"]
        )
    seen = Rest(acme.asha).read("workflows/")["results"]
    assert [workflow["name"] for workflow in seen] == ["Leave Application"]
    assert (seen[0]["version"], seen[0]["can_start"], seen[0]["group"]["name"]) == (1, True, "HR")
    assert Rest(acme.asha).get(f"workflows/{expense.id}/").status_code == 404
    assert Rest(acme.farid).read(f"workflows/{expense.id}/")["can_start"] is True
    designer = {workflow["name"]: workflow["can_start"] for workflow in Rest(acme.omar).read("workflows/")["results"]}
    assert designer == {"Claim Expense": False, "Leave Application": True}


def test_who_may_start_is_told_what_is_asked(acme: Acme, leave: WorkflowDefinition) -> None:
    asha = Rest(acme.asha).read(f"workflows/{leave.id}/")
    assert {field["name"]: field["access"] for field in asha["fields"]} == {
        "from": "required", "to": "required", "reason": "required",
    }  # fmt: skip
    assert ways(asha) == {"Manager review": ["Ravi"]}
    assert asha["version"] == 1
    with acme.scope():
        WorkflowDefinition.objects.filter(id=leave.id).update(is_active=False)
    omar = Rest(acme.omar).read(f"workflows/{leave.id}/")
    assert (omar["can_start"], omar["fields"], omar["transitions"]) == (False, [], [])


def test_a_document_comes_in_is_published_and_goes_out_again(acme: Acme) -> None:
    omar, asha, tess = Rest(acme.omar), Rest(acme.asha), Rest(acme.tess)
    made = omar.post("definitions/", document())
    assert made.status_code == 201
    draft = made.json()
    assert made.headers["Location"] == f"/api/v1/definitions/{draft['id']}/"
    assert (draft["state"], draft["version"], draft["problems"]) == ("draft", 1, [])
    assert asha.read("workflows/")["results"] == []
    assert asha.post(f"definitions/{draft['id']}/publish/").status_code == 404
    published = omar.done(f"definitions/{draft['id']}/publish/")
    assert (published["state"], published["version"]) == ("published", 1)
    again = omar.post(f"definitions/{draft['id']}/publish/")
    assert (again.status_code, again.json()["code"]) == (409, "definition.no_draft")
    assert tess.read(f"definitions/{draft['id']}/") == document()
    assert asha.get(f"definitions/{draft['id']}/").json()["code"] == "definition.export.denied"
    assert asha.start("Leave Application", ASKED)["version"] == 1


def test_the_next_version_leaves_open_requests_alone(acme: Acme, leave: WorkflowDefinition) -> None:
    omar, asha, ravi = Rest(acme.omar), Rest(acme.asha), Rest(acme.ravi)
    old = asha.start("Leave Application", ASKED)
    changed = document()
    changed["graph"]["steps"][2]["name"] = "People team"
    path = f"definitions/{leave.id}/"
    answer = omar.client.put(f"/api/v1/{path}", changed, content_type="application/json")
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    omar.done(f"{path}publish/")
    new = asha.start("Leave Application", ASKED)
    assert (old["version"], new["version"]) == (1, 2)
    assert next(way["name"] for way in ravi.task(old)["transitions"]) == "HR review"
    assert next(way["name"] for way in ravi.task(new)["transitions"]) == "People team"
    assert omar.read(path, version=1) == document()
    assert omar.read(path)["graph"]["steps"][2]["name"] == "People team"
    assert omar.get(path, version=9).status_code == 404
    assert omar.get(path, version="x").status_code == 422


def test_a_retired_version_starts_nothing_and_its_requests_finish(acme: Acme, leave: WorkflowDefinition) -> None:
    omar, asha = Rest(acme.omar), Rest(acme.asha)
    run = asha.start("Leave Application", ASKED)
    path = f"definitions/{leave.id}/retire/"
    assert asha.post(path).json()["code"] == "definition.retire.denied"
    assert omar.done(path)["state"] == "retired"
    assert omar.post(path).json()["code"] == "definition.not_published"
    assert asha.post(f"workflows/{leave.id}/runs/", {"data": ASKED}).status_code == 404
    task = asha.read(f"runs/{run['id']}/")["steps"][-1]
    decision = {"transition": "Rejected", "data": {"criticality": "high"}, "comment": "No", "version": 1}
    decided = Rest(acme.ravi).done(f"tasks/{task['id']}/complete/", decision)
    assert decided["outcome"] == "Rejected"


def test_only_what_was_looked_at_is_published(acme: Acme, leave: WorkflowDefinition) -> None:
    omar, path = Rest(acme.omar), f"definitions/{leave.id}/"
    seen = omar.done(f"{path}draft/", status=201)
    change = {"edit": "step.rename", "params": {"step": "apply", "name": "Ask"}, "id": str(uuid4())}
    newer = omar.post(f"{path}draft/edits/", change)["ETag"]
    for late in (omar.post(f"{path}publish/", **{"if-match": '"0"'}), omar.post(f"{path}publish/", {"revision": 0})):
        assert (late.status_code, late.json()["code"]) == (409, "definition.draft_changed_since")
    other = omar.post(f"{path}publish/", {"version": seen["version"] + 1}, **{"if-match": newer})
    assert other.status_code == 409
    assert omar.post(f"{path}publish/", **{"if-match": "yesterday"}).status_code == 422
    assert omar.post(f"{path}publish/", {"revision": 0}, **{"if-match": newer}).status_code == 422
    assert versions(acme) == 2
    done = omar.post(f"{path}publish/", {"version": seen["version"]}, **{"if-match": newer})
    assert (done.status_code, done.json()["state"]) == (200, "published")


def test_everything_that_blocks_publishing_is_named_at_once(acme: Acme) -> None:
    broken = document()
    broken["graph"]["transitions"] = [t for t in broken["graph"]["transitions"] if t["from"] != "hr_review"]
    broken["graph"]["steps"][1]["assignee"]["rule"] = {"field": "candidate.shoe_size", "op": "eq", "value": 42}
    omar = Rest(acme.omar)
    draft = omar.done("definitions/", broken, 201)
    blocking = {problem["place"] for problem in draft["problems"] if problem["level"] == "blocks"}
    answer = omar.post(f"definitions/{draft['id']}/publish/")
    assert (answer.status_code, answer.json()["code"]) == (422, "definition.invalid")
    assert set(answer.json()["errors"]) == blocking
    assert len(blocking) >= 2
    assert {problem["place"] for problem in answer.json()["params"]["problems"]} == blocking


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 200}, "name"),
        ({"schema_version": 7}, "schema_version"),
        ({"graph": []}, "graph"),
        ({"graph": {"steps": "many"}}, "graph.steps"),
        ({"form": {"fields": [{"type": "potato", "name": "a"}]}}, "form.fields.0"),
        ({"organisation_id": str(uuid4())}, "organisation_id"),
        ({"owner": str(uuid4())}, "owner"),
    ],
)
def test_a_document_that_cannot_be_read_names_the_place(change: dict[str, Any], place: str, acme: Acme) -> None:
    answer = Rest(acme.omar).post("definitions/", document() | change)
    assert (answer.status_code, answer.json()["code"]) == (422, "definition.invalid")
    assert any(path.startswith(place) for path in answer.json()["errors"]), answer.json()["errors"]
    assert versions(acme) == 0


def test_only_designers_bring_workflows_in(acme: Acme) -> None:
    for person in (acme.asha, acme.hari):
        answer = Rest(person).post("definitions/", document())
        assert (answer.status_code, answer.json()["code"]) == (403, "definition.create.denied")
    assert versions(acme) == 0
