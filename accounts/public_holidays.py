"""Public holidays by country and part of a country, from the library ``holidays``; and an organisation's own days beside them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Final

import holidays
from holidays.registry import COUNTRIES

FIRST_YEAR, LAST_YEAR = 1980, 2199
"""Years outside of these have no holidays, as no calendar reaches them."""
_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@cache
def countries() -> Mapping[str, str]:
    """The countries that the library knows, by ISO 3166-1 code, in the order of their names."""
    named = {codes[1]: _WORDS.sub(" ", codes[0]) for codes in COUNTRIES.values()}
    return dict(sorted(named.items(), key=lambda item: item[1]))


@lru_cache(maxsize=512)
def subdivisions(country: str) -> Mapping[str, str]:
    """The parts of a country that have holidays of their own, by the library's code; empty for an unknown country."""
    if country not in countries():
        return {}
    made = holidays.country_holidays(country)
    names = {code: name for name, code in reversed(made.subdivisions_aliases.items())}
    return {code: names.get(code, code) for code in made.subdivisions}


@lru_cache(maxsize=4_096)
def public_holidays(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    """The public holidays of a year by date; none without a country, or for a place that the library does not know."""
    if country not in countries() or not FIRST_YEAR <= year <= LAST_YEAR:
        return {}
    if subdivision and subdivision not in subdivisions(country):
        return {}
    made = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language="en_US")
    return {day: name for day, name in sorted(made.items()) if day.year == year}


@dataclass(frozen=True, slots=True)
class DaysOff:
    """The days on which a calendar rests: its country's holidays without ``worked``, and the organisation's own.

    A year is looked up when a day of it is first asked for, so that a calendar has no last year.
    """

    country: str = ""
    subdivision: str = ""
    own: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def __contains__(self, day: object) -> bool:
        if day in self.own:
            return True
        if not self.country or not isinstance(day, date) or day in self.worked:
            return False
        return day in public_holidays(self.country, self.subdivision, day.year)
