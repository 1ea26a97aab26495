"""Business time: when a task is due in a working calendar. Pure arithmetic; the time is passed in.

An instant is working time when the wall clock of the calendar's zone shows, at that instant, a time within the hours of
that weekday and the date is no holiday. Everything follows from this one sentence, also on days when the clock jumps.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.public_holidays import FIRST_YEAR, LAST_YEAR
from workflows.graph.document import Escalation, Fallback, SlaMode, SlaRule, StepSla
from workflows.graph.period import Period, PeriodError, Unit, parse_period
from workflows.graph.timing import RungRule

__all__ = [
    "NO_CALENDARS",
    "ROUND_THE_CLOCK",
    "Calendar",
    "CalendarError",
    "Calendars",
    "Period",
    "PeriodError",
    "SlaSetting",
    "before",
    "due_at",
    "parse_period",
    "remaining",
    "shifted",
    "working_time_between",
]

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS: Final = 3_660
"""How far ahead a due time is looked for, and how far apart two compared times may lie: ten years."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE

Span = tuple[int, int]
"""Half-open, in microseconds of UTC since 1970, or in minutes since local midnight, as the place says."""


class CalendarError(ValueError):
    """The calendar is malformed, has no working time, or the question reaches beyond `HORIZON_DAYS`."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working hours of an organisation or a place. `hours[0]` are Monday's, in minutes since local midnight."""

    zone: ZoneInfo
    hours: tuple[tuple[Span, ...], ...]
    holidays: Container[date] = frozenset()

    @classmethod
    def of(
        cls,
        time_zone: str,
        hours: Mapping[str, Sequence[Sequence[str]]],
        holidays: Iterable[date] | Container[date] = (),
    ) -> Self:
        """From stored data: an IANA zone, {"mon": [["09:00", "18:00"]], ...} and dates. Raises `CalendarError`."""
        unknown = [name for name in hours if name not in WEEKDAYS]
        if unknown:
            raise CalendarError(f"Unknown weekday {unknown[0]!r}; use {', '.join(WEEKDAYS)}.")
        week = tuple(_day_hours(name, hours.get(name, ())) for name in WEEKDAYS)
        days = frozenset(holidays) if isinstance(holidays, Iterable) else holidays
        return cls(_zone(time_zone), week, days)

    @property
    def days_per_week(self) -> int:
        """Weekdays that have hours; 0 is an empty calendar."""
        return sum(1 for spans in self.hours if spans)

    def is_business_day(self, day: date) -> bool:
        """Whether people work at all on this local date; what relative dates of rules count."""
        return bool(self.hours[day.weekday()]) and day not in self.holidays

    def spans(self, day: date) -> list[Span]:
        """The working time of a local date in microseconds of UTC, in order."""
        if not self.is_business_day(day):
            return []
        midnight = _ticks(datetime.combine(day, time.min, UTC))
        found: list[Span] = []
        for low, high, offset in _constant_offsets(self.zone, day):
            for start, end in self.hours[day.weekday()]:
                begin = max(low, midnight + start * _MINUTE - offset)
                finish = min(high, midnight + end * _MINUTE - offset)
                if begin < finish:
                    found.append((begin, finish))
        return sorted(found)

    def days_from(self, moment: datetime) -> Iterator[list[Span]]:
        """Working spans day by day from the local date of `moment`, for `HORIZON_DAYS` days."""
        day = moment.astimezone(self.zone).date()
        for number in range(HORIZON_DAYS):
            yield self.spans(day + timedelta(days=number))

    def days_back(self, moment: datetime) -> Iterator[list[Span]]:
        """The same day by day into the past."""
        day = moment.astimezone(self.zone).date()
        for number in range(HORIZON_DAYS):
            yield self.spans(day - timedelta(days=number))


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars of an organisation: the default, and those of people whose place has one of its own."""

    default: Calendar | None = None
    by_member: Mapping[UUID, Calendar] = field(default_factory=dict)

    def of(self, member_id: UUID | None) -> Calendar | None:
        """By whose working time the task of this person (None: of nobody in particular) counts."""
        return self.by_member.get(member_id, self.default) if member_id is not None else self.default


NO_CALENDARS: Final = Calendars()
ROUND_THE_CLOCK: Final = Calendar(ZoneInfo("UTC"), (((0, 24 * 60),),) * 7)
"""For tasks whose calendar has been taken away while they were open: what is due, is."""


@dataclass(frozen=True, slots=True)
class SlaSetting:
    """What counts for one step after the workflow's default has been looked at."""

    period: Period
    escalate: Escalation
    fallback: tuple[Fallback, ...]
    remind_after: Period | None = None
    rungs: tuple[RungRule, ...] = ()

    @classmethod
    def resolve(cls, step: StepSla, default: SlaRule | None) -> Self | None:
        """The limit of a step, or None when it has none. Raises `PeriodError`.

        `inherit` takes the workflow's default as a whole (none when the workflow has none), `off` means no limit
        whatever the workflow says, `own` takes the step's own values.
        """
        rule = {SlaMode.INHERIT: default, SlaMode.OFF: None, SlaMode.OWN: step}[step.mode]
        if rule is None or not rule.period:
            return None
        remind = parse_period(rule.remind_after) if rule.remind_after else None
        return cls(parse_period(rule.period), rule.escalate, rule.fallback, remind, rule.rungs)


