"""Places: reading, writing, orders, equality, and the lint's places as places of a draft."""

from typing import Any

import pytest

from workflows.drafting.places import MISSING, PlaceError, covers, index_of, of_dotted, place_of, read, same, written

DOCUMENT: dict[str, Any] = {
    "graph": {
        "steps": [{"key": "a", "name": "A", "sla": {"period": "2d"}}, {"key": "b", "name": "B"}],
        "transitions": [{"key": "a_b", "from": "a", "to": "b"}],
        "stakeholders": [{"kind": "manager"}],
    },
    "form": {"fields": [{"name": "why", "access": {"a": "write"}}], "layout": []},
    "cases": [{"name": "Mon/Tue ~ 1"}],
}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("graph/steps/a/sla/period", "2d"),
        ("graph/steps/b/sla", MISSING),
        ("graph/steps/c", MISSING),
        ("graph/steps/c/name", MISSING),
        ("graph/steps/~order", ["a", "b"]),
        ("form/fields/why/access/a", "write"),
        ("graph/stakeholders", [{"kind": "manager"}]),
        ("graph/stakeholders/0", MISSING),
        ("cases/Mon~1Tue ~0 1", {"name": "Mon/Tue ~ 1"}),
    ],
)
def test_reading(place: str, value: Any) -> None:
    assert read(DOCUMENT, place) == value


def test_writing_leaves_the_old_document_alone() -> None:
    changed = written(DOCUMENT, "graph/steps/a/name", "First")
    assert (read(changed, "graph/steps/a/name"), read(DOCUMENT, "graph/steps/a/name")) == ("First", "A")
    assert read(written(DOCUMENT, "graph/steps/c", {"key": "c"}, 1), "graph/steps/~order") == ["a", "c", "b"]
    assert read(written(DOCUMENT, "graph/steps/c", {"key": "c"}, 99), "graph/steps/~order") == ["a", "b", "c"]
    assert read(written(DOCUMENT, "graph/steps/~order", ["b", "a"]), "graph/steps/~order") == ["b", "a"]
    assert read(written(DOCUMENT, "graph/steps/a", MISSING), "graph/steps/~order") == ["b"]
    assert (index_of(DOCUMENT, "graph/steps/b"), index_of(DOCUMENT, "form/layout")) == (1, None)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("", 1),
        ("elsewhere", 1),
        ("graph", {}),
        ("graph//steps", 1),
        ("graph/steps/a/key", "z"),
        ("graph/steps/a", {"key": "z"}),
        ("graph/steps/~order", ["a"]),
        ("graph/steps/~order", ["a", "a"]),
        ("graph/steps/b/sla/period", "2d"),
        ("graph/steps/c/name", "C"),
        ("graph/stakeholders/0", {}),
        ("x" * 501, 1),
        ("graph" + "/x" * 30, 1),
    ],
)
def test_what_cannot_be_written(place: str, value: Any) -> None:
    with pytest.raises(PlaceError):
        written(DOCUMENT, place, value)


def test_numbers_are_the_same_by_value_and_truth_is_no_number() -> None:
    assert same({"x": 1, "y": [2.0]}, {"y": [2], "x": 1.0})
    assert not same(1, True)
    assert not same(0, False)
    assert not same(None, MISSING)
    assert not same([1], [1, 2])


def test_places_of_the_lint() -> None:
    assert of_dotted(DOCUMENT, "steps.1.name") == "graph/steps/b/name"
    assert of_dotted(DOCUMENT, "steps.0.assignee.rule") == "graph/steps/a/assignee/rule"
    assert of_dotted(DOCUMENT, "form.fields.0.access") == "form/fields/why/access"
    assert of_dotted(DOCUMENT, "stakeholders.0.id") == "graph/stakeholders"
    assert of_dotted(DOCUMENT, "cases.0") == "cases/Mon~1Tue ~0 1"
    assert (of_dotted(DOCUMENT, "steps.9"), of_dotted(DOCUMENT, "steps")) == ("graph/steps", "graph/steps")


def test_covering() -> None:
    assert covers("graph/steps/a", "graph/steps/a/name")
    assert not covers("graph/steps/a", "graph/steps/ab")
    assert place_of("cases", "Mon/Tue ~ 1") == "cases/Mon~1Tue ~0 1"
