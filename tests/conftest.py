"""Fixtures that every test may use; the database comes from ``tests.postgres``, the people from ``tests.cast``."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections
from hypothesis import HealthCheck, settings
from psycopg import sql
from pytest_django import DjangoDbBlocker

from config.heap import settle
from tests.cast import Acme, Globex, make_acme, make_globex
from tests.concurrency.racing import racers_leave
from tests.postgres import database_of_this_process
from tests.product import forget_prepared

# How long anything takes is no matter of tests: on a busy machine an example may come late. The same examples each time, so that
# a change fails by what it changed; with TEST_SEARCH in the environment new ones.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="TEST_SEARCH" not in os.environ
)
settings.load_profile("untimed")

KEPT = ("django_migrations", "django_content_type", "auth_permission")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replaces pytest-django's own set-up, which would make the database as the role under test."""
    with django_db_blocker.unblock(), database_of_this_process():
        django_db_blocker.block()
        yield
        django_db_blocker.unblock()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database without a surrounding transaction, for tests with threads, processes or commit hooks.

    Afterwards every table is emptied through the owner's connection: the application's role may not truncate.
    """
    with django_db_blocker.unblock():
        yield
        racers_leave()
        connections.close_all()
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
            rows = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            tables = [sql.Identifier(name) for (name,) in rows if name not in KEPT]
            owner.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(tables)))


@pytest.fixture
def acme(db: None) -> Acme:
    """Acme and its people, in a test that is undone at its end."""
    return make_acme()


@pytest.fixture
def globex(db: None) -> Globex:
    return make_globex()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first: as the last one of a process, one would have the others wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Ten thousand tests are kept to the end: they need not be looked through for what could be freed again and again, at the
    expense of the test that happens to run then."""
    settle()


def pytest_sessionfinish() -> None:
    forget_prepared()
