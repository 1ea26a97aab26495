"""F11: what the processes of an installation hold after many operations, beside what they held when each had met its work.

The whole product as ``make run`` starts it, driven over REST: leave is asked for, the manager's task is looked up and decided,
then the officer's. The workers tell everybody meanwhile. Memory is that of the kernel's books: a page that several processes hold
is divided among them (PSS); beside it all pages that a process holds (RSS).
"""

import argparse
import http.client
import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import report, server
from benchmarks.start import Installation, installed
from config.embedded import processes
from config.embedded.options import MARK

HOME = server.ROOT / ".local" / "bench-memory"
PASSWORD = "countersign-demo"
MOST_MB = 160
LEAVE = {"from": "2026-01-05", "to": "2026-01-07", "reason": "Holiday"}
EACH = 5
"""Operations of one application."""
CLIENTS = 4
Held = dict[str, dict[str, float]]
"""Megabytes by process and measure."""


class Person:
    """Somebody of the demo over REST, on a connection of their own."""

    def __init__(self, port: int, name: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Content-Type": "application/json"}
        login = {"organisation": "acme", "email": f"{name}@acme.example", "password": PASSWORD}
        self._headers["Authorization"] = f"Bearer {self.ask('POST', 'auth/token/', login)['access']}"
        self.id = self.ask("GET", "me/")["id"]

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer's document. Raises RuntimeError for a refusal."""
        text = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v1/{path}", text, self._headers)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status not in {200, 201}:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:300]!r}")
        return json.loads(said)

    def decide(self, run: str, decision: Mapping[str, Any]) -> None:
        """Look up the task of the request that is mine, and decide it."""
        (task,) = self.ask("GET", f"tasks/?assigned=me&run={run}")["results"]
        self.ask("POST", f"tasks/{task['id']}/complete/", {**decision, "version": task["version"]})


class Office:
    """Three people of the demo and the leave application."""

    def __init__(self, port: int) -> None:
        self.asha, self.ravi, self.hema = (Person(port, name) for name in ("asha", "ravi", "hema"))
        workflows = self.asha.ask("GET", "workflows/")["results"]
        self.leave = next(one["id"] for one in workflows if one["name"] == "Leave Application")

    def application(self) -> None:
        """One request from its start to its end."""
        run = self.asha.ask("POST", f"workflows/{self.leave}/runs/", {"data": LEAVE})["id"]
        to_hr = {"transition": "HR review", "assignee": self.hema.id, "data": {"criticality": "low"}}
        self.ravi.decide(run, to_hr)
        self.hema.decide(run, {"transition": "Approved", "data": {"hr_note": "ok"}})


def drive(port: int, operations: int) -> None:
    """So many operations by ``CLIENTS`` at once."""

    def client(_number: int) -> None:
        office = Office(port)
        for _ in range(operations // EACH // CLIENTS):
            office.application()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))  # raises what one of them did


def held(one: Installation) -> Held:
    """Of the web and Celery processes that do the work, which are children of those that keep them; once all is delivered."""
    time.sleep(10)
    kinds = {pid: kind for pid in processes.marked(MARK, str(one.home)) if (kind := _kind(Path(f"/proc/{pid}")))}
    found: Held = {}
    for pid, kind in sorted(kinds.items()):
        if kinds.get(int(_values(pid, "status")["PPid"])) == kind:
            memory = _values(pid, "smaps_rollup")
            found[f"{kind} {pid}"] = {name: int(memory[name].split()[0]) / 1024 for name in ("Pss", "Rss")}
    return found


def _kind(process: Path) -> str | None:
    words = (process / "cmdline").read_bytes().split(b"\0")
    return "web" if b"granian" in words else "worker" if b"worker" in words else None


def _values(pid: int, name: str) -> dict[str, str]:
    """What the kernel says of a process, by name."""
    lines = Path(f"/proc/{pid}/{name}").read_text().splitlines()
    return {name: value for name, _, value in (line.partition(":") for line in lines)}


def run(operations: int) -> dict[str, Any]:
    with installed(HOME) as one:
        one.start()
        drive(one.port, max(200, operations // 10))
        before = held(one)
        drive(one.port, operations)
        return {"operations": operations, "before": before, "after": held(one)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=2_000)
    parser.add_argument("--full", action="store_true", help="10,000 operations")
    arguments = parser.parse_args()
    found = run(10_000 if arguments.full else arguments.operations)
    rows = [
        [name, was["Pss"], now["Pss"], f"{100 * (now['Pss'] / was['Pss'] - 1):+.1f} %", now["Rss"]]
        for name, was in found["before"].items()
        for now in [found["after"][name]]
    ]
    title = f"Megabytes of a process before and after {found['operations']:,} operations (goal: {MOST_MB}, +5 %)"
    report.table(title, ["process", "before", "after", "growth", "shared pages whole"], rows)
    print(report.keep("memory", found))


if __name__ == "__main__":
    main()
