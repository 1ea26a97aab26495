"""A worker that is killed while it checks or applies, and two that apply at once: all of a file, once, or nothing."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.audit.models import AuditEntry
from flows.models import CatalogueEntity, CatalogueImport, CatalogueImportRow
from flows.tasks import import_run_task
from tests.cast import Acme, make_acme
from tests.factories import flows as make
from tests.factories.accounts import give_role
from tests.flows.importing.desk import Desk
from tests.postgres import ROOT

ROWS = 12_000
WORKER = """import django; django.setup()
from flows.tasks import import_run_task
import_run_task(organisation_id={!r}, import_id={!r})"""


@pytest.fixture
def acme_at_work(committed_db: None) -> Acme:
    acme = make_acme()
    with acme.scope():
        make.organisation_prepare(acme.organisation.id)
        give_role(acme.asha, "Importer", "flow.catalogue_import")
    return acme


@pytest.fixture
def asha(acme_at_work: Acme) -> Desk:
    return Desk.of(acme_at_work.asha)


def text(rows: int) -> str:
    return "external_id,name\n" + "".join(f"A-{number},Application {number}\n" for number in range(rows))


def worker(row: CatalogueImport) -> "subprocess.Popen[bytes]":
    command = WORKER.format(str(row.organisation_id), str(row.id))
    settings = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
    return subprocess.Popen([sys.executable, "-c", command], cwd=ROOT, env=settings)


def uploaded(acme: Acme, asha: Desk) -> CatalogueImport:
    asha.post(text(ROWS))
    with acme.scope():
        row: CatalogueImport = CatalogueImport.objects.get()
        return row


def writes_rows(table: str) -> bool:
    """Whether somebody has written on the table in a transaction that is still open."""
    asked = (
        "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
        "WHERE c.relname = %s AND l.mode = 'RowExclusiveLock' AND l.pid <> pg_backend_pid()"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [table])
        return bool(cursor.fetchone()[0])


def kill_once(process: "subprocess.Popen[bytes]", table: str) -> None:
    """As soon as it writes on the table."""
    until = time.monotonic() + 90
    while not writes_rows(table):
        assert process.poll() is None, "the worker came to its end first"
        assert time.monotonic() < until
    process.send_signal(signal.SIGKILL)
    process.wait()


def lease_over(acme: Acme) -> None:
    with acme.scope():
        CatalogueImport.objects.update(leased_until=timezone.now() - timedelta(seconds=1))


def test_killed_while_it_checks(acme_at_work: Acme, asha: Desk) -> None:
    row = uploaded(acme_at_work, asha)
    kill_once(worker(row), "flows_catalogueimportrow")
    assert asha.work(row.id).state == "checking"  # the lease of the dead one
    lease_over(acme_at_work)
    done = asha.work(row.id)
    assert (done.state, done.report["new"], done.done) == ("checked", ROWS, ROWS)
    with acme_at_work.scope():
        assert CatalogueImportRow.objects.count() == ROWS


def test_killed_while_it_applies(acme_at_work: Acme, asha: Desk) -> None:
    row = asha.work(uploaded(acme_at_work, asha).id)
    asha.press(row, "apply")
    kill_once(worker(row), "flows_catalogueentity")
    with acme_at_work.scope():
        assert CatalogueEntity.objects.count() == 0
    lease_over(acme_at_work)
    assert asha.work(row.id).state == "applied"
    with acme_at_work.scope():
        assert CatalogueEntity.objects.count() == ROWS
        assert AuditEntry.objects.filter(kind="directory.added").count() == ROWS
        assert AuditEntry.objects.filter(kind="catalogue.imported").count() == 1


def at_once(acme: Acme, rows: list[CatalogueImport]) -> None:
    gate = Barrier(len(rows))

    def work(row: CatalogueImport) -> None:
        try:
            gate.wait()
            import_run_task(organisation_id=str(acme.organisation.id), import_id=str(row.id))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(rows)) as pool:
        for future in [pool.submit(work, row) for row in rows]:
            future.result()


def test_two_workers_apply_one_import(acme_at_work: Acme, asha: Desk) -> None:
    for number in range(10):
        row = asha.bring(f"external_id,name\nB-{number},X\n")
        asha.press(row, "apply")
        at_once(acme_at_work, [row, row])
        assert asha.now(row.id).state == "applied"
    with acme_at_work.scope():
        assert CatalogueEntity.objects.count() == 10


def test_two_files_with_the_same_key_at_once(acme_at_work: Acme, asha: Desk) -> None:
    for number in range(10):
        rows = [asha.bring(f"external_id,name\nB-{number},{name}\n") for name in ("One", "Two")]
        for row in rows:
            asha.press(row, "apply")
        at_once(acme_at_work, rows)
        # One waits while the other is at it, and is taken up afterwards.
        assert sorted(asha.work(row.id).state for row in rows) == ["applied", "failed"]
    with acme_at_work.scope():
        assert CatalogueEntity.objects.count() == 10
