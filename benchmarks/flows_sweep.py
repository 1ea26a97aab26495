"""One sweep over proposals whose time is up, as a process of its own beside somebody who approves: ``--help``."""

import argparse
import json
import time
from uuid import UUID

import django
from django.conf import settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("organisation", type=UUID)
    parser.add_argument("--wait", type=float, default=1.0, help="seconds until it begins")
    arguments = parser.parse_args()
    django.setup()
    for alias in ("default", "owner"):
        settings.DATABASES[alias]["NAME"] = arguments.database
    time.sleep(arguments.wait)

    from django.utils import timezone

    from accounts.tenancy.scope import organisation_scope
    from benchmarks.flows_world import counted
    from flows.proposals.services.timeouts import proposals_sweep

    found: dict[str, float] = {}

    def one() -> None:
        with organisation_scope(arguments.organisation):
            done = proposals_sweep(organisation_id=arguments.organisation, at=timezone.now())
        found.update({"timed_out": done.timed_out, "reminded": done.reminded, "left": done.left})

    began, at = time.perf_counter(), time.time()
    statements = counted(one)
    took = time.perf_counter() - began
    print(json.dumps({**found, "seconds": took, "began_at": at, "statements": statements}))


if __name__ == "__main__":
    main()
