"""The ladder of a task: what happens at which moment of its clock, each rung once. Pure; the time is passed in.

Each rung has a bit, kept in ``Task.rungs_done`` when it has been climbed. The bits of a version's ladder never change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final, Self

from workflows.graph.document import Escalation
from workflows.graph.period import Period, parse_period
from workflows.graph.timing import HardEnd, RungDeed, RungSide, Timeout
from workflows.sla import Calendar, CalendarError, SlaSetting, before, due_at, shifted


class Deed(StrEnum):
    """What a rung does. `warn` and `end` are the soft and the hard timeout; `overdue` marks and tells the admins."""

    REMIND = "remind"
    TELL = "tell"
    HAND_OVER = "hand_over"
    DECIDE = "decide"
    OVERDUE = "overdue"
    WARN = "warn"
    END = "end"


class Side(IntEnum):
    """From where a rung's time is counted."""

    SINCE_OPENED = 0
    BEFORE_DUE = 1
    AFTER_DUE = 2


WARNINGS: Final = frozenset({Deed.REMIND, Deed.TELL})
_REMIND_AFTER, _AT_DUE, _FIRST_NAMED, _SOFT, _HARD = 0, 1, 2, 12, 13
_DEEDS: Final[Mapping[RungDeed, Deed]] = {one: Deed(one.value) for one in RungDeed}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a task's clock stands: `stood_still` is the working time of its pauses."""

    opened_at: datetime
    due_at: datetime | None
    done: int = 0
    stood_still: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung."""

    bit: int
    deed: Deed
    side: Side
    period: Period | None = None
    transition: str = ""
    then: HardEnd = HardEnd.FAIL

    @property
    def mask(self) -> int:
        return 1 << self.bit

    @property
    def when(self) -> tuple[Side, Period | None]:
        return self.side, self.period

    @property
    def does(self) -> tuple[Deed, str, HardEnd | None]:
        """What it does. At the due time handing over and marking overdue are one thing: the time is up."""
        at_due = self.side is Side.AFTER_DUE and self.period is None
        deed = Deed.OVERDUE if at_due and self.deed is Deed.HAND_OVER else self.deed
        return deed, self.transition, self.then if deed is Deed.END else None

    def moment(self, standing: Standing, calendar: Calendar) -> datetime | None:
        """When it is its turn; None where the calendar cannot say, or before the task was opened."""
        try:
            if self.side is Side.SINCE_OPENED:
                return self._since_opened(standing, calendar)
            if standing.due_at is None or self.period is None:
                return standing.due_at
            if self.side is Side.AFTER_DUE:
                return due_at(calendar, standing.due_at, self.period)
            found = before(calendar, standing.due_at, self.period)
        except CalendarError:
            return None
        return found if found > standing.opened_at else None

    def _since_opened(self, standing: Standing, calendar: Calendar) -> datetime | None:
        if self.period is None:
            return None
        found = shifted(calendar, due_at(calendar, standing.opened_at, self.period), standing.stood_still)
        # A reminder at the due time or later reminds of nothing.
        late = self.deed is Deed.REMIND and standing.due_at is not None and found >= standing.due_at
        return None if late else found


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs of a step."""

    rungs: tuple[Rung, ...] = ()

    @classmethod
    def of(cls, limit: SlaSetting | None, timeout: Timeout | None) -> Self:
        """From the step's time limit and timeout, which passed the lint. Raises `PeriodError`."""
        return cls((*_limit_rungs(limit), *_timeout_rungs(timeout)))

    def next_check(self, standing: Standing, calendar: Calendar | None) -> datetime | None:
        """When the sweep has to look next."""
        if calendar is None:
            return None
        return min((moment for moment, _ in self._left(standing, calendar)), default=None)

    def turn(self, standing: Standing, calendar: Calendar, at: datetime) -> tuple[Rung | None, int]:
        """The rung whose turn it is at `at`, and the bits of those done and passed over then.

        Warnings of a due time that has passed are passed over: what they warn of is there.
        """
        done = standing.done
        found: list[tuple[datetime, int, Rung]] = []
        past_due = standing.due_at is not None and standing.due_at <= at
        for moment, rung in self._left(standing, calendar):
            if moment > at:
                continue
            if past_due and rung.deed in WARNINGS and rung.side is not Side.AFTER_DUE:
                done |= rung.mask
            else:
                found.append((moment, rung.bit, rung))
        first = min(found, default=None, key=lambda one: one[:2])
        return (None, done) if first is None else (first[2], done | first[2].mask)

    def taken_over(self, old: "Ladder", standing: Standing, calendar: Calendar, at: datetime) -> int:
        """The bits of the rungs that count as climbed for a task that stood on the ladder ``old``.

        Each rung that was climbed stands for one that does the same at the same time, else for the first that does the same
        and whose time has come: so nobody is reminded, told or handed the task again by what is written otherwise now.
        """
        climbed = [rung for rung in old.rungs if standing.done & rung.mask]
        come = {one.bit for one in self.rungs if _has_come(one, standing, calendar, at)}
        done: dict[int, Rung] = {}
        """What was climbed, by the bit of the rung for which it stands."""
        for same_time in (True, False):
            for rung in (one for one in climbed if one not in done.values()):
                fitting = (one for one in self.rungs if one.does == rung.does and one.bit not in done)
                found = next(
                    (one for one in fitting if (one.when == rung.when if same_time else one.bit in come)), None
                )
                if found is not None:
                    done[found.bit] = rung
        return sum(1 << bit for bit in done)

    def _left(self, standing: Standing, calendar: Calendar) -> Iterator[tuple[datetime, Rung]]:
        for rung in self.rungs:
            moment = None if standing.done & rung.mask else rung.moment(standing, calendar)
            if moment is not None:
                yield moment, rung


