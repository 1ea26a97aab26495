"""Prepared statements sent together: one message to the server for all of them, one wait for all answers.

This is libpq's pipeline mode, used through psycopg's wrapper of libpq. The driver's own cursor costs a decision more
time in Python than the decision itself, and a round trip for every statement.
"""

import re
import select
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg
from psycopg.adapt import AdaptersMap, Loader, PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

PLACEHOLDER: Final = re.compile(r"%[s%]")
STALE_PLAN: Final = frozenset({"0A000", "26000"})
"""The server's plan no longer fits the tables, or it knows no such statement: it is prepared anew the next time."""


class _Formats(dict[type, PyFormat]):
    """How values travel: as text, which the server reads as whatever it expects there, but for the common ones that it
    reads faster as they are and that are expected as nothing else."""

    def __missing__(self, kind: type) -> PyFormat:
        self[kind] = PyFormat.TEXT
        return PyFormat.TEXT


_formats: Final = _Formats({UUID: PyFormat.BINARY, datetime: PyFormat.BINARY})

Row = tuple[Any, ...]


class Statement(NamedTuple):
    """Text with ``%s`` for each parameter; the text must come from a small, fixed set."""

    sql: str
    params: Sequence[Any] = ()


class _Dumped(NamedTuple):
    values: Sequence[Any]
    formats: Sequence[Any]


class _Sent(NamedTuple):
    sql: str
    is_prepared_now: bool


class _JsonText(Loader):
    """JSON as its text, which is what Django's fields and ours expect of the driver."""

    format = Format.BINARY

    def load(self, data: Any) -> str:
        return bytes(data)[1:].decode()


_adapters = AdaptersMap(psycopg.adapters)
_adapters.register_loader("jsonb", _JsonText)


class _Context:
    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self.adapters = _adapters
        self.connection = connection


class Wire:
    """One connection's statements. Raises what the driver raises; an interrupted exchange closes the connection."""

    def __init__(self, connection: "psycopg.Connection[Any]", *, prepare: bool) -> None:
        self.connection = connection
        self._pg = connection.pgconn
        self._prepare = prepare
        self._names: dict[str, bytes] = {}
        self._texts: dict[str, bytes] = {}
        self._made = 0
        self._values = Transformer(_Context(connection))
        self._poll = select.poll()
        self._poll.register(self._pg.socket, select.POLLIN)
        self._sent: list[_Sent] = []

    @property
    def is_behind(self) -> bool:
        """Whether something was sent ahead: it is answered before anything else can be said on the connection."""
        return bool(self._sent)

    def send(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Run the statements in order; the rows of each. After an error the server skips the rest, and it is raised. What was
        sent ahead is answered with them."""
        values = list(map(self._dump, statements))
        try:
            before = len(self._sent)
            self._queue(statements, values)
            self._pg.pipeline_sync()
            self._flush()
            sent, self._sent = self._sent, []
            rows, failed = self._answers(sent)
        except BaseException:
            self._lose()
            raise
        if failed is not None:
            raise failed
        return rows[before:]

    def send_ahead(self, statements: Sequence[Statement]) -> None:
        """Let the server run the statements while something else is done here. Their errors come with the next ``send``, whose
        statements the server skips then."""
        values = list(map(self._dump, statements))
        try:
            self._queue(statements, values)
            self._flush()
        except BaseException:
            self._lose()
            raise

    def _lose(self) -> None:
        """A lost server, or a signal in the middle: answers that are still on their way must meet nobody else."""
        self.connection.close()

    def _dump(self, statement: Statement) -> _Dumped:
        """Values are made ready before anything is said: one that cannot be sent must leave nothing half said."""
        params = statement.params
        values = self._values.dump_sequence(params, list(map(_formats.__getitem__, map(type, params))))
        return _Dumped(values, list(self._values.formats or ()))

    def _queue(self, statements: Sequence[Statement], values: Sequence[_Dumped]) -> None:
        if not self._sent:
            self._pg.enter_pipeline_mode()
        for statement, given in zip(statements, values, strict=True):
            self._sent.append(_Sent(statement.sql, self._queue_one(statement.sql, given)))

    def _answers(self, sent: Sequence[_Sent]) -> tuple[list[list[Row]], psycopg.Error | None]:
        rows: list[list[Row]] = []
        failed: psycopg.Error | None = None
        for one in sent:
            if one.is_prepared_now:
                made = self._result()
                failed = failed or _error(made)
            result = self._result()
            failed = failed or _error(result)
            if failed is None:
                rows.append(self._rows(result))
            elif one.is_prepared_now or failed.sqlstate in STALE_PLAN:
                self._names.pop(one.sql, None)
        self._await()
        self._pg.get_result()
        self._pg.exit_pipeline_mode()
        return rows, failed

    def _queue_one(self, sql: str, given: _Dumped) -> bool:
        """Queue the statement; whether it is prepared first."""
        if not self._prepare:
            self._pg.send_query_params(self._text(sql), given.values, None, given.formats, Format.BINARY)
            return False
        is_new = sql not in self._names
        if is_new:
            self._made += 1
            self._names[sql] = b"w%d" % self._made
            self._pg.send_prepare(self._names[sql], self._text(sql))
        self._pg.send_query_prepared(self._names[sql], given.values, given.formats, Format.BINARY)
        return is_new

    def _text(self, sql: str) -> bytes:
        text = self._texts.get(sql)
        if text is None:
            numbers = count(1)
            text = PLACEHOLDER.sub(lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", sql).encode()
            self._texts[sql] = text
        return text

    def _flush(self) -> None:
        while self._pg.flush():
            self._poll.modify(self._pg.socket, select.POLLIN | select.POLLOUT)
            ready = self._poll.poll()
            self._poll.modify(self._pg.socket, select.POLLIN)
            if any(event & ~select.POLLOUT for _, event in ready):
                self._pg.consume_input()

    def _await(self) -> None:
        while self._pg.is_busy():
            self._poll.poll()
            self._pg.consume_input()

    def _result(self) -> PGresult:
        """The result of one statement, and the end mark behind it."""
        self._await()
        result = self._pg.get_result()
        if result is None:
            raise psycopg.OperationalError("The server ended the conversation.")
        self._await()
        self._pg.get_result()
        return result

    def _rows(self, result: PGresult) -> list[Row]:
        if result.status != ExecStatus.TUPLES_OK:
            return []
        self._values.set_pgresult(result)
        found: list[Row] = self._values.load_rows(0, result.ntuples, tuple)
        return found


def _error(result: PGresult) -> psycopg.Error | None:
    return error_from_result(result) if result.status == ExecStatus.FATAL_ERROR else None
