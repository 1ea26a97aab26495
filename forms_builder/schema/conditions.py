"""Rules inside a form: the fields they may speak about, and their answer for the values of a form.

A field `total` is `form.total` in a rule; the ends of a date range are `form.period.from` and `form.period.to`; of a
table there are `form.lines.count` and, for numbers and money, `form.lines.amount.sum`. Values are always the stored
ones, also where the person may not see the field. `user.department` and its kin are the person who acts: who fills in the
step, or who looks.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from forms_builder.rules import (
    Environment,
    FieldSpec,
    FieldType,
    Rule,
    RuleContext,
    evaluate,
    explain,
    fields_of,
    parse,
)
from forms_builder.schema import fields as f
from forms_builder.schema.people import person

ROOT: Final = "form"
ACTING: Final = "user"
"""The root of what is asked about the person who fills in the form."""

_TYPES: Final[Mapping[type[f.FieldBase], FieldType]] = {
    f.TextField: FieldType.TEXT,
    f.LongTextField: FieldType.TEXT,
    f.NumberField: FieldType.NUMBER,
    f.MoneyField: FieldType.MONEY,
    f.DateField: FieldType.DATE,
    f.TimeField: FieldType.TIME,
    f.ChoiceField: FieldType.CHOICE,
    f.MultiChoiceField: FieldType.MULTI_CHOICE,
    f.CheckboxField: FieldType.BOOL,
    f.UserField: FieldType.USER,
    f.DepartmentField: FieldType.GROUP,
    f.FileField: FieldType.FILE,
}


def field_specs(fields: Iterable[f.FieldBase], root: str = ROOT) -> tuple[FieldSpec, ...]:
    """The catalogue of a form's fields for `RuleContext`; `root` is "form" inside the form, "record" in a workflow."""
    found: dict[str, FieldSpec] = {}
    for field in fields:
        for spec in _specs(field, root):
            found.setdefault(spec.id, spec)
    return tuple(found.values())


def rule_values(fields: Iterable[f.FieldBase], stored: Mapping[str, Any], root: str = ROOT) -> dict[str, Any]:
    """The stored values of a form as the flat values a rule reads; every id of `field_specs` is present."""
    found: dict[str, Any] = {}
    for field in fields:
        for name, value in _values(field, stored.get(field.name)):
            found.setdefault(f"{root}.{name}", value)
    return found


def _specs(field: f.FieldBase, root: str) -> Iterator[FieldSpec]:
    here = f"{root}.{field.name}"
    if isinstance(field, f.DateRangeField):
        yield FieldSpec(f"{here}.from", f"{field.label}: first day", FieldType.DATE)
        yield FieldSpec(f"{here}.to", f"{field.label}: last day", FieldType.DATE)
    elif isinstance(field, f.TableField):
        yield FieldSpec(f"{here}.count", f"{field.label}: number of rows", FieldType.NUMBER)
        for column in field.columns:
            if isinstance(column, f.NumberField | f.MoneyField):
                label = f"{field.label}: sum of {column.label}"
                yield FieldSpec(f"{here}.{column.name}.sum", label, _TYPES[type(column)], None, _currency(column))
    elif field.keeps_value:
        fixed = getattr(field, "fixed", ())
        choices = tuple((choice.value, choice.label) for choice in fixed) or None
        yield FieldSpec(here, field.label, _TYPES[type(field)], choices, _currency(field))


def _currency(field: f.FieldBase) -> str | None:
    return field.currencies[0] if isinstance(field, f.MoneyField) and len(field.currencies) == 1 else None


def _values(field: f.FieldBase, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(field, f.DateRangeField):
        for end in ("from", "to"):
            yield f"{field.name}.{end}", value.get(end) if isinstance(value, Mapping) else None
    elif isinstance(field, f.TableField):
        rows = value or ()
        yield f"{field.name}.count", len(rows)
        for column in field.columns:
            if isinstance(column, f.NumberField | f.MoneyField):
                given = [row[column.name] for row in rows if row.get(column.name) is not None]
                # Amounts of several currencies have no sum: without the value a rule that reads it fails closed.
                if isinstance(column, f.NumberField) or len({value["currency"] for value in given}) <= 1:
                    yield f"{field.name}.{column.name}.sum", _sum(column, given)
    elif field.keeps_value:
        yield field.name, value


def _sum(column: f.NumberField | f.MoneyField, given: list[Any]) -> Any:
    """The sum as a stored value of the column; None when there is nothing to add."""
    if not given:
        return None
    if isinstance(column, f.NumberField):
        total = sum((Decimal(str(value)) for value in given), Decimal(0))
        return int(total) if column.decimals == 0 else str(total)
    return {"amount": str(sum(Decimal(value["amount"]) for value in given)), "currency": given[0]["currency"]}


def context_of(fields: Iterable[f.FieldBase]) -> RuleContext:
    """The rule context inside a form: its fields, and the person who acts."""
    return RuleContext("form", (*field_specs(fields), *person(ACTING, "acting person")))


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed rule of a form, its document, the names of the fields it reads, and what it asks about who acts."""

    rule: Rule
    raw: Mapping[str, Any]
    reads: frozenset[str]
    asks: frozenset[str] = frozenset()

    @classmethod
    def of(cls, raw: Mapping[str, Any], context: RuleContext) -> "Condition":
        """Raises `forms_builder.rules.RuleErrors`."""
        rule = parse(raw, context)
        asks = frozenset(one for one in fields_of(rule) if one.startswith(f"{ACTING}."))
        return cls(rule, raw, frozenset(one.split(".")[1] for one in fields_of(rule) - asks), asks)

    def holds(self, values: Mapping[str, Any], environment: Environment) -> bool:
        """False also when the rule has no answer: what cannot be decided is not shown and not accepted."""
        if self.asks:
            acting = environment.acting
            values = {**values, **{one: acting[one] for one in self.asks if one in acting}}
        return evaluate(self.rule, values, environment).result is True

    def sentence(self) -> str:
        """The rule in plain words."""
        return explain(self.rule)
