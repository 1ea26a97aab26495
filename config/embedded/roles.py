"""The roles and databases of the embedded server: the same as deploy/roles.sql makes on a server of your own.

The superuser exists for this bootstrap only; no process of Countersign connects as it afterwards. The queue of the embedded
broker has a database and a role of its own: its client creates tables, which the application role must not be able to do.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any, Final, Literal, LiteralString

import psycopg
from psycopg import sql

Role = Literal["postgres", "countersign_owner", "countersign_app", "countersign_broker"]
SUPERUSER: Final[Role] = "postgres"
OWNER: Final[Role] = "countersign_owner"
APP: Final[Role] = "countersign_app"
BROKER: Final[Role] = "countersign_broker"
ROLES: tuple[Role, ...] = (SUPERUSER, OWNER, APP, BROKER)

DATABASE = "countersign"
BROKER_DATABASE = "countersign_broker"
GRANTS = Path(__file__).resolve().parents[2] / "deploy" / "grants.sql"

ATTRIBUTES: dict[Role, LiteralString] = {
    OWNER: "LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOBYPASSRLS",
    APP: "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
    BROKER: "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
}


def passwords(file: Path) -> dict[Role, str]:
    """The generated passwords of all roles, kept in `file` (mode 0600) beside the cluster they belong to."""
    try:
        known: dict[Role, str] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = {role: secrets.token_urlsafe(32) for role in ROLES}
        part = file.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(known, stream)
            stream.flush()
            os.fsync(stream.fileno())
        part.rename(file)
    return known


def bootstrap(socket_directory: Path, known: dict[Role, str]) -> None:
    """Make roles and databases that are missing. May run any number of times, also after a kill in the middle."""
    with _connect(socket_directory, known, "postgres") as connection:
        for role, attributes in ATTRIBUTES.items():
            _make_role(connection, role, attributes, known[role])
    # Databases made by the owner later (tests) are copies of template1 and need the same rights.
    _grant(socket_directory, known, "template1")
    with _connect(socket_directory, known, "postgres") as connection:
        made = _make_database(connection, DATABASE, OWNER)
        _make_database(connection, BROKER_DATABASE, BROKER)
        _admit(connection, DATABASE, (OWNER, APP))
        _admit(connection, BROKER_DATABASE, (BROKER,))
    if not made:
        _grant(socket_directory, known, DATABASE)


def _connect(directory: Path, known: dict[Role, str], database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=str(directory), user=SUPERUSER, password=known[SUPERUSER], dbname=database, autocommit=True
    )


def _make_role(connection: psycopg.Connection[Any], role: Role, attributes: LiteralString, password: str) -> None:
    name = sql.Identifier(role)
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    statement = sql.SQL("ALTER ROLE {} WITH {} PASSWORD {}")
    connection.execute(statement.format(name, sql.SQL(attributes), sql.Literal(password)))


def _make_database(connection: psycopg.Connection[Any], database: str, owner: Role) -> bool:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None:
        return False
    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(owner)))
    return True


def _admit(connection: psycopg.Connection[Any], database: str, roles: tuple[Role, ...]) -> None:
    name = sql.Identifier(database)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    for role in roles:
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(role)))


def _grant(directory: Path, known: dict[Role, str], database: str) -> None:
    with _connect(directory, known, database) as connection:
        connection.execute(GRANTS.read_bytes())
