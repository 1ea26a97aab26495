"""Working calendars over REST: what a tenant admin may write, and what happens to time limits and to the record."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import AuditEntry, Holiday, Place, WorkingCalendar
from tests.cast import Acme, Globex
from tests.scenarios.rest import Rest
from workflows.selectors.calendars import calendars_now

pytestmark = pytest.mark.django_db
MUNICH = {"name": "Munich", "time_zone": "Europe/Berlin", "country": "DE", "subdivision": "BY"}
EVE = {"date": "2026-12-24", "name": "Christmas Eve"}


def munich(tess: Rest, **more: Any) -> Any:
    return tess.done("calendars/", {**MUNICH, **more}, 201)


def kinds(acme: Acme, row_id: str) -> list[str]:
    with acme.scope():
        told = AuditEntry.objects.filter(subject_id=row_id, actor_id=acme.tess.id).order_by("at", "id")
        return list(told.values_list("kind", flat=True))


def test_a_calendar_is_made_changed_and_removed_on_the_record(acme: Acme) -> None:
    tess = Rest(acme.tess)
    made = munich(tess, hours={"mon": [["08:00", "12:00"]]})
    path = f"calendars/{made['id']}/"
    assert (made["hours"], made["is_default"]) == ({"mon": [["08:00", "12:00"]]}, False)
    assert made in tess.read("calendars/")["results"]
    changed = tess.patch(path, {"name": "Bavaria", "subdivision": ""})
    assert (changed.status_code, changed.json()["name"], changed.json()["subdivision"]) == (200, "Bavaria", "")
    assert changed.json()["hours"] == made["hours"]
    with acme.scope():
        told = AuditEntry.objects.get(subject_id=made["id"], kind="directory.changed")
        assert told.payload["changes"] == {"name": ["Munich", "Bavaria"], "subdivision": ["BY", ""]}
    assert (tess.delete(path).status_code, tess.get(path).status_code) == (204, 404)
    assert kinds(acme, made["id"]) == ["directory.added", "directory.changed", "directory.removed"]


def test_the_default_is_not_removed_but_on_purpose(acme: Acme) -> None:
    tess = Rest(acme.tess)
    with acme.scope():
        default = WorkingCalendar.objects.get(is_default=True)
    path = f"calendars/{default.id}/"
    refused = tess.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "directory.default")
    assert tess.patch(path, {"is_default": False}).status_code == 200
    assert tess.delete(path).status_code == 204


def test_own_days_count_at_once(acme: Acme) -> None:
    tess = Rest(acme.tess)
    with acme.scope():
        calendar = WorkingCalendar.objects.get(is_default=True)
    days = f"calendars/{calendar.id}/holidays/"
    eve = tess.done(days, EVE, 201)
    worked = tess.done(days, {"date": "2026-01-01", "name": "Stocktaking", "is_worked": True}, 201)
    found = [day["date"] for day in tess.read(days)["results"]]
    assert (found == sorted(found), {eve["date"], worked["date"]} <= set(found)) == (True, True)
    with acme.scope():
        counted = calendars_now(acme.organisation.id).default
        assert counted is not None
        assert (date(2026, 12, 24) in counted.holidays, date(2026, 12, 23) in counted.holidays) == (True, False)
    assert tess.patch(f"{days}{eve['id']}/", {"name": "Eve"}).json()["name"] == "Eve"
    assert tess.delete(f"{days}{worked['id']}/").status_code == 204
    assert [day["name"] for day in tess.read(days)["results"] if day["date"] > "2026"] == ["Eve"]
    assert kinds(acme, eve["id"]) == ["directory.added", "directory.changed"]


def test_twice_the_same_key_makes_one(acme: Acme) -> None:
    tess = Rest(acme.tess)
    first, second = (tess.post("calendars/", MUNICH, key="k1") for _ in range(2))
    assert (first.content, second.content, second["Idempotent-Replayed"]) == (first.content, first.content, "true")
    days = f"calendars/{first.json()['id']}/holidays/"
    assert {tess.post(days, EVE, key="k2").status_code for _ in range(2)} == {201}
    with acme.scope():
        assert Holiday.objects.filter(calendar_id=first.json()["id"]).count() == 1


def test_what_somebody_changed_meanwhile_is_not_overwritten(acme: Acme) -> None:
    tess = Rest(acme.tess)
    path = f"calendars/{munich(tess)['id']}/"
    seen = tess.get(path)["ETag"]
    assert tess.patch(path, {"name": "Bavaria"}, **{"If-Match": seen}).status_code == 200
    late = tess.patch(path, {"name": "Franconia"}, **{"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (409, "directory.stale")
    assert tess.delete(path, **{"If-Match": seen}).status_code == 409
    unread = tess.patch(path, {"name": "Franconia"}, **{"If-Match": "yesterday"})
    assert (unread.status_code, set(unread.json()["errors"])) == (422, {"If-Match"})
    found = tess.get(path)
    assert found.json()["name"] == "Bavaria"
    assert tess.delete(path, **{"If-Match": found["ETag"]}).status_code == 204


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, {"name", "time_zone"}),
        ({**MUNICH, "country": "XX", "subdivision": ""}, {"country"}),
        ({**MUNICH, "subdivision": "KA"}, {"subdivision"}),
        ({**MUNICH, "time_zone": "Mars/Base"}, {"time_zone"}),
        ({**MUNICH, "time_zone": "localtime"}, {"time_zone"}),
        ({**MUNICH, "hours": {"mon": [["12:00", "08:00"]]}}, {"hours"}),
        ({**MUNICH, "hours": {"mon": [[8, "12:00"]]}}, {"hours.mon.0.0"}),
        ({**MUNICH, "is_default": True}, {"is_default"}),
        ({**MUNICH, "holidays": []}, {"holidays"}),
    ],
)
def test_what_is_wrong_is_named(acme: Acme, body: dict[str, Any], places: set[str]) -> None:
    refused = Rest(acme.tess).post("calendars/", body)
    assert (refused.status_code, set(refused.json()["errors"])) == (422, places)


def test_a_part_needs_its_country(acme: Acme) -> None:
    refused = Rest(acme.tess).post("calendars/", {**MUNICH, "country": ""}).json()["errors"]
    assert refused == {"subdivision": ["There is no country. Leave it empty."]}


def test_names_and_days_are_there_once(acme: Acme) -> None:
    tess = Rest(acme.tess)
    days = f"calendars/{munich(tess)['id']}/holidays/"
    again = tess.post("calendars/", MUNICH)
    assert (again.status_code, set(again.json()["errors"])) == (422, {"name"})
    tess.done(days, EVE, 201)
    twice = tess.post(days, {**EVE, "name": "Eve"})
    assert (twice.status_code, set(twice.json()["errors"])) == (422, {"date"})


def test_a_calendar_that_a_place_names_stays(acme: Acme) -> None:
    tess = Rest(acme.tess)
    made = munich(tess)
    with acme.scope():
        Place.objects.create(organisation=acme.organisation, city="Munich", country="DE", calendar_id=made["id"])
    refused = tess.delete(f"calendars/{made['id']}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "directory.used")


def test_it_is_for_tenant_admins_and_of_their_organisation(acme: Acme, globex: Globex) -> None:
    tess, asha = Rest(acme.tess), Rest(acme.asha)
    made = munich(tess)
    day = tess.done(f"calendars/{made['id']}/holidays/", EVE, 201)
    with globex.scope():
        foreign = WorkingCalendar.objects.create(organisation=globex.organisation, name="X", time_zone="UTC")
    for path in ("calendars/", f"calendars/{made['id']}/holidays/"):
        assert (asha.get(path).status_code, asha.post(path, {}).status_code) == (403, 403)
    assert asha.patch(f"calendars/{uuid4()}/", {"name": 1}).status_code == 403
    for missing in (foreign.id, uuid4()):
        path = f"calendars/{missing}/"
        statuses = {tess.get(path), tess.patch(path, {"name": "Y"}), tess.delete(path)}
        statuses |= {tess.get(f"{path}holidays/"), tess.post(f"{path}holidays/", EVE)}
        assert {answer.status_code for answer in statuses} == {404}
    other = munich(tess, name="Berlin", subdivision="BE")
    assert tess.patch(f"calendars/{other['id']}/holidays/{day['id']}/", {"name": "Y"}).status_code == 404
