"""Several tables written by one statement.

A use case plans its rows in memory and writes them at once: one round trip, and either all of it or nothing without a
savepoint. The text of the statement depends only on which tables and columns take part, so the server keeps its plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from django.db import models
from django.db.models.expressions import DatabaseDefault

from accounts.tenancy.scope import current_organisation_id
from accounts.tenancy.statements import execute_ahead, execute_last, execute_prepared

JSON: Final = frozenset({dict, list, orjson.Fragment})
FEW: Final = 4
"""Rows of a table written as plain values. More travel as one JSON document, whose statement fits any number."""


class _Change(NamedTuple):
    """One UPDATE or DELETE; ``rows`` is how many it must meet, None for any number."""

    sql: str
    params: Sequence[Any]
    rows: int | None


class WriteBatch:
    """Rows of the open scope's organisation to insert, update and delete, written together by ``execute``.

    Inserts and updates take the values as they are; ``auto_now`` does not apply.
    """

    def __init__(self) -> None:
        self._organisation_id = current_organisation_id()
        self._inserts: dict[type[models.Model], list[dict[str, Any]]] = {}
        self._changes: list[_Change] = []

    def insert(self, model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows as values by column; a column that a row leaves out gets the model's default.

        Plain values and not instances: making a hundred attributes per decision costs more than the decision itself.
        """
        blank = _defaults(model)
        self._inserts.setdefault(model, []).extend({**blank, **row} for row in rows)

    def update(
        self, model: type[models.Model], pk: UUID, values: Mapping[str, Any], *, expect: Mapping[str, Any] | None = None
    ) -> None:
        """Set ``values`` (by column) on the row if its columns still have the values of ``expect``."""
        tests = expect or {}
        sql = _update(model, tuple(values), ("id", "organisation_id", *tests))
        self._changes.append(_Change(sql, [*values.values(), pk, self._organisation_id, *tests.values()], 1))

    def update_each(self, model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
        """Update many rows, each to its own values: all have the same columns, ``id`` among them."""
        if not rows:
            return
        table = model._meta.db_table
        sets = ", ".join(f'"{column}" = v."{column}"' for column in rows[0] if column != "id")
        sql = (
            f'UPDATE "{table}" AS t SET {sets} FROM jsonb_populate_recordset(NULL::"{table}", %s::jsonb) AS v'
            " WHERE t.id = v.id AND t.organisation_id = %s RETURNING 1"
        )
        self._changes.append(_Change(sql, [list(rows), self._organisation_id], len(rows)))

    def update_where(self, model: type[models.Model], values: Mapping[str, Any], **match: Any) -> None:
        """Set ``values`` on the rows whose columns equal ``match``; any number of rows is right."""
        sql = _update(model, tuple(values), ("organisation_id", *match))
        self._changes.append(_Change(sql, [*values.values(), self._organisation_id, *match.values()], None))

    def update_among(
        self, model: type[models.Model], values: Mapping[str, Any], column: str, among: Sequence[str], **match: Any
    ) -> None:
        """The same on those of the rows whose ``column`` is one of some texts."""
        sql = _update(model, tuple(values), ("organisation_id", *match), among=column)
        self._changes.append(
            _Change(sql, [*values.values(), self._organisation_id, *match.values(), list(among)], None)
        )

    def update_all(
        self, model: type[models.Model], values: Mapping[str, Any], column: str, keys: Sequence[UUID]
    ) -> None:
        """Set ``values`` on the rows whose ``column`` is one of ``keys``; any number of rows is right."""
        sets = ", ".join(f'"{name}" = %s' for name in values)
        where = f'{_equal(("organisation_id",))} AND "{column}" = ANY(%s)'
        sql = f'UPDATE "{model._meta.db_table}" SET {sets} WHERE {where} RETURNING 1'
        array = f"{{{','.join(map(str, keys))}}}"
        self._changes.append(_Change(sql, [*values.values(), self._organisation_id, array], None))

    def delete(self, model: type[models.Model], **match: Any) -> None:
        """Delete the rows whose columns equal ``match``; any number of rows is right."""
        sql = f'DELETE FROM "{model._meta.db_table}" WHERE {_equal(("organisation_id", *match))} RETURNING NULL'
        self._changes.append(_Change(sql, [self._organisation_id, *match.values()], None))

    def execute(self) -> None:
        """Write everything. Raises StaleRow unless each update met exactly one row; the transaction must then end."""
        if made := self._statement():
            execute_prepared(*made)

    def execute_ahead(self) -> None:
        """Write everything and go on at once; errors come with the next statement, or at the end of the transaction."""
        if made := self._statement():
            execute_ahead(*made)

    def execute_last(self) -> None:
        """Write everything at the end of the transaction, with the next statement or with COMMIT; errors come then.

        For rows that this transaction has locked and compared, whose writing nothing has to wait for.
        """
        if made := self._statement():
            execute_last(*made)

    def _statement(self) -> tuple[str, list[Any]] | None:
        params: list[Any] = []
        inserts: list[tuple[type[models.Model], tuple[str, ...], int]] = []
        for change in self._changes:
            params.extend(change.params)
        for model, rows in self._inserts.items():
            columns = _evened(model, rows)
            if len(rows) <= FEW:
                for row in rows:
                    params.extend(map(row.__getitem__, columns))
            else:
                params.append(rows)
            inserts.append((model, columns, min(len(rows), FEW + 1)))
        changes = tuple((change.sql, change.rows and min(change.rows, 2)) for change in self._changes)
        params.extend(change.rows for change in self._changes if change.rows and change.rows > 1)
        self._inserts, self._changes = {}, []
        if not (changes or inserts):
            return None
        return _text(changes, tuple(inserts)), [_json(one) if type(one) in JSON else one for one in params]


@lru_cache(2_000)
def _text(
    changes: tuple[tuple[str, int | None], ...], inserts: tuple[tuple[type[models.Model], tuple[str, ...], int], ...]
) -> str:
    parts = [f"c{number} AS ({sql})" for number, (sql, _) in enumerate(changes)]
    parts += [f"i{number} AS ({_insert(*one)})" for number, one in enumerate(inserts)]
    tests = [_met(number, rows) for number, (_, rows) in enumerate(changes) if rows]
    # The server refuses by itself: when its answer arrives the transaction may have been committed.
    check = f"CASE WHEN {' AND '.join(tests)} THEN 1 ELSE countersign_stale() END" if tests else "1"
    return f"WITH {', '.join(parts)} SELECT {check}"


def _met(number: int, rows: int) -> str:
    """Whether the change met its row, or as many as a parameter says. A row found by its key needs no counting, which the
    server prepares anew each time."""
    return f"EXISTS (SELECT FROM c{number})" if rows == 1 else f"(SELECT count(*) FROM c{number}) = %s"


@cache
def _update(model: type[models.Model], columns: tuple[str, ...], match: tuple[str, ...], *, among: str = "") -> str:
    sets = ", ".join(f'"{column}" = %s' for column in columns)
    more = f' AND "{among}" IN (SELECT jsonb_array_elements_text(%s::jsonb))' if among else ""
    return f'UPDATE "{model._meta.db_table}" SET {sets} WHERE {_equal(match)}{more} RETURNING 1'


def _insert(model: type[models.Model], columns: tuple[str, ...], rows: int) -> str:
    table, names = model._meta.db_table, ", ".join(f'"{column}"' for column in columns)
    if rows > FEW:
        source = f'SELECT {names} FROM jsonb_populate_recordset(NULL::"{table}", %s::jsonb)'
    else:
        source = "VALUES " + ", ".join([f"({', '.join(['%s'] * len(columns))})"] * rows)
    return f'INSERT INTO "{table}" ({names}) {source}'


def _equal(columns: Sequence[str]) -> str:
    return " AND ".join(f'"{column}" = %s' for column in columns)


def values_of(instance: models.Model) -> dict[str, Any]:
    """A row that exists as an instance, for ``WriteBatch.insert``; what the database fills in is left out."""
    columns = [(field.attname, field.column) for field in instance._meta.concrete_fields if not field.generated]
    values = {column: getattr(instance, attname) for attname, column in columns}
    return {column: value for column, value in values.items() if not isinstance(value, DatabaseDefault)}


def _evened(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """The columns that any of the rows names; each row gets the model's default for those that it left out."""
    if len(rows) == 1:
        return tuple(rows[0])
    names = dict.fromkeys(column for row in rows for column in row)
    if any(len(row) != len(names) for row in rows):
        fields = {field.column: field for field in model._meta.concrete_fields}
        for row in rows:
            row.update((column, _default(fields[column])) for column in names.keys() - row.keys())
    return tuple(names)


@cache
def _defaults(model: type[models.Model]) -> dict[str, Any]:
    """What the columns hold when nothing is said, without those that the server fills in by itself: columns that may be
    empty or have a default there. Columns that must be given, or whose default is different each time, are no part."""
    return {
        field.column: _default(field)
        for field in model._meta.concrete_fields
        if not (field.primary_key or field.generated or field.null or _is_filled_in(field))
        and (field.blank or _has_fixed_default(field))
    }


def _default(field: "models.Field[Any, Any]") -> Any:
    """In Python: the field's own answer would be the server's default, as an expression."""
    if field.null:
        return None
    return field.get_default() if field.has_default() or not _is_filled_in(field) else ""


def _is_filled_in(field: "models.Field[Any, Any]") -> bool:
    """Whether the server has a default of its own for the column."""
    return field.db_default is not models.NOT_PROVIDED


def _has_fixed_default(field: "models.Field[Any, Any]") -> bool:
    return field.has_default() and (not callable(field.default) or field.default in (dict, list))


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
