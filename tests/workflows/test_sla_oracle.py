"""Business time against an independent oracle that steps through every minute of UTC."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.sla import Calendar, due_at, working_time_between

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
