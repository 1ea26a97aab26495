"""Organisations, people and requests by the thousand, made by SQL: for benchmarks and for a look at full pages.

The rows are what the engine would have written for leave applications at every stage; only the audit and the outbox stay empty.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection, connections, transaction

from accounts.models import Department, Membership, Organisation, WorkingCalendar
from accounts.tenancy.models import new_id
from accounts.tenancy.scope import organisation_scope
from workflows.library import library_item
from workflows.models import RunCounter, WorkflowDefinition
from workflows.services.definitions import definition_import, definition_publish

BATCH: Final = 10_000
"""Requests made by one statement."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How many of each; ``people`` and ``requests`` count per organisation."""

    organisations: int
    people: int
    requests: int


@dataclass(frozen=True, slots=True)
class Filled:
    """An organisation with its requests; the people are ``p1@<slug>.example`` and on."""

    organisation_id: UUID
    slug: str
    definition_id: UUID
    version_id: UUID
    requests: int
    """How many are there with numbers that this module gave."""


SCALES: Final = {"small": Scale(3, 50, 2_000), "full": Scale(100, 1_000, 10_000)}
LIBRARY_ITEM: Final = "leave_application"
DEPARTMENTS: Final = {"ENG": "Engineering", "HR": "HR", "FIN": "Finance", "OPS": "Operations"}
TABLES: Final = (
    "accounts_user",
    "accounts_membership",
    "workflows_workflowrun",
    "workflows_task",
    "workflows_transitionlog",
)

PEOPLE: Final = """
WITH made AS (
    INSERT INTO accounts_user (id, email, name, password, is_active, is_superuser, is_platform_admin, credentials_at,
                               created_at)
    SELECT gen_random_uuid(), format('p%%s@%%s.example', n, %(slug)s::text), format('Person %%s', n), %(password)s, true, false,
           false, now(), now()
    FROM generate_series(1, %(people)s::int) n
    RETURNING id, email, name
)
INSERT INTO accounts_membership (id, organisation_id, user_id, name, email, department_id, is_active, is_tenant_admin,
                                 attributes, created_at, modified_at)
SELECT gen_random_uuid(), %(organisation)s::uuid, id, name, email,
       (%(departments)s::uuid[])[1 + (split_part(name, ' ', 2)::int %% cardinality(%(departments)s::uuid[]))],
       true, name = 'Person 1', '{"leave_balance": 12}', now(), now()
FROM made
"""

# Ten reports to each manager; the first person has none.
MANAGERS: Final = """
WITH ranked AS (SELECT id, row_number() OVER (ORDER BY length(name), name) AS n FROM accounts_membership
                WHERE organisation_id = %(organisation)s::uuid)
UPDATE accounts_membership m SET manager_id = boss.id
FROM ranked me JOIN ranked boss ON boss.n = (me.n + 8) / 10 WHERE m.id = me.id AND me.n > 1
"""

REQUESTS: Final = """
WITH people AS (
    SELECT array_agg(id ORDER BY length(name), name) AS ids,
           array_agg(coalesce(manager_id, id) ORDER BY length(name), name) AS managers,
           count(*)::int AS size
    FROM accounts_membership WHERE organisation_id = %(organisation)s::uuid
), drawn AS (
    SELECT n, gen_random_uuid() AS run, gen_random_uuid() AS apply, gen_random_uuid() AS manage, gen_random_uuid() AS hr,
           ids[1 + (n %% size)] AS requester,
           CASE WHEN n %% 2 = 0 AND %(heavy)s::uuid IS NOT NULL THEN %(heavy)s::uuid
                ELSE managers[1 + (n %% size)] END AS manager,
           ids[1 + ((n * 7 + 1) %% size)] AS officer,
           (n %% 100)::int AS lot, now() - make_interval(mins => ((n * 37) %% 100000)::int) AS at
    FROM people, generate_series(%(first)s::bigint, %(last)s::bigint) n
), staged AS (
    SELECT *, CASE WHEN lot < %(open)s THEN 'manage' WHEN lot < %(open)s + (100 - %(open)s) / 10 THEN 'hr'
                   ELSE 'done' END AS stage
    FROM drawn
), runs AS (
    INSERT INTO workflows_workflowrun (id, organisation_id, number, definition_id, version_id, requester_id, status, outcome,
        title, data, labels, context, started_at, finished_at, version_no, created_at, modified_at)
    SELECT run, %(organisation)s::uuid, n, %(definition)s::uuid, %(version)s::uuid, requester,
        CASE stage WHEN 'done' THEN 'completed' ELSE 'running' END, CASE stage WHEN 'done' THEN 'Approved' ELSE '' END,
        format('Leave Application %%s', n), '{"from": "2026-01-05", "to": "2026-01-07", "reason": "Holiday", "balance": "12"}',
        '{}', '{}', at, CASE stage WHEN 'done' THEN at + interval '3 days' END, 1, at, at
    FROM staged
), steps AS (
    SELECT s.*, t.* FROM staged s CROSS JOIN LATERAL (VALUES
        (apply, 'apply', 'Apply', requester, at, at, 'Manager review', true),
        (manage, 'manager_review', 'Manager review', manager, at, at + interval '1 day', 'HR review', stage <> 'manage'),
        (hr, 'hr_review', 'HR review', officer, at + interval '1 day', at + interval '3 days', 'Approved', stage = 'done')
    ) AS t (task, step, step_name, holder, opened, decided, transition, is_decided)
    WHERE t.step <> 'hr_review' OR stage <> 'manage'
), tasks AS (
    INSERT INTO workflows_task (id, organisation_id, run_id, definition_id, requester_id, step, step_name, state, assignee_id,
        unassigned, opened_at, due_at, check_at, reminded, overdue, escalations, completed_at, completed_by_id, transition,
        version, created_at, modified_at)
    SELECT task, %(organisation)s::uuid, run, %(definition)s::uuid, requester, step, step_name,
        CASE WHEN is_decided THEN 'success' ELSE 'waiting' END, holder, false, opened,
        opened + interval '2 days', CASE WHEN is_decided THEN NULL ELSE now() + interval '30 days' END, false, false, 0,
        CASE WHEN is_decided THEN decided END, CASE WHEN is_decided THEN holder END,
        CASE WHEN is_decided THEN transition ELSE '' END, 1, opened, opened
    FROM steps
)
INSERT INTO workflows_transitionlog (id, organisation_id, run_id, seq, kind, task_id, from_step, to_step, transition, by_id,
    by_name, from_name, to_name, reason, detail, at)
SELECT gen_random_uuid(), %(organisation)s::uuid, run, 1, 'started', apply, 'apply', 'manager_review', 'Manager review',
    requester, 'Somebody', '', 'Somebody', '', '{}', at
FROM staged
"""


