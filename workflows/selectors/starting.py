"""The read of a start: the workflow if the person may start it, the people, and the calendar's state, in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from accounts.models import Membership
from accounts.tenancy.statements import execute_prepared
from workflows.assignment import Person
from workflows.selectors.locks import CALENDAR, CalendarStamp, calendar_stamp
from workflows.selectors.people import FACTS, FACTS_FROM, as_json

# The same rule as ``definitions.startable_by``, which lists; the tests hold the two together.
_STARTABLE: Final = """
d.is_active AND d.deleted_at IS NULL AND d.published_version_id IS NOT NULL AND (
    NOT EXISTS (
        SELECT 1 FROM workflows_workflowvisibility v
        WHERE v.organisation_id = d.organisation_id AND v.definition_id = d.id
    ) OR EXISTS (
        SELECT 1 FROM workflows_workflowvisibility v
        JOIN accounts_membership me ON me.organisation_id = v.organisation_id AND me.id = %s
        WHERE v.organisation_id = d.organisation_id AND v.definition_id = d.id
          AND (v.department_id IS NULL OR v.department_id = me.department_id)
          AND (v.designation_id IS NULL OR v.designation_id = me.designation_id)
    )
)"""
_ASKED: Final = f"(SELECT jsonb_object_agg(m.id, {FACTS}) {FACTS_FROM} WHERE m.organisation_id = d.organisation_id"
_FROM: Final = "FROM workflows_workflowdefinition d WHERE d.organisation_id = %s AND d.id = %s"
READ_START: Final = (
    f"SELECT d.name, d.owner_id, d.published_version_id, {CALENDAR}, {_ASKED} AND m.id IN (%s, %s, %s)) "
    f"{_FROM} AND {_STARTABLE}"
)


@dataclass(frozen=True, slots=True)
class Starting:
    """What a start needs to know. ``people`` has the requester, their manager and the chosen person, as far as there."""

    definition_id: UUID
    name: str
    owner_id: UUID
    version_id: UUID
    calendar: CalendarStamp | None
    people: Mapping[UUID, Person]


def read_start(actor: Membership, definition_id: UUID, chosen_id: UUID | None) -> Starting | None:
    """None when the person may not start the workflow, or there is none."""
    here = actor.organisation_id
    params = [here, actor.id, actor.manager_id, chosen_id, here, definition_id, actor.id]
    rows = execute_prepared(READ_START, params)
    if not rows:
        return None
    name, owner_id, version_id, calendar, people = rows[0]
    found = [Person.of_row(row) for row in as_json(people).values()]
    return Starting(
        definition_id, name, owner_id, version_id, calendar_stamp(calendar), {person.id: person for person in found}
    )
