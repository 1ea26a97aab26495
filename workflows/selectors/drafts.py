"""Reads over drafts: the document that the designers change, its operations, and what somebody can undo."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.tenancy.errors import Conflict, NotFound
from forms_builder.schema.document import FormDocument
from workflows import policies
from workflows.drafting.edits.fixes import fix_label
from workflows.drafting.history import History, Record, history
from workflows.drafting.operations import Change, Kind
from workflows.drafting.places import of_dotted
from workflows.graph.cases import Case, cases_of
from workflows.graph.document import GraphDocument
from workflows.graph.problems import Problem
from workflows.models import DraftOperation, VersionState, WorkflowDefinition, WorkflowVersion
from workflows.selectors.definitions import access_definition, version_in

MOST_OPERATIONS: Final = 1_000
"""Operations that one answer lists, and that the history of one person looks back on."""


class DraftNotFound(NotFound):
    code = "draft.not_found"
    message = "There is no draft of this workflow. Start one."


class DraftMoved(Conflict):
    code = "draft.other_version"
    message = "This draft was published or replaced since you opened it. Load the page again."


@dataclass(frozen=True)
class Draft:
    """A draft as somebody who may change it sees it."""

    actor: Membership
    definition: WorkflowDefinition
    version: WorkflowVersion

    @property
    def revision(self) -> int:
        return self.version.revision

    @cached_property
    def document(self) -> dict[str, Any]:
        """The JSON data that operations change."""
        return document_in(self.version)

    @cached_property
    def graph(self) -> GraphDocument:
        return GraphDocument.load(self.version.graph)

    @cached_property
    def form(self) -> FormDocument:
        return FormDocument.load(self.version.form.document)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        return cases_of(self.version.cases)

    @cached_property
    def history(self) -> History:
        """What the person can undo and make again. One query."""
        return history(records_of(self.actor, self.version))


def document_in(version: WorkflowVersion) -> dict[str, Any]:
    """The draft document of a version; ``form`` must be joined."""
    return {"graph": version.graph, "form": version.form.document, "cases": version.cases}


def access_draft(actor: Membership, definition_id: UUID, number: int | None = None) -> Draft:
    """The door to a draft, for those who may change the workflow. Raises DefinitionNotFound, Denied, and as ``draft_of``."""
    return draft_of(actor, access_editable(actor, definition_id), number)


def draft_of(actor: Membership, definition: WorkflowDefinition, number: int | None = None) -> Draft:
    """``number`` is the version that the caller has seen. Raises DraftMoved where that is no draft any more, DraftNotFound."""
    version = version_in(definition, VersionState.DRAFT)
    if number is not None and (version is None or version.number != number):
        raise DraftMoved
    if version is None:
        raise DraftNotFound
    return Draft(actor, definition, version)


def access_editable(actor: Membership, definition_id: UUID) -> WorkflowDefinition:
    """The door to a workflow for those who may change it. Raises DefinitionNotFound, Denied."""
    definition = access_definition(actor, definition_id)
    policies.definitions.require(actor, "edit", definition)
    return definition


def operations_after(version: WorkflowVersion, number: int) -> QuerySet[DraftOperation]:
    """What was done to the draft since, oldest first, with who did it."""
    rows = DraftOperation.objects.filter(
        organisation_id=version.organisation_id, version_id=version.id, number__gt=number
    )
    found: QuerySet[DraftOperation] = rows.select_related("actor").order_by("number")
    return found


def operations_since(draft: Draft, number: int) -> tuple[int, list[DraftOperation]]:
    """The operations after that one, at most ``MOST_OPERATIONS``, and the revision up to which they tell everything."""
    rows = list(operations_after(draft.version, number)[:MOST_OPERATIONS])
    return (rows[-1].number if len(rows) == MOST_OPERATIONS else draft.revision), rows


def latest_operations(version: WorkflowVersion, most: int = 50) -> list[DraftOperation]:
    """What was done to the draft last, newest first, with who did it."""
    return list(operations_after(version, 0).order_by("-number")[:most])


def records_of(actor: Membership, version: WorkflowVersion) -> list[Record]:
    """The person's own operations on the draft for the history, oldest first. One query."""
    rows = DraftOperation.objects.filter(
        organisation_id=version.organisation_id, version_id=version.id, actor_id=actor.id
    )
    found = rows.order_by("-number").values_list("key", "kind", "of", "label", "at", "typed")[:MOST_OPERATIONS]
    return [Record(key, Kind(kind), of, label, at, typed) for key, kind, of, label, at, typed in reversed(found)]


def changes_of(row: DraftOperation) -> tuple[Change, ...]:
    return tuple(Change.of(one) for one in row.changes)


def operation_json(row: DraftOperation) -> dict[str, Any]:
    """An operation as clients get it."""
    return {
        "number": row.number,
        "id": str(row.key),
        "kind": row.kind,
        "of": str(row.of) if row.of else None,
        "label": row.label,
        "by": {"id": str(row.actor_id), "name": row.actor.name},
        "at": row.at.isoformat(),
        "changes": row.changes,
    }


def problem_json(document: dict[str, Any], problem: Problem) -> dict[str, Any]:
    """A problem of the lint with its place in the draft; ``fix`` is what mends it, in words, or empty."""
    return problem.to_json() | {"at": of_dotted(document, problem.place), "fix": fix_label(document, problem)}
