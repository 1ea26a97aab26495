"""A rule to one Python closure.

A run has two halves. First every field the rule reads is loaded and checked, once, so that an unknown field or a value
of the wrong shape gives an error wherever it stands in the tree. Then the tree is answered on the loaded values with
short cuts; nothing can fail any more. That makes the answer independent of the order of conditions, as in SQL.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from forms_builder.rules import loads
from forms_builder.rules.ast import All, FieldOperand, Leaf, Money, Node, Not, Rule, Saved
from forms_builder.rules.catalogue import FieldSpec, FieldType
from forms_builder.rules.clock import EMPTY_ENVIRONMENT, Environment
from forms_builder.rules.errors import EvaluationError
from forms_builder.rules.operators import EVENT_ONLY, NEGATIVE, TEXT_OPS, Op
from forms_builder.rules.values import fold

Slots = Sequence[Any]
Test = Callable[[Slots], bool]


class Compiled(Protocol):
    """A compiled rule. Raises EvaluationError when the rule has no answer for the values."""

    def __call__(self, values: Mapping[str, Any], env: Environment = ..., /) -> bool:
        """True when the rule holds."""
        ...


POSITIVE: Mapping[Op, Callable[[Any, Any], Any]] = {
    Op.EQ: operator.eq,
    Op.IS_SAME_AS_FIELD: operator.eq,
    Op.IN: lambda value, among: value in among,
    Op.LT: operator.lt,
    Op.BEFORE: operator.lt,
    Op.DECREASED: operator.lt,
    Op.LTE: operator.le,
    Op.GT: operator.gt,
    Op.AFTER: operator.gt,
    Op.INCREASED: operator.gt,
    Op.GTE: operator.ge,
    Op.BETWEEN: lambda value, ends: ends[0] <= value <= ends[1],
    Op.WITHIN_LAST: lambda value, ends: ends[0] <= value <= ends[1],
    Op.WITHIN_NEXT: lambda value, ends: ends[0] <= value <= ends[1],
    Op.CONTAINS: lambda text, part: part in fold(text),
    Op.STARTS: lambda text, part: fold(text).startswith(part),
    Op.ENDS: lambda text, part: fold(text).endswith(part),
    Op.HAS_ANY: lambda found, wanted: not found.isdisjoint(wanted),
    Op.HAS_ALL: lambda found, wanted: wanted <= found,
    Op.IS_MEMBER_OF: lambda user, group: group[0].is_member(user, group[1]),
    Op.IS_MANAGER_OF: lambda user, report: report[0].is_manager(user, report[1]),
}
"""What each positive operator asks of two values that are both there."""


@lru_cache(maxsize=4096)
def compile_rule(rule: Rule) -> Compiled:
    """The rule as a function of flat values (and an Environment); kept for the life of the process."""
    return compile_node(rule.root)


def compile_node(root: Node) -> Compiled:
    """Any node as a function, as `compile_rule`."""
    program = _Program()
    test = program.node(root)
    steps, guards = tuple(program.steps), tuple(program.guards)

    def run(values: Mapping[str, Any], env: Environment = EMPTY_ENVIRONMENT, /) -> bool:
        slots = [load(values, env) for load in steps]
        for guard in guards:
            guard(slots)
        return test(slots)

    return run


class _Program:
    """Slots to load, checks over them, and the tests that read them."""

    def __init__(self) -> None:
        self.steps: list[loads.Load] = []
        self.guards: list[Callable[[Slots], None]] = []
        self.places: dict[Hashable, int] = {}

    def slot(self, key: Hashable, load: loads.Load) -> int:
        if key not in self.places:
            self.places[key] = len(self.steps)
            self.steps.append(load)
        return self.places[key]

    def field(self, spec: FieldSpec) -> int:
        return self.slot(("field", spec.id, spec.type), loads.field(spec))

    def node(self, node: Node) -> Test:
        if isinstance(node, Leaf):
            return self.leaf(node)
        if isinstance(node, Not):
            child = self.node(node.child)
            return lambda slots: not child(slots)
        if isinstance(node, Saved):
            return self.node(node.child)
        tests = tuple(self.node(child) for child in node.children)
        return _all(tests) if isinstance(node, All) else _any(tests)

    def leaf(self, leaf: Leaf) -> Test:
        left = self.field(leaf.field)
        if leaf.op is Op.IS_EMPTY:
            return lambda slots: slots[left] is None
        if leaf.op is Op.IS_SET:
            return lambda slots: slots[left] is not None
        if leaf.op in EVENT_ONLY:
            return self.change(leaf, left)
        if leaf.op in NEGATIVE:
            positive = self.binary(leaf, NEGATIVE[leaf.op], left)
            return lambda slots: not positive(slots)
        return self.binary(leaf, leaf.op, left)

    def binary(self, leaf: Leaf, op: Op, left: int) -> Test:
        """A test that is false when either side is empty."""
        ask = POSITIVE[op]
        constant = loads.constant(leaf)
        if constant is not None:
            if leaf.field.type is FieldType.MONEY:
                self.guards.append(_one_currency(leaf, left, lambda slots: constant))
            if op is Op.EQ:  # the most frequent leaf, without a call: None equals no constant
                return lambda slots: bool(slots[left] == constant)
            return lambda slots: slots[left] is not None and bool(ask(slots[left], constant))
        right = self.right(leaf)
        self.guard(leaf, left, right)
        return lambda slots: (
            slots[left] is not None and slots[right] is not None and bool(ask(slots[left], slots[right]))
        )

    def right(self, leaf: Leaf) -> int:
        """The slot of a right side that is not constant; a field that is compared as it is shares the field's slot."""
        if isinstance(leaf.operand, FieldOperand) and leaf.op not in TEXT_OPS | loads.PEOPLE:
            return self.field(leaf.operand.field)
        return self.slot(("operand", leaf.op, leaf.operand, leaf.field.type), loads.operand(leaf))

    def change(self, leaf: Leaf, new: int) -> Test:
        """Tests over the old and the new value; a value that appears or goes is a change."""
        if leaf.twin is None:
            raise TypeError(f"{leaf.op} without an old field; rules are made by parse()")
        old = self.field(leaf.twin)
        if leaf.op is Op.CHANGED:
            return lambda slots: bool(slots[old] != slots[new])
        if leaf.op in (Op.INCREASED, Op.DECREASED):
            self.guard(leaf, new, old)
            ask = POSITIVE[leaf.op]
            return lambda slots: slots[old] is not None and slots[new] is not None and bool(ask(slots[new], slots[old]))
        here, there = (new, old) if leaf.op is Op.CHANGED_TO else (old, new)
        right = self.right(leaf)
        self.guard(leaf, here, right)
        return lambda slots: bool(slots[here] == slots[right] and slots[there] != slots[right])

    def guard(self, leaf: Leaf, left: int, right: int) -> None:
        if leaf.field.type is FieldType.MONEY:
            self.guards.append(_one_currency(leaf, left, lambda slots: slots[right]))


def _all(tests: tuple[Test, ...]) -> Test:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda slots: first(slots) and second(slots)

    def test(slots: Slots) -> bool:
        for child in tests:  # noqa: SIM110  # all() costs a generator on the hot path
            if not child(slots):
                return False
        return True

    return test


def _any(tests: tuple[Test, ...]) -> Test:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda slots: first(slots) or second(slots)

    def test(slots: Slots) -> bool:
        for child in tests:  # noqa: SIM110  # any() costs a generator on the hot path
            if child(slots):
                return True
        return False

    return test


def _one_currency(leaf: Leaf, left: int, other: Callable[[Slots], Any]) -> Callable[[Slots], None]:
    """A check that both amounts are of one currency: what cannot be compared must not pass for "not more than"."""

    def guard(slots: Slots) -> None:
        here, there = slots[left], other(slots)
        if here is None or there is None:
            return
        first = there if isinstance(there, Money) else there[0]
        if here.currency != first.currency:
            message = f"{leaf.field.label} is in {here.currency} and is compared with {first.currency}."
            raise EvaluationError("currency", message, leaf.field.id)

    return guard
