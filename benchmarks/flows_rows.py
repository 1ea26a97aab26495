"""Rows of the catalogue and of its proposals by the million, by INSERT ... SELECT: what the services would have written, except
for audit and outbox.

Ids are made from numbers, so every statement knows the rows of the others. The superuser inserts with the checks of foreign keys
and the triggers set aside, since the rows fit by construction; everything that is measured runs as the application's role.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg

CHUNK: Final = 100_000
OURS: Final = 10_000_000
"""Numbers up to here are of proposals made by these statements."""
FLOWS_PER_ENTITY: Final = 10
TYPES: Final = 100


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of each; as many logical flows as ``FLOWS_PER_ENTITY`` per entity, every specification in two physical flows."""

    entities: int
    logical: int
    physical: int
    proposals: tuple[int, ...]


FULL: Final = Sizes(50_000, 500_000, 1_000_000, (1_000, 20_000, 200_000))
SMALL: Final = Sizes(5_000, 50_000, 100_000, (1_000, 5_000, 20_000))

# ``one(kind, n)`` is the id of the n-th row of a kind, in ascending order as the product's own ids are.
FUNCTIONS: Final = """
CREATE OR REPLACE FUNCTION pg_temp.one(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(26214400 + kind), 8, '0') || '-' || lpad(to_hex(n / 4294967296), 4, '0') || '-7000-8000-0000'
            || lpad(to_hex(n % 4294967296), 8, '0'))::uuid
$$;
CREATE OR REPLACE FUNCTION pg_temp.source_of(n bigint, entities int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT (n % entities)::int
$$;
-- The last tenth goes to one hub, the way a data warehouse is fed; the hub itself feeds somebody in the middle.
CREATE OR REPLACE FUNCTION pg_temp.target_of(n bigint, entities int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT (CASE WHEN n / entities < 9 THEN 1 + (n % entities + 37 * (n / entities)) % (entities - 1)
                 WHEN n % entities = 0 THEN entities / 2 + 1 ELSE 0 END)::int
$$;
"""

CATALOGUE: Final[dict[str, str]] = {
    "entities": """
        INSERT INTO flows_catalogueentity (id, organisation_id, created_at, modified_at, kind, external_id, name, description,
            lifecycle_status, is_external)
        SELECT pg_temp.one(1, n), %(organisation)s, now(), now(),
            CASE WHEN n %% 100 = 1 THEN 'actor' WHEN n %% 100 = 2 THEN 'end_user_application' ELSE 'application' END,
            'APP-' || lpad(n::text, 6, '0'),
            (ARRAY['Orders','Ledger','Claims','Policy','Billing','Payments','Reserves','Customer','Tariff','Archive'])
                [1 + n %% 10]
                || ' ' || (ARRAY['hub','service','desk','store','engine','gateway','register','portal'])[1 + n / 10 %% 8]
                || ' ' || n, '', 'ACTIVE', false
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n""",
    "logical": """
        INSERT INTO flows_logicalflow (id, organisation_id, created_at, modified_at, source_id, target_id, external_id,
            lifecycle_status, is_removed, is_readonly)
        SELECT pg_temp.one(2, n), %(organisation)s, now(), now(), pg_temp.one(1, pg_temp.source_of(n, %(entities)s)),
            pg_temp.one(1, pg_temp.target_of(n, %(entities)s)), 'LF-' || n, 'ACTIVE', false, false
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n""",
    "specifications": """
        INSERT INTO flows_physicalspecification (id, organisation_id, created_at, modified_at, owner_id, external_id, name,
            format, description, is_removed, is_readonly)
        SELECT pg_temp.one(3, n), %(organisation)s, now(), now(), pg_temp.one(1, pg_temp.source_of(n, %(entities)s)),
            'PS-' || n, 'Extract ' || n, 'FLAT_FILE', '', false, false
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n""",
    "physical": """
        INSERT INTO flows_physicalflow (id, organisation_id, created_at, modified_at, logical_flow_id, specification_id, name,
            basis_offset, frequency, transport, criticality, description, external_id, lifecycle_status, is_removed, is_readonly)
        SELECT pg_temp.one(4, n), %(organisation)s, now(), now(), pg_temp.one(2, n %% %(logical)s), pg_temp.one(3,
            n %% %(logical)s),
            'extract-' || n, 0, (ARRAY['DAILY','WEEKLY','MONTHLY'])[1 + n %% 3],
            (ARRAY['FILE_TRANSPORT','MESSAGING','WEB'])[1 + n %% 3], 'MEDIUM', '', 'PF-' || n, 'ACTIVE', false, false
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n""",
    "specification_types": """
        INSERT INTO flows_specificationdatatype (id, organisation_id, created_at, modified_at, specification_id, data_type_id,
            is_readonly)
        SELECT pg_temp.one(5, n), %(organisation)s, now(), now(), pg_temp.one(3, n), pg_temp.one(6, n %% %(types)s), false
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n""",
    "logical_types": """
        INSERT INTO flows_logicalflowdatatype (id, organisation_id, created_at, modified_at, logical_flow_id, data_type_id,
            rating,
            is_readonly)
        SELECT pg_temp.one(7, n), %(organisation)s, now(), now(), pg_temp.one(2, n), pg_temp.one(6, n %% %(types)s), 'NO_OPINION',
            false
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n""",
    # An owner and an approver for each; one approver, the busy one, has every fiftieth entity, and another one every tenth.
    "involvements": """
        INSERT INTO flows_involvement (id, organisation_id, created_at, modified_at, entity_id, member_id, kind_id)
        SELECT pg_temp.one(8, 2 * n + k), %(organisation)s, now(), now(), pg_temp.one(1, n),
            CASE WHEN k = 0 THEN (%(people)s::uuid[])[1 + n %% cardinality(%(people)s::uuid[])]
                 WHEN n %% 50 = 0 THEN %(busy)s::uuid WHEN n %% 10 = 1 THEN %(swamped)s::uuid
                 ELSE (%(people)s::uuid[])[1 + (n * 13 + 5) %% cardinality(%(people)s::uuid[])] END,
            CASE WHEN k = 0 THEN %(owner)s::uuid ELSE %(approver)s::uuid END
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n, generate_series(0, 1) k""",
}

