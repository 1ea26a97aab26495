"""`python -m config.embedded run` as a person and a killer meet it: the whole installation, with its real processes."""

from __future__ import annotations

import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from config.embedded import processes
from config.embedded.options import MARK
from config.embedded.supervisor import free_port, readiness

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("run")]


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

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def left(self) -> list[int]:
        return processes.marked(MARK, str(self.data_dir)) + processes.working_in(self.data_dir / "postgres" / "data")


def start(data_dir: Path, port: int, output: Path) -> Run:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATABASE_", "CELERY_", "DJANGO_", "S3_", "SECRET_"))
    }
    environment = kept | {
        "COUNTERSIGN_DATA_DIR": str(data_dir),
        "COUNTERSIGN_PORT": str(port),
        "COUNTERSIGN_WEB_WORKERS": "1",
    }
    with output.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.embedded", "run"], cwd=ROOT, env=environment, stdout=stream, stderr=stream
        )
    return Run(process, data_dir, port, output)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} seconds for: {what}"
        time.sleep(0.1)


def wait_until_ready(run: Run) -> None:
    def ready() -> bool:
        assert run.process.poll() is None, run.said
        return "Countersign is ready" in run.said and readiness(f"http://127.0.0.1:{run.port}/readyz") is None

    wait_for(ready, f"a ready installation\n{run.said}")


def stop(run: Run) -> None:
    if run.process.poll() is None:
        run.process.terminate()
    run.process.wait(60)


@pytest.fixture(scope="module")
def module_dir() -> Iterator[Path]:
    directory = ROOT / ".local" / f"run-{os.getpid()}"
    directory.mkdir(parents=True)
    yield directory
    subprocess.run(["rm", "-rf", str(directory)], check=True)


@pytest.fixture(scope="module")
def installation(module_dir: Path) -> Iterator[Run]:
    """A ready installation with the demo."""
    run = start(module_dir / "data", free_port(0), module_dir / "output")
    try:
        wait_until_ready(run)
        yield run
    finally:
        stop(run)


def pids(run: Run, words: str) -> list[int]:
    """Processes of the run whose command line contains `words`."""
    found = []
    for pid in processes.marked(MARK, str(run.data_dir)):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        if words in command:
            found.append(pid)
    return found


def test_it_says_where_everything_is(installation: Run) -> None:
    assert f"http://acme.localhost:{installation.port}" in installation.said
    assert "countersign-demo" in installation.said
    assert installation.get("/healthz")[0] == 200
    assert installation.get("/readyz")[1].count('"ok"') == 6


def test_secrets_are_not_readable_by_others(installation: Run) -> None:
    for name in ("secret_key", "postgres/passwords.json"):
        assert (installation.data_dir / name).stat().st_mode & 0o077 == 0
    logs = "".join(file.read_text() for file in (installation.data_dir / "logs").glob("*.log"))
    assert (installation.data_dir / "secret_key").read_text() not in logs


def test_a_sent_mail_can_be_read_on_the_page(installation: Run) -> None:
    port = int(re.findall(r"on port (\d+)", (installation.data_dir / "logs" / "mail.log").read_text())[-1])
    message = EmailMessage()
    message["Subject"] = "Grüße <b>from</b> the test"
    message.set_content("plain words")
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.sendmail("x@acme.example", ["blind@acme.example"], message.as_bytes())
    listing = installation.get("/dev/mail/?to=blind@acme.example")[1]
    assert "Grüße &lt;b&gt;from&lt;/b&gt; the test" in listing
    link = re.findall(r'href="(/dev/mail/\d+-[0-9a-f]+/)"', listing)[0]
    assert "plain words" in installation.get(link)[1]
    assert installation.get("/dev/mail/..%2f..%2fsecret_key/")[0] == 404


def test_busy_port_and_a_second_copy_of_the_same_data_are_refused(installation: Run, module_dir: Path) -> None:
    second = start(installation.data_dir, installation.port, module_dir / "second")
    assert second.process.wait(30) == 1
    assert "runs already" in second.said
    third = start(module_dir / "other", installation.port, module_dir / "third")
    assert third.process.wait(30) == 1
    assert f"Port {installation.port}" in third.said
    assert not (module_dir / "other" / "postgres").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
@pytest.mark.parametrize("words", ["granian", "celery --quiet -A config.celery worker", "config.embedded mail"])
def test_a_killed_part_comes_back(installation: Run, words: str) -> None:
    before = pids(installation, words)
    assert before
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_for(
        lambda: bool(pids(installation, words)) and not set(before) & set(pids(installation, words)), f"a new {words}"
    )
    wait_until_ready(installation)


def test_killed_postgresql_is_answered_with_503_and_heals(installation: Run) -> None:
    postmaster = int((installation.data_dir / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
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
    installation.output.write_text("")
    again = start(installation.data_dir, installation.port, installation.output)
    installation.process = again.process
    wait_until_ready(installation)


def test_ctrl_c_ends_everything(installation: Run) -> None:
    installation.process.send_signal(signal.SIGINT)
    assert installation.process.wait(60) == 0
    assert "Stopped" in installation.said
    assert installation.left() == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", installation.port)) != 0
