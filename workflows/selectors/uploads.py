"""Where a file that is sent ahead will belong, for somebody who may answer there."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Membership
from accounts.tenancy.errors import Denied
from forms_builder.schema.fields import FieldBase
from workflows.models import WorkflowDefinition
from workflows.selectors.definitions import DefinitionNotFound, definition_of, startable_by
from workflows.selectors.doors import open_task


@dataclass(frozen=True, slots=True)
class UploadPlace:
    """The fields that the person may answer there, the workflow's group, and the request if it has started."""

    writable: tuple[FieldBase, ...]
    group: str
    run_id: UUID | None = None


def place_at_start(actor: Membership, definition_id: UUID) -> UploadPlace:
    """The first step of a workflow that the person may start. Raises DefinitionNotFound."""
    found: WorkflowDefinition | None = startable_by(actor).filter(id=definition_id).select_related("group").first()
    if found is None or found.published_version_id is None:
        raise DefinitionNotFound
    definition = definition_of(actor.organisation_id, found.published_version_id)
    return UploadPlace(definition.form.plan(definition.graph.start.key).writable, _group(found))


def place_at_task(actor: Membership, task_id: UUID) -> UploadPlace:
    """The step of a task that waits for the person. Raises TaskNotFound, Denied (``task.complete.denied``)."""
    seen = open_task(actor, task_id)
    if not (seen.task.is_held_by(actor.id) or seen.view.acts_for(seen.task)):
        raise Denied("This task is not yours to decide.", code="task.complete.denied")
    run = seen.view.run
    return UploadPlace(seen.view.definition.form.plan(seen.task.step).writable, _group(run.definition), run.id)


def _group(definition: WorkflowDefinition) -> str:
    return definition.group.name if definition.group else ""
