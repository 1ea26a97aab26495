"""Edits of the form: any sequence keeps a draft that loads, lints and round-trips; a rename reaches graph and cases."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_builder.design.kinds import palette
from forms_builder.schema.editing import layout
from workflows.drafting.edits import EDITS, Edit, EditRefused, edited
from workflows.drafting.form_fields import readers, renamed
from workflows.drafting.operations import apply, inverse
from workflows.graph.definition import DefinitionDocument
from workflows.library import library_item

ITEMS = [item.key for _, items in palette() for item in items]
FORM_EDITS = sorted(name for name in EDITS if name.startswith("form."))
LEVELS = ("hidden", "read", "write", "required")


def draft_of(key: str) -> dict[str, Any]:
    data = library_item(key).to_json()
    return {"graph": data["graph"], "form": data["form"], "cases": data.get("cases", [])}


def params_for(document: Mapping[str, Any], name: str, at: int, other: int) -> dict[str, Any]:
    """Parameters that mean something in the document, chosen by numbers."""
    form = document["form"]
    names = [field["name"] for field in form["fields"]] or ["gone"]
    paths = [".".join(map(str, path)) for path, _ in layout.walk(layout.nodes_of(form))] or ["0"]
    steps = [step["key"] for step in document["graph"]["steps"]]
    field = names[at % len(names)]
    return {
        "form.add": {"item": ITEMS[other % len(ITEMS)], "part": paths[at % len(paths)]},
        "form.move": {"field": field, "to": ("up", "down", "into", "out")[other % 4]},
        "form.duplicate": {"part": paths[at % len(paths)]},
        "form.remove": {"part": paths[at % len(paths)]}
        | ({"rules": "1"} if other % 3 else {"keep": "1"} if other % 2 else {}),
        "form.rename": {"field": field, "name": f"renamed_{other}"},
        "form.column.add": {"field": field, "item": ITEMS[other % len(ITEMS)]},
        "form.column": {"field": f"{field}.item", "deed": ("up", "down", "remove")[other % 3]},
        "form.set": {"field": field, "group": "field", "set.label": f"Label {other}", "set.help": "Help"},
        "form.part": {"part": paths[at % len(paths)], "title": "Title", "columns": "3"},
        "form.access": {"fields": names[:3], "steps": steps[:2], "level": LEVELS[other % 4]},
        "form.matrix": {f"cell.{field}/{steps[other % len(steps)]}": LEVELS[at % 4]},
        "form.replace": {"form": {**form, "title": f"Form {other}", "fields": form["fields"][::-1], "layout": []}},
        "form.rule": {"field": field, "at": "visible_when", "remove": "1"},
    }[name]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["claim_expense", "invoice_approval"]),
    st.lists(
        st.tuples(st.sampled_from(FORM_EDITS), st.integers(0, 30), st.integers(0, 30)),
        max_size=8,
    ),
)
def test_any_sequence_of_form_edits_loads_lints_round_trips_and_is_undone(
    key: str, deeds: list[tuple[str, int, int]]
) -> None:
    start = document = draft_of(key)
    done: list[Edit] = []
    for name, at, other in deeds:
        try:
            edit = edited(document, name, params_for(document, name, at, other))
        except EditRefused:
            continue
        document = dict(apply(document, edit.changes).document)
        done.append(edit)
    loaded = DefinitionDocument.load({"name": "It", **document})
    again = DefinitionDocument.load(loaded.to_json())
    assert again == loaded
    assert {problem.code for problem in loaded.lint()}.isdisjoint({"not-placed", "placed-twice", "duplicate-name"})
    for edit in reversed(done):
        document = dict(apply(document, inverse(edit.changes)).document)
    assert DefinitionDocument.load({"name": "It", **document}) == DefinitionDocument.load({"name": "It", **start})


def test_a_rename_reaches_conditions_automatic_steps_and_cases() -> None:
    rule = {
        "all": [{"field": "record.total", "op": "gt", "value": 1}, {"field": "record.requester.name", "op": "is_set"}]
    }
    node = {
        "kind": "set_fields",
        "params": {"values": {"total": "{{ record.total }}, {{ shown.total }} of {{ record.totals }}"}},
        "save": {"total": "body.sum"},
        "notices": [{"on": "failure", "text": "{{record.total}}"}],
    }
    document: dict[str, Any] = {
        "graph": {
            "steps": [
                {"key": "a", "name": "A", "kind": "auto", "node": node, "assignee": {"rule": {**rule}}},
                {"key": "c", "name": "C", "kind": "auto", "node": {
                    "kind": "formula", "params": {"values": {"x": "record.total * 2 + record['total']"}},
                }},
            ],
            "transitions": [{"key": "t", "from": "a", "to": "b", "condition": {"field": "input.total", "op": "is_set"}}],
        },
        "form": {"fields": [{"type": "number", "name": "total", "label": "Total"}]},
        "cases": [{"acts": [{"data": {"total": 1}, "refused": "data.total"}], "expect": {"values": {"total": 1}}}],
    }  # fmt: skip
    made = renamed(document, {"total": "sum"})
    first, second = made["graph"]["steps"]
    assert [one["field"] for one in first["assignee"]["rule"]["all"]] == ["record.sum", "record.requester.name"]
    assert first["node"]["params"]["values"] == {"sum": "{{ record.sum }}, {{ shown.sum }} of {{ record.totals }}"}
    assert (first["node"]["save"], first["node"]["notices"][0]["text"]) == ({"sum": "body.sum"}, "{{record.sum}}")
    assert second["node"]["params"]["values"]["x"] == "record.sum * 2 + record['sum']"
    assert made["graph"]["transitions"][0]["condition"]["field"] == "input.sum"
    assert made["cases"][0] == {"acts": [{"data": {"sum": 1}, "refused": "data.sum"}], "expect": {"values": {"sum": 1}}}
    told = readers({**document, "graph": {**document["graph"], "transitions": []}}, frozenset({"total"}))
    assert told == ["Step “A”", "Step “C”"]


def test_a_renamed_column_reaches_rules_automatic_steps_and_cases() -> None:
    formula = {
        "kind": "formula",
        "params": {"values": {"x": "sum(each(record.lines, 'amount')) + record.lines[0].amount"}},
    }
    document: dict[str, Any] = {
        "graph": {
            "steps": [{"key": "a", "name": "A", "kind": "auto", "node": formula}],
            "transitions": [
                {"key": "t", "from": "a", "to": "b", "condition": {"field": "record.lines.amount.sum", "op": "is_set"}}
            ],
        },
        "form": {"fields": [
            {"type": "table", "name": "lines", "label": "Lines", "columns": [
                {"type": "number", "name": "amount", "label": "Amount"}, {"type": "text", "name": "note", "label": "Note"},
            ]},
            {"type": "computed", "name": "total", "label": "Total", "formula": "sum(each(form.lines, 'amount'))"},
        ]},
        "cases": [{"acts": [{"data": {"lines": [{"amount": 1, "note": "x"}]}, "refused": "data.lines.0.amount"}]}],
    }  # fmt: skip
    edit = edited(document, "form.rename", {"field": "lines.amount", "name": "cost"})
    made = apply(document, edit.changes).document
    assert made["form"]["fields"][1]["formula"] == "sum(each(form.lines, 'cost'))"
    assert (
        made["graph"]["steps"][0]["node"]["params"]["values"]["x"]
        == "sum(each(record.lines, 'cost')) + record.lines[0].cost"
    )
    assert made["graph"]["transitions"][0]["condition"]["field"] == "record.lines.cost.sum"
    assert made["cases"][0]["acts"][0] == {
        "data": {"lines": [{"cost": 1, "note": "x"}]},
        "refused": "data.lines.0.cost",
    }
    labelled = {"field": "lines.quantity", "group": "field", "set.label": "Cost"}
    palette = deepcopy(document)
    palette["form"]["fields"][0]["columns"][0] |= {"name": "number", "label": "Number"}
    palette["form"]["fields"][1]["formula"] = "sum(each(form.lines, 'number'))"
    edit = edited(palette, "form.set", labelled | {"field": "lines.number"})
    assert apply(palette, edit.changes).document["form"]["fields"][1]["formula"] == "sum(each(form.lines, 'cost'))"


def test_a_renamed_field_of_the_library_is_missed_nowhere() -> None:
    for key in ("claim_expense", "invoice_approval", "purchase_request"):
        document = draft_of(key)
        before = DefinitionDocument.load({"name": "It", **document}).lint()
        for field in list(document["form"]["fields"]):
            edit = edited(document, "form.rename", {"field": field["name"], "name": f"new_{field['name']}"})
            document = dict(apply(document, edit.changes).document)
        after = DefinitionDocument.load({"name": "It", **document}).lint()
        assert [problem.code for problem in after] == [problem.code for problem in before]


def test_a_first_own_label_names_what_the_palette_has_made() -> None:
    document = draft_of("leave_application")
    document = dict(apply(document, edited(document, "form.add", {"item": "text"}).changes).document)
    edit = edited(document, "form.set", {"field": "text", "group": "field", "set.label": "Näme of hotel"})
    names = [field["name"] for field in apply(document, edit.changes).document["form"]["fields"]]
    assert "name_of_hotel" in names
    kept = edited(document, "form.set", {"field": "reason", "group": "field", "set.label": "Why"})
    assert [change.place for change in kept.changes] == ["form/fields/reason/label"]


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("form.add", {"item": "nothing"}),
        ("form.move", {"field": "from", "to": "sideways"}),
        ("form.move", {"field": "gone", "to": "up"}),
        ("form.move", {"part": "0", "into": "0.0", "index": "0"}),
        ("form.rename", {"field": "reason", "name": "Not A Name"}),
        ("form.set", {"field": "reason", "group": "validation", "set.max_length": "0"}),
        ("form.access", {"fields": ["reason"], "steps": ["nowhere"], "level": "read"}),
        ("form.access", {"fields": ["reason"], "steps": ["apply"], "level": "owner"}),
        ("form.rule", {"field": "reason", "at": "filter"}),
        ("form.column", {"field": "reason.x", "deed": "up"}),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(name: str, params: dict[str, Any]) -> None:
    with pytest.raises(EditRefused) as refusal:
        edited(draft_of("leave_application"), name, params)
    assert all(text.endswith(".") for texts in refusal.value.fields.values() for text in texts)
