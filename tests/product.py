"""The whole product with its real processes, as `make run` starts it: on a free port, with a data directory of its own."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.embedded import places, processes
from config.embedded.options import MARK
from config.embedded.supervisor import free_port, readiness

ROOT = Path(__file__).resolve().parents[1]
LOCAL = ROOT / ".local"
PASSWORD = "countersign-demo"
PATIENCE = 90.0
"""Seconds for a recovery or anything else that is waited for."""
START = 300.0
"""Seconds for a start, which whatever else is checked meanwhile may hold up; it fails at once where the product gives up."""


@dataclass
class Run:
    """One started installation and what it has printed so far."""

    process: subprocess.Popen[bytes]
    data_dir: Path
    port: int
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def mail_port(self) -> int:
        return int(re.findall(r"on port (\d+)", (self.data_dir / "logs" / "mail.log").read_text())[-1])

    @property
    def postmaster(self) -> int:
        return int((self.data_dir / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def pids(self, words: str) -> list[int]:
        """Processes of the run whose command line contains `words`."""
        found = []
        for pid in processes.marked(MARK, str(self.data_dir)):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it has just ended
            if words in command:
                found.append(pid)
        return found

    def left(self) -> list[int]:
        """Every process of the run but the supervisor."""
        return processes.marked(MARK, str(self.data_dir)) + processes.working_in(self.data_dir / "postgres" / "data")

    def is_ready(self) -> bool:
        """Whether everything answers; fails when the supervisor has given up."""
        assert self.process.poll() is None, self.said
        return "Countersign is ready" in self.said and readiness(f"http://127.0.0.1:{self.port}/readyz") is None

    def wait_until_ready(self) -> None:
        wait_for(self.is_ready, lambda: f"a ready installation\n{self.said}", START)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(60)

    def start_again(self) -> None:
        """A next `run` over the same data, after this one has ended in whatever way."""
        self.output.write_text("")
        self.process = start(self.data_dir, self.port, self.output).process


def outside(data_dir: Path) -> dict[str, str]:
    """The environment of whoever runs the product, without what the tests have of their own."""
    ours = ("DATABASE_", "CELERY_", "DJANGO_", "S3_", "SECRET_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"COUNTERSIGN_DATA_DIR": str(data_dir)}


def command(*words: str, data_dir: Path) -> subprocess.CompletedProcess[str]:
    """`python -m config.embedded` with these words, done."""
    said = [sys.executable, "-m", "config.embedded", *words]
    return subprocess.run(said, cwd=ROOT, env=outside(data_dir), capture_output=True, text=True, check=False)


def start(data_dir: Path, port: int, output: Path) -> Run:
    """`python -m config.embedded run` with the demo; returns at once."""
    environment = outside(data_dir) | {"COUNTERSIGN_PORT": str(port), "COUNTERSIGN_WEB_WORKERS": "1"}
    with output.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.embedded", "run"], cwd=ROOT, env=environment, stdout=stream, stderr=stream
        )
    return Run(process, data_dir, port, output)


@contextmanager
def running(name: str, *, first: bool = False) -> Iterator[Run]:
    """A ready installation with the demo, gone without a trace afterwards. `name` is part of its directory's name.

    With `first` it starts in an empty directory, else in a copy of what such a start has made. The directory is in the
    checkout: pytest's own are closed to the user as whom PostgreSQL runs.
    """
    directory = LOCAL / f"{name}-{os.getpid()}"
    directory.mkdir(parents=True)
    if not first:
        _copy(prepared(), directory / "data")
    run = start(directory / "data", free_port(0), directory / "output")
    try:
        run.wait_until_ready()
        yield run
    finally:
        run.stop()
        _remove(directory)


def prepared() -> Path:
    """The data of a first start that was stopped again: made by whichever of the test processes needs it first."""
    directory = LOCAL / f"prepared-{os.getppid() if 'PYTEST_XDIST_WORKER' in os.environ else os.getpid()}"
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "complete").exists():
            directory.mkdir()
            run = start(directory / "data", free_port(0), directory / "output")
            try:
                run.wait_until_ready()
            finally:
                run.stop()
            (directory / "complete").touch()
    return directory / "data"


def forget_prepared() -> None:
    """For the process that the test processes belong to, when all of them have ended."""
    directory = LOCAL / f"prepared-{os.getpid()}"
    if directory.exists():
        _remove(directory)


def _copy(source: Path, target: Path) -> None:
    """With owners and rights, and with the cluster where it had to move elsewhere."""
    subprocess.run(["cp", "-a", source, target], check=True)
    note = target / places.NOTE
    if note.exists():
        home = Path(note.read_text().strip())
        moved = home.with_name(uuid.uuid4().hex[:12])
        subprocess.run(["cp", "-a", home, moved], check=True)
        note.write_text(f"{moved}\n")


def _remove(directory: Path) -> None:
    note = directory / "data" / places.NOTE
    if note.exists():
        shutil.rmtree(note.read_text().strip(), ignore_errors=True)
    shutil.rmtree(directory)


@dataclass
class Api:
    """The REST interface as one person of Acme. Paths are relative to `/api/v1/`."""

    run: Run
    name: str
    token: str = ""

    def log_in(self) -> None:
        """Raises OSError while nobody answers."""
        body = {"organisation": "acme", "email": f"{self.name}@acme.example", "password": PASSWORD}
        status, answer = self.call("auth/token/", body)
        assert status == 200, answer
        self.token = answer["access"]

    def call(self, path: str, body: dict[str, Any] | None = None, key: str = "") -> tuple[int, Any]:
        """Status and JSON of a POST with `body`, else of a GET. Raises OSError or HTTPException when no answer comes."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.run.port}/api/v1/{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    def done(self, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
        """The JSON of a call that is accepted."""
        status, answer = self.call(path, body, key)
        assert 200 <= status < 300, (path, status, answer)
        return answer

    def find(self, path: str, **wanted: str) -> dict[str, Any]:
        """The only row of a list with these values."""
        rows = [row for row in self.done(path)["results"] if all(row[name] == value for name, value in wanted.items())]
        assert len(rows) == 1, rows
        found: dict[str, Any] = rows[0]
        return found


def wait_for(condition: Callable[[], bool], what: str | Callable[[], str], patience: float = PATIENCE) -> None:
    """Returns when the condition holds; fails naming `what` after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:.0f} seconds for: {what if isinstance(what, str) else what()}")
        time.sleep(0.1)
