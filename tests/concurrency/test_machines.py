"""Workers that are killed again and again while automatic steps call another machine: nothing lost, nothing done twice.

What was done is counted where it happens: a server that keeps the keys of its callers, as a payment service does.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connections

from tests.cast import Acme, make_acme
from tests.concurrency.racing import together
from tests.factories.machines import publish_node
from tests.postgres import ROOT
from workflows.models import MachineStep, Task, TaskAttempt, WorkflowRun
from workflows.selectors.machines import Callback
from workflows.services.machine_care import event_receive
from workflows.services.machine_work import work_once
from workflows.services.runs import run_start

RUNS = 30
KILLING = 14.0
"""Seconds in which workers are killed as soon as they are at work."""
LEAST = 3
ANSWERS = 40
WORKER = """import django; django.setup()
from workflows.services import machine_work
machine_work.work_due(seconds=60)"""

pytestmark = [pytest.mark.concurrency, pytest.mark.skipif(sys.platform != "linux", reason="kills processes")]


class Bank(ThreadingHTTPServer):
    """Pays once per key, and slowly: many workers die while they wait for the answer."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Teller)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/pay"


class Teller(BaseHTTPRequestHandler):
    server: Bank

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.asked[self.headers["Idempotency-Key"]] += 1
        time.sleep(random.uniform(0, 0.15))
        try:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"paid": true}')
        except OSError:
            return  # the caller has been killed

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def bank() -> Iterator[Bank]:
    with Bank() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def acme(committed_db: None) -> Acme:
    return make_acme()


def worker() -> "subprocess.Popen[bytes]":
    settings = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test", "EGRESS_ALLOW": "127.0.0.0/8"}
    return subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=settings, stderr=subprocess.DEVNULL)


def leases_over(acme: Acme) -> None:
    """As if the leases of the dead had run out."""
    with acme.scope():
        held = MachineStep.objects.filter(lease_token__isnull=False)
        for row in held:
            MachineStep.objects.filter(id=row.id, lease_token=row.lease_token).update(next_at=row.opened_at, crashes=0)


def open_steps(acme: Acme) -> int:
    with acme.scope():
        return MachineStep.objects.filter(finished_at=None).count()


def start_many(acme: Acme, url: str) -> None:
    node = {"kind": "call", "params": {"method": "POST", "url": url, "body": {"run": "{{ run.number }}"}}}
    with acme.scope():
        definition = publish_node(acme.omar, node | {"retry": {"count": 5, "interval": 1, "jitter": 0}})
    for number in range(RUNS):
        with acme.scope():
            run_start(definition_id=definition.id, actor=acme.asha, data={"reason": f"Claim {number}"})


def kill_for_a_while(acme: Acme, server: Bank) -> int:
    """Kill each worker a moment after it has asked for something, a few at least; returns how many were killed."""
    killed = 0
    until = time.monotonic() + KILLING
    while (killed < LEAST or time.monotonic() < until) and open_steps(acme):
        process, before, patience = worker(), server.asked.total(), time.monotonic() + 90
        while server.asked.total() == before and process.poll() is None and time.monotonic() < patience:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
        leases_over(acme)
    return killed


@pytest.mark.slow
def test_workers_are_killed_and_every_step_is_done_once(acme: Acme) -> None:
    with bank() as server:
        start_many(acme, server.url)
        killed = kill_for_a_while(acme, server)
        leases_over(acme)
        last = worker()
        until = time.monotonic() + 300
        while open_steps(acme) and time.monotonic() < until:
            time.sleep(0.2)
        last.kill()
        last.wait()
    assert killed >= LEAST
    with acme.scope():
        assert WorkflowRun.objects.filter(context__auto__body__paid=True).count() == RUNS
        assert Task.objects.filter(step="review").count() == RUNS
        assert TaskAttempt.objects.filter(outcome="done").count() == RUNS
        # Somebody died between asking and noting: the same key came again, and paid nothing.
        assert len(server.asked) == RUNS
        assert server.asked.total() <= RUNS + killed
        assert not Task.objects.filter(state__in=("failure", "running")).exists()


def test_workers_share_the_steps(acme: Acme) -> None:
    with acme.scope():
        node = {"kind": "formula", "params": {"values": {"twice": "record.total * 2"}}}
        definition = publish_node(acme.omar, node)
    for number in range(12):
        with acme.scope():
            run_start(definition_id=definition.id, actor=acme.asha, data={"reason": "x", "total": number})

    def work() -> int:
        try:
            return sum(1 for _ in range(24) if work_once(acme.organisation.id))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        done = [future.result() for future in [pool.submit(work) for _ in range(3)]]
    with acme.scope():
        while work_once(acme.organisation.id):
            done.append(1)
        assert TaskAttempt.objects.filter(outcome="done").count() == 12
        assert TaskAttempt.objects.count() == 12


def test_what_a_step_waits_for_comes_while_a_worker_looks(acme: Acme) -> None:
    here = acme.organisation.id
    with acme.scope():
        definition = publish_node(acme.omar, {"kind": "wait"})
    for _ in range(ANSWERS):
        with acme.scope():
            run_id = run_start(definition_id=definition.id, actor=acme.asha, data={"reason": "x"}).run_id
        answer = partial(event_receive, callback=Callback(here, run_id, "auto", 0), payload={})
        together(partial(work_once, here), answer)
        while work_once(here):
            pass
    with acme.scope():
        assert Task.objects.filter(step="review", state="waiting").count() == ANSWERS
