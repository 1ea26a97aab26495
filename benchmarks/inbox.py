"""F5: the inbox page while the organisation's open tasks grow, for somebody with little and somebody with much to do.

The page is answered in process, with everything in it: session, rights, counts, badges, rendering. Viewflow's inbox beside it,
at the same sizes, for its users with as much to do. ``decide`` is a decision at that size (F14).
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from benchmarks import report, server, shares, world

SMALL = (1_000, 20_000, 100_000)
FULL = (1_000, 100_000, 1_000_000)
PASSWORD = "countersign-demo"
Figures = dict[str, float]


class Inboxes:
    """One organisation that grows; the manager is heavy: every second request waits for them."""

    def __init__(self, people: int) -> None:
        from config.demo import scale

        self.acme = world.build("acme", people=people)
        acme = self.acme
        self.place = scale.Filled(acme.organisation_id, acme.slug, acme.definition_id, acme.version_id, 0)
        self.light = self._somebody()

    def _somebody(self) -> Any:
        from accounts.models import Membership
        from accounts.tenancy.scope import organisation_scope

        with organisation_scope(self.acme.organisation_id):
            nobodys_boss = Membership.objects.filter(reports=None).exclude(id=self.acme.employee.id)
            return nobodys_boss.select_related("user", "organisation").order_by("-name").first()

    def grow(self, number: int) -> None:
        """Bring the organisation to so many open tasks."""
        from accounts.tenancy.scope import organisation_scope
        from config.demo import scale
        from workflows.models import Task

        self.place = scale.fill_requests(self.place, number, open_percent=100, heavy=self.acme.manager.id)
        with organisation_scope(self.acme.organisation_id):
            waiting = Task.objects.filter(state="waiting")
            missing = shares.light(number) - waiting.filter(assignee_id=self.light.id).count()
            others = waiting.exclude(assignee_id__in=[self.acme.manager.id, self.light.id])
            some = list(others.values_list("id", flat=True)[:missing])
            Task.objects.filter(id__in=some).update(assignee_id=self.light.id)
        scale.analyse()

    def page(self, member: Any, times: int, address: str = "/inbox/") -> Figures:
        """The inbox, or another page, as the person's browser gets it."""
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        browser = Client(headers={"host": f"{self.acme.slug}.localhost"})
        browser.post("/login/", {"email": member.email, "password": PASSWORD})
        for _ in range(10):
            browser.get(address)
        with CaptureQueriesContext(connection) as captured:
            answer = browser.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}.")
        statements = len([query for query in captured if query["sql"] not in ("BEGIN", "COMMIT")])
        took = timed(lambda: browser.get(address), times)
        size = {
            "kilobytes": len(gzip.compress(answer.content)) / 1000,
            "rows": answer.content.count(b'href="/requests/'),
        }
        return took | {"statements": statements, **size}

    def decide(self, times: int) -> Figures:
        """Decisions of the manager by the service."""
        from accounts.tenancy.scope import organisation_scope
        from workflows.models import Task
        from workflows.services.tasks import task_complete

        acme = self.acme
        with organisation_scope(acme.organisation_id):
            waiting = Task.objects.filter(assignee_id=acme.manager.id, state="waiting", version=1)
            mine = waiting.exclude(requester_id__in=[acme.manager.id, acme.officer.id])
            tasks = iter(list(mine.values_list("id", flat=True)[: times + 20]))

        def one() -> None:
            with organisation_scope(acme.organisation_id):
                task_complete(
                    task_id=next(tasks),
                    actor=acme.manager,
                    transition="HR review",
                    assignee=acme.officer.id,
                    data={"criticality": "low"},
                    version=1,
                )

        for _ in range(20):
            one()
        return timed(one, times)


def timed(step: Any, times: int) -> Figures:
    """Milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        step()
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return {"p50": took[times // 2], "p95": took[int(times * 0.95)]}


def viewflow(database: Any, sizes: Sequence[int], times: int) -> list[dict[str, Figures]]:
    """Viewflow's inbox at the sizes, in a process of its own."""
    environment = os.environ | {"VIEWFLOW_DATABASE_URL": server.fresh_database(database, "viewflow_inbox")}
    command = [sys.executable, "-m", "benchmarks.peers.viewflow_inbox", "--times", str(times), *map(str, sizes)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=server.ROOT)
    found: list[dict[str, Figures]] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(sizes: Sequence[int], people: int, times: int) -> dict[str, Any]:
    with server.running() as database:
        theirs = viewflow(database, sizes, max(10, times // 10))
        world.prepare("bench_inbox", database)
        inboxes = Inboxes(people)
        rows = []
        for size, peer in zip(sizes, theirs, strict=True):
            inboxes.grow(size)
            rows.append(
                {
                    "open_tasks": size,
                    "light": inboxes.page(inboxes.light, times),
                    "heavy": inboxes.page(inboxes.acme.manager, times),
                    "decide": inboxes.decide(times),
                    "viewflow": peer,
                }
            )
    return {"rows": rows}


def show(rows: Sequence[dict[str, Any]]) -> None:
    table = []
    for row in rows:
        for who in ("light", "heavy"):
            ours, peer = row[who], row["viewflow"][who]
            table.append(
                [
                    f"{row['open_tasks']:,}",
                    who,
                    ours["p50"],
                    ours["p95"],
                    ours["p95"] / rows[0][who]["p95"],
                    int(ours["statements"]),
                    ours["kilobytes"],
                    peer["p50"],
                    peer["p95"] / ours["p95"],
                    row["decide"]["p50"],
                ]
            )
    columns = ["open tasks", "user", "p50 ms", "p95 ms", "x the first", "statements", "kB gzip"]
    report.table("The inbox", [*columns, "Viewflow p50 ms", "x faster (p95)", "decide p50 ms"], table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100, help="how often each page is loaded")
    parser.add_argument("--sizes", type=int, nargs="+", default=SMALL, help="open tasks")
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--full", action="store_true", help="1,000, 100,000 and 1,000,000 open tasks, 1,000 people")
    arguments = parser.parse_args()
    if arguments.full:
        arguments.sizes, arguments.people, arguments.times = FULL, 1_000, 300
    result = run(arguments.sizes, arguments.people, arguments.times)
    show(result["rows"])
    print(report.keep("inbox", result))


if __name__ == "__main__":
    main()
