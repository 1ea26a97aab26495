"""Parsing: all errors at once with their places, limits, and nothing but RuleErrors for any document."""

from typing import Any

import pytest

from forms_builder.rules import FieldSpec, FieldType, RuleContext, RuleErrors, parse
from tests.forms_builder.rules.catalogue import ASSIGNEE, EVENT, FORM


def errors(doc: object, context: RuleContext = FORM) -> list[tuple[str, str]]:
    with pytest.raises(RuleErrors) as caught:
        parse(doc, context)
    assert all(error.message and error.message[-1] in ".?" for error in caught.value.errors)
    return [(error.place, error.code) for error in caught.value.errors]


def leaf(**extra: Any) -> dict[str, Any]:
    return {"field": "form.number_a", "op": "gt", "value": 1} | extra


def test_tells_everything_that_is_wrong_at_once_in_document_order() -> None:
    doc = {
        "schema_version": 1,
        "rule": {
            "all": [
                {"field": "form.gone", "op": "eq", "value": "x"},
                {"any": [leaf(value="many"), {"field": "form.text_a", "op": "gt", "value": "a"}], "extra": 1},
                {"not": {"field": "form.choice_a", "op": "in", "value": ["draft", "lost", None]}},
                leaf(value_field="form.number_b"),
            ]
        },
    }
    assert errors(doc) == [
        ("$.rule.all[0].field", "unknown_field"),
        ("$.rule.all[1]", "unknown_key"),
        ("$.rule.all[1].any[0].value", "value_type"),
        ("$.rule.all[1].any[1].op", "op_type"),
        ("$.rule.all[2].not.value[1]", "unknown_choice"),
        ("$.rule.all[2].not.value[2]", "empty_value"),
        ("$.rule.all[3]", "operand"),
    ]


def test_field_and_operator_of_one_condition_are_both_told() -> None:
    assert errors({"field": "form.gone", "op": "matches"}) == [("$.field", "unknown_field"), ("$.op", "unknown_op")]


@pytest.mark.parametrize(("levels", "accepted"), [(4, True), (5, False), (100_000, False)])
def test_nests_at_most_five_levels(levels: int, accepted: bool) -> None:
    doc = leaf()
    for _ in range(levels):
        doc = {"not": doc}
    if accepted:
        parse(doc, FORM)
    else:
        assert errors(doc) == [("$" + ".not" * 5, "too_deep")]


def test_a_million_conditions_are_refused_once() -> None:
    assert errors({"any": [leaf()] * 1_000_000}) == [("$.any[99]", "too_many_nodes")]


def test_a_thousand_errors_are_cut() -> None:
    lists = [{"field": "form.number_a", "op": "in", "value": ["many"] * 500}] * 50
    assert len(errors({"any": lists})) == 500


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (10**4000, "value_type"),
        (float("nan"), "decimal_as_text"),
        (float("inf"), "decimal_as_text"),
        ("9" * 39, "value_type"),
        ("9" * 2000, "text_too_long"),
        ("١٢", "value_type"),
        ("1\0", "bad_text"),
        ("\ud800", "bad_text"),
        ({"a": {"b": {}}}, "value_type"),
        ({"amount": "1\0"}, "bad_text"),
        (True, "value_type"),
    ],
)
def test_odd_numbers_are_refused(value: object, code: str) -> None:
    assert [found for _, found in errors(leaf(value=value))] == [code]


@pytest.mark.parametrize("key", ["\ud800", "x" * 100_000, 5, None, ("a",)])
def test_odd_keys_are_refused_with_a_message_that_can_be_sent(key: object) -> None:
    with pytest.raises(RuleErrors) as caught:
        parse(leaf() | {key: 1}, FORM)
    message = str(caught.value)
    message.encode()
    assert len(message) < 400


@pytest.mark.parametrize(("field", "hint"), [("form.numbr_a", "form.number_a"), ("candidate.department", "assignee")])
def test_an_unknown_field_comes_with_a_hint(field: str, hint: str) -> None:
    with pytest.raises(RuleErrors, match=hint):
        parse({"field": field, "op": "is_set"}, FORM)


def test_references_are_checked_against_the_catalogue() -> None:
    condition = {"field": "candidate.department", "op": "in"}
    parse(condition | {"value_ref": ["department:hr"]}, ASSIGNEE)
    assert errors(condition | {"value_ref": ["department:hr", "department:gone"]}, ASSIGNEE) == [
        ("$.value_ref[1]", "unknown_reference")
    ]
    assert errors(condition | {"value_ref": "department:hr"}, ASSIGNEE) == [("$.value_ref", "not_a_list")]


def test_changes_are_asked_of_new_fields_with_an_old_one() -> None:
    parse({"field": "new.text_a", "op": "changed"}, EVENT)
    assert errors({"field": "old.text_a", "op": "changed"}, EVENT) == [("$.field", "no_old_value")]
    assert errors({"field": "new.text_a", "op": "changed_to", "value_field": "new.text_b"}, EVENT) == [
        ("$.value_field", "operand")
    ]


@pytest.mark.parametrize(
    ("name", "ids"), [("report", ("form.a",)), ("form", ("candidate.a",)), ("form", ("form.a", "form.a"))]
)
def test_a_catalogue_must_fit_its_context(name: str, ids: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):
        RuleContext(name, tuple(FieldSpec(field_id, "a", FieldType.TEXT) for field_id in ids))


def test_bare_field_names_are_allowed() -> None:
    context = RuleContext("form", (FieldSpec("event", "event", FieldType.TEXT),))
    assert parse({"field": "event", "op": "is_set"}, context).context_name == "form"
