"""People as rules see them, and the people whom a rule names."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.absence import Away, OwnAbsence
from accounts.models import Membership, MembershipRole
from accounts.selectors.absences import OWN, STANDS_IN
from accounts.selectors.stamps import Kept
from accounts.tenancy.statements import execute_prepared
from forms_builder.rule_sql import ManyRows, RuleNotSql, Source, to_q
from forms_builder.rule_sql import People as PeopleTable
from forms_builder.rules import EvaluationError
from workflows.assignment import QUEUE_LIMIT, Eligibility, Person, PersonRef, Situation, targets_among
from workflows.graph.document import Fallback

FACTS: Final = """jsonb_build_object(
    'id', m.id, 'name', m.name, 'email', m.email, 'manager_id', m.manager_id, 'is_active', m.is_active AND u.is_active,
    'department', dp.code, 'head_id', dp.head_id, 'designation', ds.name, 'level', ds.level,
    'city', pl.city, 'state', pl.state, 'country', pl.country,
    'roles', (
        SELECT coalesce(jsonb_agg(ro.name ORDER BY ro.name), '[]')
        FROM accounts_membershiprole mr
        JOIN accounts_role ro ON ro.organisation_id = mr.organisation_id AND ro.id = mr.role_id
        WHERE mr.organisation_id = m.organisation_id AND mr.membership_id = m.id
    ),
    'absences', {absences},
    'stands_in', {stands_in}
)""".replace("{absences}", OWN.format(person="m")).replace("{stands_in}", STANDS_IN.format(person="m"))
"""One person's facts as a JSON object, for ``Person.of_row``."""
FACTS_FROM: Final = """
FROM accounts_membership m
JOIN accounts_user u ON u.id = m.user_id
LEFT JOIN accounts_department dp ON dp.organisation_id = m.organisation_id AND dp.id = m.department_id
LEFT JOIN accounts_designation ds ON ds.organisation_id = m.organisation_id AND ds.id = m.designation_id
LEFT JOIN accounts_place pl ON pl.organisation_id = m.organisation_id AND pl.id = m.place_id
"""

_PERSONS: Final = f"SELECT {FACTS} {FACTS_FROM} WHERE m.organisation_id = %s AND m.id = ANY(%s)"

_EVERYBODY: Final = f"""
SELECT {FACTS} {FACTS_FROM} WHERE m.organisation_id = %s AND m.is_active AND u.is_active ORDER BY m.name, m.id
"""

_CANDIDATE: Final[Mapping[str, Source]] = {
    "candidate.id": "pk",
    "candidate.name": "name",
    "candidate.email": "email",
    "candidate.manager": "manager_id",
    "candidate.department": "department__code",
    "candidate.designation": "designation__name",
    "candidate.level": "designation__level",
    "candidate.city": "place__city",
    "candidate.state": "place__state",
    "candidate.country": "place__country",
}


def persons(organisation_id: UUID, ids: Collection[UUID]) -> dict[UUID, Person]:
    """The facts of these people of the organisation, also of inactive ones; others are left out. One query."""
    if not ids:
        return {}
    rows = execute_prepared(_PERSONS, [organisation_id, list(ids)])
    found = [Person.of_row(as_json(row[0])) for row in rows]
    return {person.id: person for person in found}


def everybody(organisation_id: UUID) -> dict[UUID, Person]:
    """The facts of all active people, by name. One query; for work that asks rules about many requests."""
    found = [Person.of_row(as_json(row[0])) for row in execute_prepared(_EVERYBODY, [organisation_id])]
    return {person.id: person for person in found}


_facts: Final[Kept[UUID, Person]] = Kept(most=5_000)


def persons_at(organisation_id: UUID, stamp: int | None, ids: Iterable[UUID | None]) -> dict[UUID, Person]:
    """The same for a directory that was read at ``stamp``, see ``accounts.selectors.stamps``; no query for people whose
    facts this process has read since the directory was last written to."""
    kept = _facts.of(organisation_id, stamp)
    wanted = {one for one in ids if one is not None}
    missing = wanted - kept.keys()
    if missing:
        kept.update(persons(organisation_id, missing))
    return {one: kept[one] for one in wanted if one in kept}


