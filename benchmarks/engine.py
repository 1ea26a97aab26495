"""F1 and F14: moves of a request in one process, alone and in bulk, beside pgbench's one statement and Viewflow, in turns.

Ours is measured with everything on: row-level security, rights, form, history, audit, outbox.
"""

import argparse
import copy
import time
from collections.abc import Callable, Sequence
from statistics import median, quantiles
from typing import Any

from benchmarks import anchors, report, server, world
from benchmarks.planning import BRANCHES, LARGE, SMALL, Planner

STEPS = 300
WARM = 300
BULK = 100
PEERS = ("pgbench", "viewflow")
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
        from workflows.services import bulk
        from workflows.services.runs import run_start
        from workflows.services.tasks import task_complete

        # Found once: an import inside of what is measured would be measured.
        self.scope, self.run_start, self.task_complete = organisation_scope, run_start, task_complete
        self.bulk: Any = bulk
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

    def make_ready(self, seconds: float) -> None:
        """Requests to decide one by one in each graph, and to decide in bulk, for so long."""
        wanted = int(1_500 * seconds) + 20
        self.waiting = {name: iter([self.start(one) for _ in range(wanted)]) for name, one in self.graphs.items()}
        wanted = int(6_000 * seconds) // BULK + 1
        self.rows = iter([[self.bulk.BulkRow(self.start().id, 1) for _ in range(BULK)] for _ in range(wanted)])
        world.analyse()
        for _ in range(20):
            self.decide_each()

    def decide_each(self) -> Figures:
        """A decision of the manager in each graph; seconds each took."""
        took = {}
        for name, waiting in self.waiting.items():
            task = next(waiting)
            began = time.perf_counter()
            self.manage(task)
            took[name] = time.perf_counter() - began
        return took

    def completing(self, seconds: float) -> Figures:
        """Decisions of the manager per second, in the shipped graph and in the long one, in turns."""
        took = [self.decide_each()]
        while sum(one["complete"] for one in took) < seconds:
            took.append(self.decide_each())
        return {name: len(took) / sum(one[name] for one in took) for name in self.graphs}

    def in_bulk(self, seconds: float) -> float:
        """The same decisions, ``BULK`` by one service call in one transaction, per second."""
        return per_second(lambda: self.decide_bulk(next(self.rows)), seconds, moves=BULK)

    def decide_bulk(self, rows: Any) -> None:
        wish = self.bulk.BulkWish(self.bulk.BulkAction.DECIDE, rows, "HR review", self.acme.officer.id)
        with self.scope(self.acme.organisation_id):
            if self.bulk.bulk_ask(actor=self.acme.manager, wish=wish).done != len(rows):
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


class Meter:
    """The engine and its yardsticks, measured in short turns: the speed of a shared machine changes within seconds."""

    def __init__(self, engine: Engine, floor: anchors.OneStatement, viewflow: anchors.Viewflow) -> None:
        self.engine, self.floor, self.viewflow = engine, floor, viewflow
        self.planners = {"planning": Planner(SMALL), "planning_long": Planner(LARGE)}

    def turn(self, seconds: float) -> Figures:
        """Each figure once, one after the other."""
        engine, viewflow = self.engine, self.viewflow
        return {
            "pgbench": self.floor.per_second(seconds),
            **engine.completing(seconds),
            "viewflow": viewflow.per_second("complete", seconds),
            "bulk": engine.in_bulk(seconds),
            "viewflow_applications": viewflow.per_second("applications", seconds),
            "applications": per_second(engine.application, seconds, moves=3),
            **{
                name: per_second(planner.round, seconds / 3, moves=BRANCHES + 1)
                for name, planner in self.planners.items()
            },
        }

    def turns(self, number: int, seconds: float) -> list[Figures]:
        self.engine.make_ready(seconds * number)
        return [self.turn(seconds) for _ in range(number)]


def show(turns: Sequence[Figures], statements: dict[str, int]) -> None:
    named = [
        ("pgbench, one statement, one client", "pgbench"),
        ("Viewflow: complete and open the next", "viewflow"),
        ("Viewflow: start, manager, HR", "viewflow_applications"),
        ("Countersign: start, manager, HR", "applications"),
        ("Countersign: complete and open the next", "complete"),
        (f"Countersign: the same, {BULK} at once", "bulk"),
        (f"Countersign: the same in a graph of {STEPS} steps", "complete_long"),
        (f"Planning alone, fork and join, {SMALL} steps", "planning"),
        (f"Planning alone, fork and join, {LARGE} steps", "planning_long"),
    ]
    rows = [
        [name, median(one[key] for one in turns), statements.get(key, ""), *(_ratio(turns, key, to) for to in PEERS)]
        for name, key in named
    ]
    report.table("Moves of a request", ["", "per second", "statements", "x pgbench", "x Viewflow"], rows)


def _ratio(turns: Sequence[Figures], key: str, peer: str) -> str:
    """The median of the turns' own ratios, and between what the middle half of them lies."""
    low, middle, high = quantiles([one[key] / one[peer] for one in turns], n=4, method="inclusive")
    return f"{middle:.2f} ({low:.2f} to {high:.2f})" if key != peer else "1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.4, help="how long each figure is measured in a turn")
    parser.add_argument("--turns", type=int, default=12, help="how often; the median counts")
    parser.add_argument("--full", action="store_true", help="40 turns")
    arguments = parser.parse_args()
    if arguments.turns < 2:
        parser.error("--turns: at least 2, or there is nothing to compare")
    with server.running() as database, anchors.viewflow(database) as viewflow:
        floor = anchors.OneStatement(database)
        world.prepare("bench_engine", database)
        engine = Engine()
        turns = Meter(engine, floor, viewflow).turns(40 if arguments.full else arguments.turns, arguments.seconds)
        statements = {"pgbench": 1, "viewflow": viewflow.statements, "complete": engine.statements()}
    show(turns, statements)
    print(report.keep("engine", {"turns": turns, "statements": statements}))


if __name__ == "__main__":
    main()
