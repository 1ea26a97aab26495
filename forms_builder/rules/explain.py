"""A rule as a sentence, for review, diff and audit: "department is HR and (total is more than 1,000 or ...)"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from forms_builder.rules.ast import (
    All,
    Anchor,
    FieldOperand,
    Leaf,
    Literal,
    Literals,
    Money,
    Node,
    Not,
    Operand,
    Pair,
    Reference,
    References,
    Relative,
    Rule,
    Saved,
    Span,
)
from forms_builder.rules.catalogue import FieldSpec, FieldType
from forms_builder.rules.operators import Op

_PHRASES: Mapping[Op, str] = {
    Op.EQ: "is {}",
    Op.NE: "is not {}",
    Op.IN: "is {}",
    Op.NOT_IN: "is not {}",
    Op.LT: "is less than {}",
    Op.LTE: "is at most {}",
    Op.GT: "is more than {}",
    Op.GTE: "is at least {}",
    Op.BETWEEN: "is between {}",
    Op.CONTAINS: "contains {}",
    Op.STARTS: "starts with {}",
    Op.ENDS: "ends with {}",
    Op.IS_EMPTY: "is empty",
    Op.IS_SET: "is filled in",
    Op.HAS_ANY: "includes {}",
    Op.HAS_ALL: "includes {}",
    Op.HAS_NONE: "does not include {}",
    Op.BEFORE: "is before {}",
    Op.AFTER: "is after {}",
    Op.WITHIN_LAST: "is within the last {}",
    Op.WITHIN_NEXT: "is within the next {}",
    Op.IS_MEMBER_OF: "is a member of {}",
    Op.IS_MANAGER_OF: "is the manager of {}",
    Op.IS_SAME_AS_FIELD: "is the same as {}",
    Op.CHANGED: "changed",
    Op.CHANGED_FROM: "changed from {}",
    Op.CHANGED_TO: "changed to {}",
    Op.INCREASED: "increased",
    Op.DECREASED: "decreased",
}
_TIME_PHRASES: Mapping[Op, str] = {
    Op.LT: "is before {}",
    Op.LTE: "is not after {}",
    Op.GT: "is after {}",
    Op.GTE: "is not before {}",
}
_TIME_TYPES = frozenset({FieldType.DATE, FieldType.DATETIME, FieldType.TIME})
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LONGEST_LIST = 10

Names = Mapping[str, str]


def explain(rule: Rule, names: Names | None = None) -> str:
    """The rule in plain words. `names` gives the names of people, groups and `kind:key` references by id or key."""
    return explain_node(rule.root, names)


def explain_node(node: Node, names: Names | None = None) -> str:
    """One node in plain words, without outer brackets."""
    if isinstance(node, Leaf):
        return _leaf(node, names or {})
    if isinstance(node, Not):
        return f"not ({explain_node(node.child, names)})"
    if isinstance(node, Saved):
        return f"“{node.name}” ({explain_node(node.child, names)})"
    word = " and " if isinstance(node, All) else " or "
    return word.join(_bracketed(child, names, len(node.children)) for child in node.children)


def _bracketed(node: Node, names: Names | None, siblings: int) -> str:
    text = explain_node(node, names)
    lonely = isinstance(node, Leaf | Not | Saved) or siblings == 1 or len(node.children) == 1
    return text if lonely else f"({text})"


def _leaf(leaf: Leaf, names: Names) -> str:
    timely = leaf.field.type in _TIME_TYPES and leaf.op in _TIME_PHRASES
    phrase = (_TIME_PHRASES if timely else _PHRASES)[leaf.op]
    if leaf.operand is None:
        return f"{leaf.field.label} {phrase}"
    return f"{leaf.field.label} {phrase.format(_operand(leaf.operand, leaf, names))}"


def _operand(operand: Operand, leaf: Leaf, names: Names) -> str:
    if isinstance(operand, FieldOperand):
        return operand.field.label
    if isinstance(operand, Reference):
        return _reference(operand.key, names)
    word = "and" if leaf.op is Op.HAS_ALL else "or"
    if isinstance(operand, References):
        return _listed([_reference(key, names) for key in operand.keys[:_LONGEST_LIST]], len(operand.keys), word)
    if isinstance(operand, Literals):
        texts = [_constant(value, leaf.field, names) for value in operand.values[:_LONGEST_LIST]]
        return _listed(texts, len(operand.values), word)
    if isinstance(operand, Pair):
        return " and ".join(_moment(end, leaf.field, names) for end in (operand.low, operand.high))
    if isinstance(operand, Span):
        return _length(operand.count, operand.unit)
    return _moment(operand, leaf.field, names)


def _reference(key: str, names: Names) -> str:
    return names.get(key) or key.partition(":")[2]


def _listed(texts: list[str], total: int, word: str) -> str:
    if total > len(texts):
        texts = [*texts, f"{total - len(texts)} more"]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {word} {texts[-1]}"


def _moment(value: Literal | Relative, spec: FieldSpec, names: Names) -> str:
    if isinstance(value, Literal):
        return _constant(value.value, spec, names)
    anchor = "now" if value.anchor is Anchor.NOW else "today"
    if not value.offset:
        return anchor if value.unit != "business_day" else f"the working day of {anchor}"
    side = "before" if value.offset < 0 else "after"
    return f"{_length(abs(value.offset), value.unit)} {side} {anchor}"


def _length(count: int, unit: str) -> str:
    return f"{count:,} {unit.replace('_', ' ')}{'' if count == 1 else 's'}"


def _constant(value: Any, spec: FieldSpec, names: Names) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Money):
        return f"{_number(value.amount)} {value.currency}"
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime):
        zone = f" UTC{value.isoformat()[-6:]}" if value.tzinfo else ""
        return f"{_date(value.date())} {_time(value.time())}{zone}"
    if isinstance(value, date):
        return _date(value)
    if isinstance(value, time):
        return _time(value)
    label = spec.choice_label(value) or names.get(value)
    return label or (f'"{value}"' if spec.type is FieldType.TEXT else str(value))


def _number(value: Decimal) -> str:
    return f"{value:,f}"


def _date(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _time(value: time) -> str:
    return value.isoformat("minutes" if not value.second and not value.microsecond else "auto")
