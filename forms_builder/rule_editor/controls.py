"""The controls of one condition: which variable, which condition, and a value of the fitting kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from forms_builder.rule_editor.rows import Mode, Row
from forms_builder.rule_editor.words import (
    Choice,
    Offers,
    comparable,
    first_op,
    grouped,
    offered_modes,
    offered_ops,
    offered_units,
)
from forms_builder.rules import FieldSpec, FieldType, Op, RuleContext, Shape
from forms_builder.rules.operators import SHAPES, operand_type

FEW: Final = 6
"""Up to so many choices are shown as boxes to tick."""
_NOT_THERE: Final = "not in the list any more"


@dataclass(frozen=True, slots=True)
class Control:
    """One control as the template draws it. `kind` names its picture: select, text, number, money, date, lines, boxes ..."""

    kind: str
    name: str
    label: str
    value: str = ""
    values: tuple[str, ...] = ()
    groups: tuple[tuple[str, tuple[Choice, ...]], ...] = ()
    wide: bool = False
    redraws: bool = False
    """Whether other controls depend on it."""
    invalid: bool = False

    @property
    def ident(self) -> str:
        """The id of the control."""
        return self.name.replace(".", "-")

    @property
    def is_long(self) -> bool:
        """Whether the list is so long that typing is quicker than looking."""
        return sum(len(choices) for _, choices in self.groups) > FEW


@dataclass(frozen=True, slots=True)
class Palette:
    """What every row can choose from."""

    context: RuleContext
    offers: Offers = field(default_factory=Offers)
    groups: Mapping[str, str] = field(default_factory=dict)

    def settled(self, row: Row) -> Row:
        """The row with a condition that its variable has, after another variable was chosen."""
        spec = self.context.by_id.get(row.field)
        if spec is None or row.op in {value for value, _ in offered_ops(spec.type, self.context, row.op)}:
            return row
        return replace(row, op=first_op(spec.type, self.context))

    def controls(self, row: Row, stem: str, wrong: str = "") -> tuple[Control, ...]:
        """All controls of a row; `wrong` is the part of it that an error points to (field, op, value)."""
        spec = self.context.by_id.get(row.field)
        fields = [*self._fields(row.field)]
        found = [Control("select", f"{stem}.field", "Variable", row.field, groups=tuple(fields), redraws=True)]
        if spec is None:
            return (replace(found[0], wide=True, invalid=wrong != ""),)
        ops = offered_ops(spec.type, self.context, row.op)
        known = row.op in {value for value, _ in ops}
        ops = ops if known or not row.op else [(row.op, row.op), *ops]
        found.append(Control("select", f"{stem}.op", "Condition", row.op, groups=(("", tuple(ops)),), redraws=True))
        values = self._values(row, spec, Op(row.op), stem) if known else []
        marks = {0: "field", 1: "op"}
        return tuple(
            replace(one, invalid=wrong == marks.get(number, "value") and not one.name.endswith(".mode"))
            for number, one in enumerate((*found, *values))
        )

    def sample(self, spec: FieldSpec, row: Row, name: str, part: str) -> tuple[Control, ...]:
        """The controls for one value of a field, called `name`."""
        if spec.type is FieldType.MULTI_CHOICE:
            return (self._list(row, spec, spec.type, name),)
        found = self._constant(row, spec, spec.type, part, "", spec.label)
        return tuple(replace(one, name=f"{name}{one.name.removeprefix(f'.{part}')}", label=spec.label) for one in found)

    def _fields(self, current: str) -> list[tuple[str, tuple[Choice, ...]]]:
        found: list[tuple[str, tuple[Choice, ...]]] = [("", (("", "Choose…"),))]
        if current and current not in self.context.by_id:
            found.append(("Unknown", ((current, current),)))
        return found + [(name, tuple(choices)) for name, choices in grouped(self.context.fields, self.groups)]

    def _values(self, row: Row, spec: FieldSpec, op: Op, stem: str) -> list[Control]:
        shape, wanted = SHAPES[op], operand_type(spec.type, op)
        if shape is Shape.NOTHING:
            return []
        if shape is Shape.SPAN:
            return _distance(row, "value", stem, wanted)
        modes = offered_modes(spec, op, self.context, row.mode("value"))
        if shape is Shape.PAIR:
            low = self._entry(row, spec, op, "low", stem, modes, "From")
            return [*low, Control("word", "", "and"), *self._entry(row, spec, op, "high", stem, modes, "To")]
        if shape is Shape.FIELD:
            return [self._other(row, spec, op, stem)]
        if shape is Shape.LIST and row.mode("value") is Mode.VALUE:
            return [*_mode(row, "value", stem, modes), self._list(row, spec, wanted, stem)]
        return self._entry(row, spec, op, "value", stem, modes, "Value")

    def _entry(
        self, row: Row, spec: FieldSpec, op: Op, name: str, stem: str, modes: list[Choice], label: str
    ) -> list[Control]:
        """One value, with the choice of how it is filled in where there are several ways."""
        offered = {value for value, _ in modes}
        mode = row.mode(name) if row.mode(name) in offered else Mode.VALUE
        found = _mode(row, name, stem, modes)
        wanted = operand_type(spec.type, op)
        if mode is Mode.FIELD:
            return [*found, self._other(row, spec, op, stem)]
        if mode is Mode.REFERENCE:
            text = "\n".join(row.list("items"))
            return [*found, Control("lines", f"{stem}.items", "Names such as department:hr, one per line", text)]
        if mode in (Mode.TODAY, Mode.NOW):
            return found
        if mode is Mode.RELATIVE:
            return [*found, *_distance(row, name, stem, wanted), *_side(row, name, stem, wanted)]
        return [*found, *self._constant(row, spec, wanted, name, stem, label)]

    def _constant(
        self, row: Row, spec: FieldSpec, wanted: FieldType, name: str, stem: str, label: str
    ) -> list[Control]:
        text, here = row.text(name), f"{stem}.{name}"
        if wanted is FieldType.MONEY:
            amount = Control("number", f"{here}.amount", f"{label}: amount", row.text(f"{name}.amount"))
            currency = row.text(f"{name}.currency") or spec.currency or ""
            return [amount, Control("currency", f"{here}.currency", f"{label}: currency", currency)]
        if wanted is FieldType.BOOL:
            return [_pick(here, label, text, (("yes", "yes"), ("no", "no")))]
        offered = self.offers.of(spec, wanted)
        if offered and (wanted is not FieldType.TEXT or row.op in (Op.EQ, Op.NE)):
            return [_pick(here, label, text, offered)]
        kind = _KINDS.get(wanted, "text")
        return [Control(kind, here, label, text, wide=kind == "text")]

    def _list(self, row: Row, spec: FieldSpec, wanted: FieldType, stem: str) -> Control:
        member = FieldType.CHOICE if wanted is FieldType.MULTI_CHOICE else wanted
        items = row.list("items")
        offered = self.offers.of(spec, wanted) or self.offers.of(spec, member)
        if not offered:
            return Control("lines", f"{stem}.items", "Values, one per line", "\n".join(items), wide=True)
        gone = tuple((item, f"{item} ({_NOT_THERE})") for item in items if item not in dict(offered))
        kind = "boxes" if len(offered) <= FEW else "many"
        return Control(kind, f"{stem}.items", "Values", values=items, groups=(("", (*offered, *gone)),), wide=True)

    def _other(self, row: Row, spec: FieldSpec, op: Op, stem: str) -> Control:
        current = row.text("value.field")
        fields = grouped(comparable(spec, op, self.context), self.groups)
        groups = [("", (("", "Choose…"),)), *((name, tuple(choices)) for name, choices in fields)]
        if current and current not in {value for _, choices in groups for value, _ in choices}:
            groups.append(("Unknown", ((current, current),)))
        return Control("select", f"{stem}.value.field", "Other field", current, groups=tuple(groups), wide=True)


_KINDS: Final[Mapping[FieldType, str]] = {
    FieldType.NUMBER: "number",
    FieldType.DATE: "date",
    FieldType.DATETIME: "datetime",
    FieldType.TIME: "time",
}


def _pick(name: str, label: str, text: str, offered: tuple[Choice, ...]) -> Control:
    choices: tuple[Choice, ...] = (("", "Choose…"), *offered)
    if text and text not in dict(offered):
        choices = (*choices, (text, f"{text} ({_NOT_THERE})"))
    return Control("select", name, label, text, groups=(("", choices),), wide=True)


def _mode(row: Row, name: str, stem: str, modes: list[Choice]) -> list[Control]:
    if len(modes) < 2:
        return []
    mode = row.mode(name) if row.mode(name) in {value for value, _ in modes} else Mode.VALUE
    return [
        Control("select", f"{stem}.{name}.mode", "Compared with", str(mode), groups=(("", tuple(modes)),), redraws=True)
    ]


def _distance(row: Row, name: str, stem: str, wanted: FieldType) -> list[Control]:
    unit = row.text(f"{name}.unit") or "day"
    return [
        Control("number", f"{stem}.{name}.count", "How many", row.text(f"{name}.count")),
        Control("select", f"{stem}.{name}.unit", "Unit", unit, groups=(("", tuple(offered_units(wanted))),)),
    ]


def _side(row: Row, name: str, stem: str, wanted: FieldType) -> list[Control]:
    sides = (("after", "from then on"), ("before", "before that"))
    anchors = (("today", "today"), *((("now", "now"),) if wanted is FieldType.DATETIME else ()))
    side = Control("select", f"{stem}.{name}.side", "Side", row.text(f"{name}.side") or "after", groups=(("", sides),))
    if len(anchors) == 1:
        words = (("after", "after today"), ("before", "before today"))
        return [replace(side, groups=(("", words),))]
    anchor = row.text(f"{name}.anchor") or "today"
    return [side, Control("select", f"{stem}.{name}.anchor", "Counted from", anchor, groups=(("", anchors),))]
