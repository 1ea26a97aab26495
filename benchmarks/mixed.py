"""F6: what people do all day in many organisations, five times as much as is expected: 170 requests a second, a third of them
changes, at moments that do not wait for the answers.

Reads are pages and lists over REST, changes are requests started, decided and commented. Two workers answer everything; the
clients share the machine with them. Fails where an answer is wrong.
"""

import argparse
import json
import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from benchmarks import report, server, world
from benchmarks.load import Call, Load, drive
from benchmarks.web import serving
from config.embedded import roles

DATABASE: Final = "bench_mixed"
PASSWORD: Final = "countersign-demo"
HANDS: Final = 4
"""People of each organisation who work at once; each manages ten others."""
OPEN: Final = 40
"""Percent of the requests that wait for a manager."""
LEAVE: Final = {"from": "2026-01-05", "to": "2026-01-07", "reason": "Family"}
MIX: Final = {
    "the inbox": 3,
    "a request": 3,
    "badges": 1,
    "search": 1,
    "REST: tasks": 1,
    "REST: a request": 2,
    "REST: requests": 1,
    "REST: start": 2,
    "REST: decide": 2,
    "REST: comment": 2,
}
"""How often each comes; the last three are the changes, a third."""
GOALS: Final = {"p95": 150, "p99": 400}


@dataclass(frozen=True)
class Hand:
    """Somebody at work: a browser and a token that are signed in, and what they may look at and decide."""

    pages: dict[str, str]
    api: dict[str, str]
    workflow: str
    officer: str
    seen: list[str]
    waiting: Iterator[tuple[str, str]]


