"""The loader killed in the middle, and two of them at once: one physical flow each, whatever happens."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts.models import Organisation
from accounts.tenancy.scope import organisation_scope
from flows.loading.services import backfill_advance, backfill_start
from flows.models import Backfill, BackfillState, PhysicalFlow, PhysicalSpecification
from tests.cast import Acme, make_acme
from tests.flows.loader.world import many, per_flow
from tests.postgres import ROOT

FLOWS = 120


@pytest.fixture
def town(committed_db: None) -> Acme:
    acme = make_acme()
    with acme.scope():
        many(acme.organisation, FLOWS)
    return acme


def command(batch: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "flows_backfill", "--organisation=acme", "--apply", f"--batch={batch}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONUNBUFFERED": "1"},
    )


def assert_each_has_one(organisation: Organisation) -> None:
    with organisation_scope(organisation.id):
        assert per_flow(organisation.id) == [1] * FLOWS
        assert PhysicalFlow.objects.count() == PhysicalSpecification.objects.count() == FLOWS


def test_killed_in_the_middle_and_run_again(town: Acme) -> None:
    with command(batch=5) as process:
        assert process.stdout is not None
        for _ in range(4):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
    with town.scope():
        [run] = Backfill.objects.all()
        made = PhysicalFlow.objects.count()
        assert (run.state, run.done) == (BackfillState.RUNNING, made)
        assert 0 < made < FLOWS
    with command(batch=50) as again:
        assert again.wait() == 0
    assert_each_has_one(town.organisation)
    with town.scope():
        assert list(Backfill.objects.values_list("state", flat=True)) == [BackfillState.DONE]


def test_two_loaders_at_once(town: Acme) -> None:
    own, gate = town.organisation.id, Barrier(2)

    def load() -> None:
        try:
            gate.wait()
            with organisation_scope(own):
                run = backfill_start(organisation_id=own, dry_run=False)
            while run.state == BackfillState.RUNNING:
                with organisation_scope(own):
                    found = backfill_advance(organisation_id=own, backfill_id=run.id, size=7)
                assert found is not None
                run = found
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(load) for _ in range(2)]:
            future.result()
    assert_each_has_one(town.organisation)
