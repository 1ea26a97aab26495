"""What the supervisor knows about processes that are not its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded import processes, supervisor
from config.embedded.options import Options
from config.embedded.supervisor import Parent, StopRequested, Supervisor
from config.env import Environment

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
READY_AND_WAITS = "import time; print(1, flush=True); time.sleep(60)"


def started(code: str, **environment: str) -> subprocess.Popen[bytes]:
    """A Python process that has printed its first line."""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, **environment})
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    return process


def test_a_zombie_is_not_alive() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not processes.alive(process.pid)
    process.wait()
    assert processes.alive(os.getpid())


@linux
def test_marked_processes_are_found_by_their_environment() -> None:
    process = started(READY_AND_WAITS, CS_MARK="here")
    assert processes.marked("CS_MARK", "here") == [process.pid]
    assert processes.marked("CS_MARK", "her") == []
    process.kill()
    process.wait()
    assert processes.marked("CS_MARK", "here") == []


@linux
def test_a_make_that_has_put_its_handler_away_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = Parent.__new__(Parent)
    parent.pid, parent._caught = os.getpid(), True
    handler = signal.signal(signal.SIGINT, lambda *_: None)
    assert not parent.gives_up()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    assert parent.gives_up()
    signal.signal(signal.SIGINT, handler)


def test_stop_escalates() -> None:
    stubborn = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
    )
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    left = processes.stop([stubborn.pid], (signal.SIGTERM, signal.SIGKILL), 0.3)
    stubborn.wait()
    stubborn.stdout.close()
    assert left == []
    assert stubborn.returncode == -signal.SIGKILL


def test_who_stops_during_the_preparation_does_not_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\necho Migrating\nsleep 15\ntouch {tmp_path}/prepared\n")
    slow.chmod(0o700)
    options = Options.read(Environment({"COUNTERSIGN_DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://a@/b"}))
    options.logs.mkdir()

    def stop(message: str) -> None:
        assert message == "Migrating"
        raise StopRequested

    monkeypatch.setattr(sys, "executable", str(slow))
    monkeypatch.setattr(supervisor, "say", stop)
    with pytest.raises(StopRequested):
        Supervisor(options)._prepare(dict(os.environ))
    assert not (tmp_path / "prepared").exists()
