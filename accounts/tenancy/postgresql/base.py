"""Django's PostgreSQL backend that declares the organisation when a transaction begins."""

import select
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final
from uuid import UUID

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base

from accounts.tenancy.postgresql.schema import DatabaseSchemaEditor
from accounts.tenancy.scope import DECLARE, declared_organisation_id

ASK_AGAIN: Final = 2.0
"""Seconds for which a connection that answered counts as usable while nothing has come from the server unasked."""


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
    _answered_at = 0.0

    def is_usable(self) -> bool:
        """Asked before each request. A server that ended has closed the connection, which its socket tells without a
        round trip; a network that fell silent shows only when asked."""
        raw = self.connection
        if raw is not None and not raw.closed and time.monotonic() - self._answered_at < ASK_AGAIN:
            watch = select.poll()
            watch.register(raw.fileno(), select.POLLIN | select.POLLHUP)
            if not watch.poll(0):
                return True
        usable = bool(super().is_usable())
        if usable:
            self._answered_at = time.monotonic()
        return usable

    def _set_autocommit(self, autocommit: bool) -> None:
        organisation_id = declared_organisation_id()
        if autocommit or organisation_id is None:
            super()._set_autocommit(autocommit)  # type: ignore[misc]  # unknown to the stubs
            return
        # Local to the transaction, so that a pooled connection never carries it to the next one. Two statements in one
        # message: the driver, asked to begin, would spend a round trip on BEGIN alone. It commits and rolls back as ever.
        sql = "BEGIN; " + DECLARE.replace("%s", f"'{UUID(str(organisation_id))}'")
        with self.wrap_database_errors, self._debugged(sql):
            psycopg.ClientCursor(self.connection).execute(sql.encode())

    def _debugged(self, sql: str, params: Sequence[Any] | None = None) -> AbstractContextManager[Any]:
        if not self.queries_logged:
            return nullcontext()
        debug: Any = self.make_debug_cursor(self.connection.cursor())
        logged: AbstractContextManager[Any] = debug.debug_sql(sql, params)
        return logged

    def execute_prepared(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run one statement with parameters bound and its plan kept by the server; returns its rows.

        For the few hot statements whose text never varies: the driver's ordinary cursor writes the values into the
        text, and the server plans it anew each time. ``DATABASE_PREPARE=false`` turns the keeping of plans off for a
        connection pooler that cannot follow it.
        """
        self.ensure_connection()
        with self.wrap_database_errors, self._debugged(sql, params):
            raw = psycopg.Cursor(self.connection)
            raw.execute(sql, params, prepare=settings.DATABASE_PREPARE)
            return raw.fetchall() if raw.rownumber is not None else []
