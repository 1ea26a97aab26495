"""Somebody changes a person while somebody else changes what the person points to: both are done."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from threading import Event
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import (
    Absence,
    Department,
    Designation,
    Holiday,
    Membership,
    Organisation,
    Place,
    Role,
)
from accounts.services import directory, people
from accounts.services.absences import AbsenceOver, absence_end, absence_set
from accounts.services.directory import StillUsed, entry_remove, entry_save
from accounts.services.people import (
    access_member,
    member_add,
    member_invite_again,
    member_reactivate,
    member_set_roles,
    member_update,
    members_deactivate,
)
from accounts.services.platform import organisation_switch
from accounts.tenancy.errors import DomainError, Invalid
from accounts.tenancy.models import OrganisationOwned
from tests.cast import Acme, make_acme
from tests.concurrency.racing import at_once, somebody_waits
from tests.factories.accounts import DesignationFactory, PlaceFactory, UserFactory

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
PATIENCE = 30.0


class Case(NamedTuple):
    """What Asha's row comes to point to; who changes her is pointed to by every change."""

    target: Callable[[Acme], OrganisationOwned]
    change: Callable[[Acme], dict[str, Any]]


CASES = {
    "manager": Case(lambda acme: acme.meera, lambda acme: {"manager": acme.meera}),
    "department": Case(lambda acme: acme.departments["OPS"], lambda acme: {"department": acme.departments["OPS"]}),
    "who changes": Case(lambda acme: acme.tess, lambda _: {"name": "Asha S"}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_neither_is_in_the_way_of_the_other(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = make_acme()
    target = case.target(acme)
    is_held, is_done, check = Event(), Event(), directory.check

    def slowly(row: OrganisationOwned, names: Iterable[str]) -> None:
        """Between locking the target and saving it, the other one comes."""
        if row.pk == target.pk:
            is_held.set()
            somebody_waits(is_done.is_set)
        check(row, names)

    for module in (directory, people):
        monkeypatch.setattr(module, "check", slowly)

    def rename() -> None:
        if isinstance(target, Membership):
            member_update(actor=acme.tess, member_id=target.id, values={"name": "Renamed"})
        else:
            entry_save(actor=acme.tess, row=target, values={"name": "Renamed"})

    def change() -> None:
        assert is_held.wait(PATIENCE)
        member_update(actor=acme.tess, member_id=acme.asha.id, values=case.change(acme))
        is_done.set()

    at_once(acme, rename, change)
    with acme.scope():
        target.refresh_from_db()
        asha = Membership.objects.get(id=acme.asha.id)
        assert str(target).startswith("Renamed")
        assert all(getattr(asha, name) == value for name, value in case.change(acme).items())


class Pair(NamedTuple):
    """What one request does, resting before the last of its works or before its end; what another one does meanwhile, which
    waits for it; and what is so afterwards."""

    first: Sequence[Callable[[Acme], object]]
    second: Callable[[Acme], object]
    done: Callable[[Acme], bool]


def one(acme: Acme, model: type[OrganisationOwned]) -> Any:
    """The oldest row of its kind."""
    return model._default_manager.filter(organisation_id=acme.organisation.id).earliest("id")


def fresh(row: OrganisationOwned) -> Any:
    return type(row)._default_manager.get(id=row.id)


def update(acme: Acme, row: OrganisationOwned, **values: Any) -> OrganisationOwned:
    if isinstance(row, Membership):
        return member_update(actor=acme.tess, member_id=row.id, values=values)
    return entry_save(actor=acme.tess, row=row, values=values)


def add(acme: Acme, **values: Any) -> Membership:
    user = UserFactory(name="Nia")
    return member_add(actor=acme.tess, values={"name": "Nia", "email": user.email, **values})


def give_the_role(acme: Acme) -> None:
    member_set_roles(actor=acme.tess, member_id=acme.asha.id, roles=[one(acme, Role)])


def be_away(acme: Acme) -> Absence:
    today = timezone.localdate()
    return absence_set(actor=acme.asha, starts_on=today, ends_on=today + timedelta(days=9), substitute_id=acme.hema.id)


def deactivate(acme: Acme) -> None:
    members_deactivate(actor=acme.tess, member_ids=[acme.asha.id])


POINTED: dict[str, tuple[Callable[[Acme], Any], dict[str, str]]] = {
    "manager": (lambda acme: acme.hema, {"email": "new@acme.example"}),
    "department": (lambda acme: acme.departments["OPS"], {"code": "NEW"}),
    "designation": (lambda acme: one(acme, Designation), {"name": "New"}),
    "place": (lambda acme: one(acme, Place), {"city": "New"}),
}
"""What a person points to, and a change of what must be unique of it."""


def pointed(name: str) -> Pair:
    row, values = POINTED[name]
    return Pair(
        [lambda acme: update(acme, acme.asha, **{name: row(acme)})],
        lambda acme: update(acme, row(acme), **values),
        lambda acme: getattr(fresh(acme.asha), name) == row(acme) and values.items() <= vars(fresh(row(acme))).items(),
    )


PAIRS = {name: pointed(name) for name in POINTED} | {
    "calendar": Pair(
        [lambda acme: update(acme, one(acme, Place), calendar=acme.calendar)],
        lambda acme: update(acme, acme.calendar, name="New"),
        lambda acme: one(acme, Place).calendar.name == "New",
    ),
    "head": Pair(
        [lambda acme: update(acme, acme.departments["OPS"], head=acme.asha)],
        lambda acme: update(acme, acme.asha, email="new@acme.example"),
        lambda acme: fresh(acme.departments["OPS"]).head.email == "new@acme.example",
    ),
    "each other": Pair(
        [lambda acme: update(acme, acme.asha, email="new@acme.example", department=acme.departments["OPS"])],
        lambda acme: update(acme, acme.departments["OPS"], code="NEW", head=acme.asha),
        lambda acme: fresh(acme.asha).department.code == "NEW" and fresh(acme.asha).department.head == acme.asha,
    ),
    "manager of who is new": Pair(
        [lambda acme: add(acme, manager=acme.ravi)],
        lambda acme: update(acme, acme.ravi, email="new@acme.example", manager=acme.hema),
        lambda acme: Membership.objects.get(name="Nia").manager.email == "new@acme.example",
    ),
    "role": Pair(
        [give_the_role],
        lambda acme: update(acme, one(acme, Role), name="New"),
        lambda acme: acme.asha.role_links.get().role.name == "New",
    ),
    "role, after something else": Pair(
        [lambda acme: update(acme, acme.asha, name="Asha S"), give_the_role],
        lambda acme: update(acme, one(acme, Role), name="New"),
        lambda acme: acme.asha.role_links.get().role.name == "New",
    ),
    "role that is removed": Pair(
        [give_the_role],
        lambda acme: entry_remove(actor=acme.tess, row=one(acme, Role)),
        lambda acme: not acme.asha.role_links.exists() and not Role.objects.filter(name="HR lead").exists(),
    ),
    "day of a calendar": Pair(
        [
            lambda acme: update(acme, acme.calendar, name="New"),
            lambda acme: update(acme, one(acme, Holiday), name="New"),
        ],
        lambda acme: update(acme, one(acme, Holiday), is_worked=True),
        lambda acme: (one(acme, Holiday).name, one(acme, Holiday).is_worked) == ("New", True),
    ),
    "second of two people": Pair(
        [lambda acme: update(acme, acme.asha, name="Asha S"), lambda acme: update(acme, acme.hema, name="Hema S")],
        lambda acme: update(acme, acme.hema, department=acme.departments["OPS"]),
        lambda acme: (fresh(acme.hema).name, fresh(acme.hema).department.code) == ("Hema S", "OPS"),
    ),
    "who is active again": Pair(
        [lambda acme: update(acme, acme.asha, name="Asha S"), lambda acme: update(acme, acme.fritz, name="Fritz S")],
        lambda acme: member_reactivate(actor=acme.tess, member_id=acme.fritz.id),
        lambda acme: (fresh(acme.fritz).name, fresh(acme.fritz).is_active) == ("Fritz S", True),
    ),
    "who is away": Pair(
        [be_away],
        lambda acme: update(acme, acme.asha, email="new@acme.example"),
        lambda acme: one(acme, Absence).member.email == "new@acme.example",
    ),
    "substitute": Pair(
        [be_away],
        lambda acme: update(acme, acme.hema, email="new@acme.example"),
        lambda acme: one(acme, Absence).substitute.email == "new@acme.example",
    ),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_change_waits_for_the_other_one(pair: Pair) -> None:
    acme = made()
    assert not isinstance(meet(acme, pair.first, pair.second), DomainError)
    with acme.scope():
        assert pair.done(acme)


def test_who_leaves_is_away_no_more() -> None:
    """The end of an absence, found by who ends it and by who deactivates the person."""
    acme = made()
    with acme.scope():
        absence = be_away(acme)
    leave = [lambda acme: update(acme, acme.asha, name="Asha S"), deactivate]
    answer = meet(acme, leave, lambda acme: absence_end(actor=acme.tess, absence_id=absence.id))
    assert isinstance(answer, AbsenceOver)
    with acme.scope():
        assert fresh(absence).ended_at
        assert not fresh(acme.asha).is_active


def test_what_was_just_pointed_to_is_still_used() -> None:
    acme = made()
    first, _, _ = PAIRS["place"]
    assert isinstance(meet(acme, first, lambda acme: entry_remove(actor=acme.tess, row=one(acme, Place))), StillUsed)


def test_an_address_that_was_just_taken_is_told() -> None:
    acme = made()
    first = [lambda acme: update(acme, acme.asha, email="new@acme.example")]
    answer = meet(acme, first, lambda acme: update(acme, acme.hema, email="new@acme.example"))
    assert isinstance(answer, Invalid)
    assert list(answer.fields) == ["email"]


def test_an_organisation_is_closed_while_it_gets_a_department() -> None:
    acme = made()
    boss = UserFactory(name="Boss", is_platform_admin=True)
    first = [lambda acme: update(acme, Department(), name="Legal", code="LEGAL")]
    meet(
        acme, first, lambda acme: organisation_switch(user=boss, organisation_id=acme.organisation.id, is_active=False)
    )
    with acme.scope():
        assert Department.objects.filter(code="LEGAL").exists()
        assert not Organisation.objects.get(id=acme.organisation.id).is_active


def test_who_points_to_a_person_does_not_wait_for_a_change_of_them() -> None:
    has_come, in_time = Event(), list[bool]()

    def invite(acme: Acme) -> None:
        member_invite_again(actor=acme.tess, member_id=acme.asha.id)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        has_come.set()

    def hold(acme: Acme) -> None:
        access_member(acme.tess, acme.asha.id, lock=True)

    meet(made(), [hold, lambda _: in_time.append(has_come.wait(3))], invite)
    assert in_time == [True]


def made() -> Acme:
    acme = make_acme()
    with acme.scope():
        Membership.objects.filter(id=acme.fritz.id).update(is_active=False)
        DesignationFactory(organisation=acme.organisation)
        PlaceFactory(organisation=acme.organisation)
    return acme


def meet(acme: Acme, first: Sequence[Callable[[Acme], object]], second: Callable[[Acme], object]) -> Any:
    """The answer of the second, which comes while the first, that has written already, is not yet done."""
    has_written, is_done = Event(), Event()

    def begin() -> None:
        first[0](acme)
        has_written.set()
        somebody_waits(is_done.is_set)
        for work in first[1:]:
            work(acme)

    def come() -> object:
        assert has_written.wait(PATIENCE)
        try:
            return second(acme)
        finally:
            is_done.set()

    began, came = at_once(acme, begin, come)
    assert began is None
    return came
