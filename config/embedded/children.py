"""One process under supervision: started, watched, started again with growing pauses, stopped with everything it began."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import processes

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY = 30.0
"""Seconds of life after which a death counts as the first one again."""
TAIL = 20
LARGEST_LOG = 10_000_000
"""Bytes; a larger log is put aside (one generation) at the start."""
LOUD = ("WARN", "ERROR", "CRITICAL", "Traceback")


class ChildFailed(RuntimeError):
    """A process keeps dying. The message carries the end of its log."""


@dataclass
class Child:
    """A command with its environment, its log and the memory of its deaths."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log_file: Path
    patience: float = 15.0
    """Seconds between the request to stop and the kill."""
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started_at: float = 0.0
    restart_at: float = 0.0
    _read_to: int = field(default=0, repr=False)

    def start(self) -> None:
        """Start in a session of its own: Ctrl-C in the terminal reaches the supervisor only, who stops all in order."""
        if self.process is None and self.log_file.exists() and self.log_file.stat().st_size > LARGEST_LOG:
            self.log_file.rename(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("ab") as log:
            self._read_to = max(self._read_to, log.tell())
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one prctl call, no lock taken
            )
        self.started_at = time.monotonic()

    def died(self) -> bool:
        """Whether it has ended by itself since the last call; plans the next start."""
        if self.process is None or self.process.poll() is None:
            return False
        self._kill_group()
        self.process = None
        if time.monotonic() - self.started_at > STEADY:
            self.deaths = 0
        self.deaths += 1
        self.restart_at = time.monotonic() + min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (self.deaths - 1))
        return True

    def due(self) -> bool:
        """Whether it waits for a start whose time has come."""
        return self.process is None and time.monotonic() >= self.restart_at

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Ask, wait for `patience` seconds, then kill it and every process it has started."""
        self.ask_to_stop()
        if self.process is not None:
            try:
                self.process.wait(self.patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
            self._kill_group()
            self.process.wait()
            self.process = None

    def failure(self) -> ChildFailed:
        """The error to show when it keeps dying."""
        return ChildFailed(f"{self.name} keeps ending. The last lines of {self.log_file}:\n{self.log_tail()}")

    def log_tail(self) -> str:
        """The last lines of the log."""
        try:
            return "\n".join(self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:])
        except FileNotFoundError:
            return "(no log)"

    def news(self) -> list[str]:
        """What has been logged since the last call and a person at the terminal should see."""
        try:
            with self.log_file.open("rb") as log:
                log.seek(self._read_to)
                text = log.read(1_000_000)
        except FileNotFoundError:
            return []
        complete, newline, _rest = text.rpartition(b"\n")
        self._read_to += len(complete) + len(newline)
        lines = complete.decode("utf-8", errors="replace").splitlines()
        return [shown for line in lines if (shown := _worth_showing(line))]

    def _kill_group(self) -> None:
        """A killed parent leaves its children (pool processes, web workers); they are of its session and end with it."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return


def _worth_showing(line: str) -> str | None:
    if not line.startswith("{"):
        return line[:300] if any(word in line for word in LOUD) else None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if entry.get("level") not in {"warning", "error", "critical"}:
        return None
    details = [str(entry[key]) for key in ("method", "route", "status", "task", "error") if entry.get(key) is not None]
    last_of_trace = str(entry.get("exception", "")).strip().rpartition("\n")[2]
    event = str(entry.get("event", "")).partition("\n")[0]
    return " ".join([entry["level"], event, *details, last_of_trace]).strip()[:300]
