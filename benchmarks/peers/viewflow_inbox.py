"""Viewflow's inbox page at growing numbers of open tasks, in process. Prints one JSON line; see ``viewflow_site``."""

import argparse
import json
import time
from collections.abc import Callable

from benchmarks import shares
from benchmarks.peers import viewflow_site


def timed(step: Callable[[], object], times: int) -> dict[str, float]:
    """Milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        step()
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return {"p50": took[times // 2], "p95": took[int(times * 0.95)]}


def page(session: str, times: int) -> dict[str, float]:
    from django.conf import settings
    from django.test import Client

    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session
    for _ in range(2):
        answer = browser.get("/leave/inbox/")
        if answer.status_code != 200:
            raise RuntimeError(f"The inbox answered {answer.status_code}.")
    return timed(lambda: browser.get("/leave/inbox/"), times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--times", type=int, default=20)
    arguments = parser.parse_args()
    made = viewflow_site.prepare(1)
    there, found = 1, []
    for size in arguments.sizes:
        had = shares.light(there) if found else 0
        viewflow_site.grow(made["tasks"][0], size - there, shares.light(size) - had)
        there = size
        found.append({who: page(made["sessions"][who], arguments.times) for who in ("light", "heavy")})
    print(json.dumps(found))


if __name__ == "__main__":
    main()
