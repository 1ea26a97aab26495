"""F8: very many time limits that pass in one moment, in several organisations, swept by several processes while people decide.

Each must be handed over once; the answers of the API are timed alone and meanwhile, in one run on one machine.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from typing import Any

from benchmarks import report, server, world
from benchmarks.load import Load, drive
from benchmarks.web import serving
from config.embedded import roles

DATABASE = "bench_sla"
CLIENTS = 4
SHARE_OF_THE_FIRST = 0.5
"""One organisation has half of them; the others must not wait for it."""

DUE = """
UPDATE workflows_task SET opened_at = now() - interval '9 days', due_at = %(at)s, check_at = %(at)s, rungs_done = 1
WHERE organisation_id = %(organisation)s AND step = 'manager_review' AND state = 'waiting'
"""
LATER = "UPDATE workflows_task SET check_at = NULL WHERE organisation_id = %(organisation)s"
ONCE = """
SELECT count(*), count(*) FILTER (WHERE times = 1), count(*) FILTER (WHERE early)
FROM (SELECT t.id, count(l.id) AS times, bool_or(l.at < t.due_at) AS early
      FROM workflows_task t
      LEFT JOIN workflows_transitionlog l ON l.organisation_id = t.organisation_id AND l.task_id = t.id
                                          AND l.kind IN ('escalated', 'overdue')
      WHERE t.organisation_id = %(organisation)s AND t.due_at = %(at)s GROUP BY t.id) counted
"""


class Crowd:
    """Organisations whose tasks all fall due at once, and one whose people go on working. After ``world.prepare``."""

    def __init__(self, number: int, organisations: int, calls: int) -> None:
        from benchmarks.desk import Desk
        from config.demo import scale

        self.desk = Desk(calls)
        sizes = [int(number * SHARE_OF_THE_FIRST)]
        sizes += [(number - sizes[0]) // (organisations - 1)] * (organisations - 1)
        self.slugs: dict[Any, int] = {}
        for place, size in enumerate(sizes):
            made = world.build(f"late{place}")
            filled = scale.Filled(made.organisation_id, made.slug, made.definition_id, made.version_id, 0)
            scale.fill_requests(filled, size, open_percent=100)
            self.slugs[made.organisation_id] = size
        scale.analyse()

    def fall_due(self, at: Any) -> None:
        for organisation_id in self.slugs:
            execute(organisation_id, DUE, at)
        execute(self.desk.acme.organisation_id, LATER, at)

    def counted(self, at: Any) -> tuple[int, int, int]:
        """Tasks that were due, those that were dealt with exactly once, and those too early."""
        found = [execute(organisation_id, ONCE, at)[0] for organisation_id in self.slugs]
        return tuple(map(sum, zip(*found, strict=True)))  # type: ignore[return-value]  # three columns


def execute(organisation_id: Any, sql: str, at: Any) -> list[Any]:
    from django.db import connection

    from accounts.tenancy.scope import organisation_scope

    with organisation_scope(organisation_id), connection.cursor() as cursor:
        cursor.execute(sql, {"organisation": organisation_id, "at": at})
        return list(cursor.fetchall()) if cursor.description else []


def sweep(database: Any, sweepers: int, begin: float) -> list[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.sla_sweeper", DATABASE, "--at", str(begin)]
    environment = os.environ | {"DATABASE_URL": database.url(roles.APP, DATABASE)}
    return [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=server.ROOT)
        for _ in range(sweepers)
    ]


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    from django.utils import timezone

    with server.running() as database:
        world.prepare(DATABASE, database)
        crowd = Crowd(arguments.number, arguments.organisations, arguments.calls * 3 + 80)
        own = {"DATABASE_URL": database.url(roles.APP, DATABASE)}
        with serving("config.wsgi:application", own) as port:
            drive(port, crowd.desk.rest(40), clients=CLIENTS, seconds=30)
            alone = drive(port, crowd.desk.rest(arguments.calls), clients=CLIENTS, seconds=arguments.seconds)
            moment = timezone.now()
            crowd.fall_due(moment)
            begin = time.time() + 4
            workers = sweep(database, arguments.sweepers, begin)
            time.sleep(max(0.0, begin - time.time()))
            meanwhile = drive(port, crowd.desk.rest(arguments.calls), clients=CLIENTS, seconds=arguments.seconds)
            said = [json.loads(worker.communicate()[0].splitlines()[-1]) for worker in workers]
        world.analyse()
        due, once, early = crowd.counted(moment)
    ends = [end for one in said for end in one["ends"].values()]
    first = str(next(iter(crowd.slugs)))
    others = [end for one in said for key, end in one["ends"].items() if key != first]
    return {
        "due": due,
        "once": once,
        "early": early,
        "sweepers": arguments.sweepers,
        "seconds": max(ends) - begin,
        "others": max(others) - begin,
        "alone": figures(alone),
        "meanwhile": figures(meanwhile),
    }


def figures(load: Load) -> dict[str, float]:
    return {"per_second": load.per_second, "p50": load.percentile(0.5), "p95": load.percentile(0.95)}


def show(found: dict[str, Any]) -> None:
    rows = [
        ["due at once", found["due"], ""],
        ["dealt with exactly once", found["once"], ""],
        ["before their time", found["early"], ""],
        [f"all done by {found['sweepers']} sweepers, seconds", found["seconds"], ""],
        ["the smaller organisations done, seconds", found["others"], ""],
        ["tasks per second", found["due"] / found["seconds"], ""],
        ["REST decisions alone, p95 ms", found["alone"]["p95"], 1.0],
        [
            "REST decisions meanwhile, p95 ms",
            found["meanwhile"]["p95"],
            found["meanwhile"]["p95"] / found["alone"]["p95"],
        ],
    ]
    report.table("Time limits that pass in one moment", ["", "measured", "x alone"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=5_000, help="tasks that fall due")
    parser.add_argument("--organisations", type=int, default=5)
    parser.add_argument("--sweepers", type=int, default=2)
    parser.add_argument("--calls", type=int, default=1_500, help="decisions sent, at most")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long the API is timed, alone and meanwhile")
    parser.add_argument("--full", action="store_true", help="100,000 tasks, the API for 20 seconds")
    arguments = parser.parse_args()
    if arguments.full:
        arguments.number, arguments.seconds, arguments.calls = 100_000, 20.0, 8_000
    found = run(arguments)
    show(found)
    print(report.keep("sla", found))
    if found["once"] != found["due"] or found["early"]:
        raise SystemExit("Some were dealt with too early, twice or never.")


if __name__ == "__main__":
    main()
