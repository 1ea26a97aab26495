"""F1 and F14: moves of a request in one process, alone and in bulk, beside pgbench's one statement and Viewflow, in turns.

Ours is measured with everything on: row-level security, rights, form, history, audit, outbox.
"""

import argparse
import copy
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from benchmarks import anchors, report, server, world
from benchmarks.planning import BRANCHES, LARGE, SMALL, Planner

STEPS = 300
WARM = 300
BULK = 100
Figures = dict[str, float]


def per_second(step: Callable[[], object], seconds: float, moves: int = 1) -> float:
    """Moves per second while ``step``, which makes ``moves`` of them, is repeated."""
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        step()
        done += moves
    return done / (time.perf_counter() - began)


class Engine:
    """Requests of one organisation, moved by the services. Import only after ``world.prepare``."""

    def __init__(self) -> None:
        from accounts.tenancy.scope import organisation_scope
        from workflows.services.runs import run_start
        from workflows.services.tasks import task_complete

        # Found once: an import inside of what is measured would be measured.
        self.scope, self.run_start, self.task_complete = organisation_scope, run_start, task_complete
        self.acme = world.build("acme")
        long = world.publish(self.acme, lengthened(world.leave(), STEPS))
        self.graphs = {"complete": self.acme.definition_id, "complete_long": long}
        for _ in range(WARM):
            self.application()
        world.analyse()

    def start(self, definition_id: Any = None) -> Any:
        data = {"from": "2026-01-05", "to": "2026-01-07", "reason": "Holiday"}
        wanted = definition_id or self.acme.definition_id
        with self.scope(self.acme.organisation_id):
            return self.run_start(definition_id=wanted, actor=self.acme.employee, data=data).opened[0]

    def decide(self, task: Any, actor: Any, transition: str, assignee: Any = None, **data: str) -> Any:
        with self.scope(self.acme.organisation_id):
            return self.task_complete(
                task_id=task.id, actor=actor, transition=transition, assignee=assignee, data=data, version=1
            )

    def manage(self, task: Any) -> Any:
        return self.decide(task, self.acme.manager, "HR review", self.acme.officer.id, criticality="low").opened[0]

    def application(self) -> None:
        self.decide(self.manage(self.start()), self.acme.officer, "Approved", hr_note="ok")

    def completing(self, seconds: float) -> Figures:
        """Decisions of the manager per second, of requests that wait already: in the shipped graph and in the long one, in
        turns, so that both meet the same machine."""
        waiting = {
            name: [self.start(one) for _ in range(int(1_500 * seconds) + 20)] for name, one in self.graphs.items()
        }
        world.analyse()
        took = dict.fromkeys(waiting, 0.0)
        done = 0
        for number, tasks in enumerate(zip(*waiting.values(), strict=True)):
            for name, task in zip(waiting, tasks, strict=True):
                began = time.perf_counter()
                self.manage(task)
                took[name] += time.perf_counter() - began if number >= 20 else 0.0
            done += number >= 20
            if max(took.values()) > seconds:
                break
        return {name: done / spent for name, spent in took.items()}

    def in_bulk(self, seconds: float) -> float:
        """The same decisions, ``BULK`` by one service call in one transaction, per second."""
        from workflows.services.bulk import BulkRow

        wanted = int(8_000 * seconds) // BULK + 2
        rows = iter([[BulkRow(self.start().id, 1) for _ in range(BULK)] for _ in range(wanted)])
        world.analyse()
        self.decide_bulk(next(rows))
        return per_second(lambda: self.decide_bulk(next(rows)), seconds, moves=BULK)

    def decide_bulk(self, rows: Any) -> None:
        from workflows.models import BulkAction
        from workflows.services.bulk import BulkWish, bulk_ask

        wish = BulkWish(BulkAction.DECIDE, rows, "HR review", self.acme.officer.id)
        with self.scope(self.acme.organisation_id):
            if bulk_ask(actor=self.acme.manager, wish=wish).done != len(rows):
                raise RuntimeError("A row was left.")

    def statements(self) -> int:
        """Of one decision, without BEGIN and COMMIT; the declaration of the organisation travels with the former."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        task = self.start()
        with CaptureQueriesContext(connection) as captured:
            self.manage(task)
        return len([query for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT"))])


def lengthened(document: dict[str, Any], steps: int) -> dict[str, Any]:
    """The leave application with so many steps: the others lie between HR review and the end."""
    made = copy.deepcopy(document)
    graph = made["graph"]
    model = next(step for step in graph["steps"] if step["key"] == "hr_review")
    names = [f"extra_{number}" for number in range(1, steps - len(graph["steps"]) + 1)]
    graph["steps"] += [{**model, "key": name, "name": name.replace("_", " ").title()} for name in names]
    for source, target in zip(["hr_review", *names], [*names, "approved"], strict=True):
        graph["transitions"].append({"key": f"{source}_to_{target}", "from": source, "to": target})
    return made


def measure(database: Any, engine: Engine, seconds: float) -> Figures:
    """One round: each figure once, one after the other."""
    viewflow = anchors.viewflow(database, seconds=seconds)
    return {
        "pgbench": anchors.one_statement(database, clients=1, seconds=seconds),
        "viewflow": viewflow["complete"],
        "viewflow_applications": viewflow["applications"],
        "viewflow_statements": viewflow["statements"],
        **engine.completing(seconds),
        "bulk": engine.in_bulk(seconds),
        "applications": per_second(engine.application, seconds, moves=3),
        "planning": per_second(Planner(SMALL).round, seconds / 3, moves=BRANCHES + 1),
        "planning_long": per_second(Planner(LARGE).round, seconds / 3, moves=BRANCHES + 1),
    }


def show(found: Figures) -> None:
    floor, viewflow = found["pgbench"], found["viewflow"]
    named = [
        ("pgbench, one statement, one client", "pgbench", 1),
        ("Viewflow: complete and open the next", "viewflow", int(found["viewflow_statements"])),
        ("Viewflow: start, manager, HR", "viewflow_applications", ""),
        ("Countersign: start, manager, HR", "applications", ""),
        ("Countersign: complete and open the next", "complete", int(found["statements"])),
        (f"Countersign: the same, {BULK} at once", "bulk", ""),
        (f"Countersign: the same in a graph of {STEPS} steps", "complete_long", ""),
        (f"Planning alone, fork and join, {SMALL} steps", "planning", 0),
        (f"Planning alone, fork and join, {LARGE} steps", "planning_long", 0),
    ]
    rows = [[name, found[key], count, found[key] / floor, found[key] / viewflow] for name, key, count in named]
    report.table("Moves of a request", ["", "per second", "statements", "x pgbench", "x Viewflow"], rows)


def middle(rounds: Sequence[Figures]) -> Figures:
    return {name: median(one[name] for one in rounds) for name in rounds[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.5, help="how long each figure is measured in a round")
    parser.add_argument("--rounds", type=int, default=3, help="how often; the median counts")
    parser.add_argument("--full", action="store_true", help="7 rounds of 4 seconds")
    arguments = parser.parse_args()
    if arguments.full:
        arguments.seconds, arguments.rounds = 4.0, 7
    with server.running() as database:
        world.prepare("bench_engine", database)
        engine = Engine()
        rounds = [measure(database, engine, arguments.seconds) for _ in range(arguments.rounds)]
        found = middle(rounds) | {"statements": float(engine.statements())}
    show(found)
    print(report.keep("engine", {"medians": found, "rounds": rounds}))


if __name__ == "__main__":
    main()
