"""The form designer's views: what the palette makes is drawn by the runtime's templates, and every setting can be set."""

from datetime import date
from typing import Any

import pytest
from django.template.loader import render_to_string

from forms_builder.design import controls as c
from forms_builder.design.canvas import canvas_of, chosen_of
from forms_builder.design.controls import Scene, SettingRefused, relabelled
from forms_builder.design.kinds import in_table, kind_of, palette
from forms_builder.design.logic import logic_of
from forms_builder.design.matrix import columns_of, matrix_of
from forms_builder.design.panel import panel_of
from forms_builder.design.samples import sample_values
from forms_builder.schema import FormDocument, NoSources, check
from forms_builder.schema.component import types
from forms_builder.schema.editing import fields, layout
from forms_builder.schema.editing.names import free_name

STEPS = columns_of([("apply", "Apply"), ("review", "Review")])
SOURCES = NoSources(date(2025, 10, 1))


def everything() -> dict[str, Any]:
    """A form with one of each entry of the palette."""
    form: dict[str, Any] = {"schema_version": 1, "fields": []}
    for _, items in palette():
        for item in items:
            if item.field:
                name = free_name(item.label, fields.names_of(form))
                form = fields.add(form, {"name": name, "label": item.label, "default_access": "read", **item.field})
            else:
                form = fields.with_layout(form, layout.insert(layout.nodes_of(form), (), 0, dict(item.node))[0])
    return form


def test_the_canvas_draws_one_of_everything_with_the_templates_of_the_runtime() -> None:
    form = everything()
    document = FormDocument.load(form)
    assert [problem for problem in check(document) if problem.level == "error"] == []
    canvas = canvas_of(document, form, SOURCES, item="field:text", url="?item=", troubles={"text": "Too short."})
    html = "".join(render_to_string(part.template, {"node": part}) for part in canvas.parts)
    assert all(html.count(f'id="pick-field-{name}"') == 1 for name in fields.names_of(form))
    assert html.count('aria-current="true"') == 1
    assert "Too short." in html
    assert html.count(" inert>") == len(form["fields"])
    assert {deed.to for deed in canvas.deeds if deed.is_possible} >= {"up", ""}


def test_every_type_of_field_is_known_to_the_designer_and_takes_its_own_settings_back() -> None:
    form = everything()
    assert set(types()) == {field["type"] for field in form["fields"]}
    scene = Scene(fields=form["fields"])
    for field in form["fields"]:
        kind = kind_of(field["type"])
        known = set(FormDocument.load({"fields": [field]}).fields[0].model_dump())
        assert {setting.key for setting in kind.settings} <= known
        panels = [
            panel_of(form, chosen_of(form, f"field:{field['name']}"), STEPS, scene, tab=tab) for tab in kind_tabs(kind)
        ]
        for view in (view for panel in panels for view in panel.settings):
            html = render_to_string(view.template, {"view": view})
            assert f'name="{view.name}' in html


def kind_tabs(kind: Any) -> set[str]:
    return {setting.tab for setting in kind.settings}


def test_a_choice_keeps_its_value_when_only_its_text_changes() -> None:
    old = [{"value": "a", "label": "Sick leave"}, {"value": "b", "label": "Casual"}]
    assert relabelled(old, ["Casual", "Sick leave"]) == [old[1], old[0]]
    assert relabelled(old, ["Illness", "Casual"]) == [{"value": "a", "label": "Illness"}, old[1]]
    assert relabelled(old, ["Casual", "Sick leave", "Other one"])[2] == {"value": "other_one", "label": "Other one"}
    assert relabelled([], ["x", "x"]) == [{"value": "x", "label": "x"}]


@pytest.mark.parametrize(
    ("control", "posted", "stored"),
    [
        (c.Whole(), {"n": ["12"]}, 12),
        (c.Whole(), {"n": [""]}, None),
        (c.Number(), {"n": ["1.50"]}, "1.50"),
        (c.Tick(), {}, None),
        (c.Day(), {"n": ["2025-10-01"], "n.today": ["1"]}, "today"),
        (c.Codes(upper=True), {"n": ["eur, usd eur"]}, ["EUR", "USD"]),
        (c.Pattern(), {"n.expression": ["a+"], "n.message": ["No."]}, {"expression": "a+", "message": "No."}),
        (c.Comparisons(("date",)), {"n.kind": ["after", ""], "n.field": ["x", ""], "n.message": ["", ""]},
         [{"kind": "after", "field": "x"}]),
        (c.Choices(), {"n": ["One\r\n"], "n.source": [""]}, [{"value": "one", "label": "One"}]),
        (c.Choices(), {"n.source": ["people"]}, {"source": "people"}),
    ],
)  # fmt: skip
def test_controls_read_what_a_page_posts(control: c.Control, posted: dict[str, list[str]], stored: Any) -> None:
    assert control.read(posted, "n", {}) == stored


@pytest.mark.parametrize(
    ("control", "posted"),
    [
        (c.Text(is_needed=True), {}), (c.Whole(), {"n": ["1.5"]}), (c.Number(), {"n": ["x"]}),
        (c.Pattern(), {"n.expression": ["a"]}),
    ],
)  # fmt: skip
def test_controls_refuse_with_a_sentence(control: c.Control, posted: dict[str, list[str]]) -> None:
    with pytest.raises(SettingRefused):
        control.read(posted, "n", {})


def test_the_matrix_and_the_logic_list_everything_in_the_order_of_the_form() -> None:
    rule = {"field": "form.a", "op": "gt", "value": 1}
    form = {
        "fields": [
            {"type": "number", "name": "a", "label": "A", "access": {"apply": "required"}},
            {"type": "text", "name": "b", "label": "B", "visible_when": rule, "rules": [{"rule": rule, "message": "No."}]},
            {"type": "static", "name": "s", "label": "S"},
        ],
        "layout": [{"kind": "section", "title": "One", "children": [{"kind": "field", "name": "b"}]}],
    }  # fmt: skip
    matrix = matrix_of(form, [("apply", "Apply")])
    assert [(row.name, row.section) for row in matrix.rows] == [("b", "One"), ("a", ""), ("s", "")]
    assert [cell.level for cell in matrix.rows[1].cells] == ["required", "hidden"]
    assert [len(cell.levels) for cell in matrix.rows[2].cells] == [2, 2]
    rows = logic_of(FormDocument.load(form))
    assert [(row.field, row.kind) for row in rows] == [("b", "Shown when"), ("b", "Must hold")]
    assert not any(row.is_wrong for row in rows)


def test_samples_fill_what_can_only_be_read() -> None:
    form = everything()
    found = sample_values(FormDocument.load(form), "apply", {"text": "Kept"}, SOURCES)
    assert found["text"] == "Kept"
    assert found["number"] == 3
    assert found["table"] == [{"item": "Example", "quantity": 3}]
    assert in_table(palette()[0][1][0])
