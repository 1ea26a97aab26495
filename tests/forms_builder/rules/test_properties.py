"""Properties that hold for every rule and every value (hypothesis)."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from forms_builder.rules import (
    Rule,
    RuleError,
    RuleErrors,
    compile_rule,
    evaluate,
    evaluate_document,
    explain,
    parse,
    to_json,
    trace,
)
from tests.forms_builder.rules.catalogue import ENVIRONMENT, FORM

# No deadline: the machine that runs the tests is shared, and slow is not wrong.
steady = settings(deadline=None, max_examples=300)

KEYS = (
    "all",
    "any",
    "not",
    "saved",
    "field",
    "op",
    "value",
    "value_field",
    "value_ref",
    "rule",
    "schema_version",
    "relative",
    "count",
    "unit",
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), 2**63, True])
ATOMS = (
    st.none()
    | st.booleans()
    | NUMBERS
    | st.text(st.characters(codec=None))
    | st.sampled_from(["eq", "in", "form.text_a", "today"])
)
JSON = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=4),
    max_leaves=20,
)

FITTING = {
    "form.text_a": (["eq", "ne", "contains", "starts", "ends"], st.sampled_from(["a", "A", "ß", "İ", "Σ"])),
    "form.number_a": (["eq", "ne", "lt", "lte", "gt", "gte"], st.integers(-3, 3) | st.sampled_from(["0.5", "-1.0"])),
    "form.date_a": (["eq", "before", "after"], st.sampled_from(["2025-10-05", "2025-10-06", {"relative": "today"}])),
    "form.bool_a": (["eq", "ne"], st.booleans()),
    "form.multi_choice_a": (
        ["has_any", "has_all", "has_none"],
        st.lists(st.sampled_from(["draft", "approved"]), min_size=1),
    ),
}
STORED = {
    "form.text_a": st.sampled_from([None, "", "a", "Aß", "İσ"]),
    "form.number_a": st.sampled_from([None, 0, 1, "-1", "0.50", -3]),
    "form.date_a": st.sampled_from([None, "", "2025-10-05", "2025-10-06"]),
    "form.bool_a": st.sampled_from([None, True, False]),
    "form.multi_choice_a": st.sampled_from([None, [], ["draft"], ["draft", "approved"]]),
}


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(st.sampled_from(sorted(FITTING)))
    ops, constants = FITTING[field]
    if draw(st.integers(0, 4)) == 0:
        return {"field": field, "op": draw(st.sampled_from(["is_empty", "is_set"]))}
    return {"field": field, "op": draw(st.sampled_from(ops)), "value": draw(constants)}


def grown(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    groups = st.lists(inner, min_size=1, max_size=4)
    return (
        inner
        | groups.map(lambda nodes: {"all": nodes})
        | groups.map(lambda nodes: {"any": nodes})
        | inner.map(lambda node: {"not": node})
        | inner.map(lambda node: {"saved": {"key": "k", "version": 1, "name": "Kept", "rule": node}})
    )


NODES = grown(grown(leaves()))
VALUES = st.fixed_dictionaries(STORED)


def answer(doc: object, values: dict[str, Any]) -> bool:
    result = evaluate_document(doc, FORM, values, ENVIRONMENT).result
    assert result is not None
    return result


def parsed(doc: object) -> tuple[Rule | None, tuple[RuleError, ...]]:
    try:
        return parse(doc, FORM), ()
    except RuleErrors as refused:
        return None, refused.errors


@steady
@given(st.lists(NODES, min_size=1, max_size=4), VALUES)
def test_de_morgan(nodes: list[dict[str, Any]], values: dict[str, Any]) -> None:
    opposites = [{"not": node} for node in nodes]
    assert answer({"not": {"all": nodes}}, values) is answer({"any": opposites}, values)
    assert answer({"not": {"any": nodes}}, values) is answer({"all": opposites}, values)


@steady
@given(NODES, VALUES)
def test_not_is_plain_boolean_and_order_does_not_matter(node: dict[str, Any], values: dict[str, Any]) -> None:
    assert answer({"not": node}, values) is not answer(node, values)
    for kind in {"all", "any"} & set(node):
        assert answer({kind: node[kind][::-1]}, values) is answer(node, values)


@steady
@given(NODES, VALUES)
def test_round_trip_trace_and_closure_agree(node: dict[str, Any], values: dict[str, Any]) -> None:
    rule = parse(node, FORM)
    again = parse(to_json(rule), FORM)
    assert again == rule
    assert hash(again) == hash(rule)
    assert to_json(again) == to_json(rule)
    assert compile_rule(again)(values, ENVIRONMENT) is trace(rule, values, ENVIRONMENT).outcome.result
    assert explain(rule)


@steady
@given(NODES, st.fixed_dictionaries({}, optional=dict.fromkeys(STORED, JSON)))
def test_evaluation_never_raises_for_any_values(node: dict[str, Any], values: dict[str, Any]) -> None:
    rule = parse(node, FORM)
    outcome = evaluate(rule, values, ENVIRONMENT)
    assert (outcome.result is None) is (outcome.error is not None)
    found = trace(rule, values, ENVIRONMENT)
    assert found.outcome.result == outcome.result
    repr(found.root.as_json())


@steady
@given(JSON)
def test_parse_raises_nothing_but_rule_errors(doc: object) -> None:
    _, errors = parsed(doc)
    "".join(f"{error.place} {error.message}" for error in errors).encode()


@steady
@given(
    st.sampled_from([spec.id for spec in FORM.fields]),
    st.sampled_from(["eq", "in", "between", "within_last", "has_any", "gt"]),
    JSON,
)
def test_parse_of_any_constant_raises_nothing_but_rule_errors(field: str, op: str, value: object) -> None:
    rule, errors = parsed({"field": field, "op": op, "value": value})
    assert (rule is None) is bool(errors)
    if rule is not None:
        assert parse(to_json(rule), FORM) == rule
        outcome = evaluate(rule, {field: None}, ENVIRONMENT)
        assert outcome.error is None or outcome.error.code in ("date_range", "calendar")
