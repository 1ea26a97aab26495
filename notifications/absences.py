"""Who is told of absences: the person who is away and their substitute. The facts carry both."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from accounts import events

SUBJECT: Final = events.AbsenceEvent.subject_kind

People = Iterable[UUID]


def _member(event: events.AbsenceEvent) -> People:
    return (event.member_id,)


def _substitute(event: events.AbsenceEvent) -> People:
    return (event.substitute_id,) if event.substitute_id is not None else ()


def _both(event: events.AbsenceBegan | events.AbsenceEnded) -> People:
    """A substitute who has not accepted had nothing to do with it, and one who was released hears of that."""
    released = isinstance(event, events.AbsenceEnded) and event.released
    return (event.member_id, *(_substitute(event) if event.accepted and not released else ()))


PEOPLE: Final[Mapping[str, Callable[[Any], People]]] = {
    events.AbsenceSet.kind: _member,
    events.SubstituteAsked.kind: _substitute,
    events.SubstituteAccepted.kind: _member,
    events.SubstituteDeclined.kind: _member,
    events.SubstituteReleased.kind: _substitute,
    events.AbsenceBegan.kind: _both,
    events.AbsenceEnded.kind: _both,
}
"""By kind of fact. Nobody is told of their own act, so who sets their own absence hears nothing of it."""

NAMES: Final = ("absent", "substitute", "since", "until")
"""What only these texts may speak of."""

_DAYS: Final = "\n\nAway: {absent}, from {since} until {until}."

TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    events.AbsenceSet.kind: (
        "Somebody set an absence for you",
        "You are out of office from {since} until {until}",
        "{person} has noted that you are away.\nYour substitute: {substitute}.\n\nYou can end it on your profile."
        + _DAYS,
        "{person} noted that you are away from {since} until {until}",
        "Your substitute: {substitute}.",
    ),
    events.SubstituteAsked.kind: (
        "Somebody asks you to stand in",
        "Please answer: stand in for {absent} from {since} until {until}?",
        "You are asked to stand in. Please accept or decline; nothing is yours to decide until you accept.\n\nFor: {work}."
        + _DAYS,
        "Stand in for {absent} from {since} until {until}?",
        "For {work}. Accept or decline on your profile.",
    ),
    events.SubstituteAccepted.kind: (
        "Your substitute has accepted",
        "{substitute} stands in for you from {since} until {until}",
        "{substitute} has accepted, and stands in for you from {since} until {until}.",
        "{substitute} stands in for you from {since} until {until}",
    ),
    events.SubstituteDeclined.kind: (
        "Your substitute does not stand in",
        "{substitute} does not stand in for you from {since} until {until}",
        "{substitute} does not stand in for you from {since} until {until}.\nYou can ask somebody else on your profile.",
        "{substitute} does not stand in for you from {since} until {until}",
        "You can ask somebody else.",
    ),
    events.SubstituteReleased.kind: (
        "You need not stand in any more",
        "You need not stand in for {absent}",
        "You need not stand in for {absent} from {since} until {until}.",
        "You need not stand in for {absent} from {since} until {until}",
    ),
    events.AbsenceBegan.kind: (
        "An absence has begun",
        "Out of office: {absent} until {until}",
        "The absence has begun.\nSubstitute: {substitute}." + _DAYS,
        "{absent} is away until {until}",
        "Substitute: {substitute}.",
    ),
    events.AbsenceEnded.kind: (
        "An absence has ended",
        "Back: {absent}",
        "The absence has ended. What is not decided is for {absent} alone again." + _DAYS,
        "{absent} is back",
    ),
}
"""Label, subject, body, title and line of each notice, see ``wording.Wording``."""


def values_of(event: Any) -> dict[str, str]:
    """The names that only these texts use."""
    return {
        "absent": event.member_name,
        "substitute": event.substitute_name,
        "since": _day(event.starts_on),
        "until": _day(event.ends_on),
    }


def _day(day: Any) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
