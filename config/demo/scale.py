"""Organisations, people and requests by the thousand, made by SQL: for benchmarks and for a look at full pages.

The rows are what the engine would have written for leave applications at every stage; only the audit and the outbox stay empty.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

BATCH: Final = 10_000
"""Requests made by one statement."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How many of each; ``people`` and ``requests`` count per organisation."""

    organisations: int
    people: int
    requests: int


SCALES: Final = {"small": Scale(3, 50, 2_000), "full": Scale(100, 1_000, 10_000)}

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
    names = {"organisation": organisation_id, "slug": slug, "people": number, "password": password}
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
