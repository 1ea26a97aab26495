"""Sweeps over proposals whose time is up, batch by batch as the background does, as a process of its own: ``--help``."""

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
    from flows.proposals.services.timeouts import BATCH, Swept, proposals_sweep

    done: list[Swept] = []

    def one() -> None:
        with organisation_scope(arguments.organisation):
            done.append(proposals_sweep(organisation_id=arguments.organisation, at=timezone.now(), limit=BATCH))

    at, began = time.time(), time.perf_counter()
    statements = [counted(one)]
    while done[-1].timed_out + done[-1].reminded:
        statements.append(counted(one))
    found = {
        "timed_out": sum(part.timed_out for part in done),
        "reminded": sum(part.reminded for part in done),
        "left": sum(part.left for part in done),
        "seconds": time.perf_counter() - began,
        "began_at": at,
        "statements": statements[0],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
