"""Changes of a form in a draft: any sequence keeps a document that loads, round-trips and shows every field once."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_builder.design.kinds import palette
from forms_builder.schema import FormDocument, check
from forms_builder.schema.editing import columns, fields, layout
from forms_builder.schema.editing.access import ELSEWHERE, NotWritable, access_for_new, level_at, set_access
from forms_builder.schema.editing.layout import NoSuchMove
from forms_builder.schema.editing.names import free_name
from forms_builder.schema.parts import Access

ITEMS = [item for _, items in palette() for item in items]
RULE = {"any": [{"field": "form.total", "op": "gt", "value": 5}, {"field": "form.lines.count", "op": "gt", "value": 1}]}
FORM: dict[str, Any] = {
    "schema_version": 1,
    "fields": [
        {"type": "number", "name": "total", "label": "Total", "access": {"apply": "write"}},
        {"type": "text", "name": "why", "label": "Why", "visible_when": RULE, "access": {"apply": "required"}},
        {"type": "table", "name": "lines", "label": "Lines", "columns": [{"type": "text", "name": "it", "label": "It"}]},
        {"type": "date", "name": "first", "label": "First"},
        {"type": "date", "name": "last", "label": "Last", "checks": [{"kind": "after", "field": "first"}]},
    ],
    "layout": [
        {"kind": "section", "title": "A", "children": [{"kind": "field", "name": "total"}, {"kind": "field", "name": "why"}]},
        {"kind": "row", "children": [
            {"kind": "column", "children": [{"kind": "field", "name": "first"}]}, {"kind": "field", "name": "last"},
        ]},
        {"kind": "field", "name": "lines"},
    ],
}  # fmt: skip


def one_step(form: dict[str, Any], deed: str, at: int, other: int) -> dict[str, Any]:
    """Some change, chosen by numbers."""
    nodes = layout.nodes_of(form)
    paths = [path for path, _ in layout.walk(nodes)]
    path = paths[at % len(paths)] if paths else ()
    names = fields.names_of(form)
    if deed == "add":
        item = ITEMS[other % len(ITEMS)]
        if item.node:
            return fields.with_layout(form, layout.insert(nodes, path[:-1], at, dict(item.node))[0])
        raw = {"name": free_name(item.label, names), "label": item.label, **item.field}
        return fields.add_at(form, raw | access_for_new(raw["type"], ["apply"]), path[:-1], other % 5)
    if deed == "rename" and names:
        return fields.rename(form, names[at % len(names)], free_name("new name", names))
    if deed in layout.MOVES:
        return fields.with_layout(form, layout.MOVES[deed](nodes, path)[0])
    if deed == "drag" and paths:
        return fields.with_layout(form, layout.move(nodes, path, paths[other % len(paths)][:-1], other % 4)[0])
    if deed == "duplicate":
        return fields.duplicate(form, path)[0]
    if deed == "dissolve":
        return fields.with_layout(form, layout.dissolve(nodes, path))
    if deed == "access" and names:
        return set_access(form, {(names[at % len(names)], ("apply", ELSEWHERE)[other % 2]): list(Access)[other % 4]})
    return fields.remove(form, path, rules=bool(other % 2)) if path else form


DEEDS = ("add", "rename", *layout.MOVES, "drag", "duplicate", "dissolve", "access", "remove")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 40), st.integers(0, 40)), max_size=12))
def test_any_sequence_shows_every_field_once_and_round_trips(steps: list[tuple[str, int, int]]) -> None:
    form = FORM
    for deed, at, other in steps:
        try:
            form = one_step(form, deed, at, other)
        except (NoSuchMove, NotWritable):
            continue
        placed = [node["name"] for _, node in layout.walk(layout.nodes_of(form)) if layout.is_field(node)]
        assert sorted(placed) == sorted(fields.names_of(form))
        document = FormDocument.load(form)
        assert FormDocument.load(document.to_json()) == document
        broken = {problem.code for problem in check(document)}
        assert not broken & {"placed-twice", "not-placed", "duplicate-name", "unknown-step", "layout-too-large"}


def test_a_rename_goes_through_layout_rules_and_comparisons() -> None:
    form = fields.rename(fields.rename(fields.rename(FORM, "total", "sum"), "lines", "items"), "first", "begin")
    assert [problem for problem in check(FormDocument.load(form)) if problem.level == "error"] == []
    why, last = fields.field_at(form, "why"), fields.field_at(form, "last")
    assert [one["field"] for one in why["visible_when"]["any"]] == ["form.sum", "form.items.count"]
    assert last["checks"] == [{"kind": "after", "field": "begin"}]
    assert layout.path_of(layout.nodes_of(form), "begin") == (1, 0, 0)


def test_a_removed_field_leaves_its_conditions_unless_they_go_too() -> None:
    path = layout.path_of(layout.nodes_of(FORM), "total")
    kept = fields.field_at(fields.remove(FORM, path), "why")
    assert kept["visible_when"] == RULE
    pruned = fields.field_at(fields.remove(FORM, path, rules=True), "why")
    assert pruned["visible_when"] == {"any": [RULE["any"][1]]}
    assert fields.readers(FORM, {"total"}) == [("why", "visible_when")]
    assert fields.readers(FORM, {"first"}) == [("last", "checks")]
    gone = fields.remove(FORM, layout.path_of(layout.nodes_of(FORM), "first"))
    assert fields.field_at(gone, "last")["checks"] == []


def test_a_copied_section_speaks_about_its_own_copies() -> None:
    form, where = fields.duplicate(FORM, (0,))
    assert where == (1,)
    twin = fields.field_at(form, "why_copy")
    assert twin["visible_when"]["any"][0]["field"] == "form.total_copy"
    assert twin["label"] == "Why"
    alone, _ = fields.duplicate(FORM, (0, 0))
    assert fields.field_at(alone, "total_copy")["label"] == "Total (copy)"


TRIP: dict[str, Any] = {
    "schema_version": 1,
    "fields": [
        {"type": "money", "name": "fare", "label": "Fare", "default_access": "write"},
        {"type": "table", "name": "lines", "label": "Lines", "default_access": "write", "columns": [
            {"type": "money", "name": "amount", "label": "Amount"}, {"type": "text", "name": "note", "label": "Note"},
        ]},
        {"type": "text", "name": "phone", "label": "Phone", "default_access": "write"},
        {"type": "computed", "name": "total", "label": "Total", "result": "money", "default_access": "read",
         "formula": "form.fare + form['fare'] + sum(each(form.lines, 'amount')) + form.lines[0].amount",
         "rules": [{"rule": {"field": "form.lines.amount.sum", "op": "gt", "value": {"amount": "1", "currency": "INR"}},
                    "message": "More."}]},
        {"type": "lookup", "name": "who", "label": "Who", "default_access": "write",
         "fills": [{"field": "phone", "attribute": "email"}]},
    ],
    "layout": [{"kind": "section", "title": "A", "children": [
        {"kind": "field", "name": one} for one in ("fare", "lines", "phone", "total", "who")
    ]}],
}  # fmt: skip


def test_a_rename_goes_through_formulas_and_what_is_filled_in() -> None:
    form = TRIP
    for old, new in (("lines.amount", "lines.cost"), ("fare", "price"), ("lines", "rows"), ("phone", "mail")):
        form = fields.rename(form, old, new)
    assert [problem for problem in check(FormDocument.load(form)) if problem.level == "error"] == []
    total, who = fields.field_at(form, "total"), fields.field_at(form, "who")
    assert total["formula"] == "form.price + form['price'] + sum(each(form.rows, 'cost')) + form.rows[0].cost"
    assert total["rules"][0]["rule"]["field"] == "form.rows.cost.sum"
    assert who["fills"] == [{"field": "mail", "attribute": "email"}]


def test_a_copied_section_calculates_with_its_own_copies() -> None:
    twin, _ = fields.duplicate(TRIP, (0,))
    total, who = fields.field_at(twin, "total_copy"), fields.field_at(twin, "who_copy")
    assert total["formula"].startswith("form.fare_copy + form['fare_copy'] + sum(each(form.lines_copy, 'amount'))")
    assert who["fills"] == [{"field": "phone_copy", "attribute": "email"}]
    assert fields.field_at(twin, "total") == fields.field_at(TRIP, "total")


def test_formulas_and_lookups_speak_about_the_fields_they_name() -> None:
    assert fields.readers(TRIP, {"fare"}) == [("total", "settings")]
    assert fields.readers(TRIP, {"phone"}) == [("who", "settings")]
    assert fields.readers(TRIP, {"who"}) == []


def test_one_optional_step_spells_out_what_was_required_everywhere() -> None:
    field = {
        "type": "text",
        "name": "a",
        "label": "A",
        "required": True,
        "default_access": "write",
        "access": {"x": "write"},
    }
    made = set_access({"fields": [field]}, {("a", "y"): Access.WRITE})
    changed = fields.field_at(made, "a")
    assert [level_at(changed, step) for step in ("x", "y", ELSEWHERE)] == [
        Access.REQUIRED,
        Access.WRITE,
        Access.REQUIRED,
    ]
    with pytest.raises(NotWritable):
        set_access({"fields": [{"type": "static", "name": "s", "label": "S"}]}, {("s", "x"): Access.WRITE})


def test_columns_move_and_the_last_one_stays() -> None:
    form = columns.add_column(FORM, "lines", {"type": "number", "name": "n", "label": "N"})
    form = columns.do_to_column(form, "lines", "n", "up")
    assert [one["name"] for one in fields.field_at(form, "lines")["columns"]] == ["n", "it"]
    form = columns.do_to_column(form, "lines", "it", "remove")
    with pytest.raises(NoSuchMove):
        columns.do_to_column(form, "lines", "n", "remove")
