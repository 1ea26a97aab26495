"""Everything on one machine: started in order, kept alive, stopped in order.

Nothing that was started outlives this process: children are told by the kernel when it dies, and the next run ends what is
left all the same before it begins.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from config.embedded import processes
from config.embedded.children import Child, ChildFailed
from config.embedded.options import MARK, ROOT, Options, child_environment, with_owner
from config.embedded.postgres import EmbeddedPostgres, ServerFailed

QUICK_DEATHS = 3
"""Deaths of one process in the start phase after which the start is given up."""
TOLD_AFTER = 5
"""Deaths in a row of a process in a running installation after which its log is shown."""
RUN_LOCK = "run.lock"
"""The file of a data directory that the run has which uses it."""
TICK = 0.2
HEALTH_PATIENCE = 180.0


class CannotRun(RuntimeError):
    """The message tells a person what is in the way."""


class StopRequested(BaseException):
    """Raised in the main thread by Ctrl-C, SIGTERM or a closed terminal."""


def say(message: str) -> None:
    print(message, flush=True)


@contextmanager
def only_one(options: Options) -> Iterator[None]:
    """Hold the data directory; raises CannotRun naming the copy that has it."""
    try:
        options.logs.mkdir(parents=True, exist_ok=True)
        lock_file = (options.data_dir / RUN_LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise CannotRun(
            f"{options.data_dir} cannot hold the data: {error.strerror}. Set COUNTERSIGN_DATA_DIR."
        ) from error
    with lock_file as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            known = json.loads(lock.read() or "{}")
            raise CannotRun(
                f"Countersign runs already from {options.data_dir} (process {known.get('pid')}, {known.get('url')}).\n"
                "Stop it, or set COUNTERSIGN_DATA_DIR and COUNTERSIGN_PORT for a second copy."
            ) from None
        lock.truncate(0)
        lock.write(json.dumps({"pid": os.getpid(), "url": options.url}))
        lock.flush()
        yield


def refuse_busy_port(options: Options) -> None:
    """Raises CannotRun when somebody else listens where the web server is to listen."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except OSError as error:
            raise CannotRun(
                f"Port {options.port} on {options.host} cannot be used: {error.strerror}.\n"
                f"Choose another one: make run COUNTERSIGN_PORT={options.port + 1}"
            ) from error


