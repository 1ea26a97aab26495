"""Business time against an independent oracle that steps through every minute of UTC."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import holidays as library
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.public_holidays import DaysOff
from workflows.sla import Calendar, Calendars, before, due_at, shifted, working_time_between

MINUTE = timedelta(minutes=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE = [["09:00", "18:00"]]
SHAPES: list[dict[str, list[list[str]]]] = [
    dict.fromkeys(NAMES[:5], OFFICE),
    {day: [["00:00", "24:00"]] for day in NAMES},
    {day: [["00:30", "02:30"], ["03:00", "05:00"], ["22:00", "24:00"]] for day in NAMES},
    {"mon": [["08:15", "12:00"], ["13:00", "17:45"]], "thu": [["08:15", "09:00"]], "sun": [["01:00", "03:00"]]},
]
# Each zone with a local date on which its clock jumps: forwards, backwards, by half an hour, at midnight, by a day.
JUMPS = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2025, 11, 2)),
    ("Australia/Lord_Howe", date(2025, 10, 5)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 17)),
    ("Asia/Beirut", date(2025, 3, 30)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Pacific/Apia", date(2011, 12, 29)),
    ("Asia/Kolkata", date(2025, 10, 2)),
]


class Oracle:
    """Knows the rules only as people say them: look at the clock on the wall every minute."""

    def __init__(self, zone: str, hours: dict[str, list[list[str]]], holidays: set[date]) -> None:
        self.zone = ZoneInfo(zone)
        self.hours = hours
        self.holidays = holidays
        self.minutes_of = lru_cache(self._minutes_of)

    def works(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        clock = f"{local:%H:%M}"
        spans = self.hours.get(NAMES[local.weekday()], [])
        return local.date() not in self.holidays and any(start <= clock < end for start, end in spans)

    def _minutes_of(self, day: date) -> int:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
        moments = (start + number * MINUTE for number in range(56 * 60))
        return sum(1 for at in moments if at.astimezone(self.zone).date() == day and self.works(at))

    def due(self, start: datetime, amount: int, by_days: bool) -> datetime:
        left, at = Fraction(amount), start
        while True:
            if self.works(at):
                share = Fraction(1, self.minutes_of(at.astimezone(self.zone).date())) if by_days else Fraction(1)
                if share >= left:
                    return at + timedelta(minutes=float(left / share))
                left -= share
            at += MINUTE

    def between(self, start: datetime, end: datetime) -> timedelta:
        minutes = int((end - start) / MINUTE)
        return sum(1 for number in range(minutes) if self.works(start + number * MINUTE)) * MINUTE


@st.composite
def situations(draw: st.DrawFn) -> tuple[Calendar, Oracle, datetime]:
    zone, jump = draw(st.sampled_from(JUMPS))
    shape = draw(st.sampled_from(SHAPES))
    holidays = draw(st.sets(st.integers(-2, 3).map(lambda days: jump + timedelta(days=days)), max_size=2))
    base = datetime(jump.year, jump.month, jump.day, tzinfo=UTC)
    start = base + draw(st.integers(-3 * 1440, 2 * 1440)) * MINUTE
    return Calendar.of(zone, shape, holidays), Oracle(zone, shape, holidays), start


@settings(max_examples=60, deadline=None)
@given(situations(), st.integers(1, 900))
def test_minutes_agree_with_the_wall_clock(case: tuple[Calendar, Oracle, datetime], minutes: int) -> None:
    calendar, oracle, start = case
    assert due_at(calendar, start, f"{minutes}m") == oracle.due(start, minutes, by_days=False)


@settings(max_examples=40, deadline=None)
@given(situations(), st.integers(1, 3))
def test_days_agree_with_the_wall_clock(case: tuple[Calendar, Oracle, datetime], days: int) -> None:
    calendar, oracle, start = case
    difference = due_at(calendar, start, f"{days}d") - oracle.due(start, days, by_days=True)
    assert abs(difference) < timedelta(milliseconds=1)


@settings(max_examples=60, deadline=None)
@given(situations(), st.integers(0, 6 * 1440))
def test_time_between_agrees_with_the_wall_clock(case: tuple[Calendar, Oracle, datetime], minutes: int) -> None:
    calendar, oracle, start = case
    end = start + minutes * MINUTE
    expected = oracle.between(start, end)
    assert working_time_between(calendar, start, end) == expected
    assert working_time_between(calendar, end, start) == -expected


@settings(max_examples=100, deadline=None)
@given(situations(), st.sampled_from(["45m", "7h", "2d", "1w"]), st.integers(0, 4000))
def test_a_due_time_is_later_for_a_later_start_and_ends_in_working_time(
    case: tuple[Calendar, Oracle, datetime], period: str, later: int
) -> None:
    calendar, oracle, start = case
    due = due_at(calendar, start, period)
    assert due > start
    assert due_at(calendar, start + later * MINUTE, period) >= due
    assert oracle.works(due - timedelta(microseconds=1))


ZONES = sorted(
    zone for zone in available_timezones() if not zone.startswith(("Etc/", "SystemV/")) and zone != "localtime"
)


@lru_cache
def jumps(zone: str, year: int) -> list[date]:
    """The local dates of a year on which the zone's clock jumps: both days of summer time, or none."""
    info, noon = ZoneInfo(zone), datetime(year, 1, 1, 12, tzinfo=UTC)
    moments = [noon + timedelta(days=number) for number in range(366)]
    offsets = [at.astimezone(info).utcoffset() for at in moments]
    return [at.date() for at, then, now in zip(moments[1:], offsets, offsets[1:], strict=False) if then != now]


