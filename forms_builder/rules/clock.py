"""Time, calendar and people as a rule sees them. Everything is passed in, nothing is looked up."""

from __future__ import annotations

import calendar as month_lengths
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Protocol

from forms_builder.rules.ast import CLOCK_UNITS, MAX_BUSINESS_DAYS, Anchor, Relative, Unit
from forms_builder.rules.errors import EvaluationError

_LONGEST_SEARCH_DAYS = MAX_BUSINESS_DAYS * 7


class Calendar(Protocol):
    """Which days the organisation works."""

    def is_business_day(self, day: date) -> bool:
        """True when people work on this local date."""
        ...


class Directory(Protocol):
    """Who leads whom and who belongs where; ids as in the rule's fields."""

    def is_manager(self, manager: str, report: str) -> bool:
        """True when `manager` is the direct manager of `report`."""
        ...

    def is_member(self, user: str, group: str) -> bool:
        """True when `user` belongs to the department or role `group`."""
        ...


@dataclass(frozen=True, slots=True)
class WeekCalendar:
    """A working week (Monday is 0) without the holidays."""

    weekdays: frozenset[int] = frozenset(range(5))
    holidays: Container[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        """True on a working weekday that is no holiday."""
        return day.weekday() in self.weekdays and day not in self.holidays


@dataclass(frozen=True, slots=True)
class StaticDirectory:
    """A directory held in memory: manager by user, groups by user."""

    managers: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_manager(self, manager: str, report: str) -> bool:
        """True when `manager` is recorded as the manager of `report`."""
        return self.managers.get(report) == manager

    def is_member(self, user: str, group: str) -> bool:
        """True when `group` is recorded for `user`."""
        return group in self.groups.get(user, ())


@dataclass(frozen=True, slots=True)
class EvaluationClock:
    """The instant (aware) at which a rule is asked, and the tenant's time zone and working days."""

    now: datetime
    time_zone: tzinfo
    calendar: Calendar = WeekCalendar()

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("The clock of a rule needs an instant with a time zone.")

    def localise(self, moment: datetime) -> datetime:
        """An instant in UTC; a datetime without offset is read in the tenant's time zone.

        A local time that a clock change skips moves forward, one that happens twice is the first (RFC 5545 3.3.5).
        """
        try:
            aware = moment.replace(tzinfo=self.time_zone) if moment.tzinfo is None else moment
            return aware.astimezone(UTC)
        except OverflowError:
            raise _out_of_range() from None

    def date_of(self, relative: Relative) -> date:
        """The local date that a relative date means now."""
        return self.shift(self.now.astimezone(self.time_zone).date(), relative.offset, relative.unit)

    def instant_of(self, relative: Relative) -> datetime:
        """The instant (UTC) that a relative date means now; "today" is the start of the local day."""
        if relative.unit in CLOCK_UNITS:
            step = timedelta(hours=1) if relative.unit is Unit.HOUR else timedelta(minutes=1)
            try:
                return self.now.astimezone(UTC) + relative.offset * step
            except OverflowError:
                raise _out_of_range() from None
        local = self.now.astimezone(self.time_zone)
        if relative.anchor is Anchor.NOW and not relative.offset:
            return self.now.astimezone(UTC)
        wall = time.min if relative.anchor is Anchor.TODAY else local.time()
        return self.localise(datetime.combine(self.shift(local.date(), relative.offset, relative.unit), wall))

    def shift(self, day: date, offset: int, unit: Unit) -> date:
        """`day` moved by whole calendar units; a month that is too short gives its last day."""
        try:
            if unit is Unit.BUSINESS_DAY:
                return self._business_shift(day, offset)
            if unit in (Unit.MONTH, Unit.YEAR):
                return _month_shift(day, offset * (12 if unit is Unit.YEAR else 1))
            return day + timedelta(days=offset * (7 if unit is Unit.WEEK else 1))
        except (OverflowError, ValueError):
            raise _out_of_range() from None

    def _business_shift(self, day: date, offset: int) -> date:
        """The offset-th working day after (before) `day`; offset 0 is the day itself or the next working day."""
        step = timedelta(days=-1 if offset < 0 else 1)
        left = abs(offset)
        if not offset:
            day, left = day - step, 1
        for _ in range(_LONGEST_SEARCH_DAYS):
            day += step
            if self.calendar.is_business_day(day):
                left -= 1
                if not left:
                    return day
        raise EvaluationError("calendar", "The working calendar has too few working days to count that far.")


@dataclass(frozen=True, slots=True)
class Environment:
    """What a rule may need besides the values: clock, people, the ids behind `kind:key` references, and who acts."""

    clock: EvaluationClock | None = None
    directory: Directory | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    acting: Mapping[str, Any] = field(default_factory=dict)
    """Who acts, as rules of forms read them: `user.department` and so on. May be read only when a rule asks."""

    def need_clock(self) -> EvaluationClock:
        """The clock; raises EvaluationError when the caller passed none."""
        if self.clock is None:
            raise EvaluationError("no_clock", "This rule depends on the time, and no time was given.")
        return self.clock

    def need_directory(self) -> Directory:
        """The directory; raises EvaluationError when the caller passed none."""
        if self.directory is None:
            raise EvaluationError("no_directory", "This rule asks about people, and no directory was given.")
        return self.directory

    def resolve(self, key: str) -> str:
        """The id behind a reference; raises EvaluationError when nothing has that key."""
        try:
            return self.references[key]
        except KeyError:
            raise EvaluationError("unknown_reference", f"Nothing has the key {key} here.") from None


EMPTY_ENVIRONMENT = Environment()


def _month_shift(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, month_lengths.monthrange(year, month + 1)[1]))


def _out_of_range() -> EvaluationError:
    return EvaluationError("date_range", "A date of this rule lies outside the years 1 to 9999.")
