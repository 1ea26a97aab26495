"""Two versions of a workflow side by side: what changed, and which open requests stand where."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import Membership
from forms_builder.selectors import document_of
from workflows.graph.diff import Changes, Edition, changes
from workflows.models import OPEN_TASK, Task, VersionState, WorkflowDefinition, WorkflowVersion
from workflows.selectors.definitions import DefinitionNotFound, access_definition, may_see_all
from workflows.selectors.drawings import graph_of


@dataclass(frozen=True, slots=True)
class StepInUse:
    """Open requests at a step of other versions than the shown one; ``stays`` where the shown version has the step too."""

    key: str
    name: str
    requests: int
    stays: bool


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """``before`` is None for a first version. ``number`` and ``before`` are numbers of versions."""

    number: int
    state: str
    before: int | None
    changes: Changes
    in_use: tuple[StepInUse, ...]
    others: tuple[int, ...]
    """All versions it can be compared with, newest first."""


def may_compare(actor: Membership, definition: WorkflowDefinition) -> bool:
    """Designers and the owner see what is in drafts and in old versions."""
    return may_see_all(actor) or definition.owner_id == actor.id


def version_changes(
    actor: Membership, definition_id: UUID, number: int | None = None, against: int | None = None
) -> VersionChanges:
    """What version ``number`` (the newest) changes against ``against``: the one that was in use before it, else the one
    numbered before it. Raises DefinitionNotFound, also where one of them does not exist."""
    definition = access_definition(actor, definition_id, deleted=True)
    if not may_compare(actor, definition):
        raise DefinitionNotFound
    states = dict(_versions(definition).values_list("number", "state"))
    wanted = max(states, default=None) if number is None else number
    if wanted is None or wanted not in states or (against is not None and against not in states):
        raise DefinitionNotFound
    other = against if against is not None else _before(states, wanted)
    rows = _versions(definition).filter(number__in=[wanted, other or wanted]).select_related("form", "definition")
    versions = {one.number: one for one in rows}
    shown = versions[wanted]
    new = edition_of(shown)
    old = edition_of(versions[other]) if other is not None else None
    return VersionChanges(
        number=shown.number,
        state=shown.state,
        before=other,
        changes=changes(old, new) if old else Changes(),
        in_use=tuple(_in_use(definition, shown, new)),
        others=tuple(sorted((one for one in states if one != shown.number), reverse=True)),
    )


def edition_of(version: WorkflowVersion) -> Edition:
    """The version's documents; ``form`` must be joined."""
    return Edition(graph_of(version), document_of(version.form))


def _versions(definition: WorkflowDefinition) -> QuerySet[WorkflowVersion]:
    found: QuerySet[WorkflowVersion] = WorkflowVersion.objects.filter(
        organisation_id=definition.organisation_id, definition_id=definition.id
    )
    return found


def _before(states: Mapping[int, str], number: int) -> int | None:
    """A draft is compared with what is published now, another version with the one numbered before it."""
    earlier = [one for one in states if one < number]
    if states[number] == VersionState.DRAFT:
        earlier = [one for one in earlier if states[one] == VersionState.PUBLISHED] or earlier
    return max(earlier, default=None)


def _in_use(definition: WorkflowDefinition, shown: WorkflowVersion, edition: Edition) -> list[StepInUse]:
    rows = (
        Task.objects.filter(
            organisation_id=definition.organisation_id,
            definition_id=definition.id,
            state__in=[str(s) for s in OPEN_TASK],
        )
        .exclude(run__version_id=shown.id)
        .values("step", "step_name")
        .annotate(requests=Count("run_id", distinct=True))
        .order_by("-requests", "step")
    )
    return [StepInUse(row["step"], row["step_name"], row["requests"], row["step"] in edition.steps) for row in rows]
