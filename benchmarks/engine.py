"""F1: moves of a request per second in one process, beside pgbench's one-statement transition and Viewflow, in one run.

Ours is measured with everything on: row-level security, rights, form, history, audit, outbox.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

from benchmarks import anchors, report, server


def per_second(step: Callable[[], int], seconds: float) -> float:
    """Moves per second while ``step`` is repeated; ``step`` returns how many it made."""
    moves, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        moves += step()
    return moves / (time.perf_counter() - began)


def ours(database: Any, seconds: float) -> dict[str, float]:
    from benchmarks import world

    world.prepare("bench_engine", database)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.tenancy.scope import organisation_scope
    from workflows.services.runs import run_start
    from workflows.services.tasks import task_complete

    acme = world.build("acme")

    def start() -> Any:
        with organisation_scope(acme.organisation_id):
            data = {"from": "2026-01-05", "to": "2026-01-07", "reason": "Holiday"}
            return run_start(definition_id=acme.definition_id, actor=acme.employee, data=data).opened[0]

    def manage(task: Any) -> Any:
        with organisation_scope(acme.organisation_id):
            return task_complete(
                task_id=task.id,
                actor=acme.manager,
                transition="HR review",
                assignee=acme.officer.id,
                data={"criticality": "low"},
                version=1,
            ).opened[0]

    def finish(task: Any) -> None:
        with organisation_scope(acme.organisation_id):
            task_complete(task_id=task.id, actor=acme.officer, transition="Approved", data={"hr_note": "ok"}, version=1)

    def application() -> int:
        finish(manage(start()))
        return 3

    for _ in range(50):
        application()
    waiting = [start() for _ in range(int(600 * seconds) + 200)]
    with CaptureQueriesContext(connection) as captured:
        manage(waiting.pop())

    def complete() -> int:
        manage(waiting.pop())
        return 1

    return {
        "complete": per_second(complete, min(seconds, 0.4 * seconds + 2))
        if seconds < 2
        else per_second(complete, seconds / 2),
        "applications": per_second(application, seconds),
        "statements": float(len([q for q in captured if q["sql"] not in {"BEGIN", "COMMIT"}])),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each figure is measured")
    arguments = parser.parse_args()
    with server.running() as database:
        floor = anchors.one_statement(database, clients=1, seconds=arguments.seconds)
        viewflow = anchors.viewflow(database, seconds=arguments.seconds)
        mine = ours(database, arguments.seconds)
    rows = [
        ["pgbench, one statement, one client", floor, "", 1.0, floor / viewflow["per_second"]],
        [
            "Viewflow: start, manager, HR",
            viewflow["per_second"],
            int(viewflow["statements"]),
            viewflow["per_second"] / floor,
            1.0,
        ],
        [
            "Countersign: start, manager, HR",
            mine["applications"],
            "",
            mine["applications"] / floor,
            mine["applications"] / viewflow["per_second"],
        ],
        [
            "Countersign: complete and open the next",
            mine["complete"],
            int(mine["statements"]),
            mine["complete"] / floor,
            mine["complete"] / viewflow["per_second"],
        ],
    ]
    report.table("Moves of a request", ["", "per second", "statements", "x pgbench", "x Viewflow"], rows)
    print(report.keep("engine", {"pgbench": floor, "viewflow": viewflow, "countersign": mine}))


if __name__ == "__main__":
    main()
