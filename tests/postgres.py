"""A pytest plugin: the database of a test run.

Without ``DATABASE_OWNER_URL`` in the environment each test process has an embedded server of its own, without fsync. The migrated
schema is kept as a template named after the migrations, so that only the first run after a change migrates. Tests connect as the
application's role: with a superuser, row-level security would be silently off.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from config.embedded import roles
from config.embedded.postgres import EmbeddedPostgres, start_in_free_slot

ROOT = Path(__file__).resolve().parent.parent
servers: list[EmbeddedPostgres] = []
database = f"test_{os.getpid()}"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    distributes = getattr(early_config.known_args_namespace, "numprocesses", None)
    if distributes and "PYTEST_XDIST_WORKER" not in os.environ:
        return  # the controller of xdist runs no test
    if "DATABASE_OWNER_URL" not in os.environ:
        server = start_in_free_slot(ROOT / ".local" / "test-pg", fsync=False)
        servers.append(server)
        os.environ["DATABASE_OWNER_URL"] = server.url(roles.OWNER)
        os.environ["DATABASE_URL"] = server.url(roles.APP)
    for name in ("DATABASE_OWNER_URL", "DATABASE_URL"):
        os.environ[name] = urlsplit(os.environ[name])._replace(path=f"/{database}").geturl()


def pytest_unconfigure() -> None:
    for server in servers:
        server.stop()


def fingerprint() -> str:
    """Changes with every migration and with the schema editor that builds the walls."""
    digest = hashlib.sha256()
    files = [
        *ROOT.glob("*/migrations/*.py"),
        *ROOT.glob("accounts/tenancy/postgresql/*.py"),
        ROOT / "deploy/grants.sql",
    ]
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def administer(statement: sql.Composed | sql.SQL) -> None:
    """Run one statement about databases as the owner, outside of any test database."""
    url = urlsplit(os.environ["DATABASE_OWNER_URL"])._replace(path="/template1").geturl()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _drop() -> None:
    """A vacuum of the server's own may be looking at the database; no owner may end that, and it is soon done."""
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database))
    for _ in range(60):
        try:
            return administer(drop)
        except psycopg.errors.InsufficientPrivilege:
            time.sleep(0.5)
    return administer(drop)


@contextmanager
def database_of_this_process() -> Iterator[None]:
    """Make this process's database from the migrated template, and drop it in the end."""
    from django.core.management import call_command  # once the settings are there
    from django.db import connections

    template = f"template_{fingerprint()}"
    url = urlsplit(os.environ["DATABASE_OWNER_URL"])._replace(path="/template1").geturl()
    with psycopg.connect(url, autocommit=True) as connection:
        made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
    if not made:
        unfinished = f"{template}_{os.getpid()}"
        administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
        connections["owner"].settings_dict["NAME"] = unfinished
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        connections["owner"].close()
        administer(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (unfinished, template))))
        connections["owner"].settings_dict["NAME"] = database
    administer(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (database, template))))
    yield
    connections.close_all()
    _drop()
