"""Deciding on behalf of somebody who is away. Pure: absences are facts of people, the moment is passed in.

The task stays its holder's; whoever stands in may act on it as long as the absence lasts, and what they do is noted as theirs,
on behalf of the holder. Nobody is followed further: a substitute's own substitute has no part in it.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts.absence import Away, StandIn, away, away_words
from workflows.assignment import Person, PersonRef


def subjects_of(definition_id: UUID, group_id: UUID | None) -> frozenset[str]:
    """What work of this workflow is about, as absences are limited to it."""
    return frozenset((f"workflow:{definition_id}", *((f"group:{group_id}",) if group_id else ())))


def acting_for(
    standing: Iterable[StandIn], holders: Iterable[UUID], at: datetime, subjects: frozenset[str]
) -> PersonRef | None:
    """The first of the holders who is away and for whom the person stands in."""
    found = {one.member_id: one.member_name for one in standing if one.holds(at, subjects)}
    return next((PersonRef(holder, found[holder]) for holder in holders if holder in found), None) if found else None


def delegates_of(person: Person, at: datetime, subjects: frozenset[str]) -> frozenset[UUID]:
    """Who stands in for the person now."""
    found = away(person.absences, at, subjects)
    return frozenset((found.substitute_id,)) if found is not None and found.substitute_id else frozenset()


def person_words(person: PersonRef) -> str:
    """ "Ravi (away until 5 Oct) → Farid", or the name alone of who is there."""
    return f"{person.name} {away_words(person.away)}" if person.away else person.name


def seen(person: Person, at: datetime, subjects: frozenset[str]) -> PersonRef:
    """The person as lists to choose from show them."""
    return PersonRef(person.id, person.name, person.email, away(person.absences, at, subjects))


def is_reachable(person: Person, at: datetime, subjects: frozenset[str]) -> bool:
    """Whether somebody will look at what is given to the person: they are there, or somebody stands in."""
    found: Away | None = away(person.absences, at, subjects)
    return found is None or found.is_covered


def by_words(name: str, behalf: PersonRef | None) -> str:
    """ "Farid on behalf of Ravi", or the name alone of who acted for themselves."""
    return f"{name} on behalf of {behalf.name}" if behalf else name
