"""Edits of rules, wherever they stand, and of the rows that hold rules."""

from collections.abc import Mapping
from typing import Final

from workflows.drafting.edits.base import Document, Edit, EditFunction, EditRefused, Params, Sketch, json_of, text
from workflows.drafting.edits.rule_places import rule_place, rule_put


def rule_set(document: Document, params: Params) -> Edit:
    """`place` of the rule; `rule`: its document as JSON data or text, None to take it away."""
    found = rule_place(document, text(params, "place", most=500))
    rule = json_of(params.get("rule"))
    if rule is not None and not isinstance(rule, Mapping):
        raise EditRefused({"rule": ["Send a rule."]})
    if rule is None and found.sort.required:
        raise EditRefused({"rule": ["Add at least one condition."]})
    sketch = Sketch(document)
    rule_put(sketch, found, dict(rule) if rule is not None else None)
    return sketch.edit(found.title)


EDITS: Final[Mapping[str, EditFunction]] = {"rule.set": rule_set}
