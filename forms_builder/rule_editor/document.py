"""Between the rows of the editor and the rule document: texts to typed values by the catalogue, and back.

Neither way fails. A text that is no value of its type goes into the document as it is, and parsing says what is wrong there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from forms_builder.rule_editor.rows import EMPTY, Group, GroupKind, Item, Mode, Path, Row, SavedUse, Written
from forms_builder.rules import FieldType, Op, RuleContext, Shape
from forms_builder.rules.operators import ID_TYPES, SHAPES, operand_type

DEEPEST: Final = 12
"""Groups in groups that are shown as rows; a document may nest fewer."""
_EXACT: Final = 15
"""Digits of a whole number that every JSON reader keeps."""
_ENDS: Final = ("low", "high")


@dataclass(frozen=True, slots=True)
class Built:
    """The document of the rows (None without any), and at which place of it each of them stands."""

    document: Any
    places: Mapping[Path, str] = field(default_factory=dict)


def rows_of(document: object) -> Group:
    """The rows of a stored rule, with or without its envelope; of nothing, no rows."""
    if isinstance(document, dict) and "rule" in document and "schema_version" in document:
        document = document["rule"]
    if document is None or document == {}:
        return EMPTY
    item = _item(document, 0)
    return item if isinstance(item, Group) else Group(GroupKind.ALL, (item,))


def _item(raw: Any, depth: int) -> Item:
    if not isinstance(raw, dict) or depth > DEEPEST:
        return Written(raw)
    if set(raw) == {"not"}:
        return _negated(_item(raw["not"], depth + 1))
    for key, kind in (("all", GroupKind.ALL), ("any", GroupKind.ANY)):
        if set(raw) == {key} and isinstance(raw[key], list):
            return Group(kind, tuple(_item(child, depth + 1) for child in raw[key]))
    if set(raw) == {"saved"} and isinstance(raw["saved"], dict):
        return _saved(raw)
    if {"field", "op"} <= set(raw) <= {"field", "op", "value", "value_field", "value_ref"}:
        return Row(str(raw["field"]), str(raw["op"]), _texts(raw))
    return Written(raw)


def _negated(item: Item) -> Group:
    if isinstance(item, Group) and not item.kind.is_negative:
        return Group(GroupKind.NONE if item.kind is GroupKind.ANY else GroupKind.NOT_ALL, item.children)
    return Group(GroupKind.NONE, (item,))


def _saved(raw: dict[str, Any]) -> Item:
    use = raw["saved"]
    if not isinstance(use.get("version"), int) or not {"key", "name", "rule"} <= set(use):
        return Written(raw)
    return SavedUse(str(use["key"]), use["version"], str(use["name"]), use["rule"])


def _texts(raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    if "value_field" in raw:
        return {"value.mode": (Mode.FIELD,), "value.field": (str(raw["value_field"]),)}
    if "value_ref" in raw:
        keys = raw["value_ref"] if isinstance(raw["value_ref"], list) else [raw["value_ref"]]
        return {"value.mode": (Mode.REFERENCE,), "items": tuple(map(str, keys))}
    value = raw.get("value")
    shape = SHAPES.get(Op(raw["op"])) if raw["op"] in set(Op) else Shape.ONE
    if shape is Shape.SPAN and isinstance(value, dict):
        return {"value.count": (_text(value.get("count")),), "value.unit": (_text(value.get("unit", "day")),)}
    if isinstance(value, list):
        if shape is Shape.PAIR:
            return {key: text for end, one in zip(_ENDS, value, strict=False) for key, text in _entry(end, one).items()}
        return {"items": tuple(_text(one) for one in value)}
    return _entry("value", value)


def _entry(name: str, value: Any) -> dict[str, tuple[str, ...]]:
    """The texts of one value under a name."""
    if isinstance(value, dict) and "relative" in value:
        count, unit = value.get("offset", 0), _text(value.get("unit", "day"))
        if not count and unit == "day":
            return {f"{name}.mode": (_text(value["relative"]),)}
        side = "before" if isinstance(count, int) and count < 0 else "after"
        distance = str(abs(count)) if isinstance(count, int) else _text(count)
        texts = {"mode": Mode.RELATIVE, "anchor": value["relative"], "count": distance, "unit": unit, "side": side}
        return {f"{name}.{key}": (_text(text),) for key, text in texts.items()}
    if isinstance(value, dict) and "amount" in value:
        return {f"{name}.{key}": (_text(value.get(key)),) for key in ("amount", "currency")}
    return {name: (_text(value),)} if value is not None else {}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else json.dumps(value)


def document_of(root: Group, context: RuleContext) -> Built:
    """The rule document that the rows say, to be parsed; its place of every row is told along."""
    if not root.children:
        return Built(None)
    writer = _Writer(context)
    return Built(writer.node(root, (), "$"), writer.places)


class _Writer:
    def __init__(self, context: RuleContext) -> None:
        self.context = context
        self.places: dict[Path, str] = {}

    def node(self, item: Item, path: Path, place: str) -> Any:
        self.places[path] = place
        if isinstance(item, Row):
            return self.row(item)
        if isinstance(item, SavedUse):
            use = {"key": item.key, "version": item.version, "name": item.name, "rule": item.rule}
            return {"saved": use}
        if isinstance(item, Written):
            return item.raw
        if item.kind.is_negative:
            if len(item.children) == 1:
                return {"not": self.node(item.children[0], (*path, 0), f"{place}.not")}
            return {"not": self.group(item, path, f"{place}.not")}
        if not path and len(item.children) == 1:
            return self.node(item.children[0], (0,), place)
        return self.group(item, path, place)

    def group(self, item: Group, path: Path, place: str) -> dict[str, Any]:
        key = "all" if item.kind in (GroupKind.ALL, GroupKind.NOT_ALL) else "any"
        return {
            key: [
                self.node(child, (*path, index), f"{place}.{key}[{index}]") for index, child in enumerate(item.children)
            ]
        }

    def row(self, row: Row) -> dict[str, Any]:
        found: dict[str, Any] = {"field": row.field, "op": row.op}
        spec = self.context.by_id.get(row.field)
        op = Op(row.op) if row.op in set(Op) else None
        if op is None or SHAPES[op] is Shape.NOTHING:
            return found
        mode = row.mode("value")
        if SHAPES[op] is Shape.FIELD or (mode is Mode.FIELD and takes_field(op)):
            return found | {"value_field": row.text("value.field")}
        wanted = operand_type(spec.type, op) if spec is not None else FieldType.TEXT
        if mode is Mode.REFERENCE and wanted in ID_TYPES:
            keys = list(row.list("items"))
            return found | {"value_ref": keys if SHAPES[op] is Shape.LIST else "".join(keys[:1])}
        return found | {"value": self.value(row, SHAPES[op], wanted)}

    def value(self, row: Row, shape: Shape, wanted: FieldType) -> Any:
        if shape is Shape.SPAN:
            return {"count": _whole(row.text("value.count")), "unit": row.text("value.unit") or "day"}
        if shape is Shape.LIST:
            return [_TYPED.get(wanted, _as_it_is)(text) for text in row.list("items")]
        if shape is Shape.PAIR:
            return [_one(row, end, wanted) for end in _ENDS]
        return _one(row, "value", wanted)


def takes_field(op: Op) -> bool:
    """Whether the operator compares with another field, too."""
    lists = (Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE)
    fixed = (Op.CHANGED_FROM, Op.CHANGED_TO)
    return SHAPES[op] is Shape.FIELD or op in lists or (SHAPES[op] is Shape.ONE and op not in fixed)


def _one(row: Row, name: str, wanted: FieldType) -> Any:
    mode = row.mode(name)
    if wanted in (FieldType.DATE, FieldType.DATETIME) and mode in (Mode.TODAY, Mode.NOW):
        return {"relative": str(mode), "offset": 0, "unit": "day"}
    if wanted in (FieldType.DATE, FieldType.DATETIME) and mode is Mode.RELATIVE:
        count = _whole(row.text(f"{name}.count"))
        offset = -count if isinstance(count, int) and row.text(f"{name}.side") == "before" else count
        anchor = row.text(f"{name}.anchor") or "today"
        return {"relative": anchor, "offset": offset, "unit": row.text(f"{name}.unit") or "day"}
    if wanted is FieldType.MONEY:
        amount = row.text(f"{name}.amount")
        return {"amount": amount, "currency": row.text(f"{name}.currency").upper()} if amount else ""
    return _TYPED.get(wanted, _as_it_is)(row.text(name))


def plain_value(row: Row, name: str, wanted: FieldType) -> Any:
    """One typed value by its type, as rules read values; empty text where nothing was typed."""
    return _one(row, name, wanted)


def _whole(text: str) -> Any:
    """A whole number, or the text that is none."""
    digits = text.removeprefix("-")
    plain = digits.isascii() and digits.isdigit() and len(digits) <= _EXACT and (digits == "0" or digits[0] != "0")
    return int(text) if plain else text


def _truth(text: str) -> Any:
    return {"yes": True, "no": False}.get(text, text)


def _moment(text: str) -> Any:
    """A date and time as the browser writes it."""
    return text.replace(" ", "T", 1) if len(text) > 10 else text


def _as_it_is(text: str) -> Any:
    return text


_TYPED: Final[Mapping[FieldType, Callable[[str], Any]]] = {
    FieldType.NUMBER: _whole,
    FieldType.BOOL: _truth,
    FieldType.DATETIME: _moment,
}
