"""Be away, ask somebody to stand in, answer, come back."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.audit.events import Event
from accounts.audit.record import SYSTEM, record
from accounts.events import (
    AbsenceBegan,
    AbsenceEnded,
    AbsenceEvent,
    AbsenceSet,
    SubstituteAccepted,
    SubstituteAsked,
    SubstituteDeclined,
    SubstituteReleased,
)
from accounts.models import Absence, Membership
from accounts.policies import policy_for
from accounts.scopes import MOST_KEYS, scope_choices
from accounts.selectors.absences import access_absence, scope_labels
from accounts.selectors.people import active_people, time_zone_of
from accounts.services.directory import lock_directory
from accounts.tenancy.errors import Conflict, Invalid

MOST_DAYS: Final = 366
FIRST_YEAR, LAST_YEAR = 2000, 2199
BATCH: Final = 500
MOST_NAMED: Final = 5
"""Kinds of work in a notice."""
REFUSED: Final = {
    "absence_no_overlap": (
        "starts_on",
        "There is an absence in this time already. End it first, or limit both to different work.",
    ),
    "absence_no_circle": (
        "substitute",
        "This person is away in this time, and you would stand in for each other. Choose somebody who is there.",
    ),
}
"""What the database refuses, and at which place it is said."""

E = TypeVar("E", bound=AbsenceEvent)


class AbsenceOver(Conflict):
    code = "absence.over"
    message = "This absence has ended."


class NotAsked(Conflict):
    code = "absence.not_asked"
    message = "This was answered already."


@transaction.atomic
def absence_set(
    *,
    actor: Membership,
    starts_on: date,
    ends_on: date,
    member_id: UUID | None = None,
    substitute_id: UUID | None = None,
    scope: Collection[str] = (),
    at: datetime | None = None,
) -> Absence:
    """Somebody is away from one day to another, both inclusive, by the clock where they live; oneself unless ``member_id``
    says otherwise, which needs the right to manage people.

    ``scope`` are keys of ``accounts.scopes``, none for all work. The substitute is asked, and stands in once they accept.
    Raises Denied, and Invalid at ``starts_on``, ``ends_on``, ``member``, ``substitute`` or ``scope``.
    """
    moment = at or timezone.now()
    absence = Absence(
        organisation_id=actor.organisation_id, member_id=member_id or actor.id, starts_on=starts_on, ends_on=ends_on
    )
    policy_for(Absence).require(actor, "set", absence)
    lock_directory(actor.organisation_id)
    member = actor if absence.member_id == actor.id else _person(actor, absence.member_id, "member")
    _dated(absence, member, moment)
    absence.scope = _scope(actor.organisation_id, scope)
    absence.substitute = _substitute(actor, absence, substitute_id)
    absence.created_by_id = actor.id
    absence.touch(actor.id, moment)
    _kept(lambda: absence.save(force_insert=True))
    events: list[Event] = [_event(AbsenceSet, absence, scope=tuple(absence.scope))]
    if absence.substitute is not None:
        events.append(_event(SubstituteAsked, absence, work=_work_words(absence)))
    record(events, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return absence


@transaction.atomic
def absence_ask(
    *, actor: Membership, absence_id: UUID, substitute_id: UUID | None, at: datetime | None = None
) -> Absence:
    """Ask somebody else to stand in, or (None) do without. Who stood in until now does so no longer.

    Raises AbsenceNotFound, Denied, AbsenceOver, Invalid at ``substitute``.
    """
    absence, moment = _open(actor, absence_id, "set", at)
    before = absence.substitute if absence.declined_at is None else None
    events: list[Event] = []
    if before is not None and before.id != substitute_id:
        events.append(_event(SubstituteReleased, absence))
    absence.substitute = _substitute(actor, absence, substitute_id)
    if before is None or before.id != substitute_id:
        absence.accepted_at = absence.declined_at = None
        columns = ["substitute", "accepted_at", "declined_at", *absence.touch(actor.id, moment)]
        _kept(lambda: absence.save(update_fields=columns))
        if absence.substitute is not None:
            events.append(_event(SubstituteAsked, absence, work=_work_words(absence)))
    if events:
        record(events, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return absence


@transaction.atomic
def absence_accept(*, actor: Membership, absence_id: UUID, at: datetime | None = None) -> Absence:
    """The substitute agrees, and stands in from the first day on. Raises AbsenceNotFound, Denied, AbsenceOver, NotAsked."""
    absence, moment = _open(actor, absence_id, "answer", at)
    if absence.answer != "asked":
        raise NotAsked
    absence.accepted_at = moment
    absence.save(update_fields=["accepted_at", *absence.touch(actor.id, moment)])
    record(_event(SubstituteAccepted, absence), actor=actor, organisation_id=actor.organisation_id, at=moment)
    return absence


@transaction.atomic
def absence_decline(*, actor: Membership, absence_id: UUID, at: datetime | None = None) -> Absence:
    """The substitute does not stand in, or not any longer. Raises AbsenceNotFound, Denied, AbsenceOver, NotAsked."""
    absence, moment = _open(actor, absence_id, "answer", at)
    if absence.answer not in ("asked", "accepted"):
        raise NotAsked
    _step_back(absence, actor.id, moment)
    record(_event(SubstituteDeclined, absence), actor=actor, organisation_id=actor.organisation_id, at=moment)
    return absence


@transaction.atomic
def absence_end(*, actor: Membership, absence_id: UUID, at: datetime | None = None) -> Absence:
    """The person is back early, or does not go. Raises AbsenceNotFound, Denied, AbsenceOver."""
    absence, moment = _open(actor, absence_id, "end", at)
    events = _cut_short(absence, actor.id, moment, never_back=moment < absence.starts_at)
    record(events, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return absence


@transaction.atomic
def absences_sweep(organisation_id: UUID, *, at: datetime, limit: int = BATCH) -> int:
    """Tell of absences that have begun and of those whose last day is over; each once. Returns how many.

    What is right does not wait for it: an absence counts by its times. Needs the scope.
    """
    lock_directory(organisation_id)
    rows = Absence.objects.select_for_update(skip_locked=True, of=("self",)).select_related("member", "substitute")
    here = rows.filter(organisation_id=organisation_id, ended_at__isnull=True)
    over = list(here.filter(ends_at__lte=at).order_by("ends_at", "id")[:limit])
    begun = list(here.filter(starts_at__lte=at, ends_at__gt=at, began_at__isnull=True).order_by("starts_at")[:limit])
    events: list[Event] = [_ended(absence, None, at) for absence in over]
    for absence in begun:
        absence.began_at = at
        absence.save(update_fields=["began_at", *absence.touch(None, at)])
        events.append(_event(AbsenceBegan, absence, accepted=absence.accepted_at is not None))
    if events:
        record(events, actor=SYSTEM, organisation_id=organisation_id, at=at)
    return len(events)


def organisations_with_absences_due(at: datetime) -> list[UUID]:
    """The organisations where an absence begins or ends, asked across all of them: a function of the owner tells ids only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_absences_due(%s)", [at])
        return [row[0] for row in cursor.fetchall()]


