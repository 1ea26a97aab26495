"""What publishing a draft means: what it changes, who is in the middle of it, and who else has a say."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Membership
from accounts.tenancy.errors import Denied
from workflows import policies
from workflows.graph.document import StepKind
from workflows.graph.outline import outline
from workflows.models import VersionState, WorkflowDefinition, WorkflowRun, WorkflowVersion
from workflows.selectors.definition_changes import VersionChanges, version_changes
from workflows.selectors.definitions import access_definition, version_in
from workflows.selectors.drafts import DraftNotFound
from workflows.selectors.drawings import graph_of
from workflows.selectors.publishing import approval_of, open_request


@dataclass(frozen=True, slots=True)
class Approval:
    """The workflow that approves publishing: its name, and each step with who is asked there."""

    name: str
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Publishing:
    """A draft before it is published. ``asked`` is the open request about it."""

    definition: WorkflowDefinition
    version: WorkflowVersion
    compared: VersionChanges
    approval: Approval | None
    asked: WorkflowRun | None
    may_edit: bool
    may_publish: bool

    @property
    def may_go_on(self) -> bool:
        """Whether the person may take the next step: publish, or ask for it."""
        return self.may_publish if self.approval is None else self.may_edit and self.asked is None


def access_publishing(actor: Membership, definition_id: UUID) -> Publishing:
    """For those who may change or publish the workflow. Raises DefinitionNotFound, Denied, DraftNotFound."""
    definition = access_definition(actor, definition_id)
    may_edit = policies.definitions.may(actor, "edit", definition)
    may_publish = policies.definitions.may(actor, "publish", definition)
    if not (may_edit or may_publish):
        raise Denied(code="definition.publish.denied")
    version = version_in(definition, VersionState.DRAFT)
    if version is None:
        raise DraftNotFound
    return Publishing(
        definition=definition,
        version=version,
        compared=version_changes(actor, definition.id, version.number),
        approval=_approval(actor),
        asked=open_request(actor.organisation_id, version.id),
        may_edit=may_edit,
        may_publish=may_publish,
    )


def _approval(actor: Membership) -> Approval | None:
    chosen = approval_of(actor.organisation_id)
    if chosen is None:
        return None
    rows = WorkflowVersion.objects.filter(organisation_id=actor.organisation_id, id=chosen.published_version_id)
    steps = [row for row in outline(graph_of(rows.get())) if row.kind == StepKind.TASK]
    return Approval(chosen.name, tuple((row.name, row.assignee) for row in steps))
