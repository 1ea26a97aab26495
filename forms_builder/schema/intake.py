"""What a person submitted at a step, turned into what is stored, or into everything that is wrong with it.

The same function serves HTML and REST. Order: each value by itself, then who is visible, then required, then
comparisons and rules. An invisible field is stored as empty and none of its problems count, also where another step has
given its value. What is there for other people only stands as they gave it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, Final

from forms_builder.rules import Environment
from forms_builder.schema import fields as f
from forms_builder.schema.clean import as_answer, clean, is_empty
from forms_builder.schema.component import component_of
from forms_builder.schema.conditions import rule_values
from forms_builder.schema.parts import Access
from forms_builder.schema.plan import FormLogic, StepPlan
from forms_builder.schema.sources import Sources
from forms_builder.schema.world import Refused, World

REQUIRED: Final = "This is required."
NOT_HERE: Final = "There is no field of this name to fill in at this step."
COMPARED: Final = (f.DateField, f.TimeField)


@dataclass
class Intake:
    """The result. `written` has every writable field, None for empty ones, and all that follows from them; `problems` is
    keyed by dotted path."""

    written: dict[str, Any] = dataclass_field(default_factory=dict)
    problems: dict[str, list[str]] = dataclass_field(default_factory=dict)
    labels: dict[str, dict[str, str]] = dataclass_field(default_factory=dict)
    invisible: frozenset[str] = frozenset()

    def refuse(self, path: str, message: str) -> None:
        self.problems.setdefault(path, []).append(message)


def initial_values(plan: StepPlan, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows before anybody types: the stored value, else the field's default."""
    return {field.name: stored.get(field.name, field.default) for field in plan.logic.fields if field.keeps_value}


def completed(
    logic: FormLogic, stored: Mapping[str, Any], written: Mapping[str, Any], environment: Environment
) -> dict[str, Any]:
    """`written` with what follows from it: for values that came without a form, such as those of a machine."""
    if not written or not logic.order:
        return dict(written)
    initial = {field.name: stored.get(field.name, field.default) for field in logic.fields}
    seen, gone = logic.settle({**initial, **written}, environment, whoever=True)
    cleared = _cleared(logic, gone - written.keys(), stored, initial, environment)
    return {**written, **cleared, **{name: seen[name] for name in logic.derived}}


def _cleared(
    logic: FormLogic,
    gone: frozenset[str],
    stored: Mapping[str, Any],
    before: Mapping[str, Any],
    environment: Environment,
) -> dict[str, None]:
    """The stored values of these invisible fields that were visible before. What was never visible waits for its time."""
    given = {name for name in gone if not is_empty(stored.get(name))}
    if given:
        given -= logic.settle(before, environment, whoever=True)[1]
    return dict.fromkeys(given)


def take(plan: StepPlan, raws: Mapping[str, Any], stored: Mapping[str, Any], sources: Sources) -> Intake:
    """Read `raws` (raw values by field name) over `stored`. A name left out keeps what the form showed.

    Names that are not writable are ignored here; `StepPlan.refused` lists them.
    """
    initial = initial_values(plan, stored)
    world = World(sources, stored=stored)
    intake = Intake(labels=world.labels)
    for field in plan.writable:
        _clean_into(intake, field, raws.get(field.name, initial[field.name]), world)
    _follow(plan, intake, raws, stored, world)
    if plan.logic.order:
        _settle(plan, intake, stored, initial, sources.environment)
    _require(plan, intake)
    _compare(plan, intake, initial | intake.written, sources)
    return intake


def _clean_into(intake: Intake, field: f.FieldBase, raw: Any, world: World) -> None:
    intake.written[field.name] = None
    try:
        intake.written[field.name] = clean(field, raw, world)
    except Refused as refusal:
        for path, message in refusal.problems:
            intake.refuse(f"{field.name}.{path}".rstrip("."), message)


def _follow(plan: StepPlan, intake: Intake, raws: Mapping[str, Any], stored: Mapping[str, Any], world: World) -> None:
    """What a new answer brings along for other fields. What somebody gives for them now stays."""
    fields = {field.name: field for field in plan.logic.fields}
    for field in plan.writable:
        value = intake.written[field.name]
        if value == stored.get(field.name):
            continue
        for name, raw in component_of(field).follow(field, value, world.sources).items():
            given = name in raws and (name in intake.problems or not is_empty(intake.written.get(name)))
            if name in fields and not given:
                try:
                    intake.written[name] = clean(fields[name], as_answer(fields[name], raw), world)
                except Refused:
                    intake.written[name] = None


def _settle(
    plan: StepPlan, intake: Intake, stored: Mapping[str, Any], initial: Mapping[str, Any], environment: Environment
) -> None:
    """Work out what follows from the answers, and forget those that are invisible."""
    logic, written = plan.logic, intake.written
    refused = {path.partition(".")[0] for path in intake.problems}
    seen, gone = logic.settle({**initial, **written}, environment, unknown=refused)
    intake.invisible = gone
    unseen = gone & written.keys()
    for name in unseen:
        written[name] = None
        intake.labels.pop(name, None)
        for path in [path for path in intake.problems if path == name or path.startswith(f"{name}.")]:
            del intake.problems[path]
    if logic.asks:
        written |= {name: stored.get(name) for name in unseen}
        seen, gone = logic.settle({**initial, **written}, environment, whoever=True, unknown=refused - unseen)
        written |= dict.fromkeys(gone & unseen)
    written |= _cleared(logic, gone - written.keys(), stored, initial, environment)
    written |= {name: seen[name] for name in logic.derived}


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
    for field in (*plan.writable, *plan.derived):
        if field.name in wrong or field.name in intake.invisible or is_empty(intake.written[field.name]):
            continue
        for comparison in field.checks if isinstance(field, COMPARED) else ():
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
