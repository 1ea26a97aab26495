"""What others reach on this machine, now: the yardsticks that every figure of ours is divided by."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.server import ROOT, fresh_database, pgbench
from config.embedded.postgres import EmbeddedPostgres

PEERS = Path(__file__).resolve().parent / "peers"
USUAL = 3_000
"""Transitions of pgbench in a second."""
TABLES = """
CREATE TABLE anchor_run (id bigint PRIMARY KEY, version int NOT NULL);
CREATE TABLE anchor_task (id bigserial PRIMARY KEY, run_id bigint NOT NULL REFERENCES anchor_run, state text, version int);
CREATE TABLE anchor_log (id bigserial PRIMARY KEY, run_id bigint NOT NULL REFERENCES anchor_run, kind text, at timestamptz);
CREATE TABLE anchor_outbox (id bigserial PRIMARY KEY, run_id bigint NOT NULL, payload jsonb);
INSERT INTO anchor_run SELECT n, 1 FROM generate_series(1, {tasks}) n;
INSERT INTO anchor_task (run_id, state, version) SELECT n, 'open', 1 FROM generate_series(1, {tasks}) n;
"""


class OneStatement:
    """pgbench's smallest possible transition as one statement, by one client."""

    def __init__(self, server: EmbeddedPostgres, *, tasks: int = 100_000) -> None:
        self._url, self._tasks = fresh_database(server, "anchor"), tasks
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(TABLES.format(tasks=tasks).encode())
            connection.execute("VACUUM ANALYZE")

    def per_second(self, seconds: float) -> float:
        """Transitions per second, of as many as usually take so long."""
        number = round(USUAL * seconds)
        return pgbench(self._url, PEERS / "transition.sql", transactions=number, tasks=self._tasks)


class Viewflow:
    """Viewflow's engine with a row lock, in a process of its own; ``statements`` are those of one completion."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.statements = int(self._answer())

    def per_second(self, what: str, seconds: float) -> float:
        """``complete`` or ``applications``: completions, or moves of whole applications."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what} {seconds}\n")
        self._process.stdin.flush()
        return float(self._answer())

    def _answer(self) -> str:
        assert self._process.stdout is not None
        if not (line := self._process.stdout.readline()):
            raise RuntimeError("Viewflow has ended; it says why above.")
        return line


@contextmanager
def viewflow(server: EmbeddedPostgres) -> Iterator[Viewflow]:
    """Viewflow on an empty database, until the block ends."""
    command = [sys.executable, "-m", "benchmarks.peers.viewflow_leave"]
    environment = os.environ | {"VIEWFLOW_DATABASE_URL": fresh_database(server, "viewflow")}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment, cwd=ROOT) as process:
        yield Viewflow(process)
