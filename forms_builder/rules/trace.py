"""Why a rule answered what it answered: every node with what was there, what was asked and the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from forms_builder.rules import loads
from forms_builder.rules.ast import All, AnyOf, Leaf, Money, Node, Not, Pair, Relative, Rule, Saved, Span
from forms_builder.rules.clock import EMPTY_ENVIRONMENT, Environment
from forms_builder.rules.compile import compile_node
from forms_builder.rules.errors import EvaluationError, shown
from forms_builder.rules.evaluate import Failure, Outcome, failed
from forms_builder.rules.explain import explain_node
from forms_builder.rules.serialize import operand_to_json

_SHOWN_TEXT = 200


@dataclass(frozen=True, slots=True)
class TraceNode:
    """One node of the tree. `result` is None when it, or anything below it, had an error.

    For a condition `actual` is the field's value (for a change {"old", "new"}) and `expected` the right side as it was
    compared: relative dates as dates, references as ids. Both are ready for JSON.
    """

    place: str
    kind: str
    text: str
    result: bool | None
    field: str | None = None
    op: str | None = None
    actual: Any = None
    expected: Any = None
    error: Failure | None = None
    children: tuple[TraceNode, ...] = ()

    def leaves(self) -> Iterator[TraceNode]:
        """The conditions below this node, in document order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def as_json(self) -> dict[str, Any]:
        """The trace as stored beside a rule run."""
        document: dict[str, Any] = {"place": self.place, "kind": self.kind, "text": self.text, "result": self.result}
        if self.children:
            document["children"] = [child.as_json() for child in self.children]
            return document
        document |= {"field": self.field, "op": self.op, "actual": self.actual, "expected": self.expected}
        if self.error is not None:
            document["error"] = {"code": self.error.code, "message": self.error.message}
        return document


@dataclass(frozen=True, slots=True)
class Trace:
    """The outcome of `evaluate` and the tree that explains it."""

    outcome: Outcome
    root: TraceNode

    @property
    def leaves(self) -> tuple[TraceNode, ...]:
        """Every condition, in document order."""
        return tuple(self.root.leaves())


def trace(rule: Rule, values: Mapping[str, Any], env: Environment = EMPTY_ENVIRONMENT) -> Trace:
    """The rule answered condition by condition, without short cuts; agrees with `evaluate` and never raises."""
    root = _node(rule.root, "$", values, env)
    error = next((leaf.error for leaf in root.leaves() if leaf.error is not None), None)
    return Trace(Outcome(root.result, error), root)


def _node(node: Node, place: str, values: Mapping[str, Any], env: Environment) -> TraceNode:
    if isinstance(node, Leaf):
        return _leaf(node, place, values, env)
    if isinstance(node, Not):
        child = _node(node.child, f"{place}.not", values, env)
        result = None if child.result is None else not child.result
        return TraceNode(place, "not", explain_node(node), result, children=(child,))
    if isinstance(node, Saved):
        inner = _node(node.child, f"{place}.saved.rule", values, env)
        return TraceNode(place, "saved", explain_node(node), inner.result, children=(inner,))
    kind = "all" if isinstance(node, All) else "any"
    children = tuple(_node(child, f"{place}.{kind}[{i}]", values, env) for i, child in enumerate(node.children))
    return TraceNode(
        place, kind, explain_node(node), _combined(node, [child.result for child in children]), children=children
    )


def _combined(node: All | AnyOf, results: list[bool | None]) -> bool | None:
    if None in results:
        return None
    return all(results) if isinstance(node, All) else any(results)


def _leaf(leaf: Leaf, place: str, values: Mapping[str, Any], env: Environment) -> TraceNode:
    result: bool | None = None
    error: Failure | None = None
    try:
        result = compile_node(leaf)(values, env)
    except EvaluationError as raised:
        error = failed(raised).error
    new = _presentable(values.get(leaf.field.id))
    actual = new if leaf.twin is None else {"old": _presentable(values.get(leaf.twin.id)), "new": new}
    expected = _expected(leaf, values, env)
    text = explain_node(leaf)
    return TraceNode(place, "leaf", text, result, leaf.field.id, str(leaf.op), actual, expected, error)


def _expected(leaf: Leaf, values: Mapping[str, Any], env: Environment) -> Any:
    """The right side as it was compared, or as it was written when it could not be found out."""
    if leaf.operand is None:
        return None
    if leaf.op in loads.PEOPLE or not isinstance(leaf.operand, Relative | Pair | Span):
        written: Any = next(iter(operand_to_json(leaf.operand).values()))
        if "value_field" in operand_to_json(leaf.operand):
            return _presentable(values.get(written))
        return _resolved(written, env) if "value_ref" in operand_to_json(leaf.operand) else written
    try:
        return _presentable(loads.operand(leaf)(values, env))
    except EvaluationError:
        return operand_to_json(leaf.operand)["value"]


def _resolved(written: Any, env: Environment) -> Any:
    if isinstance(written, list):
        return [env.references.get(key, key) for key in written]
    return env.references.get(written, written)


def _presentable(value: Any) -> Any:
    """Any value as JSON can hold it, long and odd texts cut; structure is kept two levels deep at most."""
    if isinstance(value, str):
        return shown(value, _SHOWN_TEXT)[1:-1] if len(value) > _SHOWN_TEXT or not value.isprintable() else value
    if value is None or isinstance(value, bool | int):
        return value if not isinstance(value, int) or abs(value) < 2**53 else shown(value)
    if isinstance(value, Money):
        return {"amount": format(value.amount, "f"), "currency": value.currency}
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | float):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [
            _presentable(item) if isinstance(item, str | int | UUID | date | Money) else shown(item) for item in value
        ][:50]
    if isinstance(value, Mapping):
        return {
            key: _presentable(value[key]) for key in ("amount", "currency") if isinstance(value.get(key), str | int)
        }
    return shown(value)