def absences_of_leavers(*, actor: Membership, people: Sequence[Membership], at: datetime) -> None:
    """Who can act no more is not away either, and stands in for nobody. Called where people are deactivated."""
    ids = [person.id for person in people]
    rows = Absence.objects.select_for_update(of=("self",)).select_related("member", "substitute")
    here = rows.filter(organisation_id=actor.organisation_id, ended_at__isnull=True)
    events: list[Event] = []
    for absence in here.filter(member_id__in=ids):
        events.extend(_cut_short(absence, actor.id, at, never_back=True))
    for absence in here.filter(substitute_id__in=ids, declined_at__isnull=True):
        _step_back(absence, actor.id, at)
        events.append(_event(SubstituteDeclined, absence, left=True))
    if events:
        record(events, actor=actor, organisation_id=actor.organisation_id, at=at)


# --- shared beats ---


def _open(actor: Membership, absence_id: UUID, action: str, at: datetime | None) -> tuple[Absence, datetime]:
    """The absence under lock, still to come or going on. Raises AbsenceNotFound, Denied, AbsenceOver."""
    moment = at or timezone.now()
    lock_directory(actor.organisation_id)
    absence = access_absence(actor, absence_id, lock=True)
    policy_for(Absence).require(actor, action, absence)
    if absence.ended_at is not None or absence.ends_at <= moment:
        raise AbsenceOver
    return absence, moment


