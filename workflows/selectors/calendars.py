"""The working calendar of an organisation, kept in the process until the directory is written to."""

from typing import Final
from uuid import UUID

from accounts.models import Holiday, WorkingCalendar
from accounts.selectors.stamps import STAMP, Kept
from accounts.tenancy.statements import execute_prepared
from workflows.sla import Calendar

_kept: Final[Kept[str, Calendar | None]] = Kept(most=1)


def calendar_at(organisation_id: UUID, stamp: int | None) -> Calendar | None:
    """The organisation's calendar for time limits at this state of the directory, or None when it has none."""
    kept = _kept.of(organisation_id, stamp)
    if "default" not in kept:
        kept["default"] = _read(organisation_id)
    return kept["default"]


def default_calendar(organisation_id: UUID) -> Calendar | None:
    """The same for who has read no stamp. One query as a rule."""
    rows = execute_prepared(f"SELECT {STAMP}", [organisation_id])
    return calendar_at(organisation_id, rows[0][0])


def _read(organisation_id: UUID) -> Calendar | None:
    row = WorkingCalendar.objects.filter(organisation_id=organisation_id, is_default=True).first()
    if row is None:
        return None
    days = Holiday.objects.filter(organisation_id=organisation_id, calendar_id=row.id).values_list("date", flat=True)
    return Calendar.of(row.time_zone, row.hours, days)
