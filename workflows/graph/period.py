"""A length of working time as people write it: "30m", "2h", "2d", "1w"."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final


class PeriodError(ValueError):
    """The text is no period, or one nobody can mean (nothing, or longer than a year)."""


class Unit(StrEnum):
    """`d` is one working day of the calendar, `w` as many of them as a usual week has; `h`, `m` are working time."""

    MINUTE = "m"
    HOUR = "h"
    DAY = "d"
    WEEK = "w"


_YEAR: Final = {Unit.MINUTE: 527_040, Unit.HOUR: 8_784, Unit.DAY: 366, Unit.WEEK: 53}
_WORDS: Final = {Unit.MINUTE: "minute", Unit.HOUR: "hour", Unit.DAY: "day", Unit.WEEK: "week"}
_FORM: Final = re.compile(r"\s*([0-9]{1,9})\s*([mhdw])\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """A positive number of one unit."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def words(self) -> str:
        """For people: "2 working days", "30 working minutes"."""
        return f"{self.amount} working {_WORDS[self.unit]}{'' if self.amount == 1 else 's'}"


@lru_cache(maxsize=1_024)
def parse_period(text: str) -> Period:
    """Read "2d". Raises `PeriodError` with a sentence for the reader."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise PeriodError('Write a number and a unit, for example "30m", "2h", "2d" or "1w".')
    amount, unit = int(match[1]), Unit(match[2].lower())
    if amount == 0:
        raise PeriodError("A period must be longer than nothing.")
    if amount > _YEAR[unit]:
        raise PeriodError(f"A period may be a year at most ({_YEAR[unit]}{unit}).")
    return Period(amount, unit)
