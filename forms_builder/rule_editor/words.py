"""What the editor calls things, and what it offers: conditions by type, ways to fill in a value, groups of variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from forms_builder.rule_editor.document import takes_field
from forms_builder.rule_editor.rows import Mode
from forms_builder.rules import FieldSpec, FieldType, Op, RuleContext, Shape, ops_for
from forms_builder.rules.ast import CLOCK_UNITS, Unit
from forms_builder.rules.operators import ID_TYPES, SHAPES, operand_type

Choice = tuple[str, str]
"""A value and what people read."""

_WORDS: Final[Mapping[Op, str]] = {
    Op.EQ: "is",
    Op.NE: "is not",
    Op.IN: "is one of",
    Op.NOT_IN: "is none of",
    Op.CONTAINS: "contains",
    Op.STARTS: "starts with",
    Op.ENDS: "ends with",
    Op.HAS_ANY: "includes any of",
    Op.HAS_ALL: "includes all of",
    Op.HAS_NONE: "includes none of",
    Op.GT: "is more than",
    Op.GTE: "is at least",
    Op.LT: "is less than",
    Op.LTE: "is at most",
    Op.BETWEEN: "is between",
    Op.BEFORE: "is before",
    Op.AFTER: "is after",
    Op.WITHIN_LAST: "is within the last",
    Op.WITHIN_NEXT: "is within the next",
    Op.IS_MEMBER_OF: "is a member of",
    Op.IS_MANAGER_OF: "is the manager of",
    Op.IS_SAME_AS_FIELD: "is the same as",
    Op.CHANGED: "changed",
    Op.CHANGED_FROM: "changed from",
    Op.CHANGED_TO: "changed to",
    Op.INCREASED: "increased",
    Op.DECREASED: "decreased",
    Op.IS_SET: "is filled in",
    Op.IS_EMPTY: "is empty",
}
"""In the order in which they are offered."""
_TIME_WORDS: Final[Mapping[Op, str]] = {
    Op.GT: "is later than",
    Op.GTE: "is not before",
    Op.LT: "is earlier than",
    Op.LTE: "is not after",
}
_TIMES: Final = frozenset({FieldType.DATE, FieldType.DATETIME, FieldType.TIME})
_DATES: Final = frozenset({FieldType.DATE, FieldType.DATETIME})
_TWINS: Final[Mapping[FieldType, frozenset[Op]]] = dict.fromkeys(_TIMES, frozenset({Op.GT, Op.LT}))
"""Conditions that say what another one says; offered only where a rule uses them already."""

GROUPS: Final[Mapping[str, str]] = {
    "candidate": "Person to ask",
    "requester": "Requester",
    "record.requester": "Requester",
    "actor": "Who decides",
    "user": "Acting person",
    "form": "This form",
    "record": "Answers so far",
    "input": "Sent with this decision",
    "new": "Now",
    "old": "Before",
    "changed": "Changed",
    "event": "Event",
}
"""Headings of the variables by what their ids begin with; the longest beginning counts."""

_MODES: Final[Mapping[Mode, str]] = {
    Mode.VALUE: "value",
    Mode.TODAY: "today",
    Mode.NOW: "now",
    Mode.RELATIVE: "days from today",
    Mode.FIELD: "another field",
    Mode.REFERENCE: "named entry",
}


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be picked where the catalogue itself lists no choices: by field, or by type for people and groups."""

    by_field: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    by_type: Mapping[FieldType, tuple[Choice, ...]] = field(default_factory=dict)

    def of(self, spec: FieldSpec, wanted: FieldType) -> tuple[Choice, ...]:
        """The choices for a value of the wanted type that is compared with the field."""
        if wanted is spec.type:
            return spec.choices or self.by_field.get(spec.id) or self.by_type.get(wanted, ())
        return self.by_type.get(wanted, ())

    @property
    def names(self) -> dict[str, str]:
        """What ids are called, for the sentence."""
        return {value: label for choices in self.by_type.values() for value, label in choices}


def op_words(op: Op, kind: FieldType) -> str:
    """What a condition is called for fields of a type."""
    return _TIME_WORDS[op] if kind in _TIMES and op in _TIME_WORDS else _WORDS[op]


def offered_ops(kind: FieldType, context: RuleContext, current: str) -> list[Choice]:
    """The conditions of a type, in their order; those that say the same as another only while they are used."""
    allowed = ops_for(kind, context.name)
    hidden = _TWINS.get(kind, frozenset()) | {Op.IS_SAME_AS_FIELD}
    return [(str(op), op_words(op, kind)) for op in _WORDS if op in allowed and (op not in hidden or op == current)]


def first_op(kind: FieldType, context: RuleContext) -> str:
    """The condition that a new row begins with."""
    return offered_ops(kind, context, "")[0][0]


def offered_modes(spec: FieldSpec, op: Op, context: RuleContext, current: Mode) -> list[Choice]:
    """The ways to fill in the value of a condition."""
    wanted, shape = operand_type(spec.type, op), SHAPES[op]
    found = [Mode.VALUE]
    if shape in (Shape.ONE, Shape.PAIR) and wanted in _DATES and op not in (Op.CHANGED_FROM, Op.CHANGED_TO):
        found += [Mode.TODAY, *([Mode.NOW] if wanted is FieldType.DATETIME else []), Mode.RELATIVE]
    if takes_field(op) and comparable(spec, op, context):
        found.append(Mode.FIELD)
    if wanted in ID_TYPES and shape is not Shape.PAIR and (context.references or current is Mode.REFERENCE):
        found.append(Mode.REFERENCE)
    return [(str(mode), _MODES[mode]) for mode in found]


def comparable(spec: FieldSpec, op: Op, context: RuleContext) -> list[FieldSpec]:
    """The other fields that a condition can compare its field with."""
    wanted = operand_type(spec.type, op)
    return [one for one in context.fields if one.type is wanted and one.id != spec.id]


def offered_units(wanted: FieldType) -> list[Choice]:
    """Units of a span or of a distance from today."""
    return [
        (str(unit), f"{unit.replace('_', ' ')}s")
        for unit in (Unit.DAY, Unit.BUSINESS_DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR, Unit.HOUR, Unit.MINUTE)
        if unit not in CLOCK_UNITS or wanted is FieldType.DATETIME
    ]


def grouped(
    fields: tuple[FieldSpec, ...] | list[FieldSpec], groups: Mapping[str, str]
) -> list[tuple[str, list[Choice]]]:
    """The fields as choices under the headings of their roots, in the order in which the roots appear."""
    found: dict[str, list[Choice]] = {}
    for spec in fields:
        found.setdefault(heading(spec.id, groups), []).append((spec.id, capitalised(spec.label)))
    return list(found.items())


def heading(field_id: str, groups: Mapping[str, str]) -> str:
    """The heading under which a field stands."""
    begins = [root for root in (*groups, *GROUPS) if field_id == root or field_id.startswith(f"{root}.")]
    root = max(begins, key=len, default=field_id.partition(".")[0])
    return groups.get(root) or GROUPS.get(root) or root.capitalize()


def capitalised(text: str) -> str:
    """A label or a sentence with a capital at its start."""
    return text[:1].upper() + text[1:]
