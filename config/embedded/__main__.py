"""`python -m config.embedded run`, and the parts of it that are processes of their own."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

from config.embedded import mail, places
from config.embedded.children import ChildFailed
from config.embedded.options import ROOT, Options, child_environment, with_owner
from config.embedded.places import NoUnprivilegedUser
from config.embedded.postgres import AlreadyRunning, EmbeddedPostgres, NotRunning, ServerFailed
from config.embedded.supervisor import (
    RUN_LOCK,
    CannotRun,
    Parent,
    StopRequested,
    Supervisor,
    only_one,
    request_stop,
    say,
)
from config.embedded.welcome import welcome
from config.env import ImproperEnvironment, env, load_file

REFUSALS = (CannotRun, ChildFailed, ServerFailed, AlreadyRunning, NotRunning, NoUnprivilegedUser, ImproperEnvironment)


def run() -> int:
    """Run everything until asked to stop; 0 after a clean stop, 1 when something is in the way."""
    options = Options.read(env)
    supervisor = Supervisor(options)
    with only_one(options):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, request_stop)
        try:
            parent = Parent() if env.flag("COUNTERSIGN_STOP_WITH_PARENT", False) else None
            supervisor.start()
            say(welcome(options))
            supervisor.watch(parent)
        except StopRequested:
            say("\nStopping")
        finally:
            supervisor.stop()
    say("Stopped")
    return 0


def manage(arguments: list[str]) -> None:
    """Become a `manage.py` command with the environment of a process of the run, and the owner's URL."""
    options = Options.read(env)
    server = None
    if options.own_database:
        server = EmbeddedPostgres(options.data_dir, user=options.postgres_user)
        server.attach()
    environment = with_owner(child_environment(options, server, None), server)
    os.execve(sys.executable, [sys.executable, str(ROOT / "manage.py"), *arguments], environment)  # noqa: S606 - our own program


def clean() -> int:
    """Delete the data directory, and the database's own place if it had to live elsewhere."""
    options = Options.read(env)
    if ROOT not in options.data_dir.parents and not (options.data_dir / RUN_LOCK).exists():
        raise CannotRun(f"Nothing was deleted: {options.data_dir} is no data directory of Countersign.")
    with only_one(options):
        note = options.data_dir / places.NOTE
        if note.exists():
            shutil.rmtree(note.read_text(encoding="utf-8").strip(), ignore_errors=True)
        shutil.rmtree(options.data_dir)
    return 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start everything and keep it running")
    commands.add_parser("prepare", help="queue, migrations, demo (called by run)")
    command = commands.add_parser(
        "manage", help="a manage.py command, such as audit_verify, on what `run` keeps running"
    )
    command.add_argument("arguments", nargs=argparse.REMAINDER)
    commands.add_parser("clean", help="delete the data directory")
    sink = commands.add_parser("mail", help="the demo's mail server (called by run)")
    sink.add_argument("port", type=int)
    sink.add_argument("directory", type=Path)
    chosen = parser.parse_args(arguments)
    if chosen.command == "mail":
        mail.serve(chosen.port, chosen.directory)
        return 0
    load_file(ROOT / ".env")
    try:
        if chosen.command == "prepare":
            from config.embedded.prepare import prepare  # noqa: PLC0415 - the supervisor itself does not load Django

            prepare()
            return 0
        if chosen.command == "manage":
            manage(chosen.arguments)
        return run() if chosen.command == "run" else clean()
    except REFUSALS as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