# A tenth is open; all types, all states. The first of a hundred are open, so that every size has its tenth.
DRAWN: Final = """
WITH drawn AS (
    SELECT n, (n * 7919) %% %(logical)s AS flow, (n %% 100)::int AS lot
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
), staged AS (
    SELECT *, pg_temp.source_of(flow, %(entities)s) AS source, pg_temp.target_of(flow, %(entities)s) AS target,
        (%(people)s::uuid[])[1 + (flow * 31 + 11) %% cardinality(%(people)s::uuid[])] AS maker,
        CASE WHEN lot %% 3 = 0 OR lot < 2 THEN 'CREATE' WHEN lot %% 3 = 1 THEN 'UPDATE' ELSE 'REMOVE' END AS type,
        CASE WHEN lot < 5 THEN 'PENDING_APPROVALS' WHEN lot < 8 THEN 'SOURCE_APPROVED' WHEN lot < 10 THEN 'TARGET_APPROVED'
             WHEN lot < 70 THEN 'FULLY_APPROVED' WHEN lot < 78 THEN 'SOURCE_REJECTED' WHEN lot < 85 THEN 'TARGET_REJECTED'
             WHEN lot < 92 THEN 'CANCELLED' ELSE 'TIMED_OUT' END AS state,
        CASE WHEN lot < 10 THEN now() - make_interval(mins => (n %% 35000)::int)
             ELSE now() - interval '30 days' - make_interval(mins => (n * 37 %% 900000)::int) END AS at
    FROM drawn
), told AS (
    SELECT *, lot < 10 AS is_open, state IN ('FULLY_APPROVED', 'SOURCE_APPROVED', 'TARGET_REJECTED') AS source_agreed,
        state IN ('FULLY_APPROVED', 'TARGET_APPROVED') AS target_agreed
    FROM staged
)
"""

