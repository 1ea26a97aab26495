"""Everything that is wrong with a form as a whole: all problems at once, each with its place.

Levels: `error` blocks publishing, `warning` is shown. What needs the database (a department that is gone) is not
checked here.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from forms_builder.rules import RuleContext, RuleErrors, parse
from forms_builder.schema import fields as f
from forms_builder.schema.clean import clean, compiled_pattern
from forms_builder.schema.component import component_of
from forms_builder.schema.conditions import Condition, context_of
from forms_builder.schema.document import FormDocument
from forms_builder.schema.layout import MAX_DEPTH, MAX_NODES, FieldNode, walk
from forms_builder.schema.parts import Access
from forms_builder.schema.plan import is_derived
from forms_builder.schema.source_rows import details_of, row_context
from forms_builder.schema.sources import NoSources
from forms_builder.schema.world import Refused, World

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `place` is a dotted path in the document, `code` is stable, `hint` says what to do."""

    place: str
    code: str
    level: Level
    message: str
    hint: str = ""


def check(document: FormDocument, steps: Iterable[str] | None = None) -> list[Problem]:
    """All problems, in document order. `steps` are the step keys of the workflow, where it is known."""
    found = list(_layout(document))
    context = context_of(document.by_name.values())
    for number, field in enumerate(document.fields):
        place = f"fields.{number}"
        for one in _CHECKS:
            found.extend(one(document, field, place))
        found.extend(_rules(field, place, context))
    found.extend(_circles(document, context))
    if not document.fields:
        found.append(Problem("fields", "no-fields", "warning", "The form asks for nothing.", "Add a field."))
    if steps is not None:
        found.extend(_steps(document, frozenset(steps)))
    return found


def blocking(problems: Iterable[Problem]) -> list[Problem]:
    """Those that forbid publishing."""
    return [problem for problem in problems if problem.level == "error"]


def _names(document: FormDocument, field: f.FieldBase, place: str) -> Iterator[Problem]:
    if document.by_name[field.name] is not field:
        yield Problem(f"{place}.name", "duplicate-name", "error", f"Two fields are called {field.name}.", "Rename one.")
    if isinstance(field, f.TableField):
        names = [column.name for column in field.columns]
        for name in sorted({name for name in names if names.count(name) > 1}):
            message = f"Two columns of “{field.label}” are called {name}."
            yield Problem(f"{place}.columns", "duplicate-name", "error", message, "Rename one.")
        for number, column in enumerate(field.columns):
            yield from _bounds(document, column, f"{place}.columns.{number}")
            yield from _choices(document, column, f"{place}.columns.{number}")
            yield from _default(document, column, f"{place}.columns.{number}")


def _access(document: FormDocument, field: f.FieldBase, place: str) -> Iterator[Problem]:
    levels = {*field.access.values(), field.default_access}
    if levels == {Access.HIDDEN}:
        yield Problem(
            f"{place}.access", "never-shown", "warning", f"“{field.label}” is hidden at every step.",
            "Let at least one step read or write it.",
        )  # fmt: skip
    if field.required and not any(level.writable for level in levels):
        yield Problem(
            f"{place}.access", "required-but-hidden", "error",
            f"“{field.label}” is required, but no step can fill it in.", "Give one step write access.",
        )  # fmt: skip
    if not field.answered and any(level.writable for level in levels):
        what = "follows from other fields" if field.keeps_value else "is a text"
        yield Problem(
            f"{place}.access", "static-written", "error", f"“{field.label}” {what}; nobody can fill it in.",
            "Use read or hidden.",
        )  # fmt: skip


_RANGES: Final = (("min", "max"), ("min_length", "max_length"), ("min_items", "max_items"), ("min_rows", "max_rows"))


