"""How the two sides of a condition are fetched: from the values, from the clock, from the directory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from forms_builder.rules.ast import (
    Anchor,
    FieldOperand,
    Leaf,
    Literal,
    Literals,
    Pair,
    Reference,
    References,
    Relative,
    Span,
    Unit,
)
from forms_builder.rules.catalogue import FieldSpec, FieldType
from forms_builder.rules.clock import Environment, EvaluationClock
from forms_builder.rules.errors import EvaluationError, WrongValue, kind_of
from forms_builder.rules.operators import TEXT_OPS, Op
from forms_builder.rules.values import READERS, fold

Load = Callable[[Mapping[str, Any], Environment], Any]

PEOPLE = frozenset({Op.IS_MEMBER_OF, Op.IS_MANAGER_OF})


def field(spec: FieldSpec) -> Load:
    """Reads a field by its type; None when empty. The load raises EvaluationError for a missing or misshapen value."""
    field_id, read, local = spec.id, READERS[spec.type], spec.type is FieldType.DATETIME

    def load(values: Mapping[str, Any], env: Environment) -> Any:
        try:
            value = read(values[field_id])
        except KeyError:
            message = f"{spec.label} ({field_id}) does not exist any more."
            raise EvaluationError("unknown_field", message, field_id) from None
        except WrongValue as wrong:
            message = f"{spec.label} holds {kind_of(values[field_id])}; it needs {wrong}."
            raise EvaluationError("value_type", message, field_id) from None
        return instant(value, env) if local and value is not None else value

    return load


def instant(value: datetime, env: Environment) -> datetime:
    """An instant in UTC; without an offset the tenant's clock is needed."""
    if value.tzinfo is None:
        return env.need_clock().localise(value)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise EvaluationError("date_range", "A date lies outside the years 1 to 9999.") from None


def constant(leaf: Leaf) -> Any:
    """The right side if it is the same at every evaluation, otherwise None."""
    operand = leaf.operand
    if isinstance(operand, Literal):
        value = operand.value
        if leaf.op in PEOPLE or isinstance(value, datetime):
            return None
        return fold(value) if leaf.op in TEXT_OPS and isinstance(value, str) else value
    if isinstance(operand, Literals):
        return frozenset(operand.values)
    if isinstance(operand, Pair) and leaf.field.type is not FieldType.DATETIME:
        ends = (operand.low, operand.high)
        return tuple(end.value for end in ends if isinstance(end, Literal)) if not _moves(ends) else None
    return None


def operand(leaf: Leaf) -> Load:
    """Fetches the right side of a leaf, ready for the operator; None when it is an empty field."""
    load = plain(leaf)
    if leaf.op in TEXT_OPS:
        return lambda values, env: None if (text := load(values, env)) is None else fold(text)
    if leaf.op in PEOPLE:

        def with_directory(values: Mapping[str, Any], env: Environment) -> Any:
            directory, other = env.need_directory(), load(values, env)
            return None if other is None else (directory, other)

        return with_directory
    return load


def plain(leaf: Leaf) -> Load:
    """Fetches the right side as it is written: the id of a person, not yet the question to the directory."""
    wanted, right = leaf.field.type, leaf.operand
    if isinstance(right, FieldOperand):
        return field(right.field)
    if isinstance(right, Reference):
        key = right.key
        return lambda _, env: env.resolve(key)
    if isinstance(right, References):
        keys = right.keys
        return lambda _, env: frozenset([env.resolve(key) for key in keys])
    if isinstance(right, Literals):
        values_of = frozenset(right.values)
        return lambda _values, _env: values_of
    if isinstance(right, Pair):
        low, high = right.low, right.high
        return lambda _, env: (moment(low, wanted, env), moment(high, wanted, env))
    if isinstance(right, Span):
        span, op = right, leaf.op
        return lambda _, env: window(span, op, wanted, env.need_clock())
    if isinstance(right, Literal | Relative):
        one = right
        return lambda _, env: moment(one, wanted, env)
    raise TypeError(f"{leaf.op} has no right side")


def moment(value: Literal | Relative, wanted: FieldType, env: Environment) -> Any:
    """A constant as it is compared: relative dates and local times by the clock, everything else unchanged."""
    if isinstance(value, Relative):
        clock = env.need_clock()
        return clock.date_of(value) if wanted is FieldType.DATE else clock.instant_of(value)
    return instant(value.value, env) if isinstance(value.value, datetime) else value.value


def window(span: Span, op: Op, wanted: FieldType, clock: EvaluationClock) -> tuple[date, date]:
    """Both ends, inclusive, of the last or next `span` from today (dates) or from now (datetimes)."""
    offset = -span.count if op is Op.WITHIN_LAST else span.count
    if wanted is FieldType.DATE:
        here = clock.date_of(Relative(Anchor.TODAY, 0, Unit.DAY))
        there = clock.date_of(Relative(Anchor.TODAY, offset, span.unit))
    else:
        here = clock.instant_of(Relative(Anchor.NOW, 0, Unit.MINUTE))
        there = clock.instant_of(Relative(Anchor.NOW, offset, span.unit))
    return (there, here) if op is Op.WITHIN_LAST else (here, there)


def _moves(ends: tuple[Literal | Relative, ...]) -> bool:
    return any(isinstance(end, Relative) for end in ends)
