"""Working calendars: what a tenant admin keeps, and by whose calendar a task is due."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import Holiday, Membership, Place, WorkingCalendar
from accounts.public_holidays import DaysOff, public_holidays, subdivisions
from accounts.services.directory import entry_save
from accounts.tenancy.errors import Invalid
from tests.accounts.clients import signed_in
from tests.cast import Acme
from tests.factories.workflows import open_task, start_leave
from workflows.models import WorkflowDefinition
from workflows.selectors.calendars import calendars_now

WEDNESDAY = datetime(2025, 10, 1, 11, 30, tzinfo=UTC)
"""17:00 in Acme, 13:30 in Munich; Friday is a holiday there, Thursday one in Acme."""


def munich(acme: Acme, **more: object) -> WorkingCalendar:
    values = {"name": "Munich", "time_zone": "Europe/Berlin", "country": "DE", "subdivision": "BY", **more}
    return entry_save(actor=acme.tess, row=WorkingCalendar(), values=values)  # type: ignore[return-value]  # saved as given


def test_days_off_are_the_countrys_without_the_worked_and_with_the_own() -> None:
    unity, epiphany, own = date(2025, 10, 3), date(2031, 1, 6), date(2025, 12, 24)
    days = DaysOff("DE", "BY", frozenset({own}), frozenset({unity}))
    assert own in days
    assert epiphany in days
    assert unity not in days
    assert unity in DaysOff("DE", "BE")
    assert epiphany not in DaysOff("DE", "BE")
    assert unity not in DaysOff()
    assert public_holidays("XX", "", 2025) == {}
    assert subdivisions("DE")["BY"] == "Bayern"


def test_the_place_of_the_assignee_decides_by_which_calendar(leave: WorkflowDefinition, acme: Acme) -> None:
    home = start_leave(leave, acme.asha, at=WEDNESDAY).run_id
    assert open_task(home).due_at == datetime(2025, 10, 6, 11, 30, tzinfo=UTC)
    place = Place(organisation=acme.organisation, city="Munich", country="DE", calendar=munich(acme))
    place.save()
    Membership.objects.filter(id=acme.ravi.id).update(place=place)
    abroad = start_leave(leave, acme.asha, at=WEDNESDAY).run_id
    # Half of Wednesday and Thursday have passed when the holiday of Friday comes.
    assert open_task(abroad).due_at == datetime(2025, 10, 6, 11, 30, tzinfo=UTC)
    Holiday.objects.create(organisation=acme.organisation, calendar=place.calendar, date=date(2025, 10, 2), name="Move")
    assert open_task(start_leave(leave, acme.asha, at=WEDNESDAY).run_id).due_at == datetime(
        2025, 10, 7, 11, 30, tzinfo=UTC
    )
    found = calendars_now(acme.organisation.id)
    assert found.of(acme.asha.id) is found.default
    assert str(found.by_member[acme.ravi.id].zone) == "Europe/Berlin"


def test_a_country_or_part_that_nobody_knows_is_refused(acme: Acme) -> None:
    with acme.scope(), pytest.raises(Invalid) as unknown:
        munich(acme, country="XX", subdivision="")
    assert "country" in unknown.value.fields
    with acme.scope(), pytest.raises(Invalid) as part:
        munich(acme, subdivision="KA")
    assert "BY" in part.value.fields["subdivision"][0]


def test_tess_previews_a_year_and_keeps_own_days(acme: Acme) -> None:
    tess = signed_in(acme.tess)
    with acme.scope():
        calendar = munich(acme)
        Holiday.objects.create(
            organisation=acme.organisation,
            calendar=calendar,
            date=date(2026, 10, 3),
            name="Stocktaking",
            is_worked=True,
        )
    path = f"/admin/accounts/workingcalendar/{calendar.id}/change/"
    page = tess.get(f"{path}?year=2026").content.decode()
    assert "Days off in 2026: Bayern, Germany" in page
    assert "Epiphany" in page
    assert "Stocktaking" in page
    other = tess.get(f"{path}?year=2026&country=IN&subdivision=KA").content.decode()
    assert "Ganesh Chaturthi" in other
    assert tess.get(f"{path}?year=x&country=XX&subdivision=zz").status_code == 200
    with acme.scope():
        calendar.refresh_from_db()
        assert calendar.country == "DE"
