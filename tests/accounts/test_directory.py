"""Departments, roles, calendars and the like."""

from datetime import date
from typing import Any

import pytest

from accounts.audit.models import AuditEntry
from accounts.models import Department, Designation, Holiday, Place, Role, WorkingCalendar
from accounts.services.directory import StillUsed, entry_remove, entry_save
from accounts.tenancy.errors import Denied, Invalid
from tests.cast import Acme, Globex
from tests.factories.accounts import give_role


def test_an_entry_is_made_changed_and_removed_on_record(acme: Acme) -> None:
    with acme.scope():
        legal = entry_save(actor=acme.tess, row=Department(), values={"name": "Legal", "code": "LEG"})
        assert (legal.organisation_id, legal.created_by_id) == (acme.organisation.id, acme.tess.id)
        entry_save(actor=acme.tess, row=legal, values={"head": acme.hema, "name": "Law"})
        entry_remove(actor=acme.tess, row=legal)
        trail = AuditEntry.objects.filter(subject_kind="accounts.directory").order_by("id")
        assert [entry.kind for entry in trail] == ["directory.added", "directory.changed", "directory.removed"]
        assert trail[1].payload["changes"] == {"head": ["", "Hema"], "name": ["Legal", "Law"]}


def test_the_record_tells_what_was_changed_whatever_the_writer_had_read(acme: Acme) -> None:
    with acme.scope():
        read_before = Department.objects.get(id=acme.departments["HR"].id)
        entry_save(actor=acme.tess, row=acme.departments["HR"], values={"name": "People"})
        read_before.name = "Written on it by a form"
        entry_save(actor=acme.tess, row=read_before, values={"name": "People and places"})
        last = AuditEntry.objects.filter(subject_kind="accounts.directory").latest("id")
        assert last.payload["changes"] == {"name": ["People", "People and places"]}


@pytest.mark.parametrize(
    ("row", "values", "field"),
    [
        (Department(), {"name": "X", "code": "HR"}, "code"),
        (Designation(), {"name": "", "level": 1}, "name"),
        (Place(), {"city": "Pune", "country": "IN", "time_zone": "Mars/Base"}, "time_zone"),
        (Role(), {"name": "R", "permissions": ["fly"]}, "permissions"),
        (WorkingCalendar(), {"name": "C", "time_zone": "UTC", "hours": {"mon": [["18:00", "09:00"]]}}, "hours"),
        (WorkingCalendar(), {"name": "C", "time_zone": "UTC", "hours": {"day": []}}, "hours"),
    ],
)
def test_bad_values_are_named(acme: Acme, row: Any, values: dict[str, Any], field: str) -> None:
    with acme.scope(), pytest.raises(Invalid) as refused:
        entry_save(actor=acme.tess, row=row, values=values)
    assert field in refused.value.fields


def test_references_stay_inside_the_organisation(acme: Acme, globex: Globex) -> None:
    with acme.scope(), pytest.raises(Invalid) as refused:
        entry_save(actor=acme.tess, row=acme.departments["HR"], values={"head": globex.gus})
    assert set(refused.value.fields) == {"head"}
    with acme.scope(), pytest.raises(Invalid):
        entry_save(
            actor=acme.tess,
            row=Holiday(),
            values={"calendar": globex.calendar, "date": date(2025, 1, 1), "name": "New Year"},
        )


def test_what_is_used_cannot_be_removed(acme: Acme) -> None:
    with acme.scope(), pytest.raises(StillUsed):
        entry_remove(actor=acme.tess, row=acme.departments["HR"])


def test_rights(acme: Acme) -> None:
    with acme.scope():
        with pytest.raises(Denied):
            entry_save(actor=acme.asha, row=Department(), values={"name": "X", "code": "X"})
        give_role(acme.asha, "Office", "directory.manage")
        entry_save(actor=acme.asha, row=Department(), values={"name": "X", "code": "X"})
        with pytest.raises(Denied):
            entry_save(actor=acme.asha, row=Role(), values={"name": "Boss", "permissions": ["people.manage"]})
