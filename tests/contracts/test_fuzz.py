"""Schemathesis reads the description that the product serves and sends what it can think of: nothing makes a server error."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test.testcases import LiveServerThread

from tests.accounts.clients import token_of
from tests.cast import Acme, make_acme
from tests.factories.workflows import install
from tests.flows.proposals.world import make_world
from tests.scenarios.rest import Rest

SECONDS = int(os.environ.get("FUZZ_SECONDS", "30"))
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance,unsupported_method,ignored_auth,use_after_free"
)
ASKED = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}
ST = Path(sys.executable).with_name("st")


@pytest.fixture
def acme_at_work(committed_db: None) -> Acme:
    """Acme with two workflows, a request that waits for Tess's colleagues, a data flow and a proposal."""
    acme = make_acme()
    with acme.scope():
        install("leave_application", acme.omar)
        install("claim_expense", acme.omar)
        world = make_world(acme)
        world.flow(name="night")
        world.propose()
    Rest(acme.asha).start("Leave Application", ASKED)
    Rest(acme.tess).start("Leave Application", ASKED)
    return acme


@pytest.fixture
def address(acme_at_work: Acme) -> Iterator[str]:
    """The product behind a real socket, in threads of this process."""
    server = LiveServerThread("127.0.0.1", static_handler=lambda handler: handler)  # type: ignore[arg-type]  # any wrapper
    server.daemon = True
    server.start()
    assert server.is_ready.wait(20)
    assert server.error is None
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


def run(address: str, token: str, where: Path) -> subprocess.CompletedProcess[str]:
    command: list[Any] = [ST, "run", f"{address}/api/v1/schema/", "-H", f"Authorization: Bearer {token}"]
    command += ["-c", CHECKS, "--max-time", str(SECONDS), "-n", "40", "--no-color", "--no-shrink", "--seed", "1"]
    command += ["--generation-database", "none", "--request-timeout", "10", "--warnings", "off"]
    return subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=SECONDS * 6 + 120, check=False)


@pytest.mark.slow
def test_no_request_makes_a_server_error(acme_at_work: Acme, address: str, tmp_path: Path) -> None:
    token = token_of(acme_at_work.tess)["access"]
    done = run(address, token, tmp_path)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-4_000:]