def people(organisation_id: UUID, slug: str, number: int, departments: list[UUID], password: str) -> None:
    """Members ``p1@<slug>.example`` and on, in a tree of managers; the first is tenant admin. Needs the scope."""
    names: dict[str, Any] = {"organisation": organisation_id, "slug": slug, "people": number, "password": password}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {**names, "departments": departments})
        cursor.execute(MANAGERS, names)


def requests(
    organisation_id: UUID,
    definition_id: UUID,
    version_id: UUID,
    *,
    first: int,
    last: int,
    open_percent: int = 20,
    heavy: UUID | None = None,
) -> None:
    """Leave applications with these numbers; ``open_percent`` of them wait for a manager.

    With ``heavy`` every second one waits for that person. Needs the scope.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            REQUESTS,
            {
                "organisation": organisation_id,
                "definition": definition_id,
                "version": version_id,
                "first": first,
                "last": last,
                "open": open_percent,
                "heavy": heavy,
            },
        )


def fill(
    scale: Scale, *, password: str, prefix: str = "org", tick: Callable[[int], object] = lambda made: None
) -> list[Filled]:
    """Make organisations ``org001`` and on, as far as they are missing; call outside of a scope.

    An organisation appears whole, its requests come in batches, and a later call goes on where this one was stopped.
    ``tick`` is told of every batch how many requests it brought, those that were there already included.
    """
    encoded = make_password(password)
    filled = []
    for number in range(1, scale.organisations + 1):
        one = fill_organisation(f"{prefix}{number:03}", scale.people, encoded)
        tick(min(one.requests, scale.requests))
        filled.append(fill_requests(one, scale.requests, tick=tick))
    return filled


@transaction.atomic
def fill_organisation(slug: str, number: int, encoded_password: str) -> Filled:
    """The organisation with ``number`` people and a published leave application, made unless it is there."""
    organisation = Organisation.objects.filter(slug=slug).first()
    is_new = organisation is None
    if organisation is None:
        organisation = Organisation.objects.create(slug=slug, name=slug.title(), time_zone="Asia/Kolkata")
    with organisation_scope(organisation.id):
        if is_new:
            _furnish(organisation, number, encoded_password)
        definition = WorkflowDefinition.objects.get(library_key=LIBRARY_ITEM, deleted_at=None)
        made = RunCounter.objects.values_list("last", flat=True).first()
    return Filled(organisation.id, slug, definition.id, definition.published_version_id, made or 0)


def fill_requests(
    one: Filled,
    number: int,
    *,
    open_percent: int = 20,
    heavy: UUID | None = None,
    tick: Callable[[int], object] = lambda made: None,
) -> Filled:
    """Bring the organisation to ``number`` requests, each batch in a transaction of its own. See ``requests``."""
    done = one.requests
    while done < number:
        last = min(done + BATCH, number)
        with organisation_scope(one.organisation_id):
            _no_time_limit()
            requests(
                one.organisation_id,
                one.definition_id,
                one.version_id,
                first=done + 1,
                last=last,
                open_percent=open_percent,
                heavy=heavy,
            )
            RunCounter.objects.update_or_create(
                organisation_id=one.organisation_id,
                defaults={"last": last},
                create_defaults={"id": new_id(), "last": last},
            )
        tick(last - done)
        done = last
    return Filled(one.organisation_id, one.slug, one.definition_id, one.version_id, done)


def analyse() -> bool:
    """Have the server look at the filled tables, so that it plans well; only their owner may. Whether it was possible."""
    owner, own = (connections[alias].settings_dict for alias in ("owner", "default"))
    if owner["USER"] == own["USER"]:
        return False
    with connections["owner"].cursor() as cursor:
        _no_time_limit("owner", is_local=False)
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    connections["owner"].close()
    return True


def _furnish(organisation: Organisation, number: int, encoded_password: str) -> None:
    departments = Department.objects.bulk_create(
        Department(organisation=organisation, code=code, name=name) for code, name in DEPARTMENTS.items()
    )
    WorkingCalendar.objects.create(
        organisation=organisation, name="Office", time_zone=organisation.time_zone, is_default=True
    )
    _no_time_limit()
    people(organisation.id, organisation.slug, number, [one.id for one in departments], encoded_password)
    admin = Membership.objects.select_related("organisation").get(is_tenant_admin=True)
    made = definition_import(actor=admin, document=library_item(LIBRARY_ITEM), library_key=LIBRARY_ITEM)
    definition_publish(definition_id=made.definition.id, actor=admin)


def _no_time_limit(using: str = "default", *, is_local: bool = True) -> None:
    # A page must never run for a quarter of a minute; a batch of rows may.
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '0', %s)", [is_local])
