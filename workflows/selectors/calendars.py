"""The working calendar of an organisation, kept in the process until it is written to."""

from collections import OrderedDict
from threading import Lock
from typing import Final
from uuid import UUID

from django.db import connection

from accounts.models import Holiday, WorkingCalendar
from workflows.selectors.locks import CALENDAR, CalendarStamp, calendar_stamp
from workflows.sla import Calendar

KEPT: Final = 1_000
_kept: OrderedDict[CalendarStamp, Calendar] = OrderedDict()
_lock = Lock()


def calendar_at(organisation_id: UUID, stamp: CalendarStamp | None) -> Calendar | None:
    """The calendar that the stamp names; read once per process and state of the calendar."""
    if stamp is None:
        return None
    with _lock:
        found = _kept.get(stamp)
    if found is not None:
        return found
    row = WorkingCalendar.objects.filter(organisation_id=organisation_id, id=stamp.id).first()
    if row is None:
        return None
    days = Holiday.objects.filter(organisation_id=organisation_id, calendar_id=row.id).values_list("date", flat=True)
    made = Calendar.of(row.time_zone, row.hours, days)
    with _lock:
        _kept[stamp] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def default_calendar(organisation_id: UUID) -> Calendar | None:
    """The organisation's calendar for time limits, or None when it has none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CALENDAR}", [organisation_id])
        row = cursor.fetchone()
    return calendar_at(organisation_id, calendar_stamp(row[0]))
