"""A sweeper of time limits as a process of its own: organisations in turn, a batch and a rest each. ``--help``."""

import argparse
import json
import random
import time

import django
from django.conf import settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("--at", type=float, required=True, help="when to begin, in seconds since 1970")
    arguments = parser.parse_args()
    django.setup()
    for alias in ("default", "owner"):
        settings.DATABASES[alias]["NAME"] = arguments.database

    from django.utils import timezone

    from accounts.tenancy.scope import organisation_scope
    from workflows.services.sla import BATCH, Swept, organisations_due, sla_sweep
    from workflows.tasks import REST

    moment, done, ends = timezone.now(), Swept(), {}
    organisations_due(moment)  # connects
    time.sleep(max(0.0, arguments.at - time.time()))
    while waiting := organisations_due(moment := timezone.now()):
        random.shuffle(waiting)
        for organisation_id in waiting:
            began = time.monotonic()
            with organisation_scope(organisation_id):
                swept = sla_sweep(organisation_id, at=moment)
            if swept.total >= BATCH:
                time.sleep(REST * (time.monotonic() - began))
            done += swept
            if swept.total:
                ends[str(organisation_id)] = time.time()
    print(json.dumps({"escalated": done.escalated, "overdue": done.overdue, "total": done.total, "ends": ends}))


if __name__ == "__main__":
    main()
