"""Approval steps in the document: what is refused, and how they are told."""

from typing import Any

import pytest

from forms_builder.schema.document import DocumentError
from tests.factories.panels import of, purchase
from workflows.graph.definition import DefinitionDocument
from workflows.graph.lint import lint
from workflows.graph.outline import outline


def problems(document: dict[str, Any]) -> set[str]:
    read = DefinitionDocument.load(document)
    return {one.code for one in lint(read.graph, read.form) if one.level == "blocks"}


def changed(approval: dict[str, Any], **step: Any) -> dict[str, Any]:
    document = purchase({"rule": "any"} | approval)
    document["graph"]["steps"][1] |= step
    return document


@pytest.mark.parametrize(
    ("approval", "words"),
    [
        ({"rule": "count"}, "Count is for"),
        ({"rule": "any", "count": 2}, "Count is for"),
        ({"rule": "percent", "percent": 101}, "less than or equal"),
        ({"rule": "per_group"}, "needs groups"),
        ({"rule": "weights", "count": 3}, "needs them"),
        ({"rule": "all", "approve": "to_end"}, "two ways"),
        ({"rule": "most"}, "any"),
    ],
)
def test_a_rule_says_what_it_needs(approval: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        DefinitionDocument.load(purchase(approval))
    assert words in str(refusal.value.errors)


def test_what_would_let_one_member_decide_is_refused() -> None:
    assert problems(changed({})) == set()
    assert problems(changed({}, assignee=of("FIN"))) == {"half-a-panel"}
    assert problems(changed({"approve": "nowhere"})) == {"panel-way-unknown", "panel-bypassed"}
    assert problems(changed({"approve": "back"})) == {"panel-approves-back", "panel-bypassed"}
    rule = {"field": "candidate.no_such", "op": "eq", "value": "x"}
    assert problems(changed({"veto": rule})) == {"rule-unknown_field"}
    conditional = purchase({"rule": "any"})
    conditional["graph"]["transitions"][1]["condition"] = {"field": "record.what", "op": "eq", "value": "x"}
    assert problems(conditional) == {"panel-way-conditional"}


def test_the_outline_says_how_a_panel_decides() -> None:
    document = purchase({"rule": "count", "count": 2, "veto": {"field": "candidate.level", "op": "gt", "value": 5}})
    read = DefinitionDocument.load(document)
    [row] = [one for one in outline(read.graph, form=read.form) if one.key == "panel"]
    assert row.assignee.startswith("A panel of the people for whom: ")
    assert "; 2 of them must agree; some may veto" in row.assignee
