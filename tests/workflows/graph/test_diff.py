"""What changed between two versions, in words."""

from collections.abc import Callable
from typing import Any

import pytest

from workflows.graph.definition import DefinitionDocument
from workflows.graph.diff import Changes, Edition, changes
from workflows.library import library_item

Change = Callable[[dict[str, Any]], object]


def compare(change: Change) -> Changes:
    old = library_item("leave_application")
    raw = old.to_json()
    change(raw)
    new = DefinitionDocument.load(raw)
    return changes(Edition(old.graph, old.form), Edition(new.graph, new.form))


def step(raw: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in raw["graph"]["steps"] if one["key"] == key)
    return found


def way(raw: dict[str, Any], source: str, target: str) -> dict[str, Any]:
    ways = raw["graph"]["transitions"]
    found: dict[str, Any] = next(one for one in ways if (one["from"], one["to"]) == (source, target))
    return found


def add_step(raw: dict[str, Any]) -> None:
    raw["graph"]["steps"].append({"key": "board", "name": "Board", "kind": "task", "assignee": {"rule": "requester"}})


CASES: list[tuple[str, str, Change]] = [
    ("Steps", "Added the step “Board”.", add_step),
    ("Steps", "“HR review” is now called “People”.", lambda raw: step(raw, "hr_review").update(name="People")),
    (
        "Steps",
        "“HR review”: description changed.",
        lambda raw: step(raw, "hr_review").update(description="Check the balance, and so on. " * 9),
    ),
    (
        "Ways",
        "The way from “Manager review” to “HR review” is open only if Reason is filled in.",
        lambda raw: way(raw, "manager_review", "hr_review").update(
            condition={"field": "record.reason", "op": "is_set"}
        ),
    ),
    (
        "Ways",
        "The way “Send on” from “Manager review” to “HR review”: reason required is now on.",
        lambda raw: way(raw, "manager_review", "hr_review").update(name="Send on", reason_required=True),
    ),
    (
        "Ways",
        "Removed the way from “HR review” to “Apply”.",
        lambda raw: raw["graph"]["transitions"].remove(way(raw, "hr_review", "apply")),
    ),
    (
        "Time limits",
        "The time limit of “Manager review” changed from 2 working days to none.",
        lambda raw: step(raw, "manager_review").update(sla={"mode": "off"}),
    ),
    (
        "Form",
        "“Why” (reason): label changed from “Reason” to “Why”.",
        lambda raw: next(one for one in raw["form"]["fields"] if one["name"] == "reason").update(label="Why"),
    ),
]


@pytest.mark.parametrize(("heading", "sentence", "change"), CASES, ids=[case[1][:40] for case in CASES])
def test_a_change_is_told(heading: str, sentence: str, change: Change) -> None:
    assert sentence in dict(compare(change).groups)[heading]


def test_who_is_asked_is_told_with_what_it_was() -> None:
    found = compare(lambda raw: step(raw, "hr_review")["assignee"].update(mode="one"))
    [text] = dict(found.groups)["People"]
    assert text.startswith("“HR review” asked: Any of the people")
    assert "Now: One of the people" in text


def test_nothing_is_told_of_what_no_request_feels() -> None:
    assert not compare(lambda raw: step(raw, "hr_review").update(position={"x": 10, "y": 20}))
