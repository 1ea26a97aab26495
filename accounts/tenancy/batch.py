"""Several tables written by one statement.

A use case plans its rows in memory and writes them at once: one round trip, and either all of it or nothing without a
savepoint. The text of the statement depends only on which tables and columns take part, so the server keeps its plan.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

from accounts.tenancy.errors import Conflict
from accounts.tenancy.scope import current_organisation_id


class StaleRow(Conflict):
    """A row to update was not in the expected state; nothing of the batch may stay."""

    code = "stale"


class WriteBatch:
    """Rows to insert, update and delete, written together by ``execute``.

    Inserts and updates take the values as they are: defaults come from the instance, ``auto_now`` does not apply.
    """

    def __init__(self) -> None:
        self._inserts: dict[type[models.Model], list[dict[str, Any]]] = {}
        # The statement, its parameters, and how many rows it must meet (None: any number).
        self._changes: list[tuple[str, list[Any], int | None]] = []

    def insert(self, model: type[models.Model], instances: Iterable[models.Model]) -> None:
        rows = self._inserts.setdefault(model, [])
        fields = _columns(model)
        for instance in instances:
            values = {column: getattr(instance, attname) for attname, column in fields}
            rows.append({c: v for c, v in values.items() if not isinstance(v, DatabaseDefault)})

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
        params = [json.dumps(rows, default=str), current_organisation_id()]
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
                params.append(json.dumps(rows, default=str))
        if not parts:
            return
        answer = connection.execute_prepared(f"WITH {', '.join(parts)} SELECT {', '.join(counts) or '1'}", params)  # type: ignore[attr-defined]  # ours
        expected_counts = [expected for _, _, expected in self._changes if expected is not None]
        if expected_counts and list(answer[0]) != expected_counts:
            raise StaleRow
        self._inserts, self._changes = {}, []


def _columns(model: type[models.Model]) -> list[tuple[str, str]]:
    return [(field.attname, field.column) for field in model._meta.concrete_fields]


def _parameter(value: Any) -> Any:
    """JSON columns travel as text; the server knows the column's type."""
    return json.dumps(value, default=str) if isinstance(value, dict | list) else value