def _bounds(document: FormDocument, field: f.FieldBase, place: str) -> Iterator[Problem]:
    for low_key, high_key in _RANGES:
        low, high = getattr(field, low_key, None), getattr(field, high_key, None)
        if low is None or high is None or "today" in (low, high):
            continue
        if _beyond(low, high):
            yield Problem(
                f"{place}.{low_key}", "empty-range", "error", f"“{field.label}” allows nothing: {low} is above {high}.",
                f"Lower {low_key} or raise {high_key}.",
            )  # fmt: skip
    for key in ("min", "max"):
        bound = getattr(field, key) if isinstance(field, f.DateField | f.DateRangeField) else None
        if bound is not None and bound != "today" and not _is_day(bound):
            yield Problem(f"{place}.{key}", "no-such-day", "error", f"{bound} is no day.", "Correct the date.")
    pattern = getattr(field, "pattern", None)
    if pattern is not None:
        try:
            compiled_pattern(pattern.expression)
        except ValueError as error:
            message = f"The pattern of “{field.label}” cannot be used: {error}."
            hint = "Use RE2 syntax; it has no back-references and no look-around."
            yield Problem(f"{place}.pattern.expression", "bad-pattern", "error", message, hint)


def _beyond(low: Any, high: Any) -> bool:
    return bool(low > high) if isinstance(low, int | Decimal) else str(low) > str(high)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _choices(document: FormDocument, field: f.FieldBase, place: str) -> Iterator[Problem]:
    source: f.SourcedChoices | None = getattr(field, "source", None)
    if source is not None:
        if source.filter is not None:
            inner = f"{place}.choices.filter" if hasattr(field, "choices") else f"{place}.filter"
            yield from _rule(source.filter, inner, row_context(source.source))
        if source.detail and source.detail not in dict(details_of(source.source)):
            message = f"“{field.label}” shows {source.detail}, which {source.source} do not have."
            yield Problem(f"{place}.choices.detail", "unknown-detail", "error", message, "Choose another one.")
        return
    if not isinstance(field, f.ChoiceField | f.MultiChoiceField):
        return
    values = [choice.value for choice in field.fixed]
    if not values:
        yield Problem(
            f"{place}.choices", "no-choices", "error", f"“{field.label}” offers nothing to choose.", "Add entries."
        )
    if values and isinstance(field, f.MultiChoiceField) and field.min_items > len(values):
        message = f"“{field.label}” asks for {field.min_items} entries and offers {len(values)}."
        yield Problem(f"{place}.min_items", "too-few-choices", "error", message, "Ask for fewer, or add entries.")
    for value in sorted({value for value in values if values.count(value) > 1}):
        message = f"“{field.label}” has the value {value} twice."
        yield Problem(f"{place}.choices", "duplicate-choice", "error", message, "Remove one of them.")


def _default(document: FormDocument, field: f.FieldBase, place: str) -> Iterator[Problem]:
    if field.default is None:
        return
    if getattr(field, "source", None) is not None or isinstance(field, f.UploadField):
        yield Problem(
            f"{place}.default", "default-from-database", "error",
            f"“{field.label}” takes its entries from the database and cannot have a fixed default.", "Use prefill.",
        )  # fmt: skip
        return
    try:
        clean(field, field.default, World(NoSources(date(2000, 1, 1))))
    except Refused as refusal:
        message = f"The default of “{field.label}” is not allowed: {refusal}"
        yield Problem(f"{place}.default", "bad-default", "error", message, "Change the default or the limits.")


def _own(document: FormDocument, field: f.FieldBase, place: str) -> Iterator[Problem]:
    for key, code, message, hint in component_of(field).problems(field, document.by_name):
        yield Problem(f"{place}.{key}", code, "error", message, hint)
    for key, code, message, hint in component_of(field).warnings(field, document.by_name):
        yield Problem(f"{place}.{key}", code, "warning", message, hint)


def _comparisons(document: FormDocument, field: f.FieldBase, place: str) -> Iterator[Problem]:
    fitting: tuple[type[f.FieldBase], ...] = (
        (f.TimeField,) if isinstance(field, f.TimeField) else (f.DateField, f.DateRangeField)
    )
    for number, comparison in enumerate(getattr(field, "checks", ())):
        other = document.by_name.get(comparison.field)
        if other is None or other is field:
            message = f"“{field.label}” is compared with {comparison.field}, which is no other field."
            yield Problem(f"{place}.checks.{number}.field", "unknown-field", "error", message, "Choose another field.")
        elif not isinstance(other, fitting):
            message = f"“{field.label}” cannot be compared with “{other.label}”: it is of another kind."
            yield Problem(
                f"{place}.checks.{number}.field", "wrong-kind", "error", message, "Choose a field of the same kind."
            )


