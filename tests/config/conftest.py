"""The loaded demo, and data directories for servers of the launcher's own tests."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from config.demo.load import load
from config.embedded import roles
from config.embedded.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]
SATURDAY = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
"""When the demo is loaded: the last full working day is Friday, and 5 November is eleven working days ago."""


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, loaded once for all tests of a file; one that changes something undoes it."""
    with django_db_blocker.unblock(), override_settings(DEMO=True), transaction.atomic():
        load(SATURDAY)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A directory that the server's unprivileged user can reach (pytest's own are closed to it), removed afterwards."""
    directory = ROOT / ".local" / f"launcher-{uuid.uuid4().hex[:8]}"
    directory.mkdir(parents=True)
    yield directory
    note = directory / "postgres.location"
    if note.exists():
        shutil.rmtree(note.read_text().strip(), ignore_errors=True)
    shutil.rmtree(directory)


@pytest.fixture
def queue_conninfo(data_dir: Path) -> Iterator[str]:
    """A fresh embedded server's queue database, as the broker's role."""
    with EmbeddedPostgres(data_dir, fsync=False) as server:
        yield server.url(roles.BROKER, roles.BROKER_DATABASE)
