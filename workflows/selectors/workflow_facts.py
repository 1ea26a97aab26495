"""What requests take from their workflow as it is now, kept in the process until the directory's stamp is drawn anew."""

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from accounts.selectors.stamps import Kept
from accounts.tenancy.statements import execute_prepared

_FACTS: Final = """
SELECT d.id, d.name, d.owner_id, d.group_id FROM workflows_workflowdefinition d
WHERE d.organisation_id = %s AND d.id = ANY(%s)
"""


class Workflow(NamedTuple):
    """A workflow's name, and who and what it belongs to. A change of one of them draws the stamp
    (``workflows_definition_changed``)."""

    name: str
    owner_id: UUID
    group_id: UUID | None


_kept: Final[Kept[UUID, Workflow]] = Kept(most=1_000)


def workflows_at(organisation_id: UUID, stamp: int | None, ids: Collection[UUID]) -> dict[UUID, Workflow]:
    """These workflows of the organisation at this state of the directory, deleted ones too; no query for those that this
    process has read since it was last written to."""
    kept = _kept.of(organisation_id, stamp)
    missing = [one for one in ids if one not in kept]
    if missing:
        kept.update((row[0], Workflow(*row[1:])) for row in execute_prepared(_FACTS, [organisation_id, missing]))
    return kept


def keep_workflow(organisation_id: UUID, stamp: int | None, workflow_id: UUID, facts: Workflow) -> None:
    """Keep what another statement has read together with the stamp."""
    _kept.of(organisation_id, stamp)[workflow_id] = facts
