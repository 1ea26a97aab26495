"""F2 to F4: decisions over HTTP, by REST and by the page's form, beside the floor of the stack and Viewflow's approval.

All are served by the same server program with two workers, in turns, in one run. ``--programs`` compares
server programs that are installed.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from benchmarks import report, server, world
from benchmarks.load import Call, Load, drive
from benchmarks.web import serving
from config.embedded import roles
from config.embedded.postgres import EmbeddedPostgres

DATABASE = "bench_http"
CSRF = "c" * 32
MOST = 1_500
"""More requests per second than any of ours is expected to answer; so many tasks are made."""

Calls = Callable[[], Sequence[Call]]
Application = tuple[str, dict[str, str], Calls]


def peer(module: str, variable: str, url: str, *arguments: str) -> str:
    """Have a peer prepare its database in a process of its own; what it printed last."""
    command = [sys.executable, "-m", f"benchmarks.peers.{module}", *arguments]
    environment = os.environ | {variable: url}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=server.ROOT)
    return done.stdout.splitlines()[-1]


def floor(database: EmbeddedPostgres, number: int) -> Application:
    url = server.fresh_database(database, "floor")
    token = peer("floor", "FLOOR_DATABASE_URL", url)
    headers = {"Host": "localhost", "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    calls = [Call("POST", f"/tasks/{1 + n % 1000}/", headers, '{"note": "seen"}') for n in range(number * 4)]
    return "benchmarks.peers.floor:application", {"FLOOR_DATABASE_URL": url}, lambda: calls


def viewflow(database: EmbeddedPostgres, number: int, rounds: int) -> Application:
    url = server.fresh_database(database, "viewflow_site")
    answer = json.loads(peer("viewflow_site", "VIEWFLOW_DATABASE_URL", url, "--processes", str(number * rounds)))
    headers = {
        "Host": "localhost",
        "Cookie": f"sessionid={answer['sessions']['manager']}; csrftoken={CSRF}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = f"csrfmiddlewaretoken={CSRF}"
    waiting = iter(answer["tasks"])

    def calls() -> list[Call]:
        some = [task for _, task in zip(range(number), waiting, strict=False)]
        return [Call("POST", f"/leave/{one}/manager/{task}/execute/", headers, body, 302) for one, task in some]

    return "benchmarks.peers.viewflow_site:application", {"VIEWFLOW_DATABASE_URL": url}, calls


def measure(program: str, applications: dict[str, Application], options: argparse.Namespace) -> dict[str, Load]:
    """One figure of each, one after the other."""
    found = {}
    for name, (application, environment, calls) in applications.items():
        with serving(application, environment, program=program, threads=options.threads) as port:
            some = calls()
            drive(port, some[:40], clients=options.clients, seconds=30)
            found[name] = drive(port, some[40:], clients=options.clients, seconds=options.seconds)
    return found


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    number = int(MOST * arguments.seconds) + 40
    rounds = arguments.rounds * len(arguments.programs)
    with server.running() as database:
        world.prepare(DATABASE, database)
        from benchmarks.desk import Desk

        desk = Desk(2 * rounds * number + 50)
        statements = {"rest": settled(desk, desk.rest(2)), "html": settled(desk, desk.html(2))}
        own = {"DATABASE_URL": database.url(roles.APP, DATABASE)}
        applications: dict[str, Application] = {
            "floor": floor(database, number),
            "rest": ("config.wsgi:application", own, lambda: desk.rest(number)),
            "viewflow": viewflow(database, int(number / 3), rounds),
            "html": ("config.wsgi:application", own, lambda: desk.html(number)),
        }
        found: dict[str, list[dict[str, Load]]] = {program: [] for program in arguments.programs}
        for _ in range(arguments.rounds):
            for program in arguments.programs:
                found[program].append(measure(program, applications, arguments))
    return {"statements": statements, "programs": {name: medians(loads) for name, loads in found.items()}}


def settled(desk: Any, calls: Sequence[Call]) -> int:
    """How many statements the last call takes; the first ones read what a process reads once."""
    return [len(desk.statements(call)) for call in calls][-1]


def medians(rounds: Sequence[dict[str, Load]]) -> dict[str, dict[str, float]]:
    return {
        name: {
            "per_second": median(one[name].per_second for one in rounds),
            "p50": median(one[name].percentile(0.5) for one in rounds),
            "p95": median(one[name].percentile(0.95) for one in rounds),
        }
        for name in rounds[0]
    }


NAMES = {
    "floor": "DRF + JWT + select + insert",
    "rest": "Countersign: complete over REST",
    "viewflow": "Viewflow: approve",
    "html": "Countersign: decide on the page",
}


def show(result: dict[str, Any], clients: int) -> None:
    yardstick = {"floor": "floor", "rest": "floor", "viewflow": "viewflow", "html": "viewflow"}
    for program, figures in result["programs"].items():
        rows = [
            [
                NAMES[name],
                one["per_second"],
                one["p50"],
                one["p95"],
                one["per_second"] / figures[yardstick[name]]["per_second"],
                result["statements"].get(name, ""),
            ]
            for name, one in figures.items()
        ]
        title = f"Over HTTP by {program}, {clients} clients"
        report.table(title, ["", "per second", "p50 ms", "p95 ms", "x the one above", "statements"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each figure is measured in a round")
    parser.add_argument("--rounds", type=int, default=2, help="how often; the median counts")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--threads", type=int, default=4, help="of each of the two workers")
    parser.add_argument("--programs", nargs="+", default=["granian"], choices=("granian", "gunicorn"))
    parser.add_argument("--full", action="store_true", help="5 rounds of 5 seconds")
    arguments = parser.parse_args()
    if arguments.full:
        arguments.seconds, arguments.rounds = 5.0, 5
    result = run(arguments)
    show(result, arguments.clients)
    print(report.keep("http", result))


if __name__ == "__main__":
    main()
