"""The read of a start: the workflow if the person may start it, and the state of the directory, in one statement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from accounts.models import Membership
from accounts.selectors.stamps import STAMP
from accounts.tenancy.statements import execute_prepared
from workflows.assignment import Person
from workflows.selectors.people import persons_at
from workflows.selectors.workflow_facts import Workflow, keep_workflow

# The same rule as ``definitions.startable_by``, which lists; the tests hold the two together.
_RULES: Final = """SELECT 1 FROM workflows_workflowvisibility v
        JOIN accounts_membership me ON me.organisation_id = v.organisation_id AND me.id = %s
        LEFT JOIN accounts_designation ds ON ds.organisation_id = me.organisation_id AND ds.id = me.designation_id
        WHERE v.organisation_id = d.organisation_id AND v.definition_id = d.id
          AND (v.department_id IS NULL OR v.department_id = me.department_id)
          AND (v.designation_id IS NULL OR v.designation_id = me.designation_id)
          AND (v.place_id IS NULL OR v.place_id = me.place_id)
          AND (v.level_from IS NULL OR v.level_from <= ds.level)"""
_STARTABLE: Final = """
d.is_active AND d.deleted_at IS NULL AND d.published_version_id IS NOT NULL AND (
    NOT EXISTS (
        SELECT 1 FROM workflows_workflowvisibility v
        WHERE v.organisation_id = d.organisation_id AND v.definition_id = d.id AND NOT v.excludes
    ) OR EXISTS ({_RULES} AND NOT v.excludes)
) AND NOT EXISTS ({_RULES} AND v.excludes)""".replace("{_RULES}", _RULES)
_OPENLY: Final = """ AND (%s OR NOT EXISTS (
    SELECT 1 FROM workflows_workflowsettings ws WHERE ws.organisation_id = d.organisation_id AND ws.publish_approval_id = d.id
))"""
_FROM: Final = "FROM workflows_workflowdefinition d WHERE d.organisation_id = %s AND d.id = %s"
READ_START: Final = (
    f"SELECT d.name, d.owner_id, d.group_id, d.published_version_id, {STAMP} {_FROM} AND {_STARTABLE}{_OPENLY}"
)


@dataclass(frozen=True, slots=True)
class Starting:
    """What a start needs to know. ``people`` has the requester, their manager and the chosen people, as far as there."""

    definition_id: UUID
    name: str
    owner_id: UUID
    group_id: UUID | None
    version_id: UUID
    stamp: int | None
    """Of the directory as it was read."""
    people: Mapping[UUID, Person]


def read_start(
    actor: Membership, definition_id: UUID, chosen: Collection[UUID] = (), *, about: bool = False
) -> Starting | None:
    """None when the person may not start the workflow, or there is none. ``about``: the product starts it, about a row."""
    here = actor.organisation_id
    rows = execute_prepared(READ_START, [here, here, definition_id, actor.id, actor.id, about])
    if not rows:
        return None
    name, owner_id, group_id, version_id, stamp = rows[0]
    keep_workflow(here, stamp, definition_id, Workflow(name, owner_id, group_id))
    people = persons_at(here, stamp, (actor.id, actor.manager_id, *chosen))
    return Starting(definition_id, name, owner_id, group_id, version_id, stamp, people)
