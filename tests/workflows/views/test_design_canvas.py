"""What the canvas is given: the document, words about it, what can be added; and without script a picture."""

import json
import re

import pytest

from tests.cast import Acme
from tests.factories.workflows import install
from tests.scenarios.pages import Pages
from workflows.graph.canvas_words import canvas_words
from workflows.library import library_keys, shipped
from workflows.models import WorkflowDefinition
from workflows.selectors.canvas_palette import canvas_palette
from workflows.services.configured_tasks import configured_task_save
from workflows.services.drafts import draft_start


@pytest.fixture
def flow(acme: Acme) -> WorkflowDefinition:
    with acme.scope():
        made = install("leave_application", acme.omar)
        draft_start(actor=acme.omar, definition_id=made.id)
        return made


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
    assert "Nobody is asked at" in pages.read(f"/workflows/{flow.id}/design/problems/?tab=graph")


@pytest.mark.django_db
def test_the_palette_offers_kinds_library_and_own_steps(acme: Acme) -> None:
    with acme.scope():
        nodes = [{"kind": "delay", "params": {"for": "2h"}}]
        configured_task_save(actor=acme.tess, name="Wait two hours", nodes=nodes)
        groups = canvas_palette(acme.omar)
    items = {item["name"]: item for group in groups for item in group["items"]}
    assert items["Wait two hours"]["parts"] == {"node": {"kind": "saved", "task": "wait_two_hours"}}
    assert items["HR review"]["parts"]["assignee"]["mode"] == "any"
    assert {item["kind"] for item in items.values()} == {"start", "task", "end", "auto", "fork", "join", "noop", "way"}
    assert {group["tab"] for group in groups} == {"steps", "library", "control"}


def test_every_shipped_step_has_short_words() -> None:
    for key in library_keys():
        document = shipped(key).document
        words = canvas_words(document.graph, document.form)
        assert words["steps"].keys() == {step.key for step in document.graph.steps}
        assert all("cannot be read" not in text for text in (*words["ways"].values(), str(words["steps"])))
