"""Several tables written by one statement.

A use case plans its rows in memory and writes them at once: one round trip, and either all of it or nothing without a
savepoint. The text of the statement depends only on which tables and columns take part, so the server keeps its plan.
"""

import json
from collections.abc import Iterable, Mapping
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
        self._changes: list[tuple[str, list[Any]]] = []

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
            )
        )

    def delete(self, model: type[models.Model], **match: Any) -> None:
        """Delete the rows whose columns equal ``match``; any number of rows is right."""
        tests = "".join(f' AND "{column}" = %s' for column in match)
        self._changes.append(
            (
                f'DELETE FROM "{model._meta.db_table}" WHERE organisation_id = %s{tests} RETURNING NULL',
                [current_organisation_id(), *match.values()],
            )
        )

    def execute(self) -> None:
        """Write everything. Raises StaleRow unless each update met exactly one row; the transaction must then end."""
        parts: list[str] = []
        counts: list[str] = []
        params: list[Any] = []
        for number, (sql, values) in enumerate(self._changes):
            parts.append(f"c{number} AS ({sql})")
            counts.append(f"(SELECT count(*) FROM c{number})" if sql.startswith("UPDATE") else "1")
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
        if any(count != 1 for count in answer[0]):
            raise StaleRow
        self._inserts, self._changes = {}, []


def _columns(model: type[models.Model]) -> list[tuple[str, str]]:
    return [(field.attname, field.column) for field in model._meta.concrete_fields]


def _parameter(value: Any) -> Any:
    """JSON columns travel as text; the server knows the column's type."""
    return json.dumps(value, default=str) if isinstance(value, dict | list) else value
