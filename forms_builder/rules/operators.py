"""Operators: which type has which, what each takes on its right side, and where it may be used."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from forms_builder.rules.catalogue import FieldType


class Op(StrEnum):
    """The operators of the rule language."""

    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "not_in"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"
    IS_EMPTY = "is_empty"
    IS_SET = "is_set"
    HAS_ANY = "has_any"
    HAS_ALL = "has_all"
    HAS_NONE = "has_none"
    BEFORE = "before"
    AFTER = "after"
    WITHIN_LAST = "within_last"
    WITHIN_NEXT = "within_next"
    IS_MEMBER_OF = "is_member_of"
    IS_MANAGER_OF = "is_manager_of"
    IS_SAME_AS_FIELD = "is_same_as_field"
    CHANGED = "changed"
    CHANGED_FROM = "changed_from"
    CHANGED_TO = "changed_to"
    INCREASED = "increased"
    DECREASED = "decreased"


class Shape(StrEnum):
    """What an operator takes on its right side."""

    NOTHING = "nothing"
    ONE = "one"
    LIST = "list"
    PAIR = "pair"
    SPAN = "span"
    FIELD = "field"


SHAPES: Mapping[Op, Shape] = {
    **dict.fromkeys(Op, Shape.ONE),
    **dict.fromkeys((Op.IN, Op.NOT_IN, Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE), Shape.LIST),
    **dict.fromkeys((Op.IS_EMPTY, Op.IS_SET, Op.CHANGED, Op.INCREASED, Op.DECREASED), Shape.NOTHING),
    **dict.fromkeys((Op.WITHIN_LAST, Op.WITHIN_NEXT), Shape.SPAN),
    Op.BETWEEN: Shape.PAIR,
    Op.IS_SAME_AS_FIELD: Shape.FIELD,
}

EVENT_ONLY = frozenset({Op.CHANGED, Op.CHANGED_FROM, Op.CHANGED_TO, Op.INCREASED, Op.DECREASED})
NEGATIVE: Mapping[Op, Op] = {Op.NE: Op.EQ, Op.NOT_IN: Op.IN, Op.HAS_NONE: Op.HAS_ANY}
"""Operators that are true for an empty field, and the positive operator each one is the opposite of."""

TEXT_OPS = frozenset({Op.CONTAINS, Op.STARTS, Op.ENDS})
ID_TYPES = frozenset({FieldType.USER, FieldType.GROUP, FieldType.REFERENCE})

_EMPTINESS = {Op.IS_EMPTY, Op.IS_SET, Op.CHANGED}
_SAME = {Op.EQ, Op.NE, Op.IS_SAME_AS_FIELD, Op.CHANGED_FROM, Op.CHANGED_TO}
_ORDER = {Op.LT, Op.LTE, Op.GT, Op.GTE, Op.BETWEEN}
_MEMBER = {Op.IN, Op.NOT_IN}
_MOVE = {Op.INCREASED, Op.DECREASED}
_TIMES = {Op.BEFORE, Op.AFTER}
_SPANS = {Op.WITHIN_LAST, Op.WITHIN_NEXT}

OPS_BY_TYPE: Mapping[FieldType, frozenset[Op]] = {
    FieldType.TEXT: frozenset(_EMPTINESS | _SAME | _MEMBER | TEXT_OPS),
    FieldType.CHOICE: frozenset(_EMPTINESS | _SAME | _MEMBER),
    FieldType.MULTI_CHOICE: frozenset(_EMPTINESS | {Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE}),
    FieldType.NUMBER: frozenset(_EMPTINESS | _SAME | _MEMBER | _ORDER | _MOVE),
    FieldType.MONEY: frozenset(_EMPTINESS | _SAME | _ORDER | _MOVE),
    FieldType.DATE: frozenset(_EMPTINESS | _SAME | _ORDER | _TIMES | _SPANS | _MOVE),
    FieldType.DATETIME: frozenset(_EMPTINESS | _SAME | _ORDER | _TIMES | _SPANS | _MOVE),
    FieldType.TIME: frozenset(_EMPTINESS | _SAME | _ORDER | _TIMES | _MOVE),
    FieldType.BOOL: frozenset(_EMPTINESS | _SAME),
    FieldType.USER: frozenset(_EMPTINESS | _SAME | _MEMBER | {Op.IS_MEMBER_OF, Op.IS_MANAGER_OF}),
    FieldType.GROUP: frozenset(_EMPTINESS | _SAME | _MEMBER),
    FieldType.REFERENCE: frozenset(_EMPTINESS | _SAME | _MEMBER),
    FieldType.FILE: frozenset(_EMPTINESS),
}


def ops_for(field_type: FieldType, context_name: str) -> frozenset[Op]:
    """The operators that a field of this type offers in a rule of this kind."""
    ops = OPS_BY_TYPE[field_type]
    return ops if context_name == "event" else ops - EVENT_ONLY


def operand_type(field_type: FieldType, op: Op) -> FieldType:
    """The type of the right side: the field's own, except for the two questions about people."""
    if op is Op.IS_MEMBER_OF:
        return FieldType.GROUP
    return FieldType.USER if op is Op.IS_MANAGER_OF else field_type
