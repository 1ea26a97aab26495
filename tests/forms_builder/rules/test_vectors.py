"""The closure, the trace and the JSON round trip agree with every conformance vector."""

import pytest

from forms_builder.rules import (
    OPS_BY_TYPE,
    FieldType,
    Op,
    RuleErrors,
    evaluate,
    evaluate_document,
    leaves_of,
    parse,
    to_json,
    trace,
)
from tests.forms_builder.rules.vectors import Vector, vectors

each = pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector.name)


@each
def test_closure_answers_as_expected(vector: Vector) -> None:
    outcome = evaluate_document(vector.rule, vector.context, vector.values, vector.env)
    answer = "error" if outcome.error else outcome.result
    assert answer == vector.expected, outcome
    assert bool(outcome) is (vector.expected is True)


@each
def test_trace_and_stored_document_agree(vector: Vector) -> None:
    try:
        rule = parse(vector.rule, vector.context)
    except RuleErrors:
        assert vector.expected == "error"
        return
    outcome = evaluate(rule, vector.values, vector.env)
    assert trace(rule, vector.values, vector.env).outcome.result == outcome.result
    assert parse(to_json(rule), vector.context) == rule


def test_there_are_enough_vectors_with_names_of_their_own() -> None:
    assert len(vectors()) >= 300
    assert len({vector.name for vector in vectors()}) == len(vectors())


def test_every_operator_of_every_type_is_answered_both_ways() -> None:
    seen: set[tuple[FieldType, Op, bool]] = set()
    for vector in vectors():
        if isinstance(vector.expected, bool):
            root = parse(vector.rule, vector.context)
            for leaf in leaves_of(root) if len(leaves_of(root)) == 1 else ():
                seen.add((leaf.field.type, leaf.op, vector.expected))
    wanted = {(kind, op, answer) for kind, ops in OPS_BY_TYPE.items() for op in ops for answer in (True, False)}
    assert wanted - seen == set()
