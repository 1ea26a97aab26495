"""A rule as a Django Q object: "who matches now", lists by condition, simulation.

The answer for a row equals that of the closure for the values of the row. SQL knows three truth values and rules know
two, so every condition is written to be true or false, never null; then AND, OR and NOT are plain boolean.
Texts are compared as `forms_builder.rules.values.fold` says; the database needs a UTF-8 locale for that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Length, Lower, Replace, Right, StrIndex
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, In, IsNull, LessThan, LessThanOrEqual

from forms_builder.rules import (
    EMPTY_ENVIRONMENT,
    Environment,
    EvaluationError,
    FieldSpec,
    FieldType,
    Money,
    Op,
    Rule,
    loads,
)
from forms_builder.rules.ast import All, FieldOperand, Leaf, Node, Not, Saved
from forms_builder.rules.compile import compile_node
from forms_builder.rules.operators import EVENT_ONLY, ID_TYPES, NEGATIVE, TEXT_OPS
from forms_builder.rules.values import fold

CENTS = 100


class RuleNotSql(ValueError):
    """This rule cannot be asked in SQL with this mapping; the message names the field and the reason."""


@dataclass(frozen=True, slots=True)
class MoneyColumn:
    """A path to amounts in cents, all of one currency (ISO 4217)."""

    cents: str
    currency: str


@dataclass(frozen=True, slots=True)
class ManyRows:
    """Several values of one row, such as roles: rows whose `owner` is the `key` of the outer row, and their `value`."""

    rows: QuerySet[Any]
    owner: str
    value: str
    key: str = "pk"


@dataclass(frozen=True, slots=True)
class People:
    """Where is_manager_of and is_member_of look: one row per person, with paths to manager id and group ids."""

    rows: QuerySet[Any]
    manager: str
    groups: tuple[str, ...]
    key: str = "pk"


Source = str | Combinable | MoneyColumn | ManyRows
"""An ORM path, an expression, or one of the columns above. Dates, numbers and so on in columns of their own type."""

Expression = Any  # Combinable or Lookup; django-stubs have no common name for what a lookup accepts

_FALSE, _TRUE = Q(pk__in=()), ~Q(pk__in=())
_ORDER: Mapping[Op, Callable[[Expression, Expression], Any]] = {
    Op.EQ: Exact,
    Op.IS_SAME_AS_FIELD: Exact,
    Op.LT: LessThan,
    Op.BEFORE: LessThan,
    Op.DECREASED: LessThan,
    Op.LTE: LessThanOrEqual,
    Op.GT: GreaterThan,
    Op.AFTER: GreaterThan,
    Op.INCREASED: GreaterThan,
    Op.GTE: GreaterThanOrEqual,
}
_RANGES = frozenset({Op.BETWEEN, Op.WITHIN_LAST, Op.WITHIN_NEXT})
_TEXTS = frozenset({FieldType.TEXT, FieldType.CHOICE})


def to_q(
    rule: Rule,
    mapping: Mapping[str, Source],
    *,
    values: Mapping[str, Any] | None = None,
    env: Environment = EMPTY_ENVIRONMENT,
    people: People | None = None,
    read_id: Callable[[str], Any] = UUID,
) -> Q:
    """The rule over a queryset. Fields in `mapping` are columns, the others constants from `values`.

    For candidates of a task: `mapping={"candidate": "pk", "candidate.department": "department_id"}`, `values` holds the
    record and the requester. `read_id` turns an id of the rule into the type of the id columns; a text that is no id
    equals none. Raises RuleNotSql for what SQL cannot answer and EvaluationError where the closure would fail too.
    """
    return _Builder(mapping, values or {}, env, people, read_id).node(rule.root)


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a condition: an expression over the row, or a constant that is not empty."""

    expression: Expression
    present: Q