def _rules(field: f.FieldBase, place: str, context: RuleContext) -> Iterator[Problem]:
    if field.visible_when is not None:
        yield from _rule(field.visible_when, f"{place}.visible_when", context)
    for number, item in enumerate(field.rules):
        yield from _rule(item.rule, f"{place}.rules.{number}.rule", context)


def _rule(raw: dict[str, Any], place: str, context: RuleContext) -> Iterator[Problem]:
    try:
        parse(raw, context)
    except RuleErrors as errors:
        for error in errors.errors:
            path = error.place.removeprefix("$").replace("[", ".").replace("]", "")
            yield Problem(f"{place}{path}", f"rule-{error.code}", "error", error.message, "Correct the rule.")


def _circles(document: FormDocument, context: RuleContext) -> Iterator[Problem]:
    conditions: dict[str, frozenset[str]] = {}
    values: dict[str, frozenset[str]] = {}
    for field in document.by_name.values():
        if field.visible_when is not None:
            with suppress(RuleErrors):
                conditions[field.name] = Condition.of(field.visible_when, context).reads
        if is_derived(field):
            values[field.name] = component_of(field).reads(field)
    reads = {
        name: conditions.get(name, frozenset()) | values.get(name, frozenset()) for name in {**conditions, **values}
    }
    for number, field in enumerate(document.fields):
        if field.name not in reads or not _reaches(reads, field.name):
            continue
        if field.name in conditions:
            message = f"Whether “{field.label}” is shown depends on itself."
            yield Problem(f"fields.{number}.visible_when", "condition-circle", "error", message, "Break the circle.")
        else:
            message = f"The value of “{field.label}” depends on itself."
            yield Problem(f"fields.{number}", "value-circle", "error", message, "Break the circle.")


def _reaches(reads: dict[str, frozenset[str]], start: str) -> bool:
    open_names, seen = list(reads[start]), set[str]()
    while open_names:
        name = open_names.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            open_names.extend(reads.get(name, ()))
    return False


def _layout(document: FormDocument) -> Iterator[Problem]:
    placed: set[str] = set()
    for number, (place, depth, node) in enumerate(walk(document.layout)):
        if number >= MAX_NODES or depth > MAX_DEPTH:
            message = f"The layout has more than {MAX_NODES} parts or is nested deeper than {MAX_DEPTH}."
            yield Problem(place, "layout-too-large", "error", message, "Make it flatter.")
            return
        if not isinstance(node, FieldNode):
            continue
        if node.name not in document.by_name:
            message = f"The layout shows {node.name}, which is no field."
            yield Problem(f"{place}.name", "unknown-field", "error", message, "Remove it, or add the field.")
        elif node.name in placed:
            message = f"The layout shows {node.name} twice."
            yield Problem(f"{place}.name", "placed-twice", "error", message, "Keep one of the places.")
        placed.add(node.name)
    if not document.layout:
        return
    for number, field in enumerate(document.fields):
        if field.name not in placed:
            message = f"“{field.label}” has no place in the layout."
            yield Problem(f"fields.{number}", "not-placed", "error", message, "Place it in the layout.")


def _steps(document: FormDocument, steps: frozenset[str]) -> Iterator[Problem]:
    for number, field in enumerate(document.fields):
        for step in field.access:
            if step not in steps:
                message = f"“{field.label}” has access for step {step}, which the workflow does not have."
                yield Problem(f"fields.{number}.access.{step}", "unknown-step", "error", message, "Remove it.")


_CHECKS: Final[tuple[Callable[[FormDocument, f.FieldBase, str], Iterator[Problem]], ...]] = (
    _names,
    _access,
    _bounds,
    _choices,
    _default,
    _comparisons,
    _own,
)
