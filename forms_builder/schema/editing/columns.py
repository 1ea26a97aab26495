"""Changes of the columns of a table field. A column has no access, no condition and no place in the layout of its own."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from forms_builder.schema.editing.fields import Form, NoSuchField, RawField, field_at, with_field
from forms_builder.schema.editing.layout import NoSuchMove
from forms_builder.schema.editing.names import free_name
from forms_builder.schema.fields import MAX_COLUMNS

Columns = list[RawField]


def add_column(form: Mapping[str, Any], table: str, column: RawField) -> Form:
    """With a column at the end."""
    field, columns = _columns(form, table)
    if len(columns) >= MAX_COLUMNS:
        raise NoSuchMove(f"A table has at most {MAX_COLUMNS} columns.")
    return with_field(form, table, {**field, "columns": [*columns, column]})


def free_column(form: Mapping[str, Any], table: str, label: str) -> str:
    return free_name(label, {column["name"] for column in _columns(form, table)[1]})


def _up(columns: Columns, at: int) -> Columns:
    if at == 0:
        raise NoSuchMove("It is the first already.")
    return [*columns[: at - 1], columns[at], columns[at - 1], *columns[at + 1 :]]


def _down(columns: Columns, at: int) -> Columns:
    if at + 1 == len(columns):
        raise NoSuchMove("It is the last already.")
    return _up(columns, at + 1)


def _remove(columns: Columns, at: int) -> Columns:
    if len(columns) == 1:
        raise NoSuchMove("A table keeps at least one column. Remove the table instead.")
    return [*columns[:at], *columns[at + 1 :]]


DEEDS: Final[Mapping[str, Callable[[Columns, int], Columns]]] = {"up": _up, "down": _down, "remove": _remove}


def do_to_column(form: Mapping[str, Any], table: str, column: str, deed: str) -> Form:
    """One of `DEEDS`. Raises NoSuchField, NoSuchMove."""
    field, columns = _columns(form, table)
    at = next((number for number, one in enumerate(columns) if one["name"] == column), None)
    if at is None:
        raise NoSuchField(f"There is no column {column} any more.")
    return with_field(form, table, {**field, "columns": DEEDS[deed](columns, at)})


def _columns(form: Mapping[str, Any], table: str) -> tuple[RawField, Columns]:
    field = field_at(form, table)
    if "columns" not in field:
        raise NoSuchField(f"{table} is no table any more.")
    return field, field["columns"]
