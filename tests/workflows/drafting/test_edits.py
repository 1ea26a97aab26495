"""Edits by the shared vectors; the browser's builders run the same file."""

import json
from pathlib import Path
from typing import Any

import pytest

from workflows.drafting.edits import EditRefused, clip, edited, steps, ways
from workflows.drafting.operations import Change, apply, inverse

VECTORS = json.loads(Path("tests/vectors/edits.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["edits"], ids=lambda vector: str(vector["name"]))
def test_vector(vector: dict[str, Any]) -> None:
    document = VECTORS["documents"][vector["document"]]
    before = json.dumps(document)
    if "refused" in vector:
        with pytest.raises(EditRefused) as refusal:
            edited(document, vector["edit"], vector["params"])
        assert refusal.value.fields == vector["refused"]
        return
    edit = edited(document, vector["edit"], vector["params"])
    assert (edit.label, [change.to_json() for change in edit.changes]) == (vector["label"], vector["changes"])
    applied = apply(document, [Change.of(change) for change in vector["changes"]])
    assert applied.changes == edit.changes
    assert json.dumps(document) == before
    assert apply(applied.document, inverse(applied.changes)).document == document


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("steps.remove", {"steps": "x" * 600}),
        ("step.add", {"name": "Check", "x": 10**400, "y": 0}),
        ("case.put", {"case": "[" * 100_000}),
    ],
)
def test_what_no_page_sends_is_refused(name: str, params: dict[str, Any]) -> None:
    with pytest.raises(EditRefused):
        edited(next(iter(VECTORS["documents"].values())), name, params)


def test_every_edit_of_the_graph_has_a_vector() -> None:
    shown = {vector["edit"] for vector in VECTORS["edits"]}
    assert {*steps.EDITS, *ways.EDITS, *clip.EDITS} <= shown
