"""Changes of what the steps may do with the fields."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from forms_builder.schema.component import model_of
from forms_builder.schema.editing.fields import Form, RawField, field_at, with_field
from forms_builder.schema.parts import Access

ELSEWHERE: Final = "*"
"""Stands for the steps that are not named: the field's default access."""


def is_answered(field: RawField) -> bool:
    """Whether people give the value of the field."""
    model = model_of(field.get("type"))
    return model is not None and model.answered


class NotWritable(ValueError):
    """The field has no value that anybody could fill in."""


def level_at(field: Mapping[str, Any], step: str) -> Access:
    """What a step, or `ELSEWHERE`, may do with the field."""
    usual = Access(field.get("default_access", Access.HIDDEN))
    level = usual if step == ELSEWHERE else Access(field.get("access", {}).get(step, usual))
    return Access.REQUIRED if level is Access.WRITE and field.get("required") else level


def set_access(form: Mapping[str, Any], wanted: Mapping[tuple[str, str], Access]) -> Form:
    """With these levels by (field, step). Raises NoSuchField, NotWritable."""
    by_field: dict[str, dict[str, Access]] = {}
    for (name, step), level in wanted.items():
        by_field.setdefault(name, {})[step] = level
    made: Form = dict(form)
    for name, levels in by_field.items():
        made = with_field(made, name, _with_levels(field_at(made, name), levels))
    return made


def _with_levels(field: RawField, levels: Mapping[str, Access]) -> RawField:
    new = {step: level for step, level in levels.items() if level is not level_at(field, step)}
    if not new:
        return field
    if not is_answered(field) and any(level.writable for level in new.values()):
        raise NotWritable(f"“{field['label']}” is not filled in by anybody. Use hidden or read.")
    made = _spelled_out(field) if Access.WRITE in new.values() and field.get("required") else dict(field)
    named = {step: level.value for step, level in new.items() if step != ELSEWHERE}
    if named:
        made["access"] = {**made.get("access", {}), **named}
    if ELSEWHERE in new:
        made["default_access"] = new[ELSEWHERE].value
    return made


def _spelled_out(field: RawField) -> RawField:
    """The field without `required` of its own: the steps say it instead, so that one of them can be optional."""
    made = {key: value for key, value in field.items() if key != "required"}
    made["access"] = {step: level_at(field, step).value for step in field.get("access", {})}
    if level_at(field, ELSEWHERE) is not Access.HIDDEN:
        made["default_access"] = level_at(field, ELSEWHERE).value
    return made


def access_for_new(field_type: str, starts: Collection[str]) -> dict[str, Any]:
    """What a new field begins with: filled in at the start, read by everybody after; what nobody answers is read everywhere."""
    found: dict[str, Any] = {"default_access": Access.READ.value}
    if starts and is_answered({"type": field_type}):
        found["access"] = dict.fromkeys(sorted(starts), Access.WRITE.value)
    return found
