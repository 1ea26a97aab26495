"""The right side of a condition, read and checked by the type of the field."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from forms_builder.rules.ast import (
    CLOCK_UNITS,
    MAX_BUSINESS_DAYS,
    MAX_LIST,
    MAX_OFFSET,
    MAX_STRING_BYTES,
    Anchor,
    Constant,
    Literal,
    Literals,
    Money,
    Operand,
    Pair,
    Reference,
    References,
    Relative,
    Span,
    Unit,
)
from forms_builder.rules.catalogue import FieldSpec, FieldType, RuleContext
from forms_builder.rules.errors import WrongValue, shown
from forms_builder.rules.operators import ID_TYPES, SHAPES, Op, Shape
from forms_builder.rules.values import READERS, is_empty

Fail = Callable[[str, str, str], None]

_REFERENCE = re.compile(r"[a-z][a-z0-9_]{0,63}:\S(.*\S)?")
_DATES = frozenset({FieldType.DATE, FieldType.DATETIME})


class OperandReader:
    """Reads operands; tells what is wrong through `fail` and answers None then."""

    def __init__(self, context: RuleContext, fail: Fail) -> None:
        self.context = context
        self.fail = fail

    def value(self, raw: object, spec: FieldSpec, wanted: FieldType, op: Op, place: str) -> Operand | None:
        """The operand in `value`."""
        shape = SHAPES[op]
        if shape is Shape.SPAN:
            return self.span(raw, wanted, place)
        if shape is Shape.PAIR:
            return self.pair(raw, spec, wanted, place)
        if shape is Shape.LIST:
            return self.literals(raw, spec, wanted, place)
        return self.moment(raw, spec, wanted, op, place)

    def reference(self, raw: object, wanted: FieldType, shape: Shape, place: str) -> Operand | None:
        """The operand in `value_ref`: a key, or a list of keys where the operator takes a list."""
        if wanted not in ID_TYPES:
            self.fail(place, "operand", f"A {wanted} has no references; use value.")
            return None
        if shape is not Shape.LIST:
            return Reference(raw) if self.is_reference(raw, place) and isinstance(raw, str) else None
        items = self.items(raw, place)
        if items is None:
            return None
        keys = [key for i, key in enumerate(items) if self.is_reference(key, f"{place}[{i}]")]
        return References(tuple(keys)) if len(keys) == len(items) else None

    def is_reference(self, raw: object, place: str) -> bool:
        if not self.is_clean(raw, place):
            return False
        if not isinstance(raw, str) or not _REFERENCE.fullmatch(raw):
            self.fail(place, "reference", f"Name a row as kind:key, such as department:hr, not {shown(raw)}.")
        elif self.context.references is not None and raw not in self.context.references:
            self.fail(place, "unknown_reference", f"Nothing here is called {shown(raw)}; choose from the list.")
        else:
            return True
        return False

    def items(self, raw: object, place: str) -> list[Any] | None:
        if not isinstance(raw, list) or not raw:
            self.fail(place, "not_a_list", "Give a list with at least one value.")
        elif len(raw) > MAX_LIST:
            self.fail(place, "list_too_long", f"A list has at most {MAX_LIST} values; use a group instead.")
        else:
            return raw
        return None

    def literals(self, raw: object, spec: FieldSpec, wanted: FieldType, place: str) -> Literals | None:
        items = self.items(raw, place)
        if items is None:
            return None
        member = FieldType.CHOICE if wanted is FieldType.MULTI_CHOICE else wanted
        read = [self.constant(item, spec, member, f"{place}[{i}]") for i, item in enumerate(items)]
        found = tuple(value for value in read if value is not None)
        return Literals(found) if len(found) == len(items) else None

    def pair(self, raw: object, spec: FieldSpec, wanted: FieldType, place: str) -> Pair | None:
        if not isinstance(raw, list) or len(raw) != 2:
            self.fail(place, "not_a_pair", "Give two values: [lowest, highest].")
            return None
        low, high = (self.moment(item, spec, wanted, Op.BETWEEN, f"{place}[{i}]") for i, item in enumerate(raw))
        if low is None or high is None:
            return None
        if isinstance(low, Literal) and isinstance(high, Literal) and not self.is_ordered(low.value, high.value, place):
            return None
        return Pair(low, high)

    def is_ordered(self, low: Any, high: Any, place: str) -> bool:
        if isinstance(low, Money) and low.currency != high.currency:
            self.fail(place, "currency", "Give both amounts in one currency.")
            return False
        mixed = isinstance(low, datetime) and (low.tzinfo is None) != (high.tzinfo is None)
        if not mixed and low > high:
            self.fail(place, "reversed", "The first value is above the second; swap them.")
            return False
        return True

    def moment(self, raw: object, spec: FieldSpec, wanted: FieldType, op: Op, place: str) -> Literal | Relative | None:
        """A constant, or for dates also a relative one."""
        relative_op = op not in (Op.CHANGED_FROM, Op.CHANGED_TO)
        if isinstance(raw, dict) and "relative" in raw and wanted in _DATES and relative_op:
            return self.relative(raw, wanted, place)
        value = self.constant(raw, spec, wanted, place)
        return None if value is None else Literal(value)

    def constant(self, raw: object, spec: FieldSpec, wanted: FieldType, place: str) -> Constant | None:
        """One constant of the wanted type, within the limits."""
        if is_empty(raw):
            self.fail(place, "empty_value", "Give a value; to ask for an empty field use is_empty or is_set.")
            return None
        if not self.is_clean(raw, place):
            return None
        if isinstance(raw, float) or (isinstance(raw, dict) and isinstance(raw.get("amount"), float)):
            self.fail(place, "decimal_as_text", 'Write decimals as text, such as "12.50".')
            return None
        try:
            value = READERS[wanted](raw)
        except WrongValue as error:
            self.fail(place, "value_type", f"{spec.label} is compared with {error}, not with {shown(raw)}.")
            return None
        if value is None:
            self.fail(place, "empty_value", "Give a value; to ask for an empty field use is_empty or is_set.")
            return None
        return self.checked(Decimal(value) if type(value) is int else value, spec, wanted, place)

    def checked(self, value: Any, spec: FieldSpec, wanted: FieldType, place: str) -> Constant | None:
        """The constant if the catalogue knows it."""
        if isinstance(value, Money) and spec.currency and value.currency != spec.currency:
            self.fail(place, "currency", f"{spec.label} is in {spec.currency}; give the amount in {spec.currency}.")
            return None
        if wanted is FieldType.CHOICE and spec.choices is not None and spec.choice_label(value) is None:
            some = ", ".join(shown(known) for known, _ in spec.choices[:10])
            self.fail(place, "unknown_choice", f"{shown(value)} is no choice of {spec.label}. Choose one of: {some}.")
            return None
        return value  # type: ignore[no-any-return]  # READERS answers by type; mypy sees Any

    def is_clean(self, raw: object, place: str) -> bool:
        """Whether the texts in `raw` are storable and short enough."""
        if isinstance(raw, dict):
            return all(self.is_clean(raw.get(key), f"{place}.{key}") for key in ("amount", "currency"))
        if not isinstance(raw, str):
            return True
        if "\0" in raw:
            self.fail(place, "bad_text", "Remove the NUL character.")
            return False
        try:
            size = len(raw.encode())
        except UnicodeEncodeError:
            self.fail(place, "bad_text", "This text is no valid Unicode (half of a surrogate pair); type it again.")
            return False
        if size > MAX_STRING_BYTES:
            self.fail(place, "text_too_long", f"A text has at most {MAX_STRING_BYTES} bytes; shorten it.")
        return size <= MAX_STRING_BYTES

    def relative(self, raw: dict[Any, Any], wanted: FieldType, place: str) -> Relative | None:
        anchor, unit, offset = raw.get("relative"), raw.get("unit", "day"), raw.get("offset", 0)
        anchors = (Anchor.TODAY,) if wanted is FieldType.DATE else (Anchor.TODAY, Anchor.NOW)
        if set(raw) - {"relative", "offset", "unit"}:
            self.fail(place, "unknown_key", "A relative date has only relative, offset and unit.")
        elif not isinstance(anchor, str) or anchor not in anchors:
            self.fail(f"{place}.relative", "relative", f"Start from {' or '.join(anchors)}, not {shown(anchor)}.")
        elif self.is_unit(unit, wanted is FieldType.DATE or anchor == Anchor.TODAY, f"{place}.unit") and self.is_count(
            offset, unit, -1, f"{place}.offset"
        ):
            return Relative(Anchor(anchor), offset, Unit(unit))
        return None

    def span(self, raw: object, wanted: FieldType, place: str) -> Span | None:
        if not isinstance(raw, dict) or set(raw) - {"count", "unit"} or "count" not in raw:
            self.fail(place, "span", 'Give a length of time, such as {"count": 7, "unit": "day"}.')
            return None
        count, unit = raw["count"], raw.get("unit", "day")
        if self.is_unit(unit, wanted is FieldType.DATE, f"{place}.unit") and self.is_count(
            count, unit, 1, f"{place}.count"
        ):
            return Span(count, Unit(unit))
        return None

    def is_unit(self, raw: object, whole_days: bool, place: str) -> bool:
        units = [unit for unit in Unit if not (whole_days and unit in CLOCK_UNITS)]
        if raw in units:
            return True
        self.fail(place, "unit", f"Choose one of these units: {', '.join(units)}.")
        return False

    def is_count(self, raw: object, unit: object, sign: int, place: str) -> bool:
        limit = MAX_BUSINESS_DAYS if unit == Unit.BUSINESS_DAY else MAX_OFFSET
        lowest = 1 if sign > 0 else -limit
        if type(raw) is int and lowest <= raw <= limit:
            return True
        self.fail(place, "offset", f"Give a whole number from {lowest} to {limit}.")
        return False
