"""Rules inside a form: the fields they may speak about, and their answer for the values of a form.

A field `total` is `form.total` in a rule; the ends of a date range are `form.period.from` and `form.period.to`; of a
table there are `form.lines.count` and, for numbers and money, `form.lines.amount.sum`. Values are always the stored
ones, also where the person may not see the field. `user.department` and its kin are the person who acts: who fills in the
step, or who looks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from forms_builder.rules import (
    Environment,
    FieldSpec,
    Rule,
    RuleContext,
    evaluate,
    explain,
    fields_of,
    parse,
)
from forms_builder.schema import fields as f
from forms_builder.schema.component import component_of
from forms_builder.schema.people import person

ROOT: Final = "form"
ACTING: Final = "user"
"""The root of what is asked about the person who fills in the form."""


def field_specs(fields: Iterable[f.FieldBase], root: str = ROOT) -> tuple[FieldSpec, ...]:
    """The catalogue of a form's fields for `RuleContext`; `root` is "form" inside the form, "record" in a workflow."""
    found: dict[str, FieldSpec] = {}
    for field in fields:
        for spec in component_of(field).specs(field, f"{root}.{field.name}"):
            found.setdefault(spec.id, spec)
    return tuple(found.values())


def rule_values(fields: Iterable[f.FieldBase], stored: Mapping[str, Any], root: str = ROOT) -> dict[str, Any]:
    """The stored values of a form as the flat values a rule reads; every id of `field_specs` is present."""
    found: dict[str, Any] = {}
    for field in fields:
        for part, value in component_of(field).facts(field, stored.get(field.name)):
            found.setdefault(f"{root}.{field.name}{part}", value)
    return found


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
