"""What others reach on this machine, now: the yardsticks that every figure of ours is divided by."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from benchmarks.server import ROOT, fresh_database, pgbench
from config.embedded.postgres import EmbeddedPostgres

PEERS = Path(__file__).resolve().parent / "peers"
TABLES = """
CREATE TABLE anchor_run (id bigint PRIMARY KEY, version int NOT NULL);
CREATE TABLE anchor_task (id bigserial PRIMARY KEY, run_id bigint NOT NULL REFERENCES anchor_run, state text, version int);
CREATE TABLE anchor_log (id bigserial PRIMARY KEY, run_id bigint NOT NULL REFERENCES anchor_run, kind text, at timestamptz);
CREATE TABLE anchor_outbox (id bigserial PRIMARY KEY, run_id bigint NOT NULL, payload jsonb);
INSERT INTO anchor_run SELECT n, 1 FROM generate_series(1, {tasks}) n;
INSERT INTO anchor_task (run_id, state, version) SELECT n, 'open', 1 FROM generate_series(1, {tasks}) n;
"""


def one_statement(server: EmbeddedPostgres, *, clients: int, seconds: float, tasks: int = 100_000) -> float:
    """pgbench's smallest possible transition as one statement, per second."""
    url = fresh_database(server, "anchor")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES.format(tasks=tasks).encode())
        connection.execute("VACUUM ANALYZE")
    return pgbench(url, PEERS / "transition.sql", clients=clients, seconds=seconds, tasks=tasks)


def viewflow(server: EmbeddedPostgres, *, seconds: float) -> dict[str, float]:
    """Viewflow's engine with a row lock: transitions per second, and statements of one completion."""
    url = fresh_database(server, "viewflow")
    command = [sys.executable, "-m", "benchmarks.peers.viewflow_leave", "--seconds", str(seconds)]
    environment = os.environ | {"VIEWFLOW_DATABASE_URL": url}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer
