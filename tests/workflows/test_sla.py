"""Business time: the calendar examples people argue about, and what is refused."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workflows.graph.document import Escalation, Fallback, SlaMode, SlaRule, StepSla
from workflows.sla import (
    Calendar,
    CalendarError,
    Period,
    PeriodError,
    SlaSetting,
    due_at,
    parse_period,
    remaining,
    working_time_between,
)

OFFICE = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
KOLKATA = ZoneInfo("Asia/Kolkata")
BERLIN = ZoneInfo("Europe/Berlin")


def acme(holidays: Iterable[date] = (date(2025, 10, 2),)) -> Calendar:
    return Calendar.of("Asia/Kolkata", OFFICE, holidays)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in October 2025 as people of the Indian office read it."""
    return datetime(2025, 10, day, hour, minute, tzinfo=KOLKATA)


def test_two_days_over_a_holiday_and_a_weekend_end_at_the_same_hour() -> None:
    due = due_at(acme(), local(1, 17), "2d")
    assert due == local(6, 17)
    assert due.tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "period", "expected"),
    [
        (local(1, 17), "1h", local(1, 18)),
        (local(1, 17), "2h", local(3, 10)),
        (local(1, 17, 40), "30m", local(3, 9, 10)),
        (local(1, 9), "1d", local(1, 18)),
        (local(3, 20), "1d", local(6, 18)),
        (local(4, 12), "2h", local(6, 11)),
        (local(1, 3), "30m", local(1, 9, 30)),
        (local(6, 11), "1w", local(13, 11)),
        (local(2, 12), "9h", local(3, 18)),
    ],
)
def test_due_times_of_the_office(start: datetime, period: str, expected: datetime) -> None:
    assert due_at(acme(), start, period) == expected


def test_a_short_day_is_a_whole_working_day() -> None:
    calendar = Calendar.of("Asia/Kolkata", OFFICE | {"fri": [["09:00", "12:00"]]})
    assert due_at(calendar, local(9, 9), "2d") == local(10, 12)
    assert due_at(calendar, local(9, 15), "1d") == local(10, 11)  # a third of Thursday was left, two thirds of Friday


def test_a_lunch_break_is_no_working_time() -> None:
    calendar = Calendar.of("Asia/Kolkata", {"mon": [["14:00", "18:00"], ["09:00", "13:00"]]})
    assert due_at(calendar, local(6, 12), "2h") == local(6, 15)
    assert working_time_between(calendar, local(6, 12), local(6, 15)) == timedelta(hours=2)


def test_clock_changes_are_counted_in_hours_that_pass() -> None:
    around_the_clock = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    calendar = Calendar.of("Europe/Berlin", around_the_clock)
    spring = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    assert due_at(calendar, spring, "24h") == datetime(2026, 3, 29, 13, tzinfo=BERLIN)
    autumn = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    assert due_at(calendar, autumn, "24h") == datetime(2026, 10, 25, 11, tzinfo=BERLIN)
    midnight = datetime(2026, 3, 29, 0, tzinfo=BERLIN)
    assert due_at(calendar, midnight, "1d") == datetime(2026, 3, 30, 0, tzinfo=BERLIN)


def test_office_hours_keep_their_wall_clock_over_a_clock_change() -> None:
    calendar = Calendar.of("Europe/Berlin", OFFICE)
    friday = datetime(2026, 3, 27, 17, tzinfo=BERLIN)
    assert due_at(calendar, friday, "1d") == datetime(2026, 3, 30, 17, tzinfo=BERLIN)


def test_remaining_turns_negative_when_overdue() -> None:
    calendar = acme()
    assert remaining(calendar, local(1, 17), local(6, 17)) == timedelta(hours=18)
    assert remaining(calendar, local(6, 18), local(6, 17)) == -timedelta(hours=1)
    assert remaining(calendar, local(4, 10), local(5, 10)) == timedelta(0)


@pytest.mark.parametrize(
    "text", ["", "2", "d", "0d", "-1d", "1.5d", "2 days", "367d", "99999999h", "٣d", "1d2h", "2d\x00"]
)
def test_periods_nobody_can_mean_are_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        parse_period(text)


def test_a_period_is_read_with_spaces_and_capitals_and_printed_plainly() -> None:
    assert str(parse_period(" 2 D ")) == "2d"
    assert parse_period("1h").words == "1 working hour"
    assert parse_period("2d").words == "2 working days"


@pytest.mark.parametrize(
    "hours",
    [
        {"mon": [["18:00", "09:00"]]},
        {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]},
        {"mon": [["nine", "ten"]]},
        {"mon": [["09:00"]]},
        {"mon": [["09:00:30", "10:00"]]},
        {"monday": [["09:00", "10:00"]]},
    ],
)
def test_malformed_hours_are_refused(hours: dict[str, list[list[str]]]) -> None:
    with pytest.raises(CalendarError):
        Calendar.of("Asia/Kolkata", hours)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "a\x00b", "/abs"])
def test_unknown_zones_are_refused(zone: str) -> None:
    with pytest.raises(CalendarError):
        Calendar.of(zone, OFFICE)


def test_a_calendar_without_working_time_has_no_due_time() -> None:
    with pytest.raises(CalendarError):
        due_at(Calendar.of("Asia/Kolkata", {}), local(1, 9), "1d")
    sundays = [date(2025, 1, 5) + timedelta(weeks=week) for week in range(700)]
    with pytest.raises(CalendarError):
        due_at(Calendar.of("Asia/Kolkata", {"sun": [["09:00", "18:00"]]}, sundays), local(1, 9), "1h")


def test_times_that_cannot_be_placed_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due_at(acme(), local(1, 9).replace(tzinfo=None), "1d")
    with pytest.raises(CalendarError):
        due_at(acme(), datetime(9999, 12, 31, tzinfo=UTC), "1d")
    with pytest.raises(CalendarError):
        working_time_between(acme(), datetime(1999, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))


def test_a_step_inherits_turns_off_or_owns_its_limit() -> None:
    default = SlaRule(period="3d", escalate=Escalation.NONE)
    own = StepSla(mode=SlaMode.OWN, period="2h", remind_after="1h", fallback=(Fallback.WORKFLOW_OWNER,))
    assert SlaSetting.resolve(StepSla(), None) is None
    assert SlaSetting.resolve(StepSla(mode=SlaMode.OFF), default) is None
    inherited = SlaSetting.resolve(StepSla(), default)
    assert inherited is not None
    assert (str(inherited.period), inherited.escalate) == ("3d", Escalation.NONE)
    resolved = SlaSetting.resolve(own, default)
    assert resolved == SlaSetting(
        parse_period("2h"), Escalation.MANAGER, (Fallback.WORKFLOW_OWNER,), parse_period("1h")
    )
    assert isinstance(resolved.period, Period)
