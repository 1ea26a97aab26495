"""Several tables written by one statement.

A use case plans its rows in memory and writes them at once: one round trip, and either all of it or nothing without a
savepoint. The text of the statement depends only on which tables and columns take part, so the server keeps its plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.db import models
from django.db.models.expressions import DatabaseDefault

from accounts.tenancy.errors import Conflict
from accounts.tenancy.scope import current_organisation_id
from accounts.tenancy.statements import execute_prepared


class StaleRow(Conflict):
    """A row to update was not in the expected state; nothing of the batch may stay."""

    code = "stale"


class WriteBatch:
    """Rows to insert, update and delete, written together by ``execute``.

    Inserts and updates take the values as they are; ``auto_now`` does not apply.
    """

    def __init__(self) -> None:
        self._inserts: dict[type[models.Model], list[dict[str, Any]]] = {}
        # The statement, its parameters, and how many rows it must meet (None: any number).
        self._changes: list[tuple[str, list[Any], int | None]] = []

    def insert(self, model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows as values by column; a column that a row leaves out gets the model's default.

        Plain values and not instances: making a hundred attributes per decision costs more than the decision itself.
        """
        blank = _defaults(model)
        made = self._inserts.setdefault(model, [])
        for row in rows:
            made.append({**blank, **row})
            if made[-1].keys() != made[0].keys():
                raise ValueError(f"Rows of {model.__name__} in one batch name the same columns.")

    def update(
        self, model: type[models.Model], pk: UUID, values: Mapping[str, Any], *, expect: Mapping[str, Any] | None = None
    ) -> None:
        """Set ``values`` (by column) on the row if its columns still have the values of ``expect``."""
        sets = ", ".join(f'"{column}" = %s' for column in values)
        tests = "".join(f' AND "{column}" = %s' for column in expect or {})
        self._changes.append(
            (
                f'UPDATE "{model._meta.db_table}" SET {sets} WHERE id = %s AND organisation_id = %s{tests} RETURNING 1',
                [*map(_parameter, values.values()), pk, current_organisation_id(), *(expect or {}).values()],
                1,
            )
        )

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
        params = [_json(rows), current_organisation_id()]
        self._changes.append((sql, params, len(rows)))

    def update_where(self, model: type[models.Model], values: Mapping[str, Any], **match: Any) -> None:
        """Set ``values`` on the rows whose columns equal ``match``; any number of rows is right."""
        sets = ", ".join(f'"{column}" = %s' for column in values)
        tests = "".join(f' AND "{column}" = %s' for column in match)
        self._changes.append(
            (
                f'UPDATE "{model._meta.db_table}" SET {sets} WHERE organisation_id = %s{tests} RETURNING NULL',
                [*map(_parameter, values.values()), current_organisation_id(), *match.values()],
                None,
            )
        )

    def delete(self, model: type[models.Model], **match: Any) -> None:
        """Delete the rows whose columns equal ``match``; any number of rows is right."""
        tests = "".join(f' AND "{column}" = %s' for column in match)
        self._changes.append(
            (
                f'DELETE FROM "{model._meta.db_table}" WHERE organisation_id = %s{tests} RETURNING NULL',
                [current_organisation_id(), *match.values()],
                None,
            )
        )

    def execute(self) -> None:
        """Write everything. Raises StaleRow unless each update met exactly one row; the transaction must then end."""
        parts: list[str] = []
        counts: list[str] = []
        params: list[Any] = []
        for number, (sql, values, expected) in enumerate(self._changes):
            parts.append(f"c{number} AS ({sql})")
            if expected is not None:
                counts.append(f"(SELECT count(*) FROM c{number})")
            params.extend(values)
        for number, (model, rows) in enumerate(self._inserts.items()):
            if rows:
                table, columns = model._meta.db_table, ", ".join(f'"{column}"' for column in rows[0])
                parts.append(
                    f'i{number} AS (INSERT INTO "{table}" ({columns}) SELECT {columns} '
                    f'FROM jsonb_populate_recordset(NULL::"{table}", %s::jsonb))'
                )
                params.append(_json(rows))
        if not parts:
            return
        answer = execute_prepared(f"WITH {', '.join(parts)} SELECT {', '.join(counts) or '1'}", params)
        expected_counts = [expected for _, _, expected in self._changes if expected is not None]
        if expected_counts and list(answer[0]) != expected_counts:
            raise StaleRow
        self._inserts, self._changes = {}, []


def values_of(instance: models.Model) -> dict[str, Any]:
    """A row that exists as an instance, for ``WriteBatch.insert``; what the database fills in is left out."""
    columns = [(field.attname, field.column) for field in instance._meta.concrete_fields if not field.generated]
    values = {column: getattr(instance, attname) for attname, column in columns}
    return {column: value for column, value in values.items() if not isinstance(value, DatabaseDefault)}


@cache
def _defaults(model: type[models.Model]) -> dict[str, Any]:
    """What the columns hold when nothing is said. What the database fills in is left out, and so is what must be given:
    the columns without a default, and those whose default is different each time."""
    own = [field for field in model._meta.concrete_fields if not field.generated]
    fixed = [field for field in own if field.db_default is models.NOT_PROVIDED]
    return {
        field.column: field.get_default()
        for field in fixed
        if not field.primary_key and (field.null or field.blank or _has_fixed_default(field))
    }


def _has_fixed_default(field: "models.Field[Any, Any]") -> bool:
    return field.has_default() and (not callable(field.default) or field.default in (dict, list))


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def _parameter(value: Any) -> Any:
    """JSON columns travel as text; the server knows the column's type."""
    return _json(value) if isinstance(value, dict | list) else value
