"""Stored values in words, for read-only fields, mails, exports and the audit view."""

from collections.abc import Collection, Mapping
from typing import Any, Final, Protocol

from forms_builder.schema import fields as f
from forms_builder.schema.component import component_of

NOTHING: Final = "–"
Labels = Mapping[str, Mapping[str, str]]


class KnowsNames(Protocol):
    """All of `schema.Sources` that names are looked up with."""

    def names(self, source: f.SourceName, values: Collection[str]) -> Mapping[str, str]: ...


class Names(list[str]):
    """What several picked entries are called; as one text with commas in between."""

    def __str__(self) -> str:
        return ", ".join(self)


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
    fields: Collection[f.FieldBase], values: Mapping[str, Any], labels: Labels | None, sources: KnowsNames
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


def in_names(fields: Collection[f.FieldBase], values: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    """The values of these fields with names in place of what only points to something: a person, an entry, a file.

    All else stays as it is stored, with the same parts, and so do lists and the rows of tables with theirs.
    """
    return {field.name: _in_names(field, values.get(field.name), labels, field.name) for field in fields}


def _in_names(field: f.FieldBase, value: Any, labels: Labels, key: str) -> Any:
    if isinstance(field, f.TableField) and isinstance(value, list):
        columns = {column.name: column for column in field.columns}
        return [
            {**row, **{n: _in_names(columns[n], row[n], labels, f"{key}.{n}") for n in columns.keys() & row.keys()}}
            for row in _rows(value)
        ]
    points = isinstance(field, f.UploadField) or getattr(field, "source", None) or getattr(field, "fixed", ())
    if not points or value is None or isinstance(value, Mapping):
        return value
    if isinstance(value, list):
        return Names(display(field, item, labels, key) for item in value)
    return display(field, value, labels, key)


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _picked(fields: Collection[f.FieldBase], values: Mapping[str, Any]) -> list[tuple[str, f.FieldBase, Any]]:
    found: list[tuple[str, f.FieldBase, Any]] = []
    for field in fields:
        if isinstance(field, f.TableField):
            for row in _rows(values.get(field.name)):
                found += [(f"{field.name}.{column.name}", column, row.get(column.name)) for column in field.columns]
        else:
            found.append((field.name, field, values.get(field.name)))
    return found
