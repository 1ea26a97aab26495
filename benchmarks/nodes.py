"""Automatic steps whose workers are killed with SIGKILL again and again, while a bank counts what it was asked to pay.

Nothing may be lost, and nothing paid twice: a payment is known by its key. `--kills 1000 --steps 1000` is the whole of it;
the small sizes take a minute. Steps that were killed five times are set aside, and tried again by an admin in the end.
"""

import argparse
import os
import random
import signal
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from benchmarks import report, server, world

DATABASE = "bench_nodes"
THINKING = 0.05
"""Seconds that the bank takes for an answer, at most."""


class Bank(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Teller)


class Teller(BaseHTTPRequestHandler):
    server: Bank

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.asked[self.headers["Idempotency-Key"]] += 1
        time.sleep(random.uniform(0, THINKING))
        try:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")
        except OSError:
            return  # the caller was killed

    def log_message(self, *_: object) -> None:
        return


def document(port: int) -> dict[str, Any]:
    node = {"kind": "call", "params": {"method": "POST", "url": f"http://127.0.0.1:{port}/", "body": {"pay": 1}}}
    steps = [
        {"key": "apply", "name": "Apply", "kind": "start"},
        {"key": "pay", "name": "Pay", "kind": "auto", "node": node},
        {"key": "paid", "name": "Paid", "kind": "end"},
    ]
    ways = [{"key": "a", "from": "apply", "to": "pay"}, {"key": "b", "from": "pay", "to": "paid"}]
    graph = {"schema_version": 1, "steps": steps, "transitions": ways}
    return {"schema_version": 1, "name": "Pay", "form": {"schema_version": 1}, "graph": graph}


def worker() -> int:
    """A worker as a process of its own; returns its pid."""
    from django.db import connections

    from workflows.services.machine_work import work_due

    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            work_due(seconds=60)
        finally:
            os._exit(0)
    return pid


def counted(organisation_id: Any) -> dict[str, int]:
    from accounts.tenancy.scope import organisation_scope
    from workflows.models import MachineStep, TaskAttempt, WorkflowRun

    with organisation_scope(organisation_id):
        return {
            "open": MachineStep.objects.filter(finished_at=None, quarantined=False).count(),
            "quarantined": MachineStep.objects.filter(quarantined=True).count(),
            "completed": WorkflowRun.objects.filter(status="completed").count(),
            "crashed": TaskAttempt.objects.filter(outcome="crashed").count(),
            "done": TaskAttempt.objects.filter(outcome="done").count(),
        }


def leases_over(organisation_id: Any) -> None:
    """As if the leases of the dead had run out: ten seconds each, which are no part of the question."""
    from django.db.models.functions import Now

    from accounts.tenancy.scope import organisation_scope
    from workflows.models import MachineStep

    with organisation_scope(organisation_id):
        MachineStep.objects.filter(lease_token__isnull=False).update(next_at=Now())


def kill(bank: Bank, made: world.World, kills: int) -> int:
    killed = 0
    while killed < kills and counted(made.organisation_id)["open"]:
        before, pid = bank.asked.total(), worker()
        until = time.monotonic() + 5
        while bank.asked.total() == before and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(random.uniform(0, THINKING * 1.5))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        killed += 1
        leases_over(made.organisation_id)
    return killed


def settle(made: world.World) -> None:
    """An admin has what was set aside tried again, and workers that live do the rest."""
    from accounts.tenancy.scope import organisation_scope
    from workflows.models import MachineStep
    from workflows.services.machine_care import step_retry
    from workflows.services.machine_work import work_due

    work_due(seconds=600)
    with organisation_scope(made.organisation_id):
        for task_id in MachineStep.objects.filter(quarantined=True).values_list("task_id", flat=True):
            step_retry(task_id=task_id, actor=made.admin, reason="Nobody kills it any more")
    work_due(seconds=600)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    os.environ["EGRESS_ALLOW"] = "127.0.0.0/8"
    with server.running() as database, Bank() as bank:
        threading.Thread(target=bank.serve_forever, daemon=True).start()
        world.prepare(DATABASE, database)
        made = world.build("acme")
        definition_id = world.publish(made, document(bank.server_port))
        from accounts.tenancy.scope import organisation_scope
        from workflows.services.runs import run_start

        for _ in range(arguments.steps):
            with organisation_scope(made.organisation_id):
                run_start(definition_id=definition_id, actor=made.employee, data={})
        begun = time.perf_counter()
        killed = kill(bank, made, arguments.kills)
        seconds, stormed = time.perf_counter() - begun, counted(made.organisation_id)
        settle(made)
        found = counted(made.organisation_id)
        bank.shutdown()
    return {
        "steps": arguments.steps,
        "kills": killed,
        "seconds": seconds,
        "quarantined": stormed["quarantined"],
        "completed": found["completed"],
        "paid": len(bank.asked),
        "asked": bank.asked.total(),
        "crashed attempts": found["crashed"],
        "lost": arguments.steps - found["completed"],
        "doubled": len(bank.asked) - found["done"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--kills", type=int, default=60)
    arguments = parser.parse_args()
    result = run(arguments)
    report.table("Automatic steps under kill -9", list(result), [list(result.values())])
    report.keep("nodes", result)
    if result["lost"] or result["doubled"]:
        raise SystemExit("Something was lost or done twice.")


if __name__ == "__main__":
    main()
