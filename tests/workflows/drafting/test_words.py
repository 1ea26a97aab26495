"""Values of a draft in words, as a clash shows them side by side."""

from workflows.drafting.places import MISSING
from workflows.drafting.words import apart


def test_two_things_that_are_called_the_same_are_told_apart_by_what_differs() -> None:
    step = {
        "key": "review",
        "name": "Review",
        "assignee": {"rule": {"field": "candidate.id", "op": "eq", "value": "tess"}},
    }
    other = step | {"assignee": {"rule": {"field": "candidate.id", "op": "eq", "value": "omar"}}}
    explained = ("Review; description: Look twice", "Review; description: none")
    assert apart(step | {"description": "Look twice"}, step) == explained
    assert apart(step, other) == ("Review; assignee: rule: value: tess", "Review; assignee: rule: value: omar")


def test_what_is_called_otherwise_stays_as_it_is() -> None:
    assert apart({"name": "A"}, {"name": "B"}) == ("A", "B")
    assert apart(MISSING, {"name": "B"}) == ("", "B")
