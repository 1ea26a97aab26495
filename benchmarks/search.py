"""F9: search while the requests of one organisation grow; and F10: what it costs a list that it shows only what a person may see.

Pages are answered in process, with everything in them: session, rights, counts, badges, rendering. The tenant admin sees all
requests, so their list is the one without a filter; the manager has to do with every second one, somebody with few.
"""

import argparse
from collections.abc import Sequence
from typing import Any, Final

from benchmarks import report, server, world
from benchmarks.inbox import FULL, SMALL, Figures, Inboxes
from benchmarks.shares import PAGE

WORD: Final = "Zanzibar"
SEARCHES: Final = {
    "a number": "/search/?q=17",
    "a word of all": "/search/?q=leave",
    "a word of one": f"/search/?q={WORD}",
    "a word of none": "/search/?q=nowhere",
}
FOUND: Final = {"a number": 1, "a word of all": PAGE, "a word of one": 1, "a word of none": 0}
"""Requests on the first page of who sees all."""
LIST: Final = "/api/v1/runs/"


def rename_one(inboxes: Inboxes) -> None:
    """Give one request that nobody but the admin sees a word of its own."""
    from accounts.tenancy.scope import organisation_scope
    from workflows.models import WorkflowRun

    with organisation_scope(inboxes.acme.organisation_id):
        oldest = WorkflowRun.objects.order_by("started_at", "id").values_list("id", flat=True)[0]
        WorkflowRun.objects.filter(id=oldest).update(title=f"{WORD} trip")


def measured(inboxes: Inboxes, times: int) -> dict[str, dict[str, Figures]]:
    """Each address for each person."""
    from accounts.models import Membership
    from accounts.tenancy.scope import organisation_scope

    with organisation_scope(inboxes.acme.organisation_id):
        admins = Membership.objects.filter(is_tenant_admin=True).select_related("user", "organisation")
        people = {"admin": admins.order_by("name")[0], "manager": inboxes.acme.manager, "light": inboxes.light}
    addresses = {**SEARCHES, "list": LIST}
    found = {
        who: {name: inboxes.page(member, times, address) for name, address in addresses.items()}
        for who, member in people.items()
    }
    for name, rows in FOUND.items():
        if found["admin"][name]["rows"] != rows:
            raise RuntimeError(f"Of {name} {found['admin'][name]['rows']} requests were found, and not {rows}.")
    return found


def run(sizes: Sequence[int], people: int, times: int) -> dict[str, Any]:
    with server.running() as database:
        world.prepare("bench_search", database)
        inboxes = Inboxes(people)
        rows: list[dict[str, Any]] = []
        for size in sizes:
            inboxes.grow(size)
            if not rows:
                rename_one(inboxes)
            rows.append({"requests": size, "people": measured(inboxes, times)})
    return {"rows": rows}


def show(rows: Sequence[dict[str, Any]]) -> None:
    searches, lists = [], []
    for row in rows:
        for who, found in row["people"].items():
            size, shown = f"{row['requests']:,}", found["list"]
            searches.append(
                [
                    size,
                    who,
                    *(found[name]["p95"] for name in SEARCHES),
                    int(max(one["statements"] for one in found.values())),
                ]
            )
            whole = row["people"]["admin"]["list"]
            lists.append([size, who, shown["p50"], shown["p95"], shown["p50"] / whole["p50"], int(shown["statements"])])
    report.table("Search, p95 in ms", ["requests", "user", *SEARCHES, "statements"], searches)
    report.table(
        "The list of requests over REST", ["requests", "user", "p50 ms", "p95 ms", "x all", "statements"], lists
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=40, help="how often each page is loaded")
    parser.add_argument("--sizes", type=int, nargs="+", default=SMALL, help="requests")
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--full", action="store_true", help="1,000, 100,000 and 1,000,000 requests, 1,000 people")
    arguments = parser.parse_args()
    if arguments.full:
        arguments.sizes, arguments.people, arguments.times = FULL, 1_000, 100
    result = run(arguments.sizes, arguments.people, arguments.times)
    show(result["rows"])
    print(report.keep("search", result))


if __name__ == "__main__":
    main()
