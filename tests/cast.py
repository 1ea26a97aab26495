"""The people of the scenarios: Acme in India, Globex next door. Build them inside a test that may use the database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from accounts.models import Department, Membership, Organisation, User, WorkingCalendar
from accounts.tenancy.scope import organisation_scope
from tests.factories.accounts import (
    CalendarFactory,
    DepartmentFactory,
    MembershipFactory,
    OrganisationFactory,
    give_role,
    holiday,
)


@dataclass(frozen=True)
class Acme:
    organisation: Organisation
    calendar: WorkingCalendar
    departments: Mapping[str, Department]
    asha: Membership
    ravi: Membership
    meera: Membership
    hema: Membership
    hari: Membership
    farid: Membership
    fiona: Membership
    fritz: Membership
    omar: Membership
    tess: Membership

    @contextmanager
    def scope(self) -> Iterator[None]:
        with organisation_scope(self.organisation.id):
            yield


@dataclass(frozen=True)
class Globex:
    organisation: Organisation
    calendar: WorkingCalendar
    gita: Membership
    gus: Membership

    @contextmanager
    def scope(self) -> Iterator[None]:
        with organisation_scope(self.organisation.id):
            yield


def make_acme() -> Acme:
    organisation = OrganisationFactory(slug="acme", name="Acme", time_zone="Asia/Kolkata")
    with organisation_scope(organisation.id):
        calendar = CalendarFactory(organisation=organisation)
        holiday(calendar, date(2025, 10, 2), "Gandhi Jayanti")
        names = {"ENG": "Engineering", "HR": "HR", "FIN": "Finance", "OPS": "Operations"}
        departments = {
            code: DepartmentFactory.build(organisation=organisation, code=code, name=name)
            for code, name in names.items()
        }
        Department.objects.bulk_create(departments.values())
        people: list[Membership] = []

        def person(name: str, department: str, **more: object) -> Membership:
            made: Membership = MembershipFactory.build(
                organisation=organisation, name=name, department=departments[department], **more
            )
            people.append(made)
            return made

        meera = person("Meera", "ENG")
        ravi = person("Ravi", "ENG", manager=meera)
        asha = person("Asha", "ENG", manager=ravi, attributes={"leave_balance": 12})
        hema, hari = person("Hema", "HR", manager=meera), person("Hari", "HR", manager=meera)
        farid, fiona, fritz = (person(name, "FIN", manager=meera) for name in ("Farid", "Fiona", "Fritz"))
        omar = person("Omar", "OPS", manager=meera)
        tess = person("Tess", "OPS", manager=meera, is_tenant_admin=True)
        User.objects.bulk_create(one.user for one in people)
        Membership.objects.bulk_create(people)
        give_role(hari, "HR lead", "task.take_over")
        give_role(omar, "Designer", "definition.edit", "definition.publish")
    return Acme(organisation, calendar, departments, asha, ravi, meera, hema, hari, farid, fiona, fritz, omar, tess)


def make_globex() -> Globex:
    organisation = OrganisationFactory(slug="globex", name="Globex", time_zone="Europe/Berlin")
    with organisation_scope(organisation.id):
        calendar = CalendarFactory(organisation=organisation)
        hr = DepartmentFactory(organisation=organisation, code="HR", name="HR")
        gus = MembershipFactory(organisation=organisation, name="Gus", department=hr, is_tenant_admin=True)
        gita = MembershipFactory(organisation=organisation, name="Gita", department=hr, manager=gus)
    return Globex(organisation, calendar, gita, gus)
