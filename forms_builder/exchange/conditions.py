"""Conditions of other products as a small tree, and as rules of our language where both mean the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, TypeGuard

from forms_builder.exchange.source import number_of, plain_number, value_text
from forms_builder.rules import FieldType
from forms_builder.schema import fields as f
from forms_builder.schema.component import component_of
from forms_builder.schema.conditions import ROOT

Operator = Literal[
    "eq", "ne", "gt", "gte", "lt", "lte", "contains", "not_contains", "any_of", "all_of", "none_of", "empty", "filled"
]  # fmt: skip
Rule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Test:
    """A question about one field, by its name in the source."""

    name: str
    op: Operator
    value: Any = None


@dataclass(frozen=True, slots=True)
class Group:
    """All or any of some conditions."""

    kind: Literal["all", "any"]
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    part: "Condition"


Condition = Test | Group | Negation


class NotTaken(ValueError):
    """Why a condition has no counterpart here, as the end of a sentence."""


def rule_of(condition: Condition, find: Callable[[str], f.FieldBase | None]) -> Rule:
    """The rule that means the same; `find` knows fields by their name in the source. Raises NotTaken."""
    if isinstance(condition, Negation):
        return {"not": rule_of(condition.part, find)}
    if isinstance(condition, Group):
        return {condition.kind: [rule_of(part, find) for part in condition.parts]}
    field = find(condition.name)
    if field is None and condition.name.endswith(".length"):
        rows = find(condition.name.removesuffix(".length"))
        made = _number(rows, f"{ROOT}.{rows.name}.count", condition.op, condition.value) if _is_table(rows) else None
        if made is not None:
            return made
    if field is None:
        raise NotTaken(f"it asks about {condition.name[:80]}, which is no field here")
    made = _about(field, condition)
    if made is None:
        raise NotTaken(f"“{field.label}” cannot be asked that here")
    return made


def _is_table(field: f.FieldBase | None) -> TypeGuard[f.TableField]:
    return isinstance(field, f.TableField)


def both(rules: list[Rule]) -> Rule:
    """One rule that asks for all of them."""
    flat = [inner for rule in rules for inner in (rule["all"] if set(rule) == {"all"} else [rule])]
    return flat[0] if len(flat) == 1 else {"all": flat}


def _about(field: f.FieldBase, test: Test) -> Rule | None:
    path = f"{ROOT}.{field.name}"
    if isinstance(field, f.TableField):
        return {"field": f"{path}.count", "op": _ROWS[test.op], "value": 0} if test.op in _ROWS else None
    if test.op in ("empty", "filled"):
        return _emptiness(field, path, test.op == "empty")
    rule_type = component_of(field).type_in_rules(field)
    maker = _BY_TYPE.get(rule_type) if rule_type else None
    return maker(field, path, test.op, test.value) if maker else None


_ROWS: Final[Mapping[str, str]] = {"empty": "eq", "filled": "gt"}


def _emptiness(field: f.FieldBase, path: str, empty: bool) -> Rule | None:
    if isinstance(field, f.CheckboxField):
        return {"field": path, "op": "ne" if empty else "eq", "value": True}
    if component_of(field).type_in_rules(field) is None:
        return None
    return {"field": path, "op": "is_empty" if empty else "is_set"}


def _checkbox(field: Any, path: str, op: str, value: Any) -> Rule | None:
    found = value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())
    if found is None or op not in ("eq", "ne"):
        return None
    return {"field": path, "op": "eq" if found is (op == "eq") else "ne", "value": True}


def _text(field: Any, path: str, op: str, value: Any) -> Rule | None:
    values = [value_text(one) for one in _list(value)]
    if not values or not all(values):
        return None
    if op in ("any_of", "none_of"):
        return {"field": path, "op": "in" if op == "any_of" else "not_in", "value": values}
    if len(values) > 1 or op not in ("eq", "ne", "contains", "not_contains"):
        return None
    if op == "not_contains":
        return {"not": {"field": path, "op": "contains", "value": values[0]}}
    return {"field": path, "op": op, "value": values[0]}


def _choice(field: f.ChoiceField, path: str, op: str, value: Any) -> Rule | None:
    if op in _ORDER:
        values = _beside(field, op, number_of(value))
        return {"field": path, "op": "in", "value": values} if values else None
    if op in ("contains", "not_contains"):
        op = "eq" if op == "contains" else "ne"
    return _text(field, path, op, value)


_ORDER: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
}


def _beside(field: f.ChoiceField, op: str, bound: Decimal | None) -> list[str]:
    """The entries of a scale on that side of the bound."""
    if bound is None:
        return []
    numbers = [(choice.value, number_of(choice.value)) for choice in field.fixed]
    return [value for value, number in numbers if number is not None and _ORDER[op](number, bound)]


def _multi(field: Any, path: str, op: str, value: Any) -> Rule | None:
    values = [value_text(one) for one in _list(value)]
    single = not isinstance(value, list)
    ops = {"contains": "has_all", "not_contains": "has_none", "any_of": "has_any", "all_of": "has_all"}
    ops |= {"none_of": "has_none"} | ({"eq": "has_any", "ne": "has_none"} if single else {})
    if op not in ops or not values or not all(values):
        return None
    return {"field": path, "op": ops[op], "value": values}


def _number(field: Any, path: str, op: str, value: Any) -> Rule | None:
    if op == "any_of":
        numbers = [number_of(one) for one in _list(value)]
        plain = [plain_number(one) for one in numbers if one is not None]
        return {"field": path, "op": "in", "value": plain} if plain and len(plain) == len(numbers) else None
    number = number_of(value)
    if number is None or op not in ("eq", "ne", *_ORDER):
        return None
    return {"field": path, "op": op, "value": plain_number(number)}


def _money(field: f.FieldBase, path: str, op: str, value: Any) -> Rule | None:
    number = number_of(value)
    currency = component_of(field).currency(field)
    if number is None or op not in ("eq", "ne", *_ORDER) or currency is None:
        return None
    return {"field": path, "op": op, "value": {"amount": str(plain_number(number)), "currency": currency}}


def _moment(field: f.FieldBase, path: str, op: str, value: Any) -> Rule | None:
    text = value_text(value)
    text = text[:10] if component_of(field).type_in_rules(field) is FieldType.DATE else text[:5]
    return {"field": path, "op": op, "value": text} if text and op in ("eq", "ne", *_ORDER) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_BY_TYPE: Final[Mapping[FieldType, Callable[[Any, str, str, Any], Rule | None]]] = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _money,
    FieldType.DATE: _moment,
    FieldType.TIME: _moment,
    FieldType.CHOICE: _choice,
    FieldType.MULTI_CHOICE: _multi,
    FieldType.BOOL: _checkbox,
}
