"""Django's PostgreSQL backend that declares the organisation when a transaction begins."""

import select
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError
from django.db.backends.postgresql import base

from accounts.tenancy.errors import Conflict
from accounts.tenancy.postgresql.schema import DatabaseSchemaEditor
from accounts.tenancy.postgresql.wire import Row, Statement, Wire
from accounts.tenancy.scope import DECLARE, declared_organisation_id

ASK_AGAIN: Final = 2.0
"""Seconds for which a connection that answered counts as usable while nothing has come from the server unasked."""
STALE: Final = "CS409"
"""The error that ``countersign_stale()`` raises in the server."""
BEGIN: Final = Statement("BEGIN")
COMMIT: Final = Statement("COMMIT")


class StaleRow(Conflict, DatabaseError):
    """A row to update was not in the expected state; nothing of the transaction may stay.

    Also a DatabaseError, so that Django rolls back when it comes with COMMIT.
    """

    code = "stale"


class DatabaseWrapper(base.DatabaseWrapper):
    """Begins lazily: BEGIN and the declaration of the organisation travel with the first statement of the transaction,
    and what is written at its end (``execute_last``) travels with COMMIT."""

    SchemaEditorClass = DatabaseSchemaEditor
    _answered_at = 0.0
    _wire: Wire | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: list[Statement] = []

    def connect(self) -> None:
        self._waiting = []
        super().connect()

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
            self.send_waiting()
            if self.connection.autocommit is not autocommit:
                super()._set_autocommit(autocommit)  # type: ignore[misc]  # unknown to the stubs
            return
        # Local to the transaction, so that a pooled connection never carries it to the next one.
        self._waiting = [BEGIN, Statement(DECLARE, [str(organisation_id)])]

    def _cursor(self, name: str | None = None) -> Any:
        made = super()._cursor(name)  # type: ignore[misc]  # unknown to the stubs
        self.send_waiting()
        return made

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting and waiting[-1].sql == DECLARE:
            return  # Nothing was said after BEGIN, so BEGIN was never said.
        if self.connection is not None and self.connection.autocommit:
            self._send([*waiting, COMMIT])
        else:
            super()._commit()  # type: ignore[misc]  # unknown to the stubs

    def _rollback(self) -> None:
        self._waiting = []
        with suppress(DatabaseError):
            self.send_waiting()  # what was sent ahead is answered first, if only by a refusal
        super()._rollback()  # type: ignore[misc]  # unknown to the stubs

    def _close(self) -> None:
        self._waiting, self._wire = [], None
        super()._close()  # type: ignore[misc]  # unknown to the stubs

    def send_waiting(self) -> None:
        """Send what waits for company now, and wait for what was sent ahead."""
        if self._waiting or (self._wire is not None and self._wire.is_behind):
            waiting, self._waiting = self._waiting, []
            self._send(waiting)

    def execute_prepared(self, sql: str, params: Sequence[Any]) -> list[Row]:
        """Run one statement with parameters bound and its plan kept by the server; returns its rows.

        For the few hot statements whose text never varies: the driver's ordinary cursor writes the values into the
        text, and the server plans it anew each time. ``DATABASE_PREPARE=false`` turns the keeping of plans off for a
        connection pooler that cannot follow it.
        """
        self.ensure_connection()
        waiting, self._waiting = self._waiting, []
        return self._send([*waiting, Statement(sql, params)])[-1]

    def execute_last(self, sql: str, params: Sequence[Any]) -> None:
        """The same for a statement whose rows nobody wants, sent with the next one or with COMMIT. Its errors come then."""
        if not self.in_atomic_block:
            self.execute_prepared(sql, params)
            return
        self._waiting.append(Statement(sql, params))

    def execute_ahead(self, sql: str, params: Sequence[Any]) -> None:
        """The same, sent at once and not waited for: the server works on it while the next one is being made ready."""
        if not self.in_atomic_block:
            self.execute_prepared(sql, params)
            return
        self.ensure_connection()
        waiting, self._waiting = self._waiting, []
        self._send([*waiting, Statement(sql, params)], ahead=True)

    def _send(self, statements: Sequence[Statement], *, ahead: bool = False) -> list[list[Row]]:
        if self._wire is None or self._wire.connection is not self.connection:
            self._wire = Wire(self.connection, prepare=settings.DATABASE_PREPARE)
        began = time.monotonic()
        try:
            with self.wrap_database_errors:
                if ahead:
                    self._wire.send_ahead(statements)
                    return []
                return self._wire.send(statements)
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", None) == STALE:
                raise StaleRow from error
            raise
        finally:
            if self.queries_logged:
                self._note(statements, time.monotonic() - began)

    def _note(self, statements: Sequence[Statement], seconds: float) -> None:
        """For who counts: one entry a statement, but for BEGIN and what it declares, which say one thing."""
        texts = [one.sql for one in statements]
        if texts[:2] == [BEGIN.sql, DECLARE]:
            texts[:2] = [f"{BEGIN.sql}; {DECLARE}"]
        self.queries_log.extend({"sql": text, "time": f"{seconds:.3f}"} for text in texts)
