"""A browser, and the gallery of all screens to point it at."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import CHROMIUM
from tests.browser.desk import Desk, Look, Sit
from tests.product import Run, running

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0
"""Seconds a server may take to come up."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """The system's Chromium, which as root runs only without its sandbox."""
    if CHROMIUM is None:
        missing = "no chromium on this machine; install it or name one in COUNTERSIGN_CHROMIUM"
        if os.environ.get("COUNTERSIGN_REQUIRE_BROWSER"):  # set by .ci/run
            pytest.fail(missing)
        pytest.skip(missing)
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def base_url() -> str:
    """Ours instead of the plugin's, which is made in a way that pytest warns about."""
    return ""


@pytest.fixture(scope="session")
def gallery() -> Iterator[str]:
    """Address of the gallery, served by a process of its own."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.gallery", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://localhost:{port}"
    try:
        wait_for(base)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture(scope="session")
def product(browser_type_launch_args: dict[str, object]) -> Iterator[Run]:
    """An installation for all stories; not before it is known that there is a browser to tell them."""
    with running("story") as run:
        yield run


@pytest.fixture
def sit(browser: Browser, product: Run) -> Iterator[Sit]:
    """Gives the desk of somebody who is logged in; in the end nothing may have been wrong on any page they saw."""
    desks: list[Desk] = []

    def sit_down(name: str, look: Look) -> Desk:
        desk = Desk.of(browser, product, name, look)
        desks.append(desk)
        desk.log_in()
        return desk

    yield sit_down
    for desk in desks:
        desk.close()
    assert [fault for desk in desks for fault in desk.faults] == []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    """Returns when the address answers; raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urlopen(address):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(address)
