"""The addresses of accounts and of the product as a whole."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from guardian.shortcuts import assign_perm

from accounts.audit.models import AuditEntry
from accounts.audit.record import record
from accounts.events import LoggedOut
from accounts.models import Holiday, WorkingCalendar
from accounts.services.passwords import token_for
from tests.contracts.url_table import Line, World
from tests.factories.accounts import DesignationFactory, PlaceFactory, RoleFactory, be_away


def reset_link(world: World) -> Mapping[str, Any]:
    user, token = token_for(world.acme.asha.user_id)
    return {"uidb64": urlsafe_base64_encode(force_bytes(user.pk)), "token": token}


FIRST, LAST = date(2030, 3, 4), date(2030, 3, 8)


def absence(world: World) -> Any:
    return be_away(world.person("ravi"), FIRST, LAST, world.person("farid"), accepts=False)


def of_absence(world: World) -> Mapping[str, Any]:
    return {"absence_id": world(absence).id}


def other_substitute(world: World) -> Mapping[str, Any]:
    return {"substitute": str(world.acme.fiona.id)}


def calendar(world: World) -> WorkingCalendar:
    made: WorkingCalendar = WorkingCalendar.objects.create(
        organisation=world.acme.organisation, name=f"Calendar {world.canary}", time_zone="UTC"
    )
    return made


def holiday(world: World) -> Holiday:
    row = Holiday(organisation=world.acme.organisation, calendar=world(calendar), date=FIRST, name=world.canary)
    row.save()
    return row


def of_calendar(world: World) -> Mapping[str, Any]:
    return {"calendar_id": world(calendar).id}


def of_holiday(world: World) -> Mapping[str, Any]:
    return {"calendar_id": world(calendar).id, "holiday_id": world(holiday).id}


A_DAY = {"date": "2030-12-24", "name": "Eve"}
DAYS = {"starts_on": "2030-05-06", "ends_on": "2030-05-07"}
CALENDARS = "api/v1/calendars/"
CALENDAR = f"{CALENDARS}<uuid:calendar_id>/"
HOLIDAY = f"{CALENDAR}holidays/<uuid:holiday_id>/"
ABSENCE = "api/v1/absences/<uuid:absence_id>/"

LINES = [
    Line("login/", "get", access="public", ok=(200, 302)),
    Line("login/", "post", access="public", data={"email": "x@acme.example", "password": "x"}),
    Line("logout/", "post", access="public"),
    Line("password/reset/", "get", access="public"),
    Line("password/reset/", "post", access="public", data={"email": "x@acme.example"}),
    Line("password/reset/sent/", "get", access="public"),
    Line("password/reset/done/", "get", access="public"),
    Line("password/set/<uidb64>/<token>/", "get", access="public", ids=reset_link),
    Line("password/set/<uidb64>/<token>/", "post", access="public", ids=reset_link),
    Line("profile/", "get"),
    Line("profile/", "post", data={"action": "sessions"}),
    Line("profile/absences/", "post", data={f"absence-{name}": day for name, day in DAYS.items()}),
    Line(
        "profile/absences/<uuid:absence_id>/",
        "post",
        holder="farid",
        without="fiona",
        ids=of_absence,
        data={"action": "accept"},
    ),
    Line("organisations/", "get"),
    Line("organisations/", "post", data={"organisation": "acme"}),
    Line("organisations/enter/", "get", access="public"),
    Line("organisations/enter/", "post", access="public"),
    Line("api/v1/auth/token/", "post", access="public", ok=(401, 422)),
    Line("api/v1/auth/token/refresh/", "post", access="public", ok=(401, 422), data={"refresh": "x"}),
    Line("api/v1/auth/token/revoke/", "post", access="public", data={"refresh": "x"}),
    Line("api/v1/me/", "get"),
    Line("api/v1/users/", "get"),
    Line(CALENDARS, "get", holder="tess", without="omar"),
    Line(CALENDARS, "post", holder="tess", without="omar", data={"name": "Pune", "time_zone": "Asia/Kolkata"}),
    Line(CALENDAR, "get", holder="tess", without="omar", ids=of_calendar),
    Line(CALENDAR, "patch", holder="tess", without="omar", ids=of_calendar, data={"name": "Pune"}),
    Line(CALENDAR, "delete", holder="tess", without="omar", ids=of_calendar),
    Line(f"{CALENDAR}holidays/", "get", holder="tess", without="omar", ids=of_calendar),
    Line(f"{CALENDAR}holidays/", "post", holder="tess", without="omar", ids=of_calendar, data=A_DAY),
    Line(HOLIDAY, "get", holder="tess", without="omar", ids=of_holiday),
    Line(HOLIDAY, "patch", holder="tess", without="omar", ids=of_holiday, data={"name": "Eve"}),
    Line(HOLIDAY, "delete", holder="tess", without="omar", ids=of_holiday),
    Line("api/v1/absences/", "get"),
    Line("api/v1/absences/", "post", data=DAYS),
    Line("api/v1/absences/scopes/", "get"),
    Line(f"{ABSENCE}accept/", "post", holder="farid", without="fiona", ids=of_absence),
    Line(f"{ABSENCE}decline/", "post", holder="farid", without="fiona", ids=of_absence),
    Line(f"{ABSENCE}end/", "post", holder="ravi", without="farid", ids=of_absence),
    Line(f"{ABSENCE}substitute/", "post", holder="ravi", without="farid", ids=of_absence, data=other_substitute),
    Line("api/v1/schema/", "get", access="public"),
    Line("api/v1/docs/", "get", access="public"),
]


def role(world: World) -> Any:
    return RoleFactory(organisation=world.acme.organisation, name=f"Role {world.canary}")


def designation(world: World) -> Any:
    return DesignationFactory(organisation=world.acme.organisation, name=f"Title {world.canary}")


def place(world: World) -> Any:
    return PlaceFactory(organisation=world.acme.organisation, city=f"City {world.canary}")


def grant(world: World) -> Any:
    return assign_perm("accounts.view_department", world.acme.ravi.user, world.acme.departments["HR"])


def entry(world: World) -> Any:
    record(LoggedOut(subject_id=world.acme.ravi.id), actor=world.acme.ravi, organisation_id=world.acme.organisation.id)
    return AuditEntry.objects.order_by("-at")[0]


ADMIN_ROWS = {
    "accounts.absence": absence,
    "accounts.membership": lambda world: world.acme.ravi,
    "accounts.department": lambda world: world.acme.departments["HR"],
    "accounts.workingcalendar": lambda world: world.acme.calendar,
    "accounts.organisation": lambda world: world.acme.organisation,
    "accounts.user": lambda world: world.acme.ravi.user,
    "accounts.role": role,
    "accounts.designation": designation,
    "accounts.place": place,
    "accounts.objectgrant": grant,
    "accounts.auditentry": entry,
}
