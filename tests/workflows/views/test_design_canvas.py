"""What the canvas is given: the document, words about it, what can be added; and without script a picture."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import Acme
from tests.scenarios.pages import Pages
from workflows.graph.canvas_words import canvas_words
from workflows.graph.document import GraphDocument
from workflows.graph.problems import Problem
from workflows.library import library_keys, shipped
from workflows.models import WorkflowDefinition
from workflows.selectors.canvas_palette import canvas_palette
from workflows.selectors.palette import palette_of
from workflows.services import drafts
from workflows.services.configured_tasks import configured_task_save
from workflows.services.definition_problems import problems_of


@pytest.mark.django_db
def test_the_tab_is_a_picture_with_the_state_of_the_canvas(acme: Acme, flow: WorkflowDefinition) -> None:
    page = Pages(acme.omar).read(f"/workflows/{flow.id}/design/?tab=graph")
    scripts = re.findall(r'<script[^>]*type="application/json">(.*?)</script>', page, re.DOTALL)
    state, start = (json.loads(text) for text in scripts[:2])
    assert '<svg class="graph' in page
    assert 'tab=outline">outline</a>' in page
    assert state["words"]["steps"]["hr_review"] == {
        "asked": "Any of department HR",
        "lane": "Department HR",
        "time": "",
    }
    assert state["words"]["steps"]["manager_review"]["asked"] == "Requester's manager"
    assert [start["revision"], len(start["document"]["graph"]["steps"])] == [0, 5]


@pytest.mark.django_db
def test_words_and_problems_after_a_save(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    add = {"edit": "step.add", "name": "Medical check", "kind": "task", "tab": "graph"}
    pages.client.post(f"/workflows/{flow.id}/design/edit/", add)
    told = pages.client.get(f"/workflows/{flow.id}/design/canvas/").json()
    assert told["revision"] == 1
    assert told["words"]["steps"]["medical_check"]["asked"] == "Nobody yet"
    assert {"graph/steps/medical_check/assignee", "blocks"} <= {
        part for one in told["problems"] for part in one.values()
    }
    assert 'id="design-problems"' in told["strip"]
    assert "Nobody is asked at" in told["strip"]


@pytest.mark.django_db
def test_a_request_runs_the_lint_once_at_most(
    acme: Acme, flow: WorkflowDefinition, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def counted(*given: Any) -> list[Problem]:
        calls.append(1)
        return problems_of(*given)

    monkeypatch.setattr(drafts, "problems_of", counted)
    client, base = Pages(acme.omar).client, f"/workflows/{flow.id}/design/"
    rename = {"edit": "step.rename", "step": "apply"}

    def edit(name: str, **more: str) -> Any:
        return client.post(f"{base}edit/", rename | {"name": name} | more, headers={"HX-Request": "true"})

    def keep() -> Any:
        change = {"place": "graph/steps/apply/name", "before": "In the panel", "after": "On the canvas"}
        operation = {"id": str(uuid4()), "label": "Rename", "changes": [change]}
        return client.post(f"{base}operations/", {"operations": [operation]}, content_type="application/json")

    asked = {
        "tab": lambda: client.get(f"{base}?tab=graph"),
        "edit": lambda: edit("On the tab", tab="graph"),
        "panel": lambda: edit("In the panel", tab="graph", panel="graph/steps/apply"),
        "canvas": lambda: client.get(f"{base}canvas/"),
        "undo": lambda: client.post(f"{base}undo/", {"tab": "graph"}, headers={"HX-Request": "true"}),
        "publish": lambda: client.get(f"{base}publish/"),
        "operations": keep,
    }
    times = {}
    for name in ("tab", "edit", "panel", "operations", "canvas", "undo", "publish"):
        calls.clear()
        assert asked[name]().status_code == 200, name
        times[name] = len(calls)
    assert times == dict.fromkeys(asked, 1) | {"operations": 0}


@pytest.mark.django_db
def test_the_palette_offers_kinds_library_and_own_steps(acme: Acme) -> None:
    with acme.scope():
        nodes = [{"kind": "delay", "params": {"for": "2h"}}]
        configured_task_save(actor=acme.tess, name="Wait two hours", nodes=nodes)
        groups = canvas_palette(palette_of(acme.organisation.id))
    items = {item["name"]: item for group in groups for item in group["items"]}
    assert items["Wait two hours"]["parts"] == {"node": {"kind": "saved", "task": "wait_two_hours"}}
    assert items["HR review"]["parts"]["assignee"]["mode"] == "any"
    assert {item["kind"] for item in items.values()} == {"start", "task", "end", "auto", "fork", "join", "noop", "way"}
    assert {group["tab"] for group in groups} == {"steps", "library", "control"}


FINANCE = {"field": "candidate.department", "op": "eq", "value": "FIN"}
LEGAL = {"name": "Legal", "rule": FINANCE}


@pytest.mark.parametrize(
    ("approval", "words"),
    [
        ({"rule": "any"}, "Any of department FIN"),
        ({"rule": "all"}, "All of department FIN"),
        ({"rule": "count", "count": 2}, "2 of department FIN"),
        ({"rule": "percent", "percent": 60}, "60 % of department FIN"),
        ({"rule": "per_group", "groups": [LEGAL, LEGAL | {"name": "Tax", "count": 2}]}, "1 of Legal and 2 of Tax"),
        ({"rule": "sequence"}, "All, in order: department FIN"),
        ({"rule": "sequence", "groups": [LEGAL, LEGAL | {"name": "Tax"}]}, "All, in order: Legal then Tax"),
        ({"rule": "weights", "count": 3, "weights": [{"rule": FINANCE, "weight": 2}]}, "3 points of department FIN"),
        ({"rule": "any", "veto": FINANCE}, "Any of department FIN; with veto"),
    ],
)
def test_a_step_says_how_many_must_agree(approval: dict[str, object], words: str) -> None:
    ways = [{"key": key, "from": "panel", "to": key} for key in ("yes", "no")]
    asked = {"rule": FINANCE, "mode": "panel"}
    panel = {"key": "panel", "name": "Panel", "kind": "task", "assignee": asked}
    ends = [{"key": key, "name": key.title(), "kind": "end"} for key in ("yes", "no")]
    rule = {"approve": "yes", "reject": "no", **approval}
    graph = GraphDocument.load({"steps": [panel | {"approval": rule}, *ends], "transitions": ways})
    assert canvas_words(graph)["steps"]["panel"]["asked"] == words


def test_every_shipped_step_has_short_words() -> None:
    for key in library_keys():
        document = shipped(key).document
        words = canvas_words(document.graph, document.form)
        assert words["steps"].keys() == {step.key for step in document.graph.steps}
        assert all("cannot be read" not in text for text in (*words["ways"].values(), str(words["steps"])))
