"""`python -m config.embedded run` as a person and a killer meet it: the whole installation, with its real processes."""

from __future__ import annotations

import os
import re
import signal
import smtplib
import socket
import sys
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from config.embedded import processes
from tests.product import Run, command, running, start, wait_for

pytestmark = [pytest.mark.product, pytest.mark.slow]


@pytest.fixture(scope="module")
def installation() -> Iterator[Run]:
    """A ready installation with the demo, started as on a new machine."""
    with running("run", first=True) as run:
        yield run


def test_it_says_where_everything_is(installation: Run) -> None:
    assert f"http://acme.localhost:{installation.port}" in installation.said
    assert "countersign-demo" in installation.said
    assert installation.get("/healthz")[0] == 200
    assert installation.get("/readyz")[1].count('"ok"') == 6


def test_secrets_are_not_readable_by_others(installation: Run) -> None:
    for name in ("secret_key", "postgres/passwords.json"):
        assert (installation.data_dir / name).stat().st_mode & 0o077 == 0
    attachments = [path for path in (installation.data_dir / "files").rglob("*") if path.is_file()]
    assert attachments
    assert [path for path in attachments if path.stat().st_mode & 0o077] == []
    logs = "".join(file.read_text() for file in (installation.data_dir / "logs").glob("*.log"))
    assert (installation.data_dir / "secret_key").read_text() not in logs


def test_a_sent_mail_can_be_read_on_the_page(installation: Run) -> None:
    message = EmailMessage()
    message["Subject"] = "Grüße <b>from</b> the test"
    message.set_content("plain words")
    with smtplib.SMTP("127.0.0.1", installation.mail_port) as server:
        server.sendmail("x@acme.example", ["blind@acme.example"], message.as_bytes())
    listing = installation.get("/dev/mail/?to=blind@acme.example")[1]
    assert "Grüße &lt;b&gt;from&lt;/b&gt; the test" in listing
    link = re.findall(r'href="(/dev/mail/\d+-[0-9a-f]+/)"', listing)[0]
    assert "plain words" in installation.get(link)[1]
    assert installation.get("/dev/mail/..%2f..%2fsecret_key/")[0] == 404


def test_commands_are_run_on_what_runs(installation: Run) -> None:
    verified = command("manage", "audit_verify", data_dir=installation.data_dir)
    assert verified.returncode == 0
    assert re.search(r"^acme: \d+ links hold$", verified.stdout, re.MULTILINE)
    as_owner = command("manage", "migrate", "--database", "owner", "--check", data_dir=installation.data_dir)
    assert as_owner.returncode == 0
    unknown = command("manage", "audit_verify", "--organisation", "nobody", data_dir=installation.data_dir)
    assert (unknown.returncode, unknown.stderr) == (1, "CommandError: There is no organisation nobody.\n")


def test_busy_port_and_a_second_copy_of_the_same_data_are_refused(installation: Run) -> None:
    beside = installation.output.parent
    second = start(installation.data_dir, installation.port, beside / "second")
    assert second.process.wait(30) == 1
    assert "runs already" in second.said
    third = start(beside / "other", installation.port, beside / "third")
    assert third.process.wait(30) == 1
    assert f"Port {installation.port}" in third.said
    assert not (beside / "other" / "postgres").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
@pytest.mark.parametrize("words", ["granian", "celery --quiet -A config.celery worker", "config.embedded mail"])
def test_a_killed_part_comes_back(installation: Run, words: str) -> None:
    before = installation.pids(words)
    assert before
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_for(
        lambda: bool(installation.pids(words)) and not set(before) & set(installation.pids(words)), f"a new {words}"
    )
    installation.wait_until_ready()


def test_killed_postgresql_is_answered_with_503_and_heals(installation: Run) -> None:
    postmaster = installation.postmaster
    os.kill(postmaster, signal.SIGKILL)
    answers: set[int] = set()

    def healed() -> bool:
        answers.add(installation.get("/readyz")[0])
        return not processes.alive(postmaster) and installation.get("/readyz")[0] == 200

    wait_for(healed, "a recovered database")
    assert answers <= {200, 503}
    assert "PostgreSQL ended and is started again" in installation.said


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_after_a_killed_supervisor_the_next_run_starts(installation: Run) -> None:
    installation.process.kill()
    installation.process.wait()
    installation.start_again()
    installation.wait_until_ready()


def test_ctrl_c_ends_everything(installation: Run) -> None:
    installation.process.send_signal(signal.SIGINT)
    assert installation.process.wait(60) == 0
    assert "Stopped" in installation.said
    assert installation.left() == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", installation.port)) != 0
