"""The launcher of the embedded PostgreSQL: starts, stops, survives kills, keeps to itself."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from config.embedded import places, processes, roles
from config.embedded.postgres import AlreadyRunning, EmbeddedPostgres, NotRunning, ServerFailed, start_in_free_slot

ROOT = Path(__file__).resolve().parents[2]


def quick(data_dir: Path, **options: object) -> EmbeddedPostgres:
    return EmbeddedPostgres(data_dir, fsync=False, **options)  # type: ignore[arg-type]  # passes options through


def a_process_of_the_servers_user() -> subprocess.Popen[bytes]:
    """Nobody else's would do: PostgreSQL knows by itself that those cannot be a server of its user."""
    account: Any = places.account().popen_options()
    return subprocess.Popen(["sleep", "600"], **account)


def value(url: str, query: LiteralString) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def test_roles_can_do_what_they_need_and_no_more(data_dir: Path) -> None:
    with quick(data_dir) as server, psycopg.connect(server.url(roles.OWNER), autocommit=True) as owner:
        owner.execute("CREATE TABLE t (a int)")
        flags = (
            "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert value(server.url(roles.APP), flags) is False
        assert (
            value(server.url(roles.OWNER), "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            is False
        )
        with psycopg.connect(server.url(roles.APP), autocommit=True) as app:
            app.execute("INSERT INTO t VALUES (1)")
            for forbidden in (
                "CREATE TABLE u ()",
                "TRUNCATE t",
                "DROP TABLE t",
                "CREATE SCHEMA s",
                "CREATE TEMP TABLE x ()",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(forbidden)


def test_databases_made_by_the_owner_give_the_application_its_rights(data_dir: Path) -> None:
    with quick(data_dir) as server:
        with psycopg.connect(server.url(roles.OWNER), autocommit=True) as owner:
            owner.execute("CREATE DATABASE extra")
        with psycopg.connect(server.url(roles.OWNER, "extra"), autocommit=True) as owner:
            owner.execute("CREATE TABLE t (a int)")
        assert value(server.url(roles.APP, "extra"), "SELECT count(*) FROM t") == 0


def test_only_a_private_socket_and_a_password_lead_in(data_dir: Path) -> None:
    with quick(data_dir) as server:
        assert stat.S_IMODE(server.socket_directory.stat().st_mode) == 0o700
        assert value(server.url(), "SHOW listen_addresses") == ""
        wrong = server.url().replace(server.url().split(":")[2].split("@")[0], "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
        assert stat.S_IMODE((server.home / "passwords.json").stat().st_mode) == 0o600


def test_data_survive_stop_and_start(data_dir: Path) -> None:
    server = quick(data_dir)
    server.start()
    with psycopg.connect(server.url(roles.OWNER), autocommit=True) as owner:
        owner.execute("CREATE TABLE t AS SELECT 7 AS a")
    server.stop()
    server.stop()
    with server:
        assert value(server.url(), "SELECT a FROM t") == 7


def test_another_process_finds_the_way_into_a_running_server(data_dir: Path) -> None:
    visitor = quick(data_dir)
    with pytest.raises(NotRunning, match="Start it first"):
        visitor.attach()
    with quick(data_dir) as server:
        visitor.attach()
        assert value(visitor.url(), "SELECT current_user") == roles.APP
        visitor.stop()
        assert server.running


def test_killed_server_recovers_what_was_committed(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    server.start()
    with psycopg.connect(server.url(roles.OWNER), autocommit=True) as owner:
        owner.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS a")
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    assert not server.running
    server.restart()
    assert value(server.url(), "SELECT count(*) FROM t") == 1000
    server.stop()


def test_server_orphaned_by_a_killed_launcher_is_replaced(data_dir: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from config.embedded import postgres, processes\n"
        "processes.die_with_parent = lambda number: None\n"
        "server = postgres.EmbeddedPostgres(Path(sys.argv[1])); server.start()\n"
        "print(server.process.pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", script, str(data_dir)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        orphan = int(launcher.stdout.readline())
        with pytest.raises(AlreadyRunning, match=str(launcher.pid)):
            quick(data_dir).start()
        launcher.kill()
    assert processes.alive(orphan)
    with quick(data_dir) as server:
        assert not processes.alive(orphan)
        assert value(server.url(), "SELECT 1") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells children of their parent's death on Linux only")
def test_server_ends_with_its_launcher(data_dir: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from config.embedded.postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1]), fsync=False); server.start()\n"
        "print(server.process.pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", script, str(data_dir)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        server = int(launcher.stdout.readline())
        launcher.kill()
    deadline = time.monotonic() + 10
    while processes.alive(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes.alive(server)


def test_stale_pid_file_with_the_number_of_an_innocent_process(data_dir: Path) -> None:
    server = quick(data_dir)
    server.start()
    server.stop()
    with a_process_of_the_servers_user() as innocent:
        (server.home / "data" / "postmaster.pid").write_text(f"{innocent.pid}\n{server.home / 'data'}\n0\n5432\n")
        try:
            server.start()
            assert innocent.poll() is None
        finally:
            server.stop()
            innocent.kill()


def test_stale_lock_of_the_socket_with_the_number_of_a_process_of_the_same_user(data_dir: Path) -> None:
    server = quick(data_dir)
    server.start()
    server.stop()
    with a_process_of_the_servers_user() as innocent:
        # Its lines: process, data directory, start, port, directory of the socket.
        lines = (innocent.pid, server.home / "data", 1, 5432, server.socket_directory)
        lock = server.socket_directory / ".s.PGSQL.5432.lock"
        lock.write_text("".join(f"{line}\n" for line in lines))
        try:
            server.start()
            assert innocent.poll() is None
        finally:
            server.stop()
            innocent.kill()


def test_two_copies_run_side_by_side(data_dir: Path) -> None:
    with (
        start_in_free_slot(data_dir / "pg", fsync=False) as one,
        start_in_free_slot(data_dir / "pg", fsync=False) as two,
    ):
        assert (one.data_dir.name, two.data_dir.name) == ("pg-0", "pg-1")
        with psycopg.connect(one.url(roles.OWNER), autocommit=True) as owner:
            owner.execute("CREATE TABLE only_here ()")
        assert value(two.url(), "SELECT to_regclass('only_here')") is None


def test_kill_during_initdb_leaves_nothing_half_made(data_dir: Path) -> None:
    server = quick(data_dir)
    server.start()
    server.stop()
    part = server.home / "data.part"
    (server.home / "data").rename(part)
    (part / "PG_VERSION").unlink()
    with server:
        assert value(server.url(), "SELECT 1") == 1
    assert not part.exists()


def test_a_server_that_cannot_start_shows_its_log(data_dir: Path) -> None:
    with pytest.raises(ServerFailed, match="nonsense"):
        quick(data_dir, settings={"nonsense": "1"}).start()
    with quick(data_dir) as server:
        assert server.running


def test_long_paths_get_a_short_socket(data_dir: Path) -> None:
    deep = data_dir / ("d" * 60) / ("e" * 60)
    with quick(deep) as server:
        assert len(os.fsencode(server.socket_directory / places.SOCKET_FILE)) <= places.SOCKET_PATH_LIMIT
        assert value(server.url(), "SELECT 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as somebody else")
def test_closed_directories_above_stay_closed(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "ROOT_HOME", data_dir / "elsewhere")
    (data_dir / "elsewhere").mkdir(mode=0o755)
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    server = quick(closed / "inner")
    with server:
        assert value(server.url(), "SELECT 1") == 1
        assert server.process is not None
        assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0
    assert server.home.is_relative_to(data_dir / "elsewhere")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    again = quick(closed / "inner")
    with again:
        assert again.home == server.home


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as somebody else")
def test_program_files_are_copied_for_a_user_who_cannot_reach_them(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = data_dir / "home"
    home.mkdir(mode=0o755)
    nobody = places.account()
    monkeypatch.setattr(places, "reachable", lambda path, user: path.is_relative_to(home))
    copy = places.program_files(home, nobody)
    assert copy.is_relative_to(home)
    done = subprocess.run([copy / "bin" / "postgres", "--version"], check=True, capture_output=True, user=nobody.uid)
    assert b"18." in done.stdout


def test_a_directory_of_somebody_else_is_refused(data_dir: Path) -> None:
    with pytest.raises(RuntimeError, match="does not belong"):
        places._private(data_dir, os.geteuid() + 1, 0o700)
