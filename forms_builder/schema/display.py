"""Stored values in words, for read-only fields, mails, exports and the audit view."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from forms_builder.schema import fields as f
from forms_builder.schema.component import component_of
from forms_builder.schema.sources import Sources

NOTHING: Final = "–"
Labels = Mapping[str, Mapping[str, str]]


def display(field: f.FieldBase, value: Any, labels: Labels | None = None, key: str = "") -> str:
    """One line of text for a stored value; an en dash for nothing.

    `labels` are those collected when the value was picked (by field name, then value), so that a renamed department
    keeps the name that was decided on. Unknown values are shown as they are.
    """
    component = component_of(field)
    if value is None or value == "" or value == []:
        return NOTHING if component.nothing() is None else component.words(field, component.nothing(), {})
    return component.words(field, value, dict((labels or {}).get(key or field.name, {})))


def missing_names(fields: Collection[f.FieldBase], values: Mapping[str, Any], labels: Labels) -> dict[str, set[str]]:
    """Picked values without a kept label, by source: what `with_names` has to look up."""
    wanted: dict[str, set[str]] = {}
    for key, field, value in _picked(fields, values):
        source = getattr(field, "source", None)
        if source is not None and value is not None:
            items = value if isinstance(value, list) else [value]
            unknown = {item for item in items if isinstance(item, str) and item not in labels.get(key, {})}
            wanted.setdefault(source.source, set()).update(unknown)
    return {source: items for source, items in wanted.items() if items}


def with_names(
    fields: Collection[f.FieldBase], values: Mapping[str, Any], labels: Labels | None, sources: Sources
) -> dict[str, dict[str, str]]:
    """`labels` completed from the database for values that were set without being picked (prefill, import)."""
    complete = {key: dict(entries) for key, entries in (labels or {}).items()}
    wanted = missing_names(fields, values, complete)
    names = {source: sources.names(source, items) for source, items in wanted.items()}  # type: ignore[arg-type]  # keys come from SourceName
    for key, field, _ in _picked(fields, values):
        source = getattr(field, "source", None)
        if source is not None and source.source in names:
            complete[key] = {**names[source.source], **complete.get(key, {})}
    return complete


def _picked(fields: Collection[f.FieldBase], values: Mapping[str, Any]) -> list[tuple[str, f.FieldBase, Any]]:
    found: list[tuple[str, f.FieldBase, Any]] = []
    for field in fields:
        if isinstance(field, f.TableField):
            for row in values.get(field.name) or ():
                found += [(f"{field.name}.{column.name}", column, row.get(column.name)) for column in field.columns]
        else:
            found.append((field.name, field, values.get(field.name)))
    return found
