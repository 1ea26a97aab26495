"""Who is away, and who stands in. What decisions ask is read together with the person, see ``OWN`` and ``STANDS_IN``."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.absence import Away, Period, StandIn
from accounts.models import Absence, Membership
from accounts.policies import carries
from accounts.policies.people import MANAGE_PEOPLE
from accounts.tenancy.errors import NotFound
from accounts.tenancy.statements import execute_prepared

OWN: Final = """(
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'starts_at', ab.starts_at, 'ends_at', ab.ends_at, 'until', ab.ends_on, 'scope', ab.scope,
        'substitute_id', ab.substitute_id, 'substitute_name', sb.name,
        'accepted', ab.accepted_at IS NOT NULL AND sb.is_active AND su.is_active,
        'substitute_away', (
            SELECT jsonb_agg(jsonb_build_object('starts_at', sa.starts_at, 'ends_at', sa.ends_at))
            FROM accounts_absence sa
            WHERE sa.organisation_id = ab.organisation_id AND sa.member_id = ab.substitute_id AND sa.ended_at IS NULL
        )
    ) ORDER BY ab.starts_at), '[]')
    FROM accounts_absence ab
    LEFT JOIN accounts_membership sb ON sb.organisation_id = ab.organisation_id AND sb.id = ab.substitute_id
    LEFT JOIN accounts_user su ON su.id = sb.user_id
    WHERE ab.organisation_id = {person}.organisation_id AND ab.member_id = {person}.id AND ab.ended_at IS NULL
)"""
"""Somebody's own absences as a JSON list, for ``accounts.absence.OwnAbsence.of_row``; ``person`` is the membership's alias."""

STANDS_IN: Final = """(
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'member_id', ab.member_id, 'member_name', aw.name, 'starts_at', ab.starts_at, 'ends_at', ab.ends_at,
        'scope', ab.scope
    ) ORDER BY ab.starts_at), '[]')
    FROM accounts_absence ab
    JOIN accounts_membership aw ON aw.organisation_id = ab.organisation_id AND aw.id = ab.member_id
    JOIN accounts_user au ON au.id = aw.user_id
    WHERE ab.organisation_id = {person}.organisation_id AND ab.substitute_id = {person}.id
      AND ab.accepted_at IS NOT NULL AND ab.ended_at IS NULL AND aw.is_active AND au.is_active
)"""
"""For whom somebody stands in, for ``accounts.absence.StandIn.of_row``."""

AWAY_NOW: Final = """(
    SELECT ab.member_id, ab.ends_on AS until, sb.id AS substitute_id, sb.name AS substitute_name,
           EXISTS (
               SELECT FROM accounts_absence sa
               WHERE sa.organisation_id = sb.organisation_id AND sa.member_id = sb.id AND sa.ended_at IS NULL
                 AND sa.starts_at <= m.at AND sa.ends_at > m.at
           ) AS substitute_away
    FROM (SELECT %s::uuid AS organisation_id, %s::timestamptz AS at, %s::text AS subject) m
    JOIN accounts_absence ab ON ab.organisation_id = m.organisation_id AND ab.ended_at IS NULL
     AND ab.starts_at <= m.at AND ab.ends_at > m.at AND (ab.scope = '[]' OR ab.scope ? m.subject)
    LEFT JOIN (accounts_membership sb JOIN accounts_user su ON su.id = sb.user_id AND su.is_active)
      ON sb.organisation_id = ab.organisation_id AND sb.id = ab.substitute_id AND sb.is_active
     AND ab.accepted_at IS NOT NULL
)"""
"""Everybody of an organisation who is away at a moment for work about one subject, for statements that list many people; the
parameters are these three, and ``away_of_row`` reads all columns but the first. Each person is there once."""

_MEMBER: Final = "FROM accounts_membership m WHERE m.organisation_id = %s AND m.id = %s"
_STANDS_IN_OF: Final = " ".join(("SELECT", STANDS_IN.format(person="m"), _MEMBER))


GONE: Final = "work that is not here any more"


class AbsenceNotFound(NotFound):
    code = "absence.not_found"


def stand_ins_of(actor: Membership) -> tuple[StandIn, ...]:
    """For whom the person stands in, now or later. No query where the person was read at the door of a request, else one."""
    known: tuple[StandIn, ...] | None = actor.__dict__.get("_stands_in")
    if known is None:
        rows = execute_prepared(_STANDS_IN_OF, [actor.organisation_id, actor.id])
        known = _stand_ins(rows[0][0] if rows else ())
    return known


def keep_stand_ins(actor: Membership, rows: Any) -> None:
    """Note what ``STANDS_IN`` gave, for whoever has read it along with the person."""
    actor.__dict__["_stands_in"] = _stand_ins(rows)


def _stand_ins(rows: Any) -> tuple[StandIn, ...]:
    found = json.loads(rows) if isinstance(rows, str | bytes) else rows
    return tuple(StandIn.of_row(row) for row in found or ())


def away_of_row(row: Sequence[Any]) -> Away | None:
    """From the columns of ``AWAY_NOW``; None where an outer join found nobody."""
    until, substitute_id, name, busy = row
    return Away(until, substitute_id, name or "", bool(busy)) if until is not None else None


@dataclass(frozen=True, slots=True)
class Substitution:
    """Who stood in for whom, from when to when, for which work."""

    member_id: UUID
    substitute_id: UUID
    period: Period
    scope: frozenset[str]


def substitutions_of_many(
    organisation_id: UUID, member_ids: Collection[UUID], since: datetime, until: datetime
) -> list[Substitution]:
    """Who stood in for these people at some moment between the two, both included. One query."""
    rows = Absence.objects.filter(
        organisation_id=organisation_id,
        member_id__in=member_ids,
        accepted_at__lte=until,
        starts_at__lte=until,
        ends_at__gt=since,
    ).exclude(ended_at__lte=since)
    found = []
    names = ("member_id", "substitute_id", "starts_at", "accepted_at", "ends_at", "ended_at", "scope")
    for member, substitute, starts, accepted, ends, ended, scope in rows.order_by("id").values_list(*names):
        period = Period(max(starts, accepted), min(ends, ended) if ended else ends)
        found.append(Substitution(member, substitute, period, frozenset(scope)))
    return found


def manages_absences(actor: Membership) -> bool:
    """Whether the person may see to everybody's absences."""
    return carries(actor, MANAGE_PEOPLE)