PROPOSALS: Final[dict[str, str]] = {
    "proposals": """
        INSERT INTO flows_proposedflow (id, organisation_id, created_at, modified_at, number, proposal_type, state, is_open,
            source_id, target_id, logical_flow_id, physical_flow_id, specification_id, flow_def, before, revision, maker_id,
            maker_name, reason_code, reason, identity, acted_at, due_at, completed_at, failure, version)
        SELECT pg_temp.one(10, n), %(organisation)s, at, at, n, type, state, is_open, pg_temp.one(1, source),
            pg_temp.one(1, target), pg_temp.one(2, flow), CASE type WHEN 'CREATE' THEN NULL ELSE pg_temp.one(4, flow) END,
            pg_temp.one(3, flow), jsonb_build_object('schema_version', 1, 'proposalType', type,
                'source', jsonb_build_object('kind', 'APPLICATION', 'id', pg_temp.one(1, source), 'name', '', 'externalId', ''),
                'target', jsonb_build_object('kind', 'APPLICATION', 'id', pg_temp.one(1, target), 'name', '', 'externalId', ''),
                'reason', jsonb_build_object('ratingId', NULL, 'code', 'NEW_REQUIREMENT', 'description', 'Wanted'),
                'logicalFlowId', pg_temp.one(2, flow),
                'physicalFlowId', CASE type WHEN 'CREATE' THEN NULL ELSE pg_temp.one(4, flow) END,
                'specification', jsonb_build_object('id', pg_temp.one(3, flow), 'owningEntity', NULL, 'name', 'Extract ' || flow,
                    'description', '', 'format', 'FLAT_FILE', 'externalId', ''),
                'flowAttributes', jsonb_build_object('name', 'proposed-' || n, 'transport', 'WEB', 'frequency', 'DAILY',
                    'basisOffset', 0, 'criticality', 'HIGH', 'description', '', 'externalId', ''),
                'dataTypeIds', jsonb_build_array(pg_temp.one(6, flow %% %(types)s))),
            NULL, 1, maker, 'Somebody', 'NEW_REQUIREMENT', 'Wanted', 'made:' || n, at, at + interval '30 days',
            CASE WHEN is_open THEN NULL ELSE at END, '', 1
        FROM told""",
    "revisions": """
        INSERT INTO flows_proposalrevision (id, organisation_id, proposal_id, revision, flow_def, at)
        SELECT pg_temp.one(11, n), %(organisation)s, pg_temp.one(10, n), 1, p.flow_def, at
        FROM told JOIN flows_proposedflow p ON p.id = pg_temp.one(10, n)""",
    "types": """
        INSERT INTO flows_proposaldatatype (id, organisation_id, proposal_id, data_type_id)
        SELECT pg_temp.one(12, n), %(organisation)s, pg_temp.one(10, n), pg_temp.one(6, flow %% %(types)s) FROM told""",
    "approvals": """
        INSERT INTO flows_approval (id, organisation_id, created_at, modified_at, proposal_id, revision, side_id, side_code,
            side_name,
            entity_id, quorum, status, decided_at, is_asked, is_open)
        SELECT pg_temp.one(13, 2 * n + k), %(organisation)s, at, at, pg_temp.one(10, n), 1,
            CASE k WHEN 0 THEN %(source_side)s::uuid ELSE %(target_side)s::uuid END,
            CASE k WHEN 0 THEN 'source' ELSE 'target' END, CASE k WHEN 0 THEN 'Source' ELSE 'Target' END,
            pg_temp.one(1, CASE k WHEN 0 THEN source ELSE target END), 1, said, CASE said WHEN 'pending' THEN NULL ELSE at END,
            is_open AND said = 'pending', is_open
        FROM told, generate_series(0, 1) k, LATERAL (SELECT CASE
            WHEN k = 0 AND source_agreed OR k = 1 AND target_agreed THEN 'approved'
            WHEN k = 0 AND state = 'SOURCE_REJECTED' OR k = 1 AND state = 'TARGET_REJECTED' THEN 'rejected'
            ELSE 'pending' END AS said) s""",
    # The owner of the end decides; who is that is known from the involvements.
    "votes": """
        INSERT INTO flows_vote (id, organisation_id, approval_id, proposal_id, revision, member_id, member_name, decision,
            reason, at,
            policy, shown_hash)
        SELECT pg_temp.one(14, 2 * n + k), %(organisation)s, pg_temp.one(13, 2 * n + k), pg_temp.one(10, n), 1,
            (%(people)s::uuid[])[1 + (CASE k WHEN 0 THEN source ELSE target END) %% cardinality(%(people)s::uuid[])], 'Somebody',
            CASE WHEN agreed THEN 'approve' ELSE 'reject' END, CASE WHEN agreed THEN '' ELSE 'Not like this' END, at, '', ''
        FROM told, generate_series(0, 1) k,
            LATERAL (SELECT CASE k WHEN 0 THEN source_agreed ELSE target_agreed END AS agreed) s
        WHERE agreed OR k = 0 AND state = 'SOURCE_REJECTED' OR k = 1 AND state = 'TARGET_REJECTED'""",
    "states": """
        INSERT INTO workflows_entitystate (id, organisation_id, workflow_id, entity_kind, entity_id, state_id, description,
            version, at,
            by_name)
        SELECT pg_temp.one(15, n), %(organisation)s, %(workflow)s, 'flows.proposedflow', pg_temp.one(10, n), s.id, '',
            CASE state WHEN 'PENDING_APPROVALS' THEN 1 ELSE 2 END, at, 'Somebody'
        FROM told JOIN workflows_entitystatekind s ON s.workflow_id = %(workflow)s AND s.code = told.state""",
    "transitions": """
        INSERT INTO workflows_entitytransition (id, organisation_id, workflow_id, entity_kind, entity_id, seq, from_state,
            to_state,
            reason, at, by_name)
        SELECT pg_temp.one(16, 2 * n + k), %(organisation)s, %(workflow)s, 'flows.proposedflow', pg_temp.one(10, n), k + 1,
            CASE k WHEN 0 THEN 'PROPOSED_CREATE' ELSE 'PENDING_APPROVALS' END,
            CASE k WHEN 0 THEN 'PENDING_APPROVALS' ELSE state END, '', at, 'Somebody'
        FROM told, generate_series(0, 1) k WHERE k = 0 OR state <> 'PENDING_APPROVALS'""",
}

