"""The working calendars of an organisation, kept in the process until the directory is written to."""

from collections import defaultdict
from datetime import date
from typing import Final
from uuid import UUID

from accounts.models import Holiday, Membership, WorkingCalendar
from accounts.public_holidays import DaysOff
from accounts.selectors.stamps import STAMP, Kept
from accounts.tenancy.statements import execute_prepared
from workflows.sla import NO_CALENDARS, Calendar, Calendars

_kept: Final[Kept[str, Calendars]] = Kept(most=1)


def calendars_at(organisation_id: UUID, stamp: int | None) -> Calendars:
    """The organisation's calendars for time limits at this state of the directory."""
    kept = _kept.of(organisation_id, stamp)
    if "all" not in kept:
        kept["all"] = _read(organisation_id)
    return kept["all"]


def calendars_now(organisation_id: UUID) -> Calendars:
    """The same for who has read no stamp. One query as a rule."""
    rows = execute_prepared(f"SELECT {STAMP}", [organisation_id])
    return calendars_at(organisation_id, rows[0][0])


def _read(organisation_id: UUID) -> Calendars:
    """Two queries, and a third where a place may have a calendar of its own."""
    rows = list(WorkingCalendar.objects.filter(organisation_id=organisation_id))
    if not rows:
        return NO_CALENDARS
    own: dict[tuple[UUID, bool], set[date]] = defaultdict(set)
    days = Holiday.objects.filter(organisation_id=organisation_id)
    for calendar_id, day, is_worked in days.values_list("calendar_id", "date", "is_worked"):
        own[calendar_id, is_worked].add(day)
    made = {
        row.id: Calendar.of(
            row.time_zone,
            row.hours,
            DaysOff(row.country, row.subdivision, frozenset(own[row.id, False]), frozenset(own[row.id, True])),
        )
        for row in rows
    }
    default = next((made[row.id] for row in rows if row.is_default), None)
    return Calendars(default, _by_member(organisation_id, made) if len(made) > 1 or default is None else {})


def _by_member(organisation_id: UUID, made: dict[UUID, Calendar]) -> dict[UUID, Calendar]:
    people = Membership.objects.filter(organisation_id=organisation_id, place__calendar__isnull=False)
    return {member: made[calendar] for member, calendar in people.values_list("id", "place__calendar_id")}
