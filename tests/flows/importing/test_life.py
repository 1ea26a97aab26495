"""From the upload to the end: who may, what is pressed twice, what changed in between, what is dropped or forgotten."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from flows.catalogue.importing import services
from flows.catalogue.importing.running import MOST_ATTEMPTS
from flows.catalogue.importing.services import imports_sweep, imports_waiting, organisations_waiting
from flows.models import CatalogueEntity, CatalogueImport, CatalogueImportFile, CatalogueImportRow
from flows.tasks import import_run_task
from tests.accounts.clients import signed_in
from tests.cast import Acme, Globex
from tests.factories import flows as make
from tests.factories.accounts import give_role
from tests.flows.importing.desk import Desk

GOOD = "external_id,name\nA-1,Orders\n"


def test_the_way_in_is_shown_to_whoever_may(acme: Acme, asha: Desk) -> None:
    assert 'href="/flows/imports/"' in asha.client.get("/flows/").content.decode()
    meera = signed_in(acme.meera)
    assert 'href="/flows/imports/"' not in meera.get("/flows/").content.decode()
    assert meera.get("/flows/imports/").status_code == 403
    assert meera.post("/flows/imports/new/").status_code == 403


def test_the_list_begins_empty_and_grows(asha: Desk) -> None:
    assert "No file was imported yet" in asha.client.get("/flows/imports/").content.decode()
    for number in range(26):
        asha.post(GOOD, name=f"file-{number:02}.csv")
    first = asha.client.get("/flows/imports/").content.decode()
    assert "file-25.csv" in first
    assert "file-00.csv" not in first
    assert "Older" in first


def test_files_do_not_pile_up(asha: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_KEPT", 2)
    row = asha.bring(GOOD)
    asha.post(GOOD)
    refused = asha.post(GOOD)
    assert (refused.status_code, "Many files wait" in refused.content.decode()) == (422, True)
    asha.press(row, "discard")
    assert asha.post(GOOD).status_code == 302


def test_two_clicks_are_one_import(acme: Acme, asha: Desk) -> None:
    key = uuid4().hex
    answers = [asha.post(GOOD, idempotency_key=key) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    with acme.scope():
        assert CatalogueImport.objects.count() == 1


def test_a_key_that_is_none_is_refused(acme: Acme, asha: Desk) -> None:
    assert asha.post(GOOD, idempotency_key="ä").status_code == 422
    row = asha.bring(GOOD)
    assert asha.press(row, "apply", idempotency_key="ä").status_code == 302
    assert "Idempotency-Key is" in asha.page(row)
    with acme.scope():
        assert CatalogueImport.objects.get().state == "checked"


def test_two_clicks_on_apply_are_one(acme: Acme, asha: Desk) -> None:
    row, key = asha.bring(GOOD), uuid4().hex
    for _ in range(2):
        assert asha.press(row, "apply", idempotency_key=key).status_code == 302
    assert asha.press(row, "apply").status_code == 302
    assert "This import has moved on" in asha.page(row)
    assert asha.work(row.id).state == "applied"
    assert asha.work(row.id).state == "applied"
    with acme.scope():
        assert CatalogueEntity.objects.count() == 1


def test_while_a_worker_is_at_it_the_page_looks_again(asha: Desk) -> None:
    page = asha.post(GOOD).headers["Location"]
    part = asha.client.get(page, headers={"hx-request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in part
    assert "<html" not in part
    assert "Look again" in asha.client.get(page).content.decode()


def test_a_catalogue_that_changed_since_the_check_stops_it(acme: Acme, asha: Desk) -> None:
    with acme.scope():
        old = make.make_entity(acme.organisation, "Orders", external_id="A-1")
    row = asha.bring("external_id,name\nA-1,Main orders\nA-2,Ledger\n")
    with acme.scope():
        CatalogueEntity.objects.filter(id=old.id).update(name="Renamed")
    done = asha.apply(row)
    assert (done.state, done.failure) == (
        "failed",
        "The catalogue has changed since this file was checked (row 2). Check it again.",
    )
    with acme.scope():
        assert list(CatalogueEntity.objects.values_list("name", flat=True)) == ["Renamed"]
    asha.press(row, "check")
    again = asha.work(row.id)
    assert (again.state, again.report["changed"]) == ("checked", 1)
    assert asha.apply(again).state == "applied"


def test_somebody_else_made_it_first(acme: Acme, asha: Desk) -> None:
    row = asha.bring(GOOD)
    with acme.scope():
        make.make_entity(acme.organisation, "Orders", external_id="A-1")
    assert asha.apply(row).state == "failed"


def test_nothing_to_do_cannot_be_applied(acme: Acme, asha: Desk) -> None:
    with acme.scope():
        make.make_entity(acme.organisation, "Orders", external_id="A-1")
    row = asha.bring(GOOD)
    asha.press(row, "apply")
    assert "This file changes nothing." in asha.page(row)


def test_a_dropped_file_is_gone(acme: Acme, asha: Desk) -> None:
    row = asha.bring(GOOD)
    assert asha.press(row, "discard").headers["Location"] == "/flows/imports/"
    assert asha.client.get(f"/flows/imports/{row.id}/").status_code == 404
    with acme.scope():
        assert not CatalogueImport.objects.exists()
        assert not CatalogueImportRow.objects.exists()


def test_what_is_applied_stays_in_the_list(asha: Desk) -> None:
    row = asha.apply(asha.bring(GOOD))
    for button in ("discard", "check", "apply"):
        asha.press(row, button)
        assert "This import has moved on" in asha.page(row)
    assert "1 rows were added" in asha.page(row)


def test_of_another_organisation_nothing_is_there(acme: Acme, globex: Globex, asha: Desk) -> None:
    row = asha.bring(GOOD)
    with globex.scope():
        give_role(globex.gita, "Importer", "flow.catalogue_import")
    gita = Desk.of(globex.gita)
    assert gita.client.get(f"/flows/imports/{row.id}/").status_code == 404
    for button in ("apply", "check", "discard"):
        assert gita.press(row, button).status_code == 404
    import_run_task(organisation_id=str(globex.organisation.id), import_id=str(row.id))
    assert asha.now(row.id).state == "checked"


def test_after_a_week_the_file_is_let_go(acme: Acme, asha: Desk) -> None:
    waiting, done = asha.bring(GOOD), asha.apply(asha.bring("external_id,name\nB-1,X\nB-2,\n"), skip_errors="true")
    with acme.scope():
        assert imports_sweep(organisation_id=acme.organisation.id) == 0
        assert imports_sweep(organisation_id=acme.organisation.id, at=timezone.now() + timedelta(days=8)) == 2
        assert not CatalogueImportFile.objects.exists()
        assert not CatalogueImportRow.objects.exists()
        assert imports_sweep(organisation_id=acme.organisation.id, at=timezone.now() + timedelta(days=8)) == 0
    assert "not applied within seven days" in asha.page(waiting)
    assert asha.now(done.id).state == "applied"


def test_what_always_kills_its_worker_is_given_up(acme: Acme, asha: Desk) -> None:
    asha.post(GOOD)
    own = acme.organisation.id
    assert organisations_waiting() == [own]
    with acme.scope():
        [ident] = imports_waiting(own)
        CatalogueImport.objects.update(attempts=MOST_ATTEMPTS)
    assert asha.work(ident).state == "failed"
    assert organisations_waiting() == []


def test_one_import_of_an_organisation_is_worked_on_at_a_time(acme: Acme, asha: Desk) -> None:
    first, second = (asha.post(GOOD).headers["Location"].split("/")[-2] for _ in range(2))
    with acme.scope():
        busy = CatalogueImport.objects.filter(id=first)
        busy.update(leased_until=timezone.now() + timedelta(seconds=50), lease=uuid4())
    assert asha.work(UUID(second)).state == "checking"
    with acme.scope():
        busy.update(leased_until=None, lease=None)
    assert asha.work(UUID(second)).state == "checked"


def test_nobody_takes_what_somebody_works_on(acme: Acme, asha: Desk) -> None:
    asha.post(GOOD)
    own, now = acme.organisation.id, timezone.now()
    with acme.scope():
        CatalogueImport.objects.update(leased_until=now + timedelta(seconds=50), lease=uuid4())
        assert imports_waiting(own, at=now) == []
        [ident] = imports_waiting(own, at=now + timedelta(minutes=2))
    assert asha.work(ident).state == "checking"


@pytest.mark.parametrize(
    "page", ["/flows/imports/?cursor=x", "/flows/imports/new/?kind=x", "/flows/imports/?cursor=n0-0"]
)
def test_odd_addresses_are_the_plain_page(asha: Desk, page: str) -> None:
    assert asha.client.get(page).status_code == 200
