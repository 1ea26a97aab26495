"""The rule editor as pages use it: what is stored comes back, what is wrong is told at its row, buttons change the rows."""

from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_builder.rule_editor import Offers, RuleEditor, SavedChoice, Setup
from forms_builder.rule_editor.buttons import pressed
from forms_builder.rule_editor.document import document_of, rows_of
from forms_builder.rule_editor.rows import Group, Row, walk
from forms_builder.rules import (
    FieldSpec,
    FieldType,
    RuleContext,
    RuleErrors,
    evaluate_document,
    parse,
)
from tests.forms_builder.rule_editor.posting import posted
from tests.forms_builder.rules.catalogue import FORM
from tests.forms_builder.rules.test_properties import JSON, NODES, VALUES, answer
from tests.forms_builder.rules.vectors import Vector, vectors

LEAVE = RuleContext(
    "transition",
    (
        FieldSpec("actor.department", "who decides's department code", FieldType.TEXT),
        FieldSpec("record.total", "Total", FieldType.MONEY, None, "INR"),
        FieldSpec("record.kind", "Kind", FieldType.CHOICE, (("short", "Short"), ("long", "Long"))),
        FieldSpec("record.from", "First day", FieldType.DATE),
        FieldSpec("record.to", "Last day", FieldType.DATE),
        FieldSpec("record.days", "Days", FieldType.NUMBER),
    ),
)
SETUP = Setup(LEAVE, offers=Offers({"actor.department": (("HR", "HR (Human resources)"), ("FIN", "FIN (Finance)"))}))
TOTAL = {"field": "record.total", "op": "gt", "value": {"amount": "1000", "currency": "INR"}}
SOON = {"field": "record.from", "op": "before", "value": {"relative": "today", "offset": 3, "unit": "business_day"}}
HR = {"field": "actor.department", "op": "eq", "value": "HR"}
RULE: dict[str, Any] = {"all": [TOTAL, {"any": [SOON, {"not": HR}]}]}


def readable(vector: Vector) -> bool:
    try:
        parse(vector.rule, vector.context)
    except RuleErrors:
        return False
    return True


@pytest.mark.parametrize("vector", [one for one in vectors() if readable(one)][::3], ids=lambda one: one.name)
def test_a_rule_that_is_opened_and_saved_again_means_the_same(vector: Vector) -> None:
    setup = Setup(vector.context)
    once = RuleEditor.of(setup, vector.rule)
    again = RuleEditor.posted(setup, posted(once))
    assert again.is_valid, again.wrong
    outcome = evaluate_document(again.document, vector.context, vector.values, vector.env)
    assert ("error" if outcome.error else outcome.result) == vector.expected
    assert RuleEditor.posted(setup, posted(again)).document == again.document


@settings(deadline=None, max_examples=150)
@given(NODES, VALUES)
def test_every_rule_keeps_its_meaning(node: dict[str, Any], values: dict[str, Any]) -> None:
    document = document_of(rows_of(node), FORM).document
    assert answer(document, values) is answer(node, values)


@settings(deadline=None, max_examples=150)
@given(JSON)
def test_anything_can_be_opened(document: object) -> None:
    editor = RuleEditor.of(Setup(FORM), document)
    again = RuleEditor.posted(editor.setup, posted(editor))
    assert isinstance(again.picture.children, tuple)
    assert isinstance(editor.sentence, str)


BUTTONS = st.tuples(
    st.sampled_from(["up", "down", "wrap", "unwrap", "add", "group", "remove", "expand", "any", "notall", "no"]),
    st.lists(st.integers(0, 3), max_size=3),
)


@settings(deadline=None, max_examples=200)
@given(NODES, st.lists(BUTTONS, max_size=8))
def test_no_sequence_of_buttons_loses_a_condition(node: dict[str, Any], buttons: list[tuple[str, list[int]]]) -> None:
    rows = rows_of(node)
    for word, path in buttons:
        after = pressed(rows, f"{word}:{'.'.join(map(str, path))}")
        kept, before = conditions(after), conditions(rows)
        if word not in ("add", "group", "remove", "expand"):
            assert kept == before, (word, path)
        rows = after
        assert all(item.children for found, item in walk(rows) if found and isinstance(item, Group))


def conditions(rows: Group) -> list[str]:
    return sorted(repr(item) for _, item in walk(rows) if isinstance(item, Row))