def as_json(value: Any) -> Any:
    """A jsonb column as Python values; the driver may hand it out as text."""
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def active_members(organisation_id: UUID) -> QuerySet[Membership]:
    """Everybody who can be asked for anything."""
    people: QuerySet[Membership] = Membership.objects.filter(
        organisation_id=organisation_id, is_active=True, user__is_active=True
    )
    return people


def candidates(
    organisation_id: UUID,
    eligibility: Eligibility,
    situation: Situation,
    *,
    never: Iterable[UUID] = (),
    look: Callable[[Sequence[OwnAbsence]], Away | None] | None = None,
) -> list[PersonRef]:
    """The active people whom the rule names, without ``never``, by name; at most ``QUEUE_LIMIT``. One query as a rule.
    With ``look`` their absences are read along, and it says how each is away.

    A rule without an answer names nobody.
    """
    people = active_members(organisation_id).exclude(id__in=list(never))
    try:
        matching = people.filter(candidate_filter(organisation_id, eligibility, situation))
    except EvaluationError:
        return []
    except RuleNotSql:
        return _asked_one_by_one(people, eligibility, situation)
    rows = matching.order_by("name", "id").values_list("id", "name", "email")
    if look is None:
        return [PersonRef(*row) for row in rows[:QUEUE_LIMIT]]
    out = RawSQL(OWN.format(person='"accounts_membership"'), [])  # noqa: S611 - a constant
    found = matching.annotate(out=out).order_by("name", "id").values_list("id", "name", "email", "out")[:QUEUE_LIMIT]
    return [
        PersonRef(ident, name, email, look([OwnAbsence.of_row(one) for one in as_json(absences)]))
        for ident, name, email, absences in found
    ]


def candidate_filter(organisation_id: UUID, eligibility: Eligibility, situation: Situation) -> Q:
    """The rule as a filter over memberships. Raises RuleNotSql, EvaluationError."""
    roles = MembershipRole.objects.filter(organisation_id=organisation_id)
    everybody = Membership.objects.filter(organisation_id=organisation_id)
    wanted = [field_id for field_id in eligibility.reads if not field_id.startswith("candidate.")]
    return to_q(
        eligibility.rule,
        {**_CANDIDATE, "candidate.roles": ManyRows(roles, "membership_id", "role__name")},
        values=situation.values(wanted),
        env=situation.environment,
        people=PeopleTable(everybody, "manager_id", ("department_id", "role_links__role_id")),
    )


def _asked_one_by_one(people: QuerySet[Membership], eligibility: Eligibility, situation: Situation) -> list[PersonRef]:
    """For the few rules that SQL cannot answer: the closure, over the facts of everybody."""
    ids = list(people.order_by("name", "id").values_list("id", flat=True))
    facts = persons(people[0].organisation_id, ids) if ids else {}
    named = (facts[one].ref for one in ids if one in facts and eligibility.admits(facts[one], situation))
    return [person for person, _ in zip(named, range(QUEUE_LIMIT), strict=False)]


def fallback_targets(organisation_id: UUID, base: Person, owner_id: UUID) -> dict[Fallback, Person]:
    """Whom the fallbacks mean for this person and workflow; what is missing is left out. Two queries at most."""
    first = persons(organisation_id, {one for one in (base.manager_id, base.department_head_id, owner_id) if one})
    manager = first.get(base.manager_id) if base.manager_id else None
    above = persons(organisation_id, {manager.manager_id}) if manager and manager.manager_id else {}
    return targets_among({**first, **above}, base, owner_id)


def tenant_admin_ids(organisation_id: UUID) -> tuple[UUID, ...]:
    """Whom to tell when nobody is left to decide."""
    admins = active_members(organisation_id).filter(is_tenant_admin=True)
    return tuple(admins.order_by("name", "id").values_list("id", flat=True))