def absences_visible(actor: Membership) -> QuerySet[Absence]:
    """One's own absences and those in which one is the substitute; everybody's for those who manage people."""
    rows: QuerySet[Absence] = Absence.objects.filter(organisation_id=actor.organisation_id)
    if not manages_absences(actor):
        rows = rows.filter(Q(member_id=actor.id) | Q(substitute_id=actor.id))
    return rows.select_related("member", "substitute")


def access_absence(actor: Membership, absence_id: UUID, *, lock: bool = False) -> Absence:
    """The door to an absence. Raises AbsenceNotFound alike for missing, foreign and invisible ones."""
    rows = absences_visible(actor)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=absence_id).first()
    if found is None:
        raise AbsenceNotFound
    return found


def absences_of(actor: Membership) -> list[Absence]:
    """The person's own present and coming absences, the next one first."""
    return list(_live(actor).filter(member_id=actor.id))


def substitutions_of(actor: Membership) -> list[Absence]:
    """Those in which the person is the substitute and has not declined."""
    return list(_live(actor).filter(substitute_id=actor.id, declined_at__isnull=True))


def scope_labels(absence: Absence, choices: Mapping[str, str]) -> list[str]:
    """What the absence is about in words; empty for everything. What is gone since is left out, unless it is all."""
    known = [choices[key] for key in absence.scope if key in choices]
    return known or ([GONE] if absence.scope else [])


def people_called(organisation_id: UUID, text: str) -> list[UUID]:
    """The active people with this address, or with this whole name; one as a rule."""
    words = text.strip()
    wanted = Q(email__iexact=words) if "@" in words else Q(name__iexact=words)
    people = Membership.objects.filter(wanted, organisation_id=organisation_id, is_active=True, user__is_active=True)
    return list(people.order_by("id").values_list("id", flat=True)[:2])


def _live(actor: Membership) -> QuerySet[Absence]:
    rows: QuerySet[Absence] = Absence.objects.filter(organisation_id=actor.organisation_id, ended_at__isnull=True)
    return rows.select_related("member", "substitute").order_by("starts_at", "id")
