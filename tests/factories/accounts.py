"""Organisations and people."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import (
    Absence,
    Department,
    Designation,
    Holiday,
    Membership,
    MembershipRole,
    Organisation,
    Place,
    Role,
    User,
    WorkingCalendar,
)
from accounts.services.absences import absence_accept, absence_set

PASSWORD = "correct-horse-battery"


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    slug = factory.Sequence(lambda n: f"org{n}")
    name = factory.LazyAttribute(lambda o: o.slug.title())
    time_zone = "Asia/Kolkata"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.LazyAttribute(lambda u: f"{u.name.lower().replace(' ', '.')}@example.com")
    password = factory.django.Password(PASSWORD)


class DepartmentFactory(DjangoModelFactory[Department]):
    class Meta:
        model = Department

    code = factory.Sequence(lambda n: f"D{n}")
    name = factory.LazyAttribute(lambda d: d.code)


class DesignationFactory(DjangoModelFactory[Designation]):
    class Meta:
        model = Designation

    name = factory.Sequence(lambda n: f"Title {n}")


class PlaceFactory(DjangoModelFactory[Place]):
    class Meta:
        model = Place

    city = factory.Sequence(lambda n: f"City {n}")
    country = "IN"


class RoleFactory(DjangoModelFactory[Role]):
    class Meta:
        model = Role

    name = factory.Sequence(lambda n: f"Role {n}")


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    name = factory.Sequence(lambda n: f"Member {n}")
    email = factory.LazyAttribute(lambda m: f"{m.name.lower().replace(' ', '.')}@{m.organisation.slug}.example")
    user = factory.SubFactory(UserFactory, name=factory.SelfAttribute("..name"), email=factory.SelfAttribute("..email"))


class CalendarFactory(DjangoModelFactory[WorkingCalendar]):
    class Meta:
        model = WorkingCalendar

    name = "Office"
    time_zone = factory.LazyAttribute(lambda c: c.organisation.time_zone)
    is_default = True


def holiday(calendar: WorkingCalendar, date: Any, name: str) -> Holiday:
    row: Holiday = Holiday.objects.create(organisation=calendar.organisation, calendar=calendar, date=date, name=name)
    return row


def give_role(member: Membership, name: str, *permissions: str) -> Role:
    """Give the person a role with these permission codes."""
    role = RoleFactory(organisation=member.organisation, name=name, permissions=list(permissions))
    MembershipRole.objects.create(organisation=member.organisation, membership=member, role=role)
    return role


def be_away(
    member: Membership,
    first: date,
    last: date,
    substitute: Membership | None = None,
    *,
    accepts: bool = True,
    scope: Collection[str] = (),
) -> Absence:
    """The person sets an absence, a week before it begins, and the substitute answers."""
    before = datetime.combine(first - timedelta(days=7), time.min, UTC)
    absence = absence_set(
        actor=member,
        starts_on=first,
        ends_on=last,
        substitute_id=substitute.id if substitute else None,
        scope=scope,
        at=before,
    )
    if substitute is not None and accepts:
        absence_accept(actor=substitute, absence_id=absence.id, at=before)
    return absence
