"""A form at one step, worked out once: what is read, what is written, which rules decide and in which order."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property
from typing import Any

from forms_builder.formulas import NO_ANSWER
from forms_builder.rules import Environment, RuleContext
from forms_builder.schema import fields as f
from forms_builder.schema.component import component_of
from forms_builder.schema.conditions import Condition, context_of, rule_values
from forms_builder.schema.parts import Access


@dataclass(frozen=True)
class FormLogic:
    """The parsed rules of a whole form, whatever the step.

    `conditional` maps fields to their visibility condition, `derived` those whose value follows from others to their
    field, `rules` maps fields to what must hold and the message when it does not. `order` names all that is conditional
    or derived so that each only reads fields that are already decided.
    """

    fields: tuple[f.FieldBase, ...]
    conditional: Mapping[str, Condition]
    rules: Mapping[str, tuple[tuple[Condition, str], ...]]
    derived: Mapping[str, f.FieldBase] = dataclass_field(default_factory=dict)
    order: tuple[str, ...] = ()

    @classmethod
    def of(cls, fields: tuple[f.FieldBase, ...]) -> "FormLogic":
        """Raises `forms_builder.rules.RuleErrors` for a rule that cannot be parsed; a published form has none."""
        context = context_of(fields)
        found = {field.name: Condition.of(field.visible_when, context) for field in fields if field.visible_when}
        derived = {field.name: field for field in fields if is_derived(field)}
        reads = {name: condition.reads for name, condition in found.items()}
        for name, field in derived.items():
            reads[name] = reads.get(name, frozenset()) | component_of(field).reads(field)
        return cls(
            fields,
            found,
            {field.name: _rules(field, context) for field in fields if field.rules},
            derived,
            tuple(in_order(reads)),
        )

    @cached_property
    def asks(self) -> bool:
        """Whether some fields are there for some people only."""
        return any(condition.asks for condition in self.conditional.values())

    def settle(
        self,
        values: Mapping[str, Any],
        environment: Environment,
        *,
        whoever: bool = False,
        unknown: Collection[str] = (),
    ) -> tuple[dict[str, Any], frozenset[str]]:
        """The stored values with those that follow from others, and the names of the fields whose condition does not hold.

        An invisible field counts as empty for all others: no ghost decides anything. What reads a value that cannot be worked
        out, or an answer that is ``unknown``, cannot be worked out either, and is stored as empty. With ``whoever`` what is
        there for some people only is there: what is stored does not depend on who acts.
        """
        seen = dict(values)
        hidden: set[str] = set()
        missing: dict[str, Any] = dict.fromkeys(unknown, NO_ANSWER)
        for name in self.order:
            if name in self.derived:
                field = self.derived[name]
                made = component_of(field).derive(
                    field, {one.name: seen.get(one.name) for one in self.fields} | missing
                )
                seen[name] = None if made is NO_ANSWER else made
                if made is NO_ANSWER:
                    missing[name] = made
            condition = self.conditional.get(name)
            if condition is None or (whoever and condition.asks):
                continue
            if not condition.holds(rule_values(self.fields, seen), environment):
                hidden.add(name)
                seen[name] = None
                missing.pop(name, None)
        return seen, frozenset(hidden)

    def invisible(self, values: Mapping[str, Any], environment: Environment) -> frozenset[str]:
        """Names of the fields whose condition does not hold for these stored values."""
        return self.settle(values, environment)[1] if self.conditional else frozenset()


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
        return tuple(field for field in self.shown if field.answered and self.access[field.name].writable)

    @cached_property
    def derived(self) -> tuple[f.FieldBase, ...]:
        """The fields in the page whose value follows from others."""
        return tuple(field for field in self.shown if is_derived(field))

    @cached_property
    def writable_names(self) -> frozenset[str]:
        return frozenset(field.name for field in self.writable)

    def refused(self, submitted: Iterable[str]) -> tuple[str, ...]:
        """Submitted names that take no answer here: hidden, only to be read, or unknown. One answer for all three."""
        return tuple(sorted(name for name in submitted if name not in self.writable_names))


def is_derived(field: f.FieldBase) -> bool:
    """Whether the value follows from others."""
    return field.keeps_value and not field.answered


def in_order(reads: Mapping[str, frozenset[str]]) -> list[str]:
    """The fields so that what is read comes first; a circle is broken where it is met first.

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