class Firm:
    """An organisation with its requests, and those of its people who work. After ``world.prepare``."""

    def __init__(self, slug: str, people: int, requests: int) -> None:
        from config.demo import scale

        self.made = made = world.build(slug, people=people)
        place = scale.Filled(made.organisation_id, slug, made.definition_id, made.version_id, 0)
        scale.fill_requests(place, requests, open_percent=OPEN)

    def hands(self) -> list[Hand]:
        """Those for whom most requests wait."""
        from django.db.models import Count

        from accounts.models import Membership
        from accounts.tenancy.scope import organisation_scope
        from workflows.models import Task

        with organisation_scope(self.made.organisation_id):
            waiting = Task.objects.filter(state="waiting", step="manager_review")
            waiting = waiting.exclude(requester_id=self.made.officer.id)
            busy = waiting.exclude(assignee_id=self.made.officer.id).values("assignee_id")
            ids = [row["assignee_id"] for row in busy.annotate(n=Count("id")).order_by("-n", "assignee_id")[:HANDS]]
            members = list(Membership.objects.filter(id__in=ids))
            work = [
                [
                    (str(run), str(task))
                    for run, task in waiting.filter(assignee=member)
                    .exclude(requester=member)
                    .values_list("run_id", "id")
                ]
                for member in members
            ]
        return [self._hand(member.email, tasks) for member, tasks in zip(members, work, strict=True)]

    def _hand(self, email: str, tasks: list[tuple[str, str]]) -> Hand:
        from django.test import Client

        host = f"{self.made.slug}.localhost"
        browser = Client(headers={"host": host})
        browser.post("/login/", {"email": email, "password": PASSWORD})
        login = {"organisation": self.made.slug, "email": email, "password": PASSWORD}
        token = Client(headers={"host": "localhost"}).post(
            "/api/v1/auth/token/", login, content_type="application/json"
        )
        api = {"Host": "localhost", "Authorization": f"Bearer {token.json()['access']}"}
        pages = {"Host": host, "Cookie": "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items())}
        made = self.made
        return Hand(
            pages,
            api | {"Content-Type": "application/json"},
            str(made.definition_id),
            str(made.officer.id),
            [run for run, _ in tasks],
            iter(tasks),
        )


def decision(hand: Hand) -> Call | None:
    """The next task of theirs; None where nothing is left."""
    run, task = next(hand.waiting, (None, ""))
    if run is None:
        return None
    body = {"transition": "HR review", "assignee": hand.officer, "data": {"criticality": "low"}, "version": 1}
    return Call("POST", f"/api/v1/tasks/{task}/complete/", hand.api, json.dumps(body))


def calls_of(hand: Hand, draw: random.Random) -> dict[str, Callable[[], Call | None]]:
    """What each kind is for them."""

    def read(path: str, headers: dict[str, str]) -> Callable[[], Call]:
        return lambda: Call("GET", path.format(draw.choice(hand.seen)), headers)

    def post(path: str, body: dict[str, Any]) -> Callable[[], Call]:
        return lambda: Call("POST", path.format(draw.choice(hand.seen)), hand.api, json.dumps(body), 201)

    return {
        "the inbox": read("/inbox/", hand.pages),
        "a request": read("/requests/{}/", hand.pages),
        "badges": read("/badges/", hand.pages),
        "search": read("/search/?q=holiday", hand.pages),
        "REST: tasks": read("/api/v1/tasks/?assigned=me", hand.api),
        "REST: a request": read("/api/v1/runs/{}/", hand.api),
        "REST: requests": read("/api/v1/runs/", hand.api),
        "REST: start": post(f"/api/v1/workflows/{hand.workflow}/runs/", {"data": LEAVE}),
        "REST: decide": lambda: decision(hand),
        "REST: comment": post("/api/v1/runs/{}/comments/", {"text": "Seen."}),
    }


def day(hands: list[Hand], number: int) -> list[Call]:
    """So many calls, drawn by the mix and from everybody alike; who has decided everything looks at their tasks instead."""
    draw = random.Random(6)
    kinds = draw.choices(list(MIX), list(MIX.values()), k=number)
    ways = [calls_of(hand, draw) for hand in hands]
    found = []
    for kind in kinds:
        way = draw.choice(ways)
        call = way[kind]()
        if call is None:
            kind, call = "REST: tasks", way["REST: tasks"]()
        assert call is not None
        found.append(Call(call.method, call.path, call.headers, call.body, call.status, kind))
    return found


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    with server.running() as database:
        world.prepare(DATABASE, database)
        logging.disable(logging.INFO)  # of who signs in, in this process
        firms = [Firm(f"firm{n}", arguments.people, arguments.requests) for n in range(arguments.organisations)]
        world.analyse()
        hands = [hand for firm in firms for hand in firm.hands()]
        warm = int(arguments.per_second * 3)
        calls = day(hands, warm + int(arguments.per_second * arguments.seconds))
        own = {"DATABASE_URL": database.url(roles.APP, DATABASE)}
        pace = {"clients": arguments.clients, "per_second": arguments.per_second}
        with serving("config.wsgi:application", own) as port:
            drive(port, calls[:warm], seconds=60, **pace)
            load = drive(port, calls[warm:], seconds=arguments.seconds + 60, **pace)
    return {
        "requests": arguments.requests * arguments.organisations,
        "asked_per_second": arguments.per_second,
        "per_second": load.per_second,
        "all": figures(load),
        "kinds": {name: figures(load.kinds[name]) for name in MIX},
    }


def figures(load: Load) -> dict[str, float]:
    return {
        "number": len(load.took),
        "p50": load.percentile(0.5),
        "p95": load.percentile(0.95),
        "p99": load.percentile(0.99),
    }


def show(found: dict[str, Any]) -> None:
    rows = [[name, *one.values()] for name, one in {**found["kinds"], "all": found["all"]}.items()]
    rows.append(["goal", "", "", *GOALS.values()])
    title = f"{found['per_second']:.0f} requests a second over {found['requests']:,} requests, no wrong answer"
    report.table(title, ["", "number", "p50 ms", "p95 ms", "p99 ms"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organisations", type=int, default=5)
    parser.add_argument("--people", type=int, default=50, help="of each organisation")
    parser.add_argument("--requests", type=int, default=2_000, help="of each organisation; each has up to three tasks")
    parser.add_argument("--per-second", type=float, default=170.0)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--clients", type=int, default=64, help="connections; more than ever wait at once")
    parser.add_argument(
        "--full", action="store_true", help="100 organisations of 1,000 people and 10,000 requests, 10 minutes"
    )
    arguments = parser.parse_args()
    if arguments.full:
        arguments.organisations, arguments.people, arguments.requests, arguments.seconds = 100, 1_000, 10_000, 600.0
    found = run(arguments)
    show(found)
    print(report.keep("mixed", found))


if __name__ == "__main__":
    main()
