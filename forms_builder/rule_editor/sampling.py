"""Trying a rule: controls for what it reads, the typed texts as values, and its answer condition by condition."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from forms_builder.rule_editor.controls import Control, Palette
from forms_builder.rule_editor.document import plain_value
from forms_builder.rule_editor.posted import Posted, texts_posted
from forms_builder.rule_editor.rows import Row
from forms_builder.rule_editor.setup import Setup
from forms_builder.rule_editor.words import capitalised, heading
from forms_builder.rules import EMPTY_ENVIRONMENT, Environment, FieldSpec, FieldType, Rule, TraceNode, fields_of, trace


@dataclass(frozen=True, slots=True)
class SampleField:
    """One value that the rule reads, to be typed."""

    label: str
    heading: str
    controls: tuple[Control, ...]


def sample_name(setup: Setup) -> str:
    """Under which name the sample is posted: `<name>.try.<field id>`."""
    return f"{setup.name}.try"


def sample_fields(setup: Setup, rule: Rule | None, data: Any, besides: Collection[str] = ()) -> list[SampleField]:
    """The controls for all that the rule reads, without the roots of people who are chosen as a whole."""
    if rule is None:
        return []
    reads = fields_of(rule)
    palette = Palette(setup.context, setup.offers, setup.groups)
    found = []
    for spec in setup.context.fields:
        if spec.id in reads and not _is_under(spec.id, besides) and spec.type is not FieldType.FILE:
            row = _row(setup, spec, data)
            controls = palette.sample(spec, row, f"{sample_name(setup)}.{spec.id}", "value")
            found.append(SampleField(capitalised(spec.label), heading(spec.id, setup.groups), controls))
    return found


def sample_values(setup: Setup, data: Any, besides: Collection[str] = ()) -> dict[str, Any]:
    """The typed values by field id; None for what was left empty."""
    return {
        spec.id: _value(spec, _row(setup, spec, data))
        for spec in setup.context.fields
        if not _is_under(spec.id, besides)
    }


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One node of the answer: what it says, what came of it, and what was there. `tone`: true, false or error."""

    text: str
    tone: str
    was: str
    kind: str
    children: tuple[TraceLine, ...] = ()


def traced(
    rule: Rule, values: Mapping[str, Any], env: Environment = EMPTY_ENVIRONMENT, names: Mapping[str, str] | None = None
) -> TraceLine:
    """The rule answered for these values, condition by condition."""
    return _line(trace(rule, values, env).root, names or {})


def _line(node: TraceNode, names: Mapping[str, str]) -> TraceLine:
    tone = "error" if node.result is None else "true" if node.result else "false"
    children = tuple(_line(child, names) for child in node.children)
    words = {"all": "All of these", "any": "Any of these", "not": "Not"}.get(node.kind)
    text = words or capitalised(node.text)
    for ident, name in names.items():
        text = text.replace(ident, name)
    was = node.error.message if node.error else "" if node.children else f"was {_shown(node.actual, names)}"
    return TraceLine(text, tone, was, node.kind, children)


def _shown(value: Any, names: Mapping[str, str]) -> str:
    if value is None or value == "" or value == []:
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_shown(one, names) for one in value)
    if isinstance(value, Mapping):
        return " ".join(str(value[key]) for key in ("amount", "currency") if key in value)
    return names.get(str(value), str(value))


def _row(setup: Setup, spec: FieldSpec, data: Mapping[str, Any] | Posted) -> Row:
    return Row(spec.id, "eq", texts_posted(data, f"{sample_name(setup)}.{spec.id}", "value"))


def _value(spec: FieldSpec, row: Row) -> Any:
    if spec.type in (FieldType.MULTI_CHOICE, FieldType.FILE):
        return list(row.list("items")) or None
    value = plain_value(row, "value", spec.type)
    return None if value == "" else value


def _is_under(field_id: str, roots: Iterable[str]) -> bool:
    return any(field_id.startswith(f"{root}.") for root in roots)
