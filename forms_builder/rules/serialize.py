"""A rule back to its JSON document, such that `parse(to_json(rule), context) == rule`."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from forms_builder.rules.ast import (
    SCHEMA_VERSION,
    All,
    AnyOf,
    Constant,
    FieldOperand,
    Leaf,
    Literal,
    Literals,
    Money,
    Node,
    Operand,
    Pair,
    Reference,
    References,
    Relative,
    Rule,
    Saved,
    Span,
)


def to_json(rule: Rule) -> dict[str, Any]:
    """The document that is stored: schema version and tree."""
    return {"schema_version": SCHEMA_VERSION, "rule": node_to_json(rule.root)}


def node_to_json(node: Node) -> dict[str, Any]:
    """One node and everything below it."""
    if isinstance(node, Leaf):
        document: dict[str, Any] = {"field": node.field.id, "op": str(node.op)}
        if node.operand is not None:
            document |= operand_to_json(node.operand)
        return document
    if isinstance(node, All | AnyOf):
        return {"all" if isinstance(node, All) else "any": [node_to_json(child) for child in node.children]}
    if isinstance(node, Saved):
        use = {"key": node.key, "version": node.version, "name": node.name, "rule": node_to_json(node.child)}
        return {"saved": use}
    return {"not": node_to_json(node.child)}


def operand_to_json(operand: Operand) -> dict[str, Any]:
    """The right side with its key: value, value_field or value_ref."""
    if isinstance(operand, FieldOperand):
        return {"value_field": operand.field.id}
    if isinstance(operand, Reference):
        return {"value_ref": operand.key}
    if isinstance(operand, References):
        return {"value_ref": list(operand.keys)}
    if isinstance(operand, Literals):
        return {"value": [constant_to_json(value) for value in operand.values]}
    if isinstance(operand, Pair):
        return {"value": [moment_to_json(operand.low), moment_to_json(operand.high)]}
    if isinstance(operand, Span):
        return {"value": {"count": operand.count, "unit": str(operand.unit)}}
    return {"value": moment_to_json(operand)}


def moment_to_json(value: Literal | Relative) -> Any:
    """A constant or a relative date."""
    if isinstance(value, Relative):
        return {"relative": str(value.anchor), "offset": value.offset, "unit": str(value.unit)}
    return constant_to_json(value.value)


def constant_to_json(value: Constant) -> Any:
    """Decimals and dates as text, money as an object, text and yes/no as they are."""
    if isinstance(value, Money):
        return {"amount": format(value.amount, "f"), "currency": value.currency}
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | datetime | time) else value
