"""What has to be done before web and worker start: the queue's tables, migrations as the owner, the demo's data once."""

from __future__ import annotations

import os

import django
import psycopg
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from pgmq.install import get_embedded_install_sql, install_pgmq_sql

from accounts.tenancy.postgresql.rights import excess_rights


def prepare() -> None:
    """Each part finds out by itself whether there is anything to do. Sentences on stdout are for the person who waits."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    django.setup()
    if settings.CELERY_BROKER_URL.startswith("pgmq:"):
        install_queue(settings.CELERY_BROKER_TRANSPORT_OPTIONS["conn_string"])
    if migrations_waiting():
        print("Migrating the database", flush=True)
        call_command("migrate", database="owner", interactive=False, verbosity=0)
    connections.close_all()
    if settings.DEMO and "demo" in get_commands():
        call_command("demo", "--once")


def install_queue(conninfo: str) -> bool:
    """Install pgmq's tables and functions unless they are there; whether anything was done."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("SELECT to_regclass('pgmq.meta') IS NOT NULL").fetchone()
        if row is not None and row[0]:
            return False
        install_pgmq_sql(get_embedded_install_sql(), conn=connection)
    return True


def migrations_waiting() -> bool:
    """Whether a migration of this code is not applied; cheaper than running `migrate`, which is silent about it.

    A restored dump has them all, but brings back rights on append-only rows, which `migrate` takes away in the end.
    """
    executor = MigrationExecutor(connections["owner"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes())) or bool(excess_rights("owner"))