def test_moving_down_walks_through_a_group() -> None:
    rows = rows_of(RULE)
    into = pressed(rows, "down:0")
    assert document_of(into, LEAVE).document == {"any": [TOTAL, SOON, {"not": HR}]}
    out = pressed(rows, "up:1.0")
    assert document_of(out, LEAVE).document == {"all": [TOTAL, SOON, {"any": [{"not": HR}]}]}


def test_the_sentence_says_what_is_finished() -> None:
    editor = RuleEditor.of(SETUP, RULE)
    assert editor.sentence == (
        "Total is more than 1,000 INR and (First day is before 3 business days after today or "
        'not (who decides\'s department code is "HR")).'
    )
    making = RuleEditor.posted(SETUP, posted(editor, do="add:"))
    assert (making.is_valid, making.shown_wrong, making.is_unfinished) == (False, (), True)
    assert making.sentence == editor.sentence
    assert making.focus == "rule-2-field"


@pytest.mark.parametrize(
    ("node", "path", "part", "words"),
    [
        ({"all": [HR, {"field": "", "op": ""}]}, (1,), "field", "Choose what"),
        ({"all": [HR, {"field": "record.days", "op": "contains", "value": "x"}]}, (1,), "op", "has no contains"),
        ({"all": [HR, {"field": "record.days", "op": "gt", "value": "many"}]}, (1,), "value", "a number"),
        ({"any": [{"all": [HR, {"field": "record.days", "op": "gt", "value": ""}]}, HR]}, (0, 1), "value", "Fill this"),
        ({"field": "record.days", "op": "between", "value": [5, 1]}, (0,), "value", "swap them"),
        ({"not": {"field": "record.gone", "op": "is_set"}}, (0,), "field", "no such field"),
        ({"field": "record.kind", "op": "in", "value": ["short", "odd"]}, (0,), "value", "no choice of Kind"),
    ],
)
def test_what_is_wrong_is_told_at_its_row(node: dict[str, Any], path: tuple[int, ...], part: str, words: str) -> None:
    editor = RuleEditor.of(SETUP, node)
    (wrong,) = editor.wrong
    assert (wrong.path, wrong.part) == (path, part)
    assert words in wrong.message


def test_a_new_variable_brings_a_condition_that_it_has() -> None:
    data = posted(
        RuleEditor.of(SETUP, {"field": "record.total", "op": "gt", "value": {"amount": "5", "currency": "INR"}})
    )
    data["rule.0.field"] = "record.kind"
    data["rule.do"] = "redraw"
    editor = RuleEditor.posted(SETUP, data)
    assert [one.value for one in editor.picture.children[0].controls][:2] == ["record.kind", "eq"]  # type: ignore[union-attr]


def test_a_required_rule_is_not_left_empty() -> None:
    empty = RuleEditor.posted(Setup(LEAVE, required=True), QueryDict(""))
    assert [one.message for one in empty.wrong] == ["Add at least one condition."]
    assert RuleEditor.posted(SETUP, QueryDict("")).document is None


def test_a_saved_condition_is_used_renewed_and_made_the_rules_own() -> None:
    old, new = {"field": "record.days", "op": "gt", "value": 5}, {"field": "record.days", "op": "gt", "value": 8}
    use = {"saved": {"key": "k", "version": 1, "name": "Long leave", "rule": old}}
    setup = Setup(LEAVE, saved=(SavedChoice("k", 2, "Long leave", new),))
    editor = RuleEditor.of(setup, {"all": [HR, use]})
    assert "“Long leave” (Days is more than 5)" in editor.sentence
    renewed = RuleEditor.posted(setup, posted(editor, do="renew:1"))
    assert renewed.document["all"][1]["saved"] | {"name": ""} == {"key": "k", "version": 2, "name": "", "rule": new}
    own = RuleEditor.posted(setup, posted(editor, do="expand:1"))
    assert own.document == {"all": [HR, old]}
    added = RuleEditor.posted(setup, posted(RuleEditor.of(setup, HR), do="saved", saved="k"))
    assert added.document["all"][1]["saved"]["version"] == 2


def test_the_template_posts_what_the_picture_says() -> None:
    editor = RuleEditor.of(Setup(LEAVE, url="/here/", offers=SETUP.offers), RULE)
    html = render_to_string("forms_builder/rule_editor/editor.html", {"editor": editor})
    for name, values in posted(editor).lists():
        assert f'name="{name}"' in html
        assert all(f'value="{value}"' in html for value in values)
    assert "style=" not in html
    assert html.count("<fieldset") == html.count("</fieldset")
    assert "Total is more than 1,000 INR" in html
