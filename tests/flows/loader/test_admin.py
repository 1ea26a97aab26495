"""The loader in the administration: a dry run first, then the run in the background, with its progress to be seen."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tenancy.errors import Denied
from flows.loading.services import (
    MOST_ATTEMPTS,
    DryRunFirst,
    backfill_advance,
    backfill_run,
    backfill_start,
    backfills_wake,
    organisations_with_runs,
)
from flows.models import Backfill, BackfillState, PhysicalFlow
from flows.tasks import backfill_run_task
from tests.accounts.clients import signed_in
from tests.cast import Acme, Globex
from tests.flows.loader.world import many, per_flow

START, RUNS = "/admin/flows/backfill/start/", "/admin/flows/backfill/"


@pytest.fixture
def tess(acme: Acme) -> Client:
    with acme.scope():
        many(acme.organisation, 5)
    return signed_in(acme.tess)


def latest(acme: Acme) -> Backfill:
    with acme.scope():
        row: Backfill = Backfill.objects.latest("created_at", "id")
        return row


def carry_on(acme: Acme) -> None:
    backfill_run_task(organisation_id=str(acme.organisation.id), backfill_id=str(latest(acme).id))


def page(acme: Acme, tess: Client) -> str:
    return tess.get(f"{RUNS}{latest(acme).id}/change/").content.decode()


def test_a_dry_run_is_started_shown_and_done(acme: Acme, tess: Client) -> None:
    assert "Start a dry run" in tess.get(RUNS).content.decode()
    answer = tess.post(START)
    assert answer.headers["Location"] == f"{RUNS}{latest(acme).id}/change/"
    waiting = tess.get(answer.headers["Location"])
    assert waiting.headers["Refresh"] == "5"
    carry_on(acme)
    said = page(acme, tess)
    assert "5 without a physical flow" in said
    assert "Hub to End 0" in said
    assert "Give 5 logical flows a physical flow" in said


def test_the_run_follows_a_dry_run(acme: Acme, tess: Client) -> None:
    tess.post(START)
    carry_on(acme)
    tess.post(START, {"apply": "1"})
    run = latest(acme)
    assert (run.dry_run, run.in_background, run.by_name) == (False, True, "Tess")
    carry_on(acme)
    assert "5 given a physical flow" in page(acme, tess)
    with acme.scope():
        assert per_flow(acme.organisation.id) == [1] * 5
        assert set(PhysicalFlow.objects.values_list("created_by_id", flat=True)) == {acme.tess.id}


def test_without_a_dry_run_nothing_is_started(acme: Acme, tess: Client) -> None:
    answer = tess.post(START, {"apply": "1"}, follow=True)
    assert "Make a dry run first" in answer.content.decode()
    with acme.scope():
        assert not Backfill.objects.exists()
        with pytest.raises(DryRunFirst):
            backfill_start(organisation_id=acme.organisation.id, dry_run=False, actor=acme.tess)


def test_who_is_no_admin_may_not(acme: Acme, tess: Client) -> None:
    assert signed_in(acme.asha).post(START).status_code == 403
    with acme.scope(), pytest.raises(Denied):
        backfill_start(organisation_id=acme.organisation.id, dry_run=True, actor=acme.asha)


def test_the_address_takes_posts_only(tess: Client) -> None:
    assert tess.get(START).status_code == 405


def test_a_run_of_another_organisation_is_not_there(acme: Acme, tess: Client, globex: Globex) -> None:
    tess.post(START)
    found = signed_in(globex.gus).get(f"{RUNS}{latest(acme).id}/change/")
    assert found.status_code == 404


def test_a_run_that_stands_still_is_woken_and_in_the_end_given_up(acme: Acme, tess: Client) -> None:
    own, now = acme.organisation.id, timezone.now()
    tess.post(START)
    assert organisations_with_runs() == [own]
    with acme.scope():
        assert backfills_wake(organisation_id=own, at=now) == []
        for number in range(1, MOST_ATTEMPTS + 1):
            assert len(backfills_wake(organisation_id=own, at=now + timedelta(minutes=number))) == 1
        assert backfills_wake(organisation_id=own, at=now + timedelta(hours=1)) == []
    run = latest(acme)
    assert run.state == BackfillState.FAILED
    assert "standing still" in page(acme, tess)


def test_a_batch_that_was_done_counts_as_going_on(acme: Acme, tess: Client) -> None:
    own = acme.organisation.id
    with acme.scope():
        run = backfill_start(organisation_id=own, dry_run=False, in_background=True)
        Backfill.objects.update(attempts=MOST_ATTEMPTS)
        done = backfill_advance(organisation_id=own, backfill_id=run.id, size=2)
    assert done is not None
    assert (done.attempts, done.done) == (0, 2)
    assert backfill_run(organisation_id=own, backfill_id=run.id) is False
    assert latest(acme).state == BackfillState.DONE
