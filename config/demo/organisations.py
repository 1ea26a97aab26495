"""Organisations, people and workflows of the demo, made through the services that make them in the product."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone

from accounts.models import (
    AccessLink,
    Department,
    Designation,
    Holiday,
    Membership,
    Organisation,
    Place,
    Role,
    User,
    WorkingCalendar,
)
from accounts.services.directory import entry_save
from accounts.services.people import member_add, member_set_roles, member_update
from accounts.services.platform import organisation_create
from accounts.tenancy.models import OrganisationOwned
from accounts.tenancy.scope import organisation_scope
from config.demo.cast import PLATFORM_ADMIN, Company
from workflows.library import library_item
from workflows.models import WorkflowDefinition
from workflows.services.definitions import definition_import, definition_publish

HISTORY = timedelta(weeks=12)
"""How far back holidays and workflows reach, so that the oldest request finds them."""


def platform_admin() -> User:
    """The platform admin's login, made unless it is there."""
    name, email = PLATFORM_ADMIN
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_superuser(email, name=name)


def found(company: Company) -> Organisation:
    """The organisation with its directory, people, calendar and workflows. Needs a transaction, and no scope."""
    admin = company.people[0]
    organisation = organisation_create(
        user=platform_admin(),
        slug=company.slug,
        name=company.name,
        time_zone=company.time_zone,
        admin_name=admin.name,
        admin_email=company.email(admin.name),
    )
    with organisation_scope(organisation.id):
        boss = Membership.objects.get(organisation_id=organisation.id, name=admin.name)
        # Everybody has the printed password: no invitation is mailed.
        AccessLink.objects.filter(organisation_id=organisation.id).delete()
        _hire(company, boss)
        _add_holidays(company, boss)
        install_workflows(company, people_of(organisation))
    return organisation


def people_of(organisation: Organisation) -> dict[str, Membership]:
    """The people by name, ready to act. Needs the scope."""
    rows = Membership.objects.filter(organisation_id=organisation.id).select_related("organisation", "user")
    return {member.name: member for member in rows}


def set_passwords(organisation: Organisation | None, password: str) -> int:
    """Give the people (None: the platform admin) the demo's password where they have another one; returns how many.

    Needs the scope.
    """
    if organisation is None:
        users = list(User.objects.filter(email=PLATFORM_ADMIN[1]))
    else:
        users = [member.user for member in people_of(organisation).values()]
    right = {encoded for encoded in {user.password for user in users} if check_password(password, encoded)}
    wrong = [user for user in users if user.password not in right]
    # One hash for all: it takes long to make, and the password is printed anyway.
    encoded = make_password(password) if wrong else ""
    for user in wrong:
        user.password = encoded
        user.save(update_fields=["password"])
    return len(wrong)


def _hire(company: Company, boss: Membership) -> None:
    departments = {code: _entry(boss, Department(), code=code, name=name) for code, name in company.departments.items()}
    titles = {name: _entry(boss, Designation(), name=name, level=level) for name, level in company.designations.items()}
    places = {
        office.city: _entry(boss, Place(), city=office.city, state=office.state, country=office.country)
        for office in company.offices
    }
    roles = {
        name: _entry(boss, Role(), action="administer", name=name, permissions=list(codes))
        for name, codes in company.roles.items()
    }
    members = {boss.name: boss}
    for person in company.people:
        values: dict[str, Any] = {
            "department": departments[person.department],
            "designation": titles[person.designation],
            "place": places[person.place],
            "attributes": {"leave_balance": person.leave_balance},
        }
        if person.name == boss.name:
            member_update(actor=boss, member_id=boss.id, values=values)
            continue
        manager = members[person.manager] if person.manager else None
        values |= {"name": person.name, "email": company.email(person.name), "manager": manager}
        members[person.name] = member_add(actor=boss, values=values, invite=False)
    if manager_name := company.people[0].manager:
        member_update(actor=boss, member_id=boss.id, values={"manager": members[manager_name]})
    for person in company.people:
        member_set_roles(actor=boss, member_id=members[person.name].id, roles=[roles[name] for name in person.roles])
    for code, name in company.heads.items():
        entry_save(actor=boss, row=departments[code], values={"head": members[name]})


def _entry(actor: Membership, row: OrganisationOwned, *, action: str = "manage", **values: Any) -> Any:
    return entry_save(actor=actor, row=row, values=values, action=action)


def _add_holidays(company: Company, actor: Membership) -> None:
    calendar = WorkingCalendar.objects.get(organisation_id=actor.organisation_id, is_default=True)
    for day, name in _days_off(company, timezone.now()):
        _entry(actor, Holiday(), calendar=calendar, date=day, name=name[:120])


def _days_off(company: Company, now: datetime) -> Iterator[tuple[date, str]]:
    """The company's own days, then the public holidays of this year and the next, and of the demo's oldest requests."""
    today = now.astimezone(ZoneInfo(company.time_zone)).date()
    country, subdivision = company.holidays
    years = range((today - HISTORY).year, today.year + 2)
    public: Mapping[date, str] = holidays.country_holidays(country, subdiv=subdivision, years=years, language="en_US")
    yield from sorted({**public, **company.days_off}.items())


def install_workflows(company: Company, people: Mapping[str, Membership], at: datetime | None = None) -> None:
    """Import and publish the shipped workflows that the organisation does not have yet, as its designer. Needs the scope."""
    designer = people[company.designer]
    moment = at or timezone.now() - HISTORY
    there = set(
        WorkflowDefinition.objects.filter(organisation_id=designer.organisation_id).values_list(
            "library_key", flat=True
        )
    )
    for key, wording in company.library.items():
        if key in there:
            continue
        document = _worded(library_item(key).to_json(), wording.items())
        made = definition_import(actor=designer, document=document, library_key=key, at=moment)
        definition_publish(definition_id=made.definition.id, actor=designer, at=moment)


def _worded(document: dict[str, Any], wording: Iterable[tuple[str, str]]) -> dict[str, Any]:
    text = json.dumps(document)
    for theirs, ours in wording:
        text = text.replace(theirs, ours)
    worded: dict[str, Any] = json.loads(text)
    return worded
