"""Data directories for servers of the launcher's own tests."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded import roles
from config.embedded.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]


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
