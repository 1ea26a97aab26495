"""Being away as plain values: who is out until when, and who stands in for whom. Pure; the moment is always passed in."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Period:
    """From ``starts_at`` until just before ``ends_at``."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


def covers(scope: Collection[str], subjects: Collection[str]) -> bool:
    """Whether work about ``subjects`` is meant; without a scope all work is."""
    return not scope or not set(scope).isdisjoint(subjects)


@dataclass(frozen=True, slots=True)
class OwnAbsence:
    """Somebody's own absence, present or to come. ``accepted``: the substitute has agreed; ``substitute_away`` says when
    the substitute is out as well, who is not followed any further then."""

    period: Period
    until: date
    scope: frozenset[str]
    substitute_id: UUID | None = None
    substitute_name: str = ""
    accepted: bool = False
    substitute_away: tuple[Period, ...] = ()

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "OwnAbsence":
        """From the JSON object that ``selectors.absences.OWN`` makes."""
        return cls(
            period=_period(row),
            until=date.fromisoformat(row["until"]),
            scope=frozenset(row["scope"]),
            substitute_id=UUID(row["substitute_id"]) if row["substitute_id"] else None,
            substitute_name=row["substitute_name"] or "",
            accepted=row["accepted"],
            substitute_away=tuple(_period(each) for each in row["substitute_away"] or ()),
        )


@dataclass(frozen=True, slots=True)
class StandIn:
    """An accepted substitution from the side of the one who stands in for ``member_id``."""

    member_id: UUID
    member_name: str
    period: Period
    scope: frozenset[str]

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "StandIn":
        """From the JSON object that ``selectors.absences.STANDS_IN`` makes."""
        return cls(UUID(row["member_id"]), row["member_name"], _period(row), frozenset(row["scope"]))

    def holds(self, at: datetime, subjects: Collection[str]) -> bool:
        return self.period.holds(at) and covers(self.scope, subjects)


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is out now, as pickers say it."""

    until: date
    substitute_id: UUID | None = None
    substitute_name: str = ""
    """Of the one who has accepted; empty without one."""
    substitute_away: bool = False

    @property
    def is_covered(self) -> bool:
        """Whether somebody who is there stands in."""
        return self.substitute_id is not None and not self.substitute_away


def _period(row: Mapping[str, Any]) -> Period:
    return Period(datetime.fromisoformat(row["starts_at"]), datetime.fromisoformat(row["ends_at"]))


def away(absences: Iterable[OwnAbsence], at: datetime, subjects: Collection[str]) -> Away | None:
    """How somebody is out at the moment for work about these subjects; None for who is there."""
    for one in absences:
        if one.period.holds(at) and covers(one.scope, subjects):
            if one.substitute_id is None or not one.accepted:
                return Away(one.until)
            busy = any(period.holds(at) for period in one.substitute_away)
            return Away(one.until, one.substitute_id, one.substitute_name, busy)
    return None


def stands_in_for(standing: Iterable[StandIn], member_id: UUID, at: datetime, subjects: Collection[str]) -> bool:
    """Whether one of the substitutions is for this person, now, and for this work."""
    return any(one.member_id == member_id and one.holds(at, subjects) for one in standing)


def away_words(found: Away) -> str:
    """ "(away until 5 Oct) → Farid", to be put behind the name in lists to choose from."""
    words = f"(away until {found.until.day} {found.until:%b})"
    if not found.substitute_name:
        return words
    return f"{words} → {found.substitute_name}{', who is away too' if found.substitute_away else ''}"