def due_at(calendar: Calendar, start: datetime, period: Period | str) -> datetime:
    """When `period` of working time after `start` has passed, in UTC.

    A working day is the day's own hours, long or short: what is left of the first day counts as its share of a day, so
    a task opened at 17:00 is due at 17:00 where the days are alike. Time outside the hours does not count. Raises
    `PeriodError`, `CalendarError`, or ValueError when `start` has no time zone.
    """
    limit = parse_period(period) if isinstance(period, str) else period
    return _ahead(calendar, start, *_amount(calendar, limit))


def shifted(calendar: Calendar, moment: datetime, lost: timedelta) -> datetime:
    """`moment` moved on by `lost` working time, in UTC; what a pause does to a due time. Raises `CalendarError`."""
    if lost <= timedelta(0):
        return _checked(moment)
    return _ahead(calendar, _checked(moment), Fraction(lost // _TICK), by_days=False)


def before(calendar: Calendar, moment: datetime, period: Period | str) -> datetime:
    """When `period` of working time before `moment` begins, in UTC: `due_at` read backwards. Raises as `due_at`."""
    limit = parse_period(period) if isinstance(period, str) else period
    end = _ticks(_checked(moment))
    left, by_days = _amount(calendar, limit)
    for spans in calendar.days_back(moment):
        per_unit = sum(stop - first for first, stop in spans) if by_days else 1
        open_spans = [(first, min(stop, end)) for first, stop in spans if first < end]
        available = sum(stop - first for first, stop in open_spans)
        if available == 0:
            continue
        if left * per_unit <= available:
            return _moment(_point_at_work(open_spans, available - int(left * per_unit)))
        left -= Fraction(available, per_unit)
    raise CalendarError(f"The calendar has not enough working time for {limit} within ten years.")


def working_time_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Working time from `start` to `end`; negative when `end` is the earlier one. Raises `CalendarError`."""
    first, last = _checked(start), _checked(end)
    if last < first:
        return -working_time_between(calendar, end, start)
    if last - first > timedelta(days=HORIZON_DAYS - 2):
        raise CalendarError("The two times lie more than ten years apart.")
    low, high = _ticks(first), _ticks(last)
    day, final = first.astimezone(calendar.zone).date(), last.astimezone(calendar.zone).date()
    total = 0
    while day <= final:
        total += sum(max(0, min(stop, high) - max(begin, low)) for begin, stop in calendar.spans(day))
        day += timedelta(days=1)
    return total * _TICK


def remaining(calendar: Calendar, now: datetime, due: datetime) -> timedelta:
    """Working time left until `due`, negative by as much working time as it is overdue."""
    return working_time_between(calendar, now, due)


def _ahead(calendar: Calendar, start: datetime, left: Fraction, by_days: bool) -> datetime:
    """The instant at which so many working days, or microseconds of working time, have passed since `start`."""
    begin = _ticks(_checked(start))
    if not calendar.days_per_week:
        raise CalendarError("The calendar has no working hours.")
    for spans in calendar.days_from(start):
        per_unit = sum(end - first for first, end in spans) if by_days else 1
        open_spans = [(max(first, begin), end) for first, end in spans if end > begin]
        available = sum(end - first for first, end in open_spans)
        if available == 0:
            continue
        if left * per_unit <= available:
            return _moment(_point(open_spans, int(left * per_unit)))
        left -= Fraction(available, per_unit)
    raise CalendarError("The calendar has not enough working time for this within ten years.")


def _amount(calendar: Calendar, period: Period) -> tuple[Fraction, bool]:
    """How much is to be counted, and whether in working days (else in microseconds)."""
    if period.unit is Unit.WEEK:
        return Fraction(period.amount * calendar.days_per_week), True
    if period.unit is Unit.DAY:
        return Fraction(period.amount), True
    return Fraction(period.amount * (_HOUR if period.unit is Unit.HOUR else _MINUTE)), False


def _point(spans: list[Span], ticks: int) -> int:
    """The instant at which `ticks` of the spans have passed; the end of a span rather than the start of the next."""
    for begin, end in spans:
        if ticks <= end - begin:
            return begin + ticks
        ticks -= end - begin
    raise CalendarError("The spans hold less time than was asked for.")


def _point_at_work(spans: list[Span], ticks: int) -> int:
    """The instant before which `ticks` of the spans lie; the start of a span rather than the end of the one before."""
    for begin, end in spans:
        if ticks < end - begin:
            return begin + ticks
        ticks -= end - begin
    return spans[-1][1]


@lru_cache(maxsize=4_096)
def _constant_offsets(zone: ZoneInfo, day: date) -> tuple[tuple[int, int, int], ...]:
    """Around a local date: (from, to, UTC offset) for each stretch in which the zone keeps its offset."""
    midnight = datetime.combine(day, time.min, UTC)
    marks = [midnight + timedelta(hours=hours) for hours in range(-16, 45, 4)]
    changes = [_change(zone, low, high) for low, high in pairwise(marks)]
    edges = [marks[0], *(moment for moment in changes if moment is not None), marks[-1]]
    return tuple((_ticks(low), _ticks(high), _offset(zone, low)) for low, high in pairwise(edges))


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime | None:
    """The first second at which the offset differs from the one at `low`, if it does by `high`."""
    before = _offset(zone, low)
    if _offset(zone, high) == before:
        return None
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    return (moment.astimezone(zone).utcoffset() or timedelta()) // _TICK


def _ticks(moment: datetime) -> int:
    return (moment - _EPOCH) // _TICK


def _moment(ticks: int) -> datetime:
    return _EPOCH + ticks * _TICK


def _checked(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("A time without a time zone cannot be placed in a calendar.")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise CalendarError(f"The year {moment.year} is outside of what calendars know.")
    return moment.astimezone(UTC)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise CalendarError(f"Unknown time zone {name!r}.") from error


def _day_hours(name: str, intervals: Sequence[Sequence[str]]) -> tuple[Span, ...]:
    """Parse one weekday; `24:00` may end a day. A night shift is written as two days."""
    spans: list[Span] = []
    for interval in intervals:
        if len(interval) != 2:
            raise CalendarError(f"Hours of {name}: write each as a start and an end.")
        start, end = _minutes(name, interval[0]), _minutes(name, interval[1])
        if start >= end:
            raise CalendarError(f"Hours of {name}: {interval[0]} is not before {interval[1]}.")
        spans.append((start, end))
    spans.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        raise CalendarError(f"Hours of {name} overlap.")
    return tuple(spans)


def _minutes(name: str, text: str) -> int:
    if text == "24:00":
        return 24 * 60
    try:
        moment = time.fromisoformat(text)
    except ValueError as error:
        raise CalendarError(f"Hours of {name}: {text!r} is no time like 09:00.") from error
    if moment.second or moment.microsecond or moment.tzinfo:
        raise CalendarError(f"Hours of {name}: {text!r} must be whole minutes.")
    return moment.hour * 60 + moment.minute
