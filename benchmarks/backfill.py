"""The one-time loader: logical flows without a physical one, given one each; beside what plain SQL reaches with the same rows.

The anchor copies as many rows of the same width into four bare tables by one INSERT ... SELECT each, without keys to other
tables, without row-level security and without anything to go on from. Ours are four tables with all of that, in batches.
"""

import argparse
import time
from typing import Any

import psycopg

from benchmarks import report, server, world

ENTITIES = 2_000
CATALOGUE = """
INSERT INTO flows_catalogueentity (id, organisation_id, kind, external_id, name, description, lifecycle_status, is_external,
    created_at, modified_at)
SELECT gen_random_uuid(), %(organisation)s, 'application', 'APP-' || n, 'Application ' || n, '', 'ACTIVE', false, now(), now()
FROM generate_series(1, %(entities)s) n
"""
LOGICAL = """
WITH ends AS (SELECT array_agg(id) AS ids FROM flows_catalogueentity WHERE organisation_id = %(organisation)s)
INSERT INTO flows_logicalflow (id, organisation_id, source_id, target_id, external_id, lifecycle_status, is_removed,
    is_readonly, created_at, modified_at)
SELECT gen_random_uuid(), %(organisation)s, ids[1 + n / (%(entities)s - 1)],
    ids[1 + (n / (%(entities)s - 1) + 1 + n %% (%(entities)s - 1)) %% %(entities)s],
    'LF:' || n, 'ACTIVE', false, false, now(), now()
FROM ends, generate_series(0, %(flows)s - 1) n
"""
ANCHOR = """
CREATE TABLE anchor_{0} (id uuid PRIMARY KEY, organisation_id uuid NOT NULL, a uuid, b uuid, c text, d text, e text, f text,
    created_at timestamptz, modified_at timestamptz);
INSERT INTO anchor_{0} SELECT gen_random_uuid(), id, id, id, external_id, 'UNKNOWN', 'UNKNOWN', repeat('x', 70),
    created_at, modified_at FROM flows_logicalflow;
"""


def catalogue(organisation_id: Any, flows: int) -> None:
    from django.db import connection

    from accounts.tenancy.scope import organisation_scope
    from flows.setup import organisation_prepare

    values = {"organisation": organisation_id, "entities": ENTITIES, "flows": flows}
    with organisation_scope(organisation_id):
        organisation_prepare(organisation_id)
        with connection.cursor() as cursor:
            cursor.execute(CATALOGUE, values)
            cursor.execute(LOGICAL, values)


def anchor(url: str) -> float:
    """Seconds of the plain statements."""
    with psycopg.connect(url) as connection:
        began = time.perf_counter()
        for number in range(4):
            connection.execute(ANCHOR.format(number).encode())
            connection.commit()
        return time.perf_counter() - began


def load(organisation_id: Any) -> tuple[float, float, int]:
    """Seconds of the whole run and of its slowest batch, and how many physical flows were made."""
    from accounts.tenancy.scope import organisation_scope
    from flows.loading.services import backfill_advance, backfill_start
    from flows.models import BackfillState

    began, slowest = time.perf_counter(), 0.0
    with organisation_scope(organisation_id):
        run = backfill_start(organisation_id=organisation_id, dry_run=False)
    while run.state == BackfillState.RUNNING:
        step = time.perf_counter()
        with organisation_scope(organisation_id):
            found = backfill_advance(organisation_id=organisation_id, backfill_id=run.id)
        assert found is not None
        run, slowest = found, max(slowest, time.perf_counter() - step)
    return time.perf_counter() - began, slowest, run.report["wanted"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flows", type=int, default=50_000, help="logical flows without a physical one")
    parser.add_argument("--full", action="store_true", help="500,000")
    arguments = parser.parse_args()
    flows = 500_000 if arguments.full else arguments.flows
    with server.running() as database:
        world.prepare("bench_backfill", database)
        acme = world.build("acme")
        catalogue(acme.organisation_id, flows)
        url = owner_url(database, "bench_backfill")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        seconds, slowest, made = load(acme.organisation_id)
        again, _, _ = load(acme.organisation_id)
        plain = anchor(url)
    rows = [
        ["plain INSERT ... SELECT, four bare tables", plain, flows / plain, 1.0],
        ["loader", seconds, made / seconds, seconds / plain],
        ["loader, run again: nothing to do", again, flows / again, again / plain],
    ]
    report.table(f"{flows:,} logical flows", ["", "seconds", "flows per second", "x plain"], rows)
    print(f"longest batch, in which nobody else changes flows: {slowest:.2f} s")
    figures = {
        "flows": flows,
        "made": made,
        "seconds": seconds,
        "slowest_batch": slowest,
        "again": again,
        "plain": plain,
    }
    print(report.keep("backfill", figures))


def owner_url(database: Any, name: str) -> str:
    from config.embedded import roles

    url: str = database.url(roles.OWNER, name)
    return url


if __name__ == "__main__":
    main()
