"""Django's PostgreSQL backend that declares the organisation when a transaction begins."""

from contextlib import nullcontext
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base

from accounts.tenancy.postgresql.schema import DatabaseSchemaEditor
from accounts.tenancy.scope import DECLARE, declared_organisation_id


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # unknown to the stubs
        organisation_id = declared_organisation_id()
        if not autocommit and organisation_id is not None:
            # Local to the transaction, so that a pooled connection never carries it to the next one.
            with self.cursor() as cursor:
                cursor.execute(DECLARE, [str(organisation_id)])

    def execute_prepared(self, sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
        """Run one statement with parameters bound and its plan kept by the server; returns its rows.

        For the few hot statements whose text never varies: the driver's ordinary cursor writes the values into the
        text, and the server plans it anew each time. ``DATABASE_PREPARE=false`` turns the keeping of plans off for a
        connection pooler that cannot follow it.
        """
        self.ensure_connection()
        with self.cursor() as cursor, self.wrap_database_errors:
            raw = psycopg.Cursor(self.connection)
            debug: Any = cursor
            with debug.debug_sql(sql, params) if self.queries_logged else nullcontext():
                raw.execute(sql, params, prepare=settings.DATABASE_PREPARE)
            return raw.fetchall() if raw.rownumber is not None else []
