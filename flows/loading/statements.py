"""What the loader asks and writes, by SQL: half a million flows are too many to be carried through Python.

What becomes of a logical flow, its *fate*, is decided in one place for the dry run and the run.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

FATES: Final = ("wanted", "has_one", "read_only", "pending", "removed")
"""``wanted`` gets a physical flow. One that is not approved yet may not have any, a read-only one is kept elsewhere."""
SAMPLE: Final = 10
NOTE: Final = "Made by the one-time loader: nobody has said yet what is delivered, and how."
START: Final = UUID(int=0)

FATE: Final = """
    CASE WHEN l.is_removed OR l.lifecycle_status = 'REMOVED' THEN 'removed'
         WHEN l.is_readonly THEN 'read_only'
         WHEN EXISTS (SELECT FROM flows_physicalflow p WHERE p.organisation_id = l.organisation_id
                      AND p.logical_flow_id = l.id AND NOT p.is_removed AND p.lifecycle_status <> 'REMOVED') THEN 'has_one'
         WHEN l.lifecycle_status = 'PENDING' THEN 'pending'
         ELSE 'wanted' END
"""
# A UUIDv7 as the product gives them: rows written together stay together in the index. Servers before 18 cannot make one.
NEW_ID: Final = """
    encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
        substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
        'hex')::uuid
"""

COUNT: Final = """
    SELECT fate, count(*) FROM (SELECT :fate AS fate FROM flows_logicalflow l WHERE l.organisation_id = %(organisation)s) f
    GROUP BY fate
"""
EXAMPLES: Final = """
    SELECT l.id::text, a.name, b.name FROM flows_logicalflow l
    JOIN flows_catalogueentity a ON a.organisation_id = l.organisation_id AND a.id = l.source_id
    JOIN flows_catalogueentity b ON b.organisation_id = l.organisation_id AND b.id = l.target_id
    WHERE l.organisation_id = %(organisation)s AND (:fate) = 'wanted' ORDER BY l.id LIMIT %(size)s
"""

BATCH: Final = """
WITH slice AS MATERIALIZED (
    SELECT l.id, l.source_id, l.target_id, :fate AS fate FROM flows_logicalflow l
    WHERE l.organisation_id = %(organisation)s AND l.id > %(after)s ORDER BY l.id LIMIT %(size)s
), wanted AS MATERIALIZED (
    SELECT s.id AS logical, s.source_id AS owner, :new_id AS spec, :new_id AS flow,
           left(a.name || ' to ' || b.name, 255) AS name
    FROM slice s
    JOIN flows_catalogueentity a ON a.organisation_id = %(organisation)s AND a.id = s.source_id
    JOIN flows_catalogueentity b ON b.organisation_id = %(organisation)s AND b.id = s.target_id
    WHERE s.fate = 'wanted'
), specifications AS (
    INSERT INTO flows_physicalspecification (id, organisation_id, owner_id, external_id, name, format, description,
        is_removed, is_readonly, created_at, created_by_id, modified_at, modified_by_id)
    SELECT spec, %(organisation)s, owner, 'PS_' || right(spec::text, 12), name, 'UNKNOWN', %(note)s,
        false, false, %(at)s, %(by)s, %(at)s, %(by)s
    FROM wanted
), flows AS (
    INSERT INTO flows_physicalflow (id, organisation_id, logical_flow_id, specification_id, name, basis_offset, frequency,
        transport, criticality, description, external_id, lifecycle_status, is_removed, is_readonly, created_at, created_by_id,
        modified_at, modified_by_id)
    SELECT flow, %(organisation)s, logical, spec, '', 0, 'UNKNOWN', 'UNKNOWN', 'UNKNOWN', %(note)s,
        'PF_' || right(flow::text, 12), 'ACTIVE', false, false, %(at)s, %(by)s, %(at)s, %(by)s
    FROM wanted
    RETURNING 1
), said AS MATERIALIZED (
    SELECT w.logical, w.spec, d.data_type_id AS type, bool_or(d.data_type_id IS DISTINCT FROM %(unknown)s)
           OVER (PARTITION BY w.logical) AS is_known
    FROM wanted w
    JOIN flows_logicalflowdatatype d ON d.organisation_id = %(organisation)s AND d.logical_flow_id = w.logical
), unsaid AS MATERIALIZED (
    SELECT w.logical, w.spec FROM wanted w
    WHERE %(unknown)s::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM said s WHERE s.logical = w.logical)
), carried AS (
    INSERT INTO flows_specificationdatatype (id, organisation_id, specification_id, data_type_id, is_readonly,
        created_at, created_by_id, modified_at, modified_by_id)
    SELECT :new_id, %(organisation)s, spec, type, false, %(at)s, %(by)s, %(at)s, %(by)s
    FROM (SELECT spec, type FROM said WHERE NOT is_known OR type IS DISTINCT FROM %(unknown)s
          UNION ALL SELECT spec, %(unknown)s::uuid FROM unsaid) every
), marked AS (
    INSERT INTO flows_logicalflowdatatype (id, organisation_id, logical_flow_id, data_type_id, rating, is_readonly,
        created_at, created_by_id, modified_at, modified_by_id)
    SELECT :new_id, %(organisation)s, logical, %(unknown)s, %(rating)s, false, %(at)s, %(by)s, %(at)s, %(by)s FROM unsaid
)
SELECT (SELECT count(*) FROM slice), (SELECT max(id::text) FROM slice), (SELECT count(*) FROM flows),
       (SELECT jsonb_object_agg(fate, number) FROM (SELECT fate, count(*) AS number FROM slice GROUP BY fate) f)
"""


@dataclass(frozen=True, slots=True)
class Slice:
    """What one batch did: logical flows looked at, up to ``last``, by fate."""

    seen: int
    last: UUID | None
    made: int
    fates: Mapping[str, int]


def flows_count(organisation_id: UUID) -> dict[str, int]:
    """How many logical flows have which fate."""
    found = dict(_rows(COUNT, {"organisation": organisation_id}))
    return {fate: int(found.get(fate, 0)) for fate in FATES}


def flows_total(organisation_id: UUID) -> int:
    rows = _rows("SELECT count(*) FROM flows_logicalflow WHERE organisation_id = %(organisation)s",
                 {"organisation": organisation_id})  # fmt: skip
    return int(rows[0][0])


def examples(organisation_id: UUID) -> list[dict[str, str]]:
    """Some of the logical flows that would get a physical one."""
    rows = _rows(EXAMPLES, {"organisation": organisation_id, "size": SAMPLE})
    return [{"id": ident, "source": source, "target": target} for ident, source, target in rows]


def batch_write(
    *, organisation_id: UUID, after: UUID | None, size: int, unknown: UUID | None, rating: str, by: UUID | None, at: datetime
) -> Slice:  # fmt: skip
    """Look at the next ``size`` logical flows and give those without a physical one a definition, by one statement."""
    values = {
        "organisation": organisation_id,
        "after": after or START,
        "size": size,
        "unknown": unknown,
        "rating": rating,
        "by": by,
        "at": at,
        "note": NOTE,
    }
    seen, last, made, fates = _rows(BATCH, values)[0]
    return Slice(seen, UUID(last) if last else None, made, json.loads(fates or "{}"))


def _rows(sql: str, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql.replace(":fate", FATE).replace(":new_id", NEW_ID), values)
        rows: list[Any] = cursor.fetchall()
    return rows
