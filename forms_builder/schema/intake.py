"""What a person submitted at a step, turned into what is stored, or into everything that is wrong with it.

The same function serves HTML and REST. Order: each value by itself, then who is visible, then required, then
comparisons and rules. An invisible field is stored as empty and none of its problems count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, Final

from forms_builder.rules import Environment
from forms_builder.schema import fields as f
from forms_builder.schema.clean import Refused, World, clean, is_empty
from forms_builder.schema.conditions import rule_values
from forms_builder.schema.parts import Access
from forms_builder.schema.plan import StepPlan
from forms_builder.schema.sources import Sources

REQUIRED: Final = "This is required."
NOT_HERE: Final = "There is no field of this name to fill in at this step."


@dataclass
class Intake:
    """The result. `written` has every writable field, None for empty ones; `problems` is keyed by dotted path."""

    written: dict[str, Any] = dataclass_field(default_factory=dict)
    problems: dict[str, list[str]] = dataclass_field(default_factory=dict)
    labels: dict[str, dict[str, str]] = dataclass_field(default_factory=dict)
    invisible: frozenset[str] = frozenset()

    def refuse(self, path: str, message: str) -> None:
        self.problems.setdefault(path, []).append(message)


def initial_values(plan: StepPlan, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows before anybody types: the stored value, else the field's default."""
    return {field.name: stored.get(field.name, field.default) for field in plan.logic.fields if field.keeps_value}


def take(plan: StepPlan, raws: Mapping[str, Any], stored: Mapping[str, Any], sources: Sources) -> Intake:
    """Read `raws` (raw values by field name) over `stored`. A name left out keeps what the form showed.

    Names that are not writable are ignored here; `StepPlan.refused` lists them.
    """
    initial = initial_values(plan, stored)
    world = World(sources)
    intake = Intake(labels=world.labels)
    for field in plan.writable:
        intake.written[field.name] = None
        try:
            intake.written[field.name] = clean(field, raws.get(field.name, initial[field.name]), world)
        except Refused as refusal:
            for path, message in refusal.problems:
                intake.refuse(f"{field.name}.{path}".rstrip("."), message)
    if plan.logic.conditional:
        _forget_invisible(plan, intake, initial, sources.environment)
    _require(plan, intake)
    _compare(plan, intake, initial | intake.written, sources)
    return intake


def _forget_invisible(plan: StepPlan, intake: Intake, initial: Mapping[str, Any], environment: Environment) -> None:
    intake.invisible = plan.logic.invisible({**initial, **intake.written}, environment)
    for name in intake.invisible & intake.written.keys():
        intake.written[name] = None
        intake.labels.pop(name, None)
        for path in [path for path in intake.problems if path == name or path.startswith(f"{name}.")]:
            del intake.problems[path]


def _require(plan: StepPlan, intake: Intake) -> None:
    wrong = {path.partition(".")[0] for path in intake.problems}
    for field in plan.writable:
        if plan.access[field.name] is not Access.REQUIRED or field.name in intake.invisible or field.name in wrong:
            continue
        value = intake.written[field.name]
        if is_empty(value):
            intake.refuse(field.name, "Tick this to go on." if isinstance(field, f.CheckboxField) else REQUIRED)
        elif isinstance(field, f.TableField) and len(value) < field.min_rows:
            intake.refuse(field.name, f"Fill in at least {field.min_rows} rows.")


def _compare(plan: StepPlan, intake: Intake, values: Mapping[str, Any], sources: Sources) -> None:
    facts: dict[str, Any] | None = None
    wrong = {path.partition(".")[0] for path in intake.problems}
    for field in plan.writable:
        if field.name in wrong or is_empty(intake.written[field.name]):
            continue
        for comparison in getattr(field, "checks", ()):
            if not _in_order(comparison, intake.written[field.name], values.get(comparison.field)):
                intake.refuse(field.name, comparison.message or _comparison_message(plan, comparison))
        for condition, message in plan.logic.rules.get(field.name, ()):
            facts = rule_values(plan.logic.fields, values) if facts is None else facts
            if not condition.holds(facts, sources.environment):
                intake.refuse(field.name, message)


def _in_order(comparison: f.Comparison, mine: Any, other: Any) -> bool:
    """Stored days and times compare as text, ISO being made for it. With a range: after its last, before its first."""
    if isinstance(other, Mapping):
        other = other.get("to" if comparison.kind in ("after", "not_before") else "from")
    if not isinstance(mine, str) or not isinstance(other, str):
        return True
    return {
        "after": mine > other,
        "not_before": mine >= other,
        "before": mine < other,
        "not_after": mine <= other,
    }[comparison.kind]


def _comparison_message(plan: StepPlan, comparison: f.Comparison) -> str:
    words = {"after": "after", "not_before": "on or after", "before": "before", "not_after": "on or before"}
    other = next((field for field in plan.shown if field.name == comparison.field), None)
    return f"Must be {words[comparison.kind]} “{other.label}”." if other else "Does not fit a date given earlier."
