"""A file of applications: checked and applied, as text and as a workbook; beside what plain SQL reaches with the same rows."""

import argparse
import csv
import io
import time
from typing import Any

import psycopg

from benchmarks import report, server, world
from benchmarks.backfill import owner_url

HEAD = ["external_id", "name", "kind", "description", "lifecycle_status"]
ANCHOR = """
CREATE TABLE anchor_import (id uuid PRIMARY KEY, organisation_id uuid, external_id text, name text, description text,
    at timestamptz);
CREATE UNIQUE INDEX ON anchor_import (organisation_id, external_id);
INSERT INTO anchor_import SELECT gen_random_uuid(), NULL, 'A-' || n, 'Application ' || n, repeat('x', 60), now()
FROM generate_series(1, {}) n;
"""


def cells(rows: int, name: str) -> list[list[str]]:
    return [[f"A-{n}", f"{name} {n}", "application", f"What {n} does for whom and why", "ACTIVE"] for n in range(rows)]


def text(rows: int, name: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *cells(rows, name)])
    return out.getvalue().encode()


def workbook(rows: int, name: str) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [HEAD, *cells(rows, name)]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bring(actor: Any, content: bytes, name: str) -> tuple[float, float]:
    """Seconds of the check and of applying."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from accounts.tenancy.scope import organisation_scope
    from flows.catalogue.importing.running import import_run
    from flows.catalogue.importing.services import import_apply, import_upload
    from flows.models import CatalogueImport

    own = actor.organisation_id
    with organisation_scope(own):
        row = import_upload(actor=actor, kind="entities", upload=SimpleUploadedFile(name, content))
    began = time.perf_counter()
    import_run(organisation_id=own, import_id=row.id)
    checked = time.perf_counter()
    with organisation_scope(own):
        import_apply(actor=actor, import_id=row.id)
    import_run(organisation_id=own, import_id=row.id)
    done = time.perf_counter()
    with organisation_scope(own):
        state = CatalogueImport.objects.get(id=row.id)
    if state.state != "applied":
        raise RuntimeError(state.failure)
    return checked - began, done - checked


def anchor(url: str, rows: int) -> float:
    with psycopg.connect(url) as connection:
        began = time.perf_counter()
        connection.execute(ANCHOR.format(rows).encode())
        connection.commit()
        return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--full", action="store_true", help="50,000")
    arguments = parser.parse_args()
    rows = 50_000 if arguments.full else arguments.rows
    with server.running() as database:
        world.prepare("bench_import", database)
        acme = world.build("acme")
        url = owner_url(database, "bench_import")
        files = [
            ("new, CSV", text(rows, "Application"), "a.csv"),
            ("all changed, CSV", text(rows, "Programme"), "a.csv"),
            ("all changed, XLSX", workbook(rows, "System"), "a.xlsx"),
        ]
        found = {name: bring(acme.admin, content, file) for name, content, file in files}
        plain = anchor(url, rows)
    table = [["plain INSERT ... SELECT", "", plain, rows / plain, 1.0]]
    table += [
        [name, check, apply, rows / (check + apply), (check + apply) / plain] for name, (check, apply) in found.items()
    ]
    columns = ["", "check, seconds", "apply, seconds", "rows per second", "x plain"]
    report.table(f"{rows:,} applications", columns, table)
    print(report.keep("catalogue_import", {"rows": rows, "plain": plain, "seconds": found}))


if __name__ == "__main__":
    main()