def free_port(wish: int) -> int:
    """`wish` if it is free on this machine, else any free port."""
    for candidate in (wish, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise CannotRun("No free port on this machine")


class Parent:
    """The make that started us: when it is killed, or told to stop all by itself, we stop too (Linux; elsewhere Ctrl-C does).

    A killed make is told by the kernel. A make that is sent SIGINT alone, not with its group as from a terminal, puts its own
    handler away and waits for us without passing the signal on: that is what `gives_up` looks for.
    """

    def __init__(self) -> None:
        self.pid = os.getppid()
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(processes.PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
            if os.getppid() != self.pid or self.pid == 1:
                raise StopRequested
        self._caught = processes.catches(self.pid, signal.SIGINT)

    def gives_up(self) -> bool:
        return self._caught and not processes.catches(self.pid, signal.SIGINT)


class Supervisor:
    """One run. `start()` returns when everything answers; `watch()` keeps it so; `stop()` ends it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.children: list[Child] = []
        self.server: EmbeddedPostgres | None = None
        self.mail_port: int | None = None
        self._server_deaths = 0

    def start(self) -> None:
        """Raises ServerFailed, ChildFailed or CannotRun with what a person needs to know."""
        processes_left = processes.marked(MARK, str(self.options.data_dir))
        processes.stop(processes_left, (signal.SIGTERM, signal.SIGKILL), 5.0)
        refuse_busy_port(self.options)
        if self.options.own_database:
            self._start_server()
        if self.options.own_mail:
            self.mail_port = free_port(self.options.port + 25)
        environment = child_environment(self.options, self.server, self.mail_port)
        metrics = self.options.data_dir / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir()
        self._prepare(environment)
        self.children = self._plan(environment)
        for child in self.children:
            child.start()
        self._wait_until_healthy()

    def watch(self, parent: Parent | None = None) -> None:
        """Keep everything alive until StopRequested is raised."""
        while True:
            time.sleep(TICK)
            if parent is not None and parent.gives_up():
                raise StopRequested
            self._revive_server()
            for child in self.children:
                if child.died():
                    say(f"{child.name} ended and will be started again (log: {child.log_file})")
                    if child.deaths == TOLD_AFTER:
                        say(str(child.failure()))
                elif child.due():
                    child.start()
            self._show_news()

    def stop(self) -> None:
        """Web and beat first, so that no work comes in; then the worker, the mails, and the database at last."""
        for child in self.children:
            if child.name in {"web", "beat"}:
                child.ask_to_stop()
        for child in self.children:
            child.stop()
        processes.stop(processes.marked(MARK, str(self.options.data_dir)), (signal.SIGTERM, signal.SIGKILL), 2.0)
        if self.server is not None:
            self.server.stop()

    def _start_server(self) -> None:
        options = self.options
        self.server = EmbeddedPostgres(
            options.data_dir,
            port=options.postgres_port,
            user=options.postgres_user,
            progress=say,
            settings=options.postgres_settings,
        )
        self.server.start()

    def _revive_server(self) -> None:
        if self.server is None or self.server.running:
            self._server_deaths = 0
            return
        say(f"PostgreSQL ended and is started again (log: {self.server.log_file})")
        while True:
            try:
                self.server.restart()
                return
            except ServerFailed:
                self._server_deaths += 1
                if self._server_deaths >= TOLD_AFTER:
                    raise
                time.sleep(self._server_deaths)

    def _prepare(self, environment: dict[str, str]) -> None:
        """Migrations, queue and demo, in a process that ends afterwards: it is the only one that holds the owner's URL."""
        environment = with_owner(environment, self.server)
        log_file = self.options.logs / "prepare.log"
        with (
            log_file.open("wb") as log,
            subprocess.Popen(
                [sys.executable, "-m", "config.embedded", "prepare"],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one prctl call, no lock taken
            ) as process,
        ):
            try:
                for line in process.stdout or ():
                    say(line.decode().rstrip())
            except BaseException:
                # Whoever stops us does not wait for it; what it was at is taken back, and done by the next start.
                process.terminate()
                raise
        if process.returncode != 0:
            child = Child("The preparation", (), {}, log_file)
            raise ChildFailed(f"The preparation failed. The last lines of {log_file}:\n{child.log_tail()}")

    def _plan(self, environment: dict[str, str]) -> list[Child]:
        options, python = self.options, sys.executable
        celery = (python, "-m", "celery", "--quiet", "-A", "config.celery")
        web = [python, "-m", "granian", "--interface", "wsgi", "config.wsgi:application"]
        web += ["--host", options.host, "--port", str(options.port), "--http", "1", "--no-ws", "--log-level", "warning"]
        web += ["--workers", str(options.web_workers), "--blocking-threads", str(options.web_threads)]
        web += ["--respawn-failed-workers", "--respawn-interval", "0.1", "--workers-kill-timeout", "10"]
        worker = [*celery, "worker", "--queues", "default,deliver", "--concurrency", str(options.worker_processes)]
        worker += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
        plan: list[tuple[str, list[str]]] = [
            ("web", web),
            ("beat", [*celery, "beat", "--pidfile=", "--loglevel", "WARNING"]),
            ("worker", worker),
        ]
        if self.mail_port is not None:
            plan.append(("mail", [python, "-m", "config.embedded", "mail", str(self.mail_port), str(options.mail_dir)]))
        return [Child(name, command, environment, options.logs / f"{name}.log") for name, command in plan]

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + HEALTH_PATIENCE
        while True:
            state = readiness(f"{self.options.probe_url}/readyz")
            if state is None:
                return
            for child in self.children:
                if child.died() and child.deaths >= QUICK_DEATHS:
                    raise child.failure()
                if child.due():
                    child.start()
            if time.monotonic() > deadline:
                raise CannotRun(
                    f"Not ready after {HEALTH_PATIENCE:.0f} seconds: {state}. The logs are in {self.options.logs}"
                )
            time.sleep(0.1)

    def _show_news(self) -> None:
        for child in self.children:
            news = child.news()
            for line in news[:5]:
                say(f"{child.name} | {line}")
            if len(news) > 5:
                say(f"{child.name} | {len(news) - 5} more in {child.log_file}")


def readiness(url: str) -> str | None:
    """None when the installation is ready, else what it says is missing."""
    try:
        with urllib.request.urlopen(url, timeout=10):  # noqa: S310 - our own address
            return None
    except urllib.error.HTTPError as error:
        try:
            checks = json.load(error)["checks"]
        except (ValueError, KeyError):
            return f"status {error.code}"
        return "; ".join(f"{name} {state}" for name, state in checks.items() if state != "ok")
    except OSError:
        return "the web server does not answer yet"


def request_stop(_signal: int, _frame: FrameType | None) -> None:
    """Signal handler; further signals do not interrupt the stopping."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise StopRequested
