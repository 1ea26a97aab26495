"""A5: the catalogue at size, and its pages, the last approval and the sweep while the number of proposals grows.

Pages are answered in process, with everything in them: session, rights, counts, badges, rendering. Somebody quiet speaks for some
hundred entities, somebody busy for every fiftieth, somebody swamped for every tenth. One run, one machine; what counts
is how a figure at the last size stands to the one at the first.
"""

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from benchmarks import report, server, world
from benchmarks.flows_rows import FULL, SMALL, Sizes

DATABASE = "bench_flows"
Row = dict[str, dict[str, float]]


def measure(place: Any, times: int) -> Row:
    """Every page and act at the present size."""
    found: Row = {
        "badge": place.badge(place.quiet, times),
        "badge, busy": place.badge(place.busy, times),
        "badge, swamped": place.badge(place.swamped, times),
    }
    for name, (member, path) in place.pages().items():
        found[name] = place.page(member, path, times)
    found["last approval"] = place.finalise(times)
    return found


def sweep(place: Any, due: int, times: int) -> dict[str, Any]:
    """So many time-outs at once in another process; meanwhile somebody approves, first alone and then beside the sweep."""
    from django.db.models.functions import Now

    from flows.models import ProposedFlow

    waiting = iter(place.ready(2 * times))
    alone = paced(lambda: place.approve(next(waiting)), times)
    with place.scope():
        is_open = ProposedFlow.objects.filter(is_open=True, number__lte=place.rows.proposals, state="PENDING_APPROVALS")
        chosen = list(is_open.order_by("number").values_list("id", flat=True)[:due])
        ProposedFlow.objects.filter(id__in=chosen).update(due_at=Now())
    command = [sys.executable, "-m", "benchmarks.flows_sweep", DATABASE, str(place.organisation.id), "--wait", "1"]
    process = subprocess.Popen(command, cwd=server.ROOT, stdout=subprocess.PIPE, text=True)
    beside = paced(lambda: place.approve(next(waiting)), times, until=process)
    output, _ = process.communicate(timeout=120)
    result = json.loads(output.splitlines()[-1])
    during = [ms for at, ms in beside if result["began_at"] <= at <= result["began_at"] + result["seconds"]]
    return {
        **result,
        "due": len(chosen),
        "alone_p50": middle([ms for _, ms in alone]),
        "alone_max": max(ms for _, ms in alone),
        "during": len(during),
        "during_p50": middle(during),
        "during_max": max(during, default=0.0),
    }


def paced(step: Any, times: int, until: Any = None) -> list[tuple[float, float]]:
    """When and how long (ms), one after the other; ends with the process, if there is one."""
    found = []
    for _ in range(times):
        if until is not None and until.poll() is not None:
            break
        at, began = time.time(), time.perf_counter()
        step()
        found.append((at, 1000 * (time.perf_counter() - began)))
        time.sleep(0.005)
    return found


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def run(sizes: Sizes, people: int, times: int) -> dict[str, Any]:
    from config.embedded import roles

    with server.running() as database:
        world.prepare(DATABASE, database)
        from benchmarks.flows_world import Place

        place = Place(database.url(roles.SUPERUSER, DATABASE), sizes, people)
        began = time.perf_counter()
        place.rows.catalogue(lambda name, number: print(f"{number:>9,} {name}", flush=True))
        rows = []
        for number in sizes.proposals:
            place.rows.grow(number)
            place.rows.analyse()
            print(f"{number:>9,} proposals after {time.perf_counter() - began:,.0f} s", flush=True)
            rows.append({"proposals": number, "open": place.counts()["open"], "figures": measure(place, times)})
            show_size(rows[-1])
        swept = sweep(place, 1_000, max(times, 200))
        return {"sizes": [sizes.entities, sizes.logical, sizes.physical], "rows": rows, "sweep": swept}


def show_size(row: dict[str, Any]) -> None:
    title = f"{row['proposals']:,} proposals, {row['open']:,} open"
    lines = [
        [name, one["least"], one["p50"], one["p95"], int(one["statements"])] for name, one in row["figures"].items()
    ]
    report.table(title, ["", "least ms", "p50 ms", "p95 ms", "statements"], lines)


def show(result: dict[str, Any]) -> None:
    rows = result["rows"]
    lines = []
    for name in rows[0]["figures"]:
        each = [row["figures"][name] for row in rows]
        statements = sorted({int(one["statements"]) for one in each})
        said = " to ".join(dict.fromkeys((str(statements[0]), str(statements[-1]))))
        shown = [f"{one['least']:.1f} {one['p50']:.1f} {one['p95']:.1f}" for one in each]
        lines.append([name, *shown, each[-1]["least"] / each[0]["least"], said])
    columns = [f"{row['proposals']:,}" for row in rows]
    report.table("Least, p50 and p95 in ms at so many proposals", ["", *columns, "last / first", "statements"], lines)
    swept = result["sweep"]
    report.table(
        f"A sweep of {swept['due']:,}",
        ["", "seconds", "statements", "timed out", "approvals meanwhile", "p50 ms", "max ms", "p50 alone", "max alone"],
        [
            [
                "",
                swept["seconds"],
                int(swept["statements"]),
                int(swept["timed_out"]),
                swept["during"],
                *(swept[name] for name in ("during_p50", "during_max", "alone_p50", "alone_max")),
            ]
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="how often each figure is taken")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument(
        "--entities", type=int, help="instead of 5,000; flows and proposals as many as with --proposals"
    )
    parser.add_argument(
        "--proposals", type=int, nargs="+", help="the sizes to measure at, ascending; the last at least 20,000"
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="50,000 entities, 500,000 and 1,000,000 flows, up to 200,000 proposals, 1,000 people",
    )
    arguments = parser.parse_args()
    sizes = FULL if arguments.full else SMALL
    if arguments.full:
        arguments.people, arguments.times = 1_000, max(arguments.times, 40)
    entities = arguments.entities or sizes.entities
    sizes = Sizes(entities, 10 * entities, 20 * entities, tuple(arguments.proposals or sizes.proposals))
    result = run(sizes, arguments.people, arguments.times)
    show(result)
    print(report.keep("flows", result))


if __name__ == "__main__":
    main()
