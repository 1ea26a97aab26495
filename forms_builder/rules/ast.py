"""The rule tree: immutable, typed, hashable. Made by `parse`, read by every back end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from forms_builder.rules.catalogue import FieldSpec
from forms_builder.rules.operators import EVENT_ONLY, Op

SCHEMA_VERSION = 1
MAX_DEPTH = 5
MAX_NODES = 100
MAX_LIST = 500
MAX_STRING_BYTES = 1024
MAX_OFFSET = 10_000
MAX_BUSINESS_DAYS = 1_000
MAX_NAME = 120


class Money(NamedTuple):
    """An amount of one currency; two of the same currency compare by amount."""

    amount: Decimal
    currency: str


class Anchor(StrEnum):
    """What a relative date starts from."""

    TODAY = "today"
    NOW = "now"


class Unit(StrEnum):
    """Unit of a relative date or of a span. Minutes and hours elapse; the others move the local calendar date."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    BUSINESS_DAY = "business_day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


CLOCK_UNITS = frozenset({Unit.MINUTE, Unit.HOUR})

Constant = str | bool | Decimal | Money | date | datetime | time


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant of the operand's type. A datetime without offset is in the tenant's time zone."""

    value: Constant


@dataclass(frozen=True, slots=True)
class Literals:
    """The constants of `in`, `has_any` and their kin, in document order."""

    values: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Relative:
    """`offset` units from today or now; negative is the past."""

    anchor: Anchor
    offset: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Pair:
    """Both ends of `between`, inclusive."""

    low: Literal | Relative
    high: Literal | Relative


@dataclass(frozen=True, slots=True)
class Span:
    """The length of `within_last` and `within_next`."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class FieldOperand:
    """The value of another field of the catalogue."""

    field: FieldSpec


@dataclass(frozen=True, slots=True)
class Reference:
    """A row named by its stable key, such as `department:hr`; found when the rule is evaluated."""

    key: str


@dataclass(frozen=True, slots=True)
class References:
    """Several rows named by stable keys."""

    keys: tuple[str, ...]


Operand = Literal | Literals | Relative | Pair | Span | FieldOperand | Reference | References


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition. `twin` is the `old.` field of a `new.` field whose change is asked about."""

    field: FieldSpec
    op: Op
    operand: Operand | None = None
    twin: FieldSpec | None = None

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """Every field this leaf reads."""
        other = (self.operand.field,) if isinstance(self.operand, FieldOperand) else ()
        twin = (self.twin,) if self.twin is not None and self.op in EVENT_ONLY else ()
        return (self.field, *twin, *other)


@dataclass(frozen=True, slots=True)
class All:
    """True when every child is true."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when at least one child is true."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when the child is false: plain boolean, also where the child met an empty field."""

    child: Node


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved condition as it stood in one version: it means what its child means, and keeps its name."""

    key: str
    version: int
    name: str
    child: Node


Node = All | AnyOf | Not | Saved | Leaf


@dataclass(frozen=True, eq=False)
class Rule:
    """A parsed rule and the name of the context it was parsed for. Equal when tree and context are equal."""

    root: Node
    context_name: str
    schema_version: int = SCHEMA_VERSION
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        # Rules are cache keys on hot paths: hash the tree once.
        object.__setattr__(self, "_hash", hash((self.root, self.context_name, self.schema_version)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rule):
            return NotImplemented
        return (self.root, self.context_name, self.schema_version) == (
            other.root,
            other.context_name,
            other.schema_version,
        )


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in document order."""
    yield node
    if isinstance(node, All | AnyOf):
        for child in node.children:
            yield from walk(child)
    elif isinstance(node, Not | Saved):
        yield from walk(node.child)


def leaves_of(rule: Rule) -> tuple[Leaf, ...]:
    """The conditions of a rule, in document order."""
    return tuple(node for node in walk(rule.root) if isinstance(node, Leaf))


def fields_of(rule: Rule) -> frozenset[str]:
    """The ids of every field the rule reads: what a caller has to load."""
    return frozenset(spec.id for leaf in leaves_of(rule) for spec in leaf.fields)


def references_of(rule: Rule) -> frozenset[str]:
    """The `kind:key` names that the rule refers to: what a caller has to resolve."""
    keys: set[str] = set()
    for leaf in leaves_of(rule):
        if isinstance(leaf.operand, Reference):
            keys.add(leaf.operand.key)
        elif isinstance(leaf.operand, References):
            keys.update(leaf.operand.keys)
    return frozenset(keys)