TYPE_ROWS: Final = """
    INSERT INTO flows_datatype (id, organisation_id, created_at, modified_at, code, name, description, concrete, deprecated,
        is_unknown)
    SELECT pg_temp.one(6, n), %(organisation)s, now(), now(), 'TYPE_' || n, 'Data type ' || n, '', true, false, false
    FROM generate_series(0, %(types)s - 1) n
"""
COUNTER: Final = """
    INSERT INTO flows_proposalcounter (id, organisation_id, last) VALUES (pg_temp.one(17, 1), %(organisation)s, %(last)s)
    ON CONFLICT (organisation_id) DO UPDATE SET last = greatest(flows_proposalcounter.last, EXCLUDED.last)
"""
TABLES: Final = (
    *(
        "flows_catalogueentity",
        "flows_logicalflow",
        "flows_physicalspecification",
        "flows_physicalflow",
        "flows_datatype",
    ),
    *(
        "flows_specificationdatatype",
        "flows_logicalflowdatatype",
        "flows_involvement",
        "flows_proposedflow",
        "flows_approval",
    ),
    *(
        "flows_vote",
        "flows_proposaldatatype",
        "flows_proposalrevision",
        "workflows_entitystate",
        "workflows_entitytransition",
    ),
    *("accounts_membership", "accounts_user", "workflows_entityresult"),
)


def entity_id(number: int) -> UUID:
    """The id that ``one(1, number)`` makes."""
    return UUID(f"{26214401:08x}-0000-7000-8000-0000{number:08x}")


def proposal_id(number: int) -> UUID:
    return UUID(f"{26214410:08x}-0000-7000-8000-0000{number:08x}")


class Rows:
    """Fills one organisation. ``facts`` are the ids that the statements need besides."""

    def __init__(self, url: str, sizes: Sizes, facts: dict[str, Any]) -> None:
        self.url = url
        self.sizes = sizes
        self.facts = facts | {"entities": sizes.entities, "logical": sizes.logical, "types": TYPES}
        self.proposals = 0

    def catalogue(self, tick: Callable[[str, int], object]) -> None:
        most = {"entities": self.sizes.entities, "involvements": self.sizes.entities, "physical": self.sizes.physical}
        with self._session() as connection:
            connection.execute(TYPE_ROWS.encode(), self.facts)
            for name, statement in CATALOGUE.items():
                self._chunks(connection, statement, 0, most.get(name, self.sizes.logical))
                tick(name, most.get(name, self.sizes.logical))

    def grow(self, number: int) -> None:
        """Bring the organisation to so many proposals."""
        with self._session() as connection:
            for statement in PROPOSALS.values():
                self._chunks(connection, DRAWN + statement, self.proposals, number)
            connection.execute(COUNTER.encode(), {**self.facts, "last": OURS})
        self.proposals = number

    def analyse(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for table in TABLES:
                connection.execute(f"VACUUM (ANALYZE) {table}".encode())

    def _session(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(self.url, autocommit=True)
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET statement_timeout = 0")
        connection.execute(FUNCTIONS.encode())
        return connection

    def _chunks(self, connection: psycopg.Connection[Any], statement: str, first: int, until: int) -> None:
        for begin in range(first, until, CHUNK):
            numbers = {"first": begin, "last": min(begin + CHUNK, until) - 1}
            connection.execute(statement.encode(), {**self.facts, **numbers})
