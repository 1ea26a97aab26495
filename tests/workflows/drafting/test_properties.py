"""Any sequence of edits gives a document that loads, lints and round-trips; undone to the last it is as it was."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.drafting.difference import difference
from workflows.drafting.edits import EditRefused, edited
from workflows.drafting.operations import Change, apply, inverse
from workflows.graph.definition import DefinitionDocument
from workflows.graph.document import GraphDocument
from workflows.graph.lint import lint_raw

DOCUMENTS = json.loads(Path("tests/vectors/edits.json").read_text(encoding="utf-8"))["documents"]
NAMES = st.sampled_from(["Check", "HR review", "Prüfung", "x", "Approved", "審査"])
KINDS = st.sampled_from(["start", "task", "auto", "fork", "join", "noop", "end"])
ROW = st.integers(0, 30)
FLAG = st.sampled_from(["on", ""])
EDIT = st.one_of(
    st.tuples(st.just("step.add"), st.fixed_dictionaries({"name": NAMES, "kind": KINDS, "after": ROW, "from": ROW})),
    st.tuples(st.just("step.insert"), st.fixed_dictionaries({"transition": ROW, "name": NAMES, "kind": KINDS})),
    st.tuples(st.just("step.rename"), st.fixed_dictionaries({"step": ROW, "name": NAMES})),
    st.tuples(st.just("step.kind"), st.fixed_dictionaries({"step": ROW, "kind": KINDS})),
    st.tuples(st.just("steps.remove"), st.fixed_dictionaries({"steps": ROW, "close": FLAG})),
    st.tuples(st.just("steps.duplicate"), st.fixed_dictionaries({"steps": ROW})),
    st.tuples(st.just("step.move"), st.fixed_dictionaries({"step": ROW, "to": st.sampled_from(["up", "last"])})),
    st.tuples(st.just("transition.add"), st.fixed_dictionaries({"from": ROW, "to": ROW, "name": NAMES})),
    st.tuples(st.just("transition.lead"), st.fixed_dictionaries({"transition": ROW, "to": ROW})),
    st.tuples(st.just("transition.otherwise"), st.fixed_dictionaries({"transition": ROW, "otherwise": FLAG})),
    st.tuples(st.just("transition.remove"), st.fixed_dictionaries({"transition": ROW})),
)


def named(document: Any, params: dict[str, Any]) -> dict[str, Any]:
    """Rows of the parameters as keys of what the document has now."""
    found = dict(params)
    for name, value in params.items():
        if isinstance(value, int):
            rows = document["graph"]["transitions" if name == "transition" else "steps"]
            found[name] = rows[value % len(rows)]["key"] if rows and value < 25 else ""
    return found


def done(document: Any, edits: list[tuple[str, dict[str, Any]]]) -> tuple[Any, list[tuple[Change, ...]]]:
    operations = []
    for name, params in edits:
        try:
            edit = edited(document, name, named(document, params))
        except EditRefused:
            continue
        applied = apply(document, edit.changes)
        document = applied.document
        operations.append(applied.changes)
    return document, operations


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(DOCUMENTS)), st.lists(EDIT, max_size=50))
def test_any_sequence_of_edits(start: str, edits: list[tuple[str, dict[str, Any]]]) -> None:
    before = DOCUMENTS[start]
    after, operations = done(before, edits)
    content = DefinitionDocument.load({"name": "Any", **after})
    lint_raw(after["graph"], after["form"])
    again = GraphDocument.load(json.loads(json.dumps(content.graph.to_json())))
    assert again == content.graph
    undone: Any = after
    for changes in reversed(operations):
        undone = apply(undone, inverse(changes)).document
    assert undone == before
    for changes in operations:
        undone = apply(undone, changes).document
    assert undone == after
    assert apply(before, difference(before, after)).document == after
