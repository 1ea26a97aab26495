"""Launcher of the embedded PostgreSQL: one cluster per data directory, reachable through a private unix socket.

Everybody authenticates with a generated password (SCRAM), although the socket's directory is closed to others: under root the
server's unprivileged user may run other programs, and they must not become the application.

A data directory belongs to one launcher at a time (a file lock that the kernel frees when its holder dies). Whatever a killed
launcher or a killed server left behind is ended first; the new server then recovers from its write-ahead log.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import quote, urlencode

import psycopg

from config.embedded import places, processes, roles
from config.embedded.roles import Role

STOP_PATIENCE = 60.0
"""Seconds for a fast shutdown (it writes a checkpoint) before the server is ended at once."""
PROGRESS_EVERY = 5.0
"""Seconds between two progress messages while the server recovers."""
LOG_TAIL = 15

SETTINGS: Mapping[str, str] = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "log_checkpoints": "off",
    "jit": "off",
}
NO_DURABILITY: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class AlreadyRunning(RuntimeError):
    """Another live launcher holds this data directory."""


class NotRunning(RuntimeError):
    """No live launcher holds this data directory."""


class ServerFailed(RuntimeError):
    """PostgreSQL did not start or initdb failed. The message carries the last lines of its log."""


def _silent(_message: str) -> None:
    pass


class EmbeddedPostgres:
    """One PostgreSQL server over one data directory.

    `fsync=False` gives up durability for speed (tests only). `port` also opens TCP on 127.0.0.1. `progress` gets a sentence
    when something takes long. `settings` are added to the server's configuration.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        fsync: bool = True,
        port: int | None = None,
        user: str = "nobody",
        progress: Callable[[str], None] = _silent,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.port = port
        self.progress = progress
        self.process: subprocess.Popen[bytes] | None = None
        self._durable = fsync
        self._user_name = user
        self._settings = {**SETTINGS, **({} if fsync else NO_DURABILITY), **(settings or {})}
        self._lock: IO[str] | None = None
        self._passwords: dict[Role, str] = {}
        self.home = Path()
        self.socket_directory = Path()

    def __enter__(self) -> Self:
        if not self.running:
            self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def log_file(self) -> Path:
        """Where the server writes its log."""
        return self.data_dir / "logs" / "postgres.log"

    def start(self) -> None:
        """Start the server and return when it answers, with all roles and databases in place.

        Raises AlreadyRunning when another launcher holds the data directory, ServerFailed when the server gives up.
        Waits for crash recovery however long it takes.
        """
        self._take_lock()
        try:
            self._prepare()
            self._end_leftovers()
            self._initialise()
            self._launch()
            self._wait_until_ready()
            roles.bootstrap(self.socket_directory, self._passwords)
        except BaseException:
            self.stop()
            raise

    def attach(self) -> None:
        """Find the way into a server that another launcher runs. Raises NotRunning."""
        try:
            with (self.data_dir / "postgres.lock").open(encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            pass
        except BlockingIOError:
            self._prepare()
            return
        raise NotRunning(f"Nothing runs from {self.data_dir}. Start it first: make run")

    @property
    def running(self) -> bool:
        """Whether the server process that was started is alive."""
        return self.process is not None and self.process.poll() is None

    def restart(self) -> None:
        """Start the server again after it has ended by itself; waits for recovery. Raises ServerFailed."""
        self._end_leftovers()
        self._launch()
        self._wait_until_ready()

    def stop(self) -> None:
        """Shut down fast: open transactions are rolled back, a checkpoint is written. Safe to call twice."""
        process, self.process = self.process, None
        if process is not None and process.poll() is None:
            for request, patience in ((signal.SIGINT, STOP_PATIENCE), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
                process.send_signal(request)
                try:
                    process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    continue
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def url(self, role: Role = roles.APP, database: str = roles.DATABASE) -> str:
        """A `postgresql://` URL for `role`; it contains the password."""
        place = urlencode({"host": str(self.socket_directory)}, quote_via=quote)
        return f"postgresql://{role}:{quote(self._passwords[role], safe='')}@/{database}?{place}"

    def failure(self) -> ServerFailed:
        """What to raise when the server has ended by itself."""
        return ServerFailed(f"PostgreSQL ended. The last lines of {self.log_file}:\n{self.log_tail()}")

    def log_tail(self) -> str:
        """The last lines of the server's log."""
        try:
            return "\n".join(self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL:])
        except FileNotFoundError:
            return "(no log)"

    def _take_lock(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        lock = (self.data_dir / "postgres.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise AlreadyRunning(f"{self.data_dir} is in use by the running process {holder}") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _prepare(self) -> None:
        self._account = places.account(self._user_name)
        if self._account.switch:
            # Our own directory; the server's user has to pass through it. Its secrets are files with mode 0600.
            self.data_dir.chmod(self.data_dir.stat().st_mode | 0o011)
        self.home = places.cluster_home(self.data_dir, self._account)
        self._program = places.program_files(self.home, self._account)
        self.socket_directory = places.socket_directory(self.home, self._account)
        self._passwords = roles.passwords(self.home / "passwords.json")
        self._cluster = self.home / "data"
        self.log_file.parent.mkdir(exist_ok=True)

    def _end_leftovers(self) -> None:
        """End what a killed launcher or server left: we hold the lock, so nobody else may work in this cluster."""
        if not self._cluster.exists():
            return
        left = processes.working_in(self._cluster)
        if left:
            self.progress("Stopping a PostgreSQL server that was left running")
            left = processes.stop(left, (signal.SIGINT,), STOP_PATIENCE)
            left = processes.stop(left, (signal.SIGQUIT, signal.SIGKILL), 5.0)
        if left:
            raise ServerFailed(f"Processes {left} still work in {self._cluster} and cannot be ended")
        # The number in a stale file may belong to an innocent process by now, or to a dead one that nobody has collected, and
        # PostgreSQL would refuse to start.
        for stale in (self._cluster / "postmaster.pid", *self.socket_directory.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _initialise(self) -> None:
        version = self._cluster / "PG_VERSION"
        if version.exists():
            if version.read_text(encoding="utf-8").strip() != "18":
                raise ServerFailed(
                    f"{self._cluster} was made by another PostgreSQL version: dump it with that one first"
                )
            return
        self.progress("Creating the database cluster")
        part = self.home / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        password_file = self.home / "initdb.password"
        password_file.touch(mode=0o600)
        self._account.own(password_file)
        password_file.write_text(self._passwords[roles.SUPERUSER], encoding="utf-8")
        part.mkdir(mode=0o700)
        self._account.own(part)
        command = [str(self._program / "bin" / "initdb"), "-D", str(part), "-U", roles.SUPERUSER, "-E", "UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", *([] if self._durable else ["--no-sync"])]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._child_options())
        password_file.unlink()
        if done.returncode != 0:
            raise ServerFailed(f"initdb failed:\n{done.stdout[-500:]}\n{done.stderr[-1500:]}")
        # Renamed when complete: a kill in the middle leaves no half-made cluster behind.
        part.rename(self._cluster)

    def _launch(self) -> None:
        settings = {
            **self._settings,
            "unix_socket_directories": str(self.socket_directory),
            "unix_socket_permissions": "0700",
            "listen_addresses": "127.0.0.1" if self.port else "",
        }
        if self.port:
            settings["port"] = str(self.port)
        command = [str(self._program / "bin" / "postgres"), "-D", str(self._cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal is the supervisor's: it stops the database last.
                start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGINT),  # noqa: PLW1509 - one prctl call, no lock taken
                **self._child_options(),
            )

    def _child_options(self) -> dict[str, Any]:
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        return {"cwd": "/", "env": environment, "umask": 0o077, **self._account.popen_options()}

    def _wait_until_ready(self) -> None:
        told = time.monotonic()
        while True:
            if self.process is None or self.process.poll() is not None:
                raise self.failure()
            try:
                psycopg.connect(self.url(roles.SUPERUSER, "postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    message = f"{self.home / 'passwords.json'} does not belong to the cluster beside it"
                    raise ServerFailed(message) from error
            if time.monotonic() - told > PROGRESS_EVERY:
                told = time.monotonic()
                last = self.log_tail().splitlines()[-1:] or ["no message yet"]
                self.progress(f"PostgreSQL is recovering: {last[0]}")
            time.sleep(0.05)


def start_in_free_slot(base: Path, slots: int = 32, **options: Any) -> EmbeddedPostgres:
    """Start a server in the first of the directories `base-0`, `base-1` ... that no live process uses.

    Test runs use it: each has a server of its own, and the next run finds the cluster already made.
    """
    for number in range(slots):
        server = EmbeddedPostgres(base.with_name(f"{base.name}-{number}"), **options)
        try:
            server.start()
        except AlreadyRunning:
            continue
        return server
    raise AlreadyRunning(f"All {slots} directories {base}-N are in use")
