"""The door to statements whose plan the server keeps; see ``postgresql.base``."""

from collections.abc import Sequence
from typing import Any, cast

from django.db import connection

from accounts.tenancy.postgresql.base import DatabaseWrapper


def execute_prepared(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one statement on the default connection, parameters bound and plan kept; returns its rows."""
    return cast(DatabaseWrapper, connection).execute_prepared(sql, params)


def execute_ahead(sql: str, params: Sequence[Any]) -> None:
    """The same for a statement whose rows nobody wants, without waiting for it; its errors come with the next one."""
    cast(DatabaseWrapper, connection).execute_ahead(sql, params)


def execute_last(sql: str, params: Sequence[Any]) -> None:
    """The same for a statement whose rows nobody wants: it travels with the next one or with COMMIT."""
    cast(DatabaseWrapper, connection).execute_last(sql, params)


def send_waiting() -> None:
    """Send what waits for company now, for who wants to know how it went."""
    cast(DatabaseWrapper, connection).send_waiting()