def _dated(absence: Absence, member: Membership, moment: datetime) -> None:
    """Turn the days into moments. Raises Invalid."""
    for place, day in (("starts_on", absence.starts_on), ("ends_on", absence.ends_on)):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Invalid({place: [f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}."]})
    if absence.ends_on < absence.starts_on:
        raise Invalid({"ends_on": ["The last day is before the first one."]})
    if (absence.ends_on - absence.starts_on).days >= MOST_DAYS:
        raise Invalid({"ends_on": [f"Choose at most {MOST_DAYS} days."]})
    absence.time_zone = time_zone_of(member)
    zone = ZoneInfo(absence.time_zone)
    absence.starts_at = datetime.combine(absence.starts_on, time.min, zone)
    absence.ends_at = datetime.combine(absence.ends_on + timedelta(days=1), time.min, zone)
    if absence.ends_at <= moment:
        raise Invalid({"ends_on": ["The last day has passed."]})


def _scope(organisation_id: UUID, keys: Collection[str]) -> list[str]:
    if not keys:
        return []
    wanted = sorted(set(keys))
    if len(wanted) > MOST_KEYS:
        raise Invalid({"scope": [f"Choose at most {MOST_KEYS}, or none for all work."]})
    if set(wanted) - scope_choices(organisation_id).keys():
        raise Invalid({"scope": ["Choose from the list."]})
    return wanted


def _person(actor: Membership, member_id: UUID, field: str) -> Membership:
    people = active_people(actor.organisation_id).select_related("place", "organisation")
    found: Membership | None = people.filter(id=member_id).first()
    if found is None:
        raise Invalid({field: ["There is no such active person."]})
    return found


def _substitute(actor: Membership, absence: Absence, substitute_id: UUID | None) -> Membership | None:
    if substitute_id is None:
        return None
    if substitute_id == absence.member_id:
        raise Invalid({"substitute": ["Nobody stands in for themselves."]})
    return _person(actor, substitute_id, "substitute")


def _kept(save: Callable[[], Any]) -> None:
    """Save; what the walls of the database refuse is said at its place. Raises Invalid."""
    try:
        with transaction.atomic():
            save()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name not in REFUSED:
            raise
        place, text = REFUSED[name]
        raise Invalid({place: [text]}, code=f"absence.{name.rpartition('_no_')[2]}") from None


def _step_back(absence: Absence, by: UUID, at: datetime) -> None:
    absence.accepted_at, absence.declined_at = None, at
    absence.save(update_fields=["accepted_at", "declined_at", *absence.touch(by, at)])


def _cut_short(absence: Absence, by: UUID, at: datetime, *, never_back: bool) -> list[Event]:
    """End it before its time. A substitute who has not answered yet, or for somebody who does not come back, because they have
    left or do not go, hears that they need not stand in; others that the person is back."""
    asked = absence.substitute is not None and absence.declined_at is None
    released = asked and (never_back or absence.accepted_at is None)
    ended = _ended(absence, by, at, released=released)
    return [_event(SubstituteReleased, absence), ended] if released else [ended]


def _ended(absence: Absence, by: UUID | None, at: datetime, *, released: bool = False) -> AbsenceEnded:
    absence.ended_at = at
    absence.save(update_fields=["ended_at", *absence.touch(by, at)])
    facts = {"accepted": absence.accepted_at is not None, "early": at < absence.ends_at, "released": released}
    return _event(AbsenceEnded, absence, **facts)


def _work_words(absence: Absence) -> str:
    labels = scope_labels(absence, scope_choices(absence.organisation_id)) if absence.scope else []
    more = len(labels) - MOST_NAMED
    return ", ".join(labels[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "") or "all work"


def _event(kind: type[E], absence: Absence, **more: Any) -> E:
    substitute = absence.substitute
    return kind(
        subject_id=absence.id,
        member_id=absence.member_id,
        member_name=absence.member.name,
        substitute_id=substitute.id if substitute else None,
        substitute_name=substitute.name if substitute else "",
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
        **more,
    )
