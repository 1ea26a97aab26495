"""Small helpers about processes that outlive the one that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def die_with_parent(signal_number: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` after which the kernel sends `signal_number` to the child when its parent dies (Linux; else None).

    It runs after the change of user, which would clear the setting.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)

    return ask


def alive(pid: int) -> bool:
    """Whether a process with this id exists; a zombie that nobody collects does not count."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state not in {"Z", "X"}


def working_in(directory: Path) -> list[int]:
    """Ids of the `postgres` processes whose working directory is `directory`.

    PostgreSQL makes its data directory the working directory of all its processes, so this finds what a killed server left.
    """
    if Path("/proc/self/cwd").exists():
        found = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return sorted(pid for pid in found if _is_postgres_in(pid, directory))
    return _working_in_by_ps(directory)


def _is_postgres_in(pid: int, directory: Path) -> bool:
    try:
        process = Path(f"/proc/{pid}")
        here = (process / "cwd").samefile(directory)
        return here and (process / "exe").readlink().name.startswith("postgres") and alive(pid)
    except OSError:
        return False


def _working_in_by_ps(directory: Path) -> list[int]:
    listing = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=False).stdout
    rows = (line.split(maxsplit=1) for line in listing.splitlines())
    return sorted(int(row[0]) for row in rows if len(row) == 2 and "postgres" in row[1] and str(directory) in row[1])


def stop(pids: list[int], signals: tuple[signal.Signals, ...], patience: float) -> list[int]:
    """Send one signal after another, waiting up to `patience` seconds after each; returns who is still there."""
    for signal_number in signals:
        for pid in pids:
            try:
                os.kill(pid, signal_number)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            pids = [pid for pid in pids if alive(pid)]
            if not pids:
                return []
            time.sleep(0.02)
    return pids


def marked(variable: str, value: str) -> list[int]:
    """Ids of the processes (without this one) that were started with `variable=value` in their environment (Linux; else none)."""
    wanted = os.fsencode(f"{variable}={value}")
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            has_it = wanted in (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if has_it and int(entry.name) != os.getpid() and alive(int(entry.name)):
            found.append(int(entry.name))
    return found


def catches(pid: int, signal_number: signal.Signals) -> bool:
    """Whether the process has a handler for the signal (Linux; else no)."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    mask = next((int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:")), 0)
    return bool(mask >> (signal_number - 1) & 1)
