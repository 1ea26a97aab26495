"""A WSGI application behind a server program, as a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.server import HOME, ROOT

PATIENCE = 30.0


@contextmanager
def serving(
    application: str, environment: Mapping[str, str], *, program: str = "granian", workers: int = 2, threads: int = 4
) -> Iterator[int]:
    """Serve ``module:application`` until the block ends; gives the port."""
    port = _free_port()
    log_file = HOME / "web.log"
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            _command(program, application, port, workers, threads),
            env=os.environ | environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _command(program: str, application: str, port: int, workers: int, threads: int) -> list[str]:
    if program == "gunicorn":
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            application,
            "--bind",
            f"127.0.0.1:{port}",
            "--worker-class",
            "gthread",
        ]
        return [
            *command,
            "--workers",
            str(workers),
            "--threads",
            str(threads),
            "--keep-alive",
            "30",
            "--log-level",
            "warning",
        ]
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        application,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--http", "1", "--no-ws", "--log-level", "warning"]
    return [*command, "--workers", str(workers), "--blocking-threads", str(threads)]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The web server did not start; see {HOME / 'web.log'}")
