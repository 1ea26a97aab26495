"""A form at one step, worked out once: what is read, what is written, which rules decide and in which order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property
from typing import Any

from forms_builder.rules import Environment, RuleContext
from forms_builder.schema import fields as f
from forms_builder.schema.conditions import Condition, context_of, rule_values
from forms_builder.schema.parts import Access


@dataclass(frozen=True)
class FormLogic:
    """The parsed rules of a whole form, whatever the step.

    `conditional` maps fields to their visibility condition, ordered so that each condition only reads fields that are
    already decided; `rules` maps fields to what must hold and the message when it does not.
    """

    fields: tuple[f.FieldBase, ...]
    conditional: Mapping[str, Condition]
    rules: Mapping[str, tuple[tuple[Condition, str], ...]]

    @classmethod
    def of(cls, fields: tuple[f.FieldBase, ...]) -> "FormLogic":
        """Raises `forms_builder.rules.RuleErrors` for a rule that cannot be parsed; a published form has none."""
        context = context_of(fields)
        found = {field.name: Condition.of(field.visible_when, context) for field in fields if field.visible_when}
        return cls(
            fields,
            {name: found[name] for name in in_order({name: found[name].reads for name in found})},
            {field.name: _rules(field, context) for field in fields if field.rules},
        )

    def invisible(self, values: Mapping[str, Any], environment: Environment) -> frozenset[str]:
        """Names of the fields whose condition does not hold for these stored values.

        An invisible field counts as empty for the conditions of others: no ghost decides anything.
        """
        if not self.conditional:
            return frozenset()
        seen = dict(values)
        hidden: set[str] = set()
        for name, condition in self.conditional.items():
            if not condition.holds(rule_values(self.fields, seen), environment):
                hidden.add(name)
                seen[name] = None
        return frozenset(hidden)


@dataclass(frozen=True, eq=False)
class StepPlan:
    """The contract of one step. `shown` holds the fields that are not hidden, in document order.

    `memo` is where faces keep what they derive from the plan; it dies with it.
    """

    step: str
    shown: tuple[f.FieldBase, ...]
    access: Mapping[str, Access]
    logic: FormLogic
    memo: dict[str, Any] = dataclass_field(default_factory=dict)

    @classmethod
    def of(cls, step: str, logic: FormLogic) -> "StepPlan":
        """The contract for the person who acts at the step."""
        return cls._made(step, logic, {field.name: field.access_at(step) for field in logic.fields})

    @classmethod
    def reading(cls, steps: Iterable[str], logic: FormLogic) -> "StepPlan":
        """The contract for somebody who only looks: what any of these steps may see, read-only."""
        wanted = tuple(steps)
        return cls._made(
            "",
            logic,
            {
                field.name: Access.READ
                if any(field.access_at(step) is not Access.HIDDEN for step in wanted)
                else Access.HIDDEN
                for field in logic.fields
            },
        )

    @classmethod
    def of_all(cls, fields: tuple[f.FieldBase, ...]) -> "StepPlan":
        """Every field, to be filled in, and no rules: for whoever designs the form. Never raises."""
        levels = {field.name: Access.REQUIRED if _is_ever_required(field) else Access.WRITE for field in fields}
        return cls._made("", FormLogic(fields, {}, {}), levels)

    @classmethod
    def _made(cls, step: str, logic: FormLogic, access: Mapping[str, Access]) -> "StepPlan":
        shown = tuple(field for field in logic.fields if access[field.name] is not Access.HIDDEN)
        return cls(step, shown, access, logic)

    @cached_property
    def writable(self) -> tuple[f.FieldBase, ...]:
        """The fields that take an answer at this step."""
        return tuple(field for field in self.shown if field.keeps_value and self.access[field.name].writable)

    @cached_property
    def writable_names(self) -> frozenset[str]:
        return frozenset(field.name for field in self.writable)

    def refused(self, submitted: Iterable[str]) -> tuple[str, ...]:
        """Submitted names that take no answer here: hidden, only to be read, or unknown. One answer for all three."""
        return tuple(sorted(name for name in submitted if name not in self.writable_names))


def in_order(reads: Mapping[str, frozenset[str]]) -> list[str]:
    """The conditional fields so that what is read comes first; a circle is broken where it is met first.

    `schema.check` refuses circles; breaking them here keeps drafts and their previews working.
    """
    done: list[str] = []
    entered: set[str] = set()
    for start in reads:
        stack = [(start, False)]
        while stack:
            name, left = stack.pop()
            if left:
                done.append(name)
            elif name not in entered:
                entered.add(name)
                stack.append((name, True))
                stack.extend((other, False) for other in sorted(reads[name]) if other in reads and other not in entered)
    return done


def _is_ever_required(field: f.FieldBase) -> bool:
    return Access.REQUIRED in {field.default_access, *field.access.values()} or field.required


def _rules(field: f.FieldBase, context: RuleContext) -> tuple[tuple[Condition, str], ...]:
    return tuple((Condition.of(item.rule, context), item.message) for item in field.rules)
