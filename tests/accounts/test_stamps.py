"""The directory's stamp: new after every write, whoever writes and however."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import Department, Holiday, Membership, MembershipRole, Role, WorkingCalendar
from accounts.selectors.stamps import STAMP, Kept
from accounts.tenancy.statements import execute_prepared
from tests.cast import Acme, Globex
from tests.factories.accounts import be_away
from workflows.selectors.calendars import calendars_now
from workflows.selectors.people import persons_at


def stamp(organisation_id: UUID) -> int:
    found: int = execute_prepared(f"SELECT {STAMP}", [organisation_id])[0][0]
    return found


WRITES: dict[str, Callable[[Acme], Any]] = {
    "update": lambda acme: Membership.objects.filter(id=acme.ravi.id).update(name="Ravi R."),
    "bulk": lambda acme: Department.objects.bulk_create(
        [Department(organisation=acme.organisation, name="A", code="A")]
    ),
    "delete": lambda acme: MembershipRole.objects.all().delete(),
    "role": lambda acme: Role.objects.create(organisation=acme.organisation, name="Auditor", permissions=[]),
    "calendar": lambda acme: WorkingCalendar.objects.update(time_zone="Asia/Tokyo"),
    "absence": lambda acme: be_away(acme.ravi, date(2030, 3, 4), date(2030, 3, 8)),
    "holiday": lambda acme: Holiday.objects.create(
        organisation=acme.organisation, calendar=WorkingCalendar.objects.first(), date=date(2030, 1, 1), name="New Year"
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_to_the_directory_draws_a_new_stamp(acme: Acme, write: Callable[[Acme], Any]) -> None:
    with acme.scope():
        before = stamp(acme.organisation.id)
        write(acme)
        assert stamp(acme.organisation.id) > before


def test_so_does_a_write_to_a_login_and_to_the_organisation(acme: Acme) -> None:
    with acme.scope():
        before = stamp(acme.organisation.id)
        acme.ravi.user.last_login = timezone.now()
        acme.ravi.user.save(update_fields=["last_login"])
        assert stamp(acme.organisation.id) == before, "signing in is no news"
        acme.ravi.user.is_active = False
        acme.ravi.user.save(update_fields=["is_active"])
        between = stamp(acme.organisation.id)
        acme.organisation.save(update_fields=["name"])
        assert before < between < stamp(acme.organisation.id)


def test_another_organisation_keeps_its_stamp(acme: Acme, globex: Globex) -> None:
    with globex.scope():
        before = stamp(globex.organisation.id)
    with acme.scope():
        Membership.objects.filter(id=acme.ravi.id).update(name="Ravi R.")
    with globex.scope():
        assert stamp(globex.organisation.id) == before


def test_facts_and_calendar_are_read_anew_after_a_write(acme: Acme) -> None:
    here = acme.organisation.id
    with acme.scope():
        first = persons_at(here, stamp(here), [acme.ravi.id])[acme.ravi.id]
        assert persons_at(here, stamp(here), [acme.ravi.id])[acme.ravi.id] is first
        assert calendars_now(here) is calendars_now(here)
        old = calendars_now(here)
        Membership.objects.filter(id=acme.ravi.id).update(name="Ravi R.")
        assert persons_at(here, stamp(here), [acme.ravi.id])[acme.ravi.id].name == "Ravi R."
        assert calendars_now(here) is not old


def test_without_a_stamp_nothing_is_kept() -> None:
    kept: Kept[str, int] = Kept(most=1)
    here = UUID(int=1)
    kept.of(here, None)["a"] = 1
    assert kept.of(here, None) == {}
    kept.of(here, 1)["a"] = 1
    assert kept.of(here, 1) == {"a": 1}
    assert kept.of(here, 2) == {}