def _has_come(rung: Rung, standing: Standing, calendar: Calendar, at: datetime) -> bool:
    moment = rung.moment(standing, calendar)
    return moment is not None and moment <= at


@dataclass(frozen=True, slots=True)
class Timing:
    """What counts for the tasks of one step: the limit, if there is one, and the ladder."""

    limit: SlaSetting | None
    ladder: Ladder

    @classmethod
    def of(cls, limit: SlaSetting | None, timeout: Timeout | None) -> "Timing | None":
        """None where neither says anything. Raises `PeriodError`."""
        ladder = Ladder.of(limit, timeout)
        return cls(limit, ladder) if ladder.rungs else None

    def deadlines(self, calendar: Calendar | None, at: datetime) -> tuple[datetime | None, datetime | None]:
        """Due time and first check of a task opened at `at`; none where there is no calendar with working time."""
        if calendar is None:
            return None, None
        try:
            due = due_at(calendar, at, self.limit.period) if self.limit else None
        except CalendarError:
            return None, None
        return due, self.ladder.next_check(Standing(at, due), calendar)


def _limit_rungs(limit: SlaSetting | None) -> Iterator[Rung]:
    if limit is None:
        return
    if not limit.rungs:
        if limit.remind_after is not None:
            yield Rung(_REMIND_AFTER, Deed.REMIND, Side.SINCE_OPENED, limit.remind_after)
        yield Rung(_AT_DUE, Deed.OVERDUE if limit.escalate is Escalation.NONE else Deed.HAND_OVER, Side.AFTER_DUE)
        return
    named = []
    for number, rung in enumerate(limit.rungs, _FIRST_NAMED):
        side = Side.BEFORE_DUE if rung.when is RungSide.BEFORE else Side.AFTER_DUE
        offset = parse_period(rung.offset) if rung.offset else None
        named.append(Rung(number, _DEEDS[rung.do], side, offset, rung.transition))
    if not any(rung.period is None and rung.deed in (Deed.HAND_OVER, Deed.DECIDE) for rung in named):
        yield Rung(_AT_DUE, Deed.OVERDUE, Side.AFTER_DUE)
    yield from named


def _timeout_rungs(timeout: Timeout | None) -> Iterator[Rung]:
    if timeout is None:
        return
    if timeout.soft:
        yield Rung(_SOFT, Deed.WARN, Side.SINCE_OPENED, parse_period(timeout.soft))
    if timeout.hard:
        yield Rung(_HARD, Deed.END, Side.SINCE_OPENED, parse_period(timeout.hard), then=timeout.then)
