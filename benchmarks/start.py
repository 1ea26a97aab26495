"""F13: from ``python -m config.embedded run`` to an installation that answers: with nothing there, again, and after kill -9.

What ``make run`` does before that (packages, front end) is not in it. The kill takes the supervisor and everything that it has
started in one moment, with so many megabytes of write-ahead log to replay.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import report, server
from config.embedded import processes
from config.embedded.options import MARK
from config.embedded.supervisor import readiness

HOME = server.ROOT / ".local" / "bench-start"
PATIENCE = 900.0
# No checkpoint may take away what is to be replayed.
SETTINGS = "max_wal_size=8GB,checkpoint_timeout=1h"


class Installation:
    """One that is started again and again over the same directory."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port: int = taken.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Seconds until everything answers."""
        own = {"COUNTERSIGN_DATA_DIR": str(self.home), "COUNTERSIGN_PORT": str(self.port)}
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.embedded", "run"],
            env=os.environ | own | {"COUNTERSIGN_PG_SETTINGS": SETTINGS},
            cwd=server.ROOT,
            stdout=subprocess.DEVNULL,
        )
        while readiness(f"http://127.0.0.1:{self.port}/readyz") is not None:
            if self.process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise RuntimeError(f"It did not come up; see {self.home / 'logs'}")
            time.sleep(0.05)
        return time.perf_counter() - began

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def kill(self) -> None:
        """Everything at once."""
        data = self.home / "postgres" / "data"
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for pid in {*processes.marked(MARK, str(self.home)), *processes.working_in(data)}:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # its parent's death has reached it first

    def write_ahead(self, megabytes: int) -> None:
        """So many megabytes of log, of a table that is gone again with its rows' pages unwritten."""
        home = self.home / "postgres"
        password = json.loads((home / "passwords.json").read_text())["postgres"]
        with psycopg.connect(
            host=str(home / "run"), user="postgres", password=password, dbname="countersign", autocommit=True
        ) as connection:
            connection.execute("CHECKPOINT")
            connection.execute("CREATE TABLE ballast (row bigint, text text)")
            for _ in range(megabytes):
                connection.execute(
                    "INSERT INTO ballast SELECT n, repeat('x', 1000) FROM generate_series(1, 950) AS numbers (n)"
                )


@contextmanager
def installed(home: Path) -> Iterator[Installation]:
    """One over an empty directory, gone without a trace afterwards."""
    shutil.rmtree(home, ignore_errors=True)
    one = Installation(home)
    try:
        yield one
    finally:
        one.stop()
        shutil.rmtree(home, ignore_errors=True)


def run(megabytes: int) -> dict[str, Any]:
    with installed(HOME) as one:
        first = one.start()
        one.stop()
        again = one.start()
        one.write_ahead(megabytes)
        one.kill()
        return {"first": first, "again": again, "killed": one.start(), "megabytes": megabytes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100, help="of write-ahead log when it is killed")
    parser.add_argument("--full", action="store_true", help="1 GB of it")
    arguments = parser.parse_args()
    found = run(1_000 if arguments.full else arguments.megabytes)
    rows = [
        ["the first time, with migrations and demo", found["first"]],
        ["again", found["again"]],
        [f"after kill -9 with {found['megabytes']} MB to replay", found["killed"]],
    ]
    report.table("Seconds until it answers", ["start", "measured"], rows)
    print(report.keep("start", found))


if __name__ == "__main__":
    main()
