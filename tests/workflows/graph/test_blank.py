"""What does not go with a copy of a workflow."""

from typing import Any

import pytest

from workflows.graph.blank import blanked
from workflows.graph.document import GraphDocument

PERSON = "0190a3b2-7f1c-7c3e-8a55-3f2f5f0c9a11"


def copied(**node: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The automatic step of a copy, and what was taken out of it."""
    step = {"key": "work", "name": "Work", "kind": "auto", "node": node}
    graph, told = blanked(GraphDocument.load({"schema_version": 1, "steps": [step]}))
    kept = graph.steps[0].node
    assert kept is not None
    return kept.model_dump(mode="json"), told


@pytest.mark.parametrize(
    ("kind", "params", "kept"),
    [
        ("notify", {"to": ["owner", PERSON], "subject": "Hello"}, {"to": ["owner"], "subject": "Hello"}),
        ("approval", {"approver": {"address": "jo@client.example"}, "tries": 3}, {"approver": {}, "tries": 3}),
        (
            "approval",
            {
                "approver": {"role": "Finance"},
                "fallback_approver": {"rule": {"field": "candidate.id", "op": "eq", "value": PERSON}},
            },
            {"approver": {"role": "Finance"}, "fallback_approver": None},
        ),
    ],
)
def test_automatic_steps_tell_and_ask_nobody_by_name(kind: str, params: dict[str, Any], kept: dict[str, Any]) -> None:
    node, told = copied(kind=kind, params=params, notices=[{"on": "failure", "to": [PERSON, "admins"]}])
    assert (node["params"], node["notices"][0]["to"]) == (kept, ["admins"])
    assert told == ("Whom “Work” tells or asks: people or addresses are named",)


def test_what_names_nobody_goes_as_it_is() -> None:
    params = {"url": f"https://erp.example/{PERSON}", "to": "x", "approver": {"field": "lead"}}
    node, told = copied(kind="call", params=params, notices=[{"on": "failure"}])
    assert (node["params"], told) == (params, ())