@st.composite
def any_zone(draw: st.DrawFn) -> tuple[str, date]:
    """Any zone there is with a day on which its clock jumps, or an ordinary day where it never does."""
    zone, year = draw(st.sampled_from(ZONES)), draw(st.integers(2020, 2029))
    return zone, draw(st.sampled_from(jumps(zone, year) or [date(year, 6, 15)]))


@settings(max_examples=60, deadline=None)
@given(any_zone(), st.sampled_from(SHAPES), st.integers(-2 * 1440, 1440), st.integers(1, 600))
def test_every_zone_agrees_on_both_days_of_summer_time(
    case: tuple[str, date], shape: dict[str, list[list[str]]], offset: int, minutes: int
) -> None:
    zone, jump = case
    calendar, oracle = Calendar.of(zone, shape), Oracle(zone, shape, set())
    start = datetime(jump.year, jump.month, jump.day, tzinfo=UTC) + offset * MINUTE
    assert due_at(calendar, start, f"{minutes}m") == oracle.due(start, minutes, by_days=False)


@settings(max_examples=40, deadline=None)
@given(situations(), st.integers(1, 900), st.integers(0, 2 * 1440), st.integers(0, 2 * 1440))
def test_a_pause_moves_the_due_time_by_the_working_time_that_it_took(
    case: tuple[Calendar, Oracle, datetime], minutes: int, after: int, length: int
) -> None:
    """Of a clock that stood still, the minutes that ran are those of an unbroken one."""
    calendar, oracle, start = case
    due = due_at(calendar, start, f"{minutes}m")
    paused = min(start + after * MINUTE, due)
    resumed = paused + length * MINUTE
    moved = shifted(calendar, due, working_time_between(calendar, paused, resumed))
    ran = oracle.between(start, paused) + oracle.between(resumed, moved)
    assert ran == minutes * MINUTE
    assert moved >= due


@settings(max_examples=40, deadline=None)
@given(situations(), st.integers(1, 900))
def test_before_is_due_read_backwards(case: tuple[Calendar, Oracle, datetime], minutes: int) -> None:
    calendar, oracle, moment = case
    earlier = before(calendar, moment, f"{minutes}m")
    assert oracle.between(earlier, moment) == minutes * MINUTE
    assert oracle.works(earlier)


PLACES = [
    ("DE", "BY", "Europe/Berlin"),
    ("IN", "KA", "Asia/Kolkata"),
    ("US", "NY", "America/New_York"),
    ("JP", "", "Asia/Tokyo"),
]
DAYS_OF_A_YEAR = st.integers(0, 364).map(lambda number: date(2026, 1, 1) + timedelta(days=number))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(PLACES), DAYS_OF_A_YEAR, st.sets(DAYS_OF_A_YEAR, max_size=3), st.booleans(), st.integers(60, 2_000)
)
def test_the_calendar_of_the_assignees_place_counts(
    place: tuple[str, str, str], day: date, own: set[date], works_on_holidays: bool, minutes: int
) -> None:
    """Public holidays without the days that people work, and own days beside them, against the library's plain list."""
    country, part, zone = place
    public = set(library.country_holidays(country, subdiv=part or None, years=(2026, 2027)))
    worked = set(sorted(public)[::2]) - own if works_on_holidays else set()
    here = Calendar.of(zone, SHAPES[0], DaysOff(country, part, frozenset(own), frozenset(worked)))
    elsewhere = Calendar.of("UTC", SHAPES[1])
    calendars = Calendars(elsewhere, {UUID(int=1): here})
    start = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    for member, oracle in [
        (UUID(int=1), Oracle(zone, SHAPES[0], (public - worked) | own)),
        (UUID(int=2), Oracle("UTC", SHAPES[1], set())),
        (None, Oracle("UTC", SHAPES[1], set())),
    ]:
        calendar = calendars.of(member)
        assert calendar is not None
        assert due_at(calendar, start, f"{minutes}m") == oracle.due(start, minutes, by_days=False)