class _Builder:
    def __init__(
        self,
        mapping: Mapping[str, Source],
        values: Mapping[str, Any],
        env: Environment,
        people: People | None,
        read_id: Callable[[str], Any],
    ) -> None:
        self.mapping = mapping
        self.values = values
        self.env = env
        self.people = people
        self.read_id = read_id

    def node(self, node: Node) -> Q:
        if isinstance(node, Leaf):
            return self.leaf(node)
        if isinstance(node, Not):
            return ~self.node(node.child)
        if isinstance(node, Saved):
            return self.node(node.child)
        result = self.node(node.children[0])
        for child in node.children[1:]:
            result = result & self.node(child) if isinstance(node, All) else result | self.node(child)
        return result

    def leaf(self, leaf: Leaf) -> Q:
        if not any(spec.id in self.mapping for spec in leaf.fields) and (
            leaf.op not in loads.PEOPLE or not self.people
        ):
            self.require(leaf)
            return _TRUE if compile_node(leaf)(self.values, self.env) else _FALSE
        self.require(leaf)
        if leaf.op in (Op.IS_EMPTY, Op.IS_SET):
            empty = self.is_empty(leaf.field)
            return empty if leaf.op is Op.IS_EMPTY else ~empty
        if leaf.op in EVENT_ONLY:
            return self.change(leaf)
        if leaf.op in NEGATIVE:
            return ~self.positive(leaf, NEGATIVE[leaf.op])
        return self.positive(leaf, leaf.op)

    def require(self, leaf: Leaf) -> None:
        for spec in leaf.fields:
            if spec.id not in self.mapping and spec.id not in self.values:
                raise RuleNotSql(f"{spec.label} ({spec.id}) has neither a column nor a value.")
        columns = (self.mapping.get(spec.id) for spec in leaf.fields)
        if len({column.currency for column in columns if isinstance(column, MoneyColumn)}) > 1:
            raise RuleNotSql(f"{leaf.field.label} is compared with amounts of another currency.")

    def positive(self, leaf: Leaf, op: Op) -> Q:
        """A condition that is false when either side is empty."""
        if op in loads.PEOPLE:
            return self.about_people(leaf)
        if leaf.field.type is FieldType.MULTI_CHOICE:
            return self.has(leaf, op)
        left = self.side(leaf.field, leaf)
        if isinstance(leaf.operand, FieldOperand):
            return _compared(op, left, self.side(leaf.operand.field, leaf))
        right = loads.plain(leaf)(self.values, self.env)
        if op is Op.IN:
            among = [constant for value in sorted(right) if (constant := self.constant(value, leaf)) is not None]
            return left.present & Q(In(left.expression, among)) if left and among else _FALSE
        if op in _RANGES:
            low, high = (self.constant_side(end, leaf) for end in right)
            return _compared(Op.GTE, left, low) & _compared(Op.LTE, left, high)
        return _compared(op, left, self.constant_side(right, leaf))

    def side(self, spec: FieldSpec, leaf: Leaf) -> _Side | None:
        """The field as a column, or as the constant it is for every row; None when that constant is empty."""
        source = self.mapping.get(spec.id)
        if source is None:
            value = loads.field(spec)(self.values, self.env)
            return None if value is None else self.constant_side(value, leaf)
        return _Side(self.column(spec, source), self.present(spec, source))

    def present(self, spec: FieldSpec, source: Source) -> Q:
        expression = self.column(spec, source)
        present = Q(IsNull(expression, False))
        return present & Q(GreaterThan(Length(expression), Value(0))) if spec.type in _TEXTS else present

    def column(self, spec: FieldSpec, source: Source) -> Combinable:
        if isinstance(source, MoneyColumn) and spec.type is FieldType.MONEY:
            return F(source.cents)
        if spec.type is FieldType.MONEY:
            raise RuleNotSql(f"{spec.label} ({spec.id}) needs a MoneyColumn: amounts of one currency.")
        if isinstance(source, MoneyColumn | ManyRows):
            raise RuleNotSql(f"{spec.label} ({spec.id}) is a {spec.type} field and needs a plain column.")
        return F(source) if isinstance(source, str) else source

    def constant_side(self, value: Any, leaf: Leaf) -> _Side | None:
        constant = self.constant(value, leaf)
        return None if constant is None else _Side(constant, _TRUE)

    def constant(self, value: Any, leaf: Leaf) -> Value | None:
        """A loaded value as an SQL constant of the type of the leaf's columns; None for a text that is no id."""
        if leaf.field.type in ID_TYPES:
            found = self.person(value)
            return None if found is None else Value(found)
        if isinstance(value, Money):
            return Value(self.cents(value, leaf))
        if isinstance(value, str):
            return Value(_storable(value, leaf.field))
        return Value(Decimal(value) if type(value) is int else value)

    def cents(self, value: Money, leaf: Leaf) -> Decimal:
        for spec in leaf.fields:
            source = self.mapping.get(spec.id)
            if isinstance(source, MoneyColumn) and source.currency != value.currency:
                message = f"{spec.label} is in {source.currency} and is compared with {value.currency}."
                raise EvaluationError("currency", message, spec.id)
        return value.amount * CENTS

    def is_empty(self, spec: FieldSpec) -> Q:
        source = self.mapping.get(spec.id)
        if isinstance(source, ManyRows):
            return ~Q(Exists(_owned(source)))
        if spec.type in (FieldType.MULTI_CHOICE, FieldType.FILE):
            raise RuleNotSql(f"{spec.label} ({spec.id}) holds several values and needs ManyRows.")
        if source is None:
            return _TRUE if loads.field(spec)(self.values, self.env) is None else _FALSE
        return ~self.present(spec, source)

    def has(self, leaf: Leaf, op: Op) -> Q:
        source = self.mapping.get(leaf.field.id)
        if not isinstance(source, ManyRows):
            raise RuleNotSql(f"{leaf.field.label} ({leaf.field.id}) holds several values and needs ManyRows.")
        if isinstance(leaf.operand, FieldOperand) and leaf.operand.field.id in self.mapping:
            raise RuleNotSql(f"{leaf.field.label} cannot be compared with another field of several values in SQL.")
        wanted = sorted(loads.plain(leaf)(self.values, self.env) or ())
        if not wanted:
            return _FALSE
        rows = _owned(source)
        if op is Op.HAS_ANY:
            return Q(Exists(rows.filter(**{f"{source.value}__in": wanted})))
        result = _TRUE
        for value in wanted:
            result &= Q(Exists(rows.filter(**{source.value: value})))
        return result

    def about_people(self, leaf: Leaf) -> Q:
        people = self.people
        if people is None:
            raise RuleNotSql(f"{leaf.field.label} {leaf.op} needs to know the people table.")
        left = self.outer(leaf.field)
        if isinstance(leaf.operand, FieldOperand):
            right = self.outer(leaf.operand.field)
        else:
            right = self.person(loads.plain(leaf)(self.values, self.env))
        if left is None or right is None:
            return _FALSE
        if leaf.op is Op.IS_MANAGER_OF:
            return Q(Exists(people.rows.filter(**{people.key: right, people.manager: left})))
        among = Q()
        for path in people.groups:
            among |= Q(**{path: right})
        return Q(Exists(people.rows.filter(among, **{people.key: left})))

    def outer(self, spec: FieldSpec) -> Any:
        """A person or group for use inside a subquery; None when it is an empty or impossible constant."""
        source = self.mapping.get(spec.id)
        if source is None:
            return self.person(loads.field(spec)(self.values, self.env))
        if not isinstance(source, str):
            raise RuleNotSql(f"{spec.label} ({spec.id}) needs a plain path to ask about people.")
        return OuterRef(source)

    def person(self, value: str | None) -> Any:
        """An id of the rule in the type of the id columns; None when there is none or it is no id."""
        try:
            return None if value is None else self.read_id(value)
        except ValueError:
            return None

    def change(self, leaf: Leaf) -> Q:
        """Old against new; both empty, or both there and equal, is no change."""
        if leaf.twin is None or leaf.field.type in (FieldType.MULTI_CHOICE, FieldType.FILE):
            raise RuleNotSql(f"A change of {leaf.field.label} ({leaf.field.id}) cannot be asked in SQL.")
        new, old = self.side(leaf.field, leaf), self.side(leaf.twin, leaf)
        if leaf.op in (Op.INCREASED, Op.DECREASED):
            return _compared(leaf.op, new, old)
        if leaf.op is Op.CHANGED:
            both_empty = self.is_empty(leaf.field) & self.is_empty(leaf.twin)
            return ~(_compared(Op.EQ, new, old) | both_empty)
        constant = self.constant_side(loads.plain(leaf)(self.values, self.env), leaf)
        here, there = (new, old) if leaf.op is Op.CHANGED_TO else (old, new)
        return _compared(Op.EQ, here, constant) & ~_compared(Op.EQ, there, constant)


def _compared(op: Op, left: _Side | None, right: _Side | None) -> Q:
    if left is None or right is None:
        return _FALSE
    both = left.present & right.present
    if op not in TEXT_OPS:
        return both & Q(_ORDER[op](left.expression, right.expression))
    text, part = _folded(left.expression), _folded(right.expression)
    if op is Op.CONTAINS:
        return both & Q(GreaterThan(StrIndex(text, part), Value(0)))
    if op is Op.STARTS:
        return both & Q(Exact(StrIndex(text, part), Value(1)))
    return both & Q(Exact(Right(text, Length(part)), part))


def _folded(expression: Expression) -> Expression:
    """`values.fold` in SQL; a constant is folded here."""
    if isinstance(expression, Value):
        return Value(fold(str(expression.value)))
    return Replace(Replace(Lower(expression), Value("ς"), Value("σ")), Value("i\u0307"), Value("i"))


def _owned(source: ManyRows) -> QuerySet[Model]:
    return source.rows.filter(**{source.owner: OuterRef(source.key)})


def _storable(text: str, spec: FieldSpec) -> str:
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise RuleNotSql(f"{spec.label} ({spec.id}) holds a text that the database cannot hold.")
    return text
