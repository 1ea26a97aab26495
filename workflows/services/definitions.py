"""Import, change, publish, retire, clone and delete workflows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Invalid
from forms_builder.schema.document import DocumentError, FormDocument
from forms_builder.schema.parts import has_unstorable
from forms_builder.selectors import document_of
from forms_builder.services.forms import form_publish
from workflows import policies
from workflows.definition_events import (
    DefinitionCloned,
    DefinitionDeleted,
    DefinitionImported,
    DefinitionPublished,
    DefinitionRestored,
    DefinitionRetired,
)
from workflows.graph.blank import blanked
from workflows.graph.cases import cases_of
from workflows.graph.definition import DefinitionDocument
from workflows.graph.document import GraphDocument
from workflows.graph.lint import Problem, blocking
from workflows.library import shipped
from workflows.models import (
    FINAL_RUN,
    VersionState,
    WorkflowDefinition,
    WorkflowGroup,
    WorkflowRun,
    WorkflowVersion,
)
from workflows.selectors.definitions import (
    DefinitionNotFound,
    access_definition,
    free_slug,
    newest_versions,
    version_in,
)
from workflows.selectors.publishing import approval_of, cases_gate
from workflows.selectors.saved_tasks import saved_in_json, with_saved
from workflows.services.cases import case_problems
from workflows.services.definition_problems import problems_of
from workflows.services.draft_store import draft_put
from workflows.services.library_copies import copy_remember, copy_repeat

MAX_NAME = 120


class DefinitionInvalid(Invalid):
    """The document cannot be read, or may not be published; ``fields`` names every place."""

    code = "definition.invalid"
    message = "The workflow has problems that must be solved first."

    def __init__(self, fields: Mapping[str, Sequence[str]], problems: Iterable[Problem] = ()) -> None:
        super().__init__(fields, problems=[problem.to_json() for problem in problems])


class NothingToPublish(Conflict):
    code = "definition.no_draft"
    message = "There is no draft to publish."


class PublishingNeedsRequest(Conflict):
    code = "definition.publish_by_request"
    message = "In your organisation a workflow is published by a request that somebody else approves. Ask for it."


class DraftNotAsSeen(Conflict):
    code = "definition.draft_changed_since"
    message = "The draft has changed since you looked at it. Look at what it changes now."


class NothingToRetire(Conflict):
    code = "definition.not_published"
    message = "No version of this workflow is published."


@dataclass(frozen=True, slots=True)
class Cloned:
    """The copy, and what was taken out of it, in words."""

    definition: WorkflowDefinition
    blanked: tuple[str, ...]


@dataclass(frozen=True)
class Imported:
    """The draft that an import made, and what the lint says of it to whoever asks."""

    definition: WorkflowDefinition
    version: WorkflowVersion
    content: DefinitionDocument

    @cached_property
    def problems(self) -> list[Problem]:
        found = problems_of(self.definition.organisation_id, self.content.graph, self.content.form)
        return found if blocking(found) else found + case_problems(self.version)


@transaction.atomic
def definition_import(
    *,
    actor: Membership,
    document: DefinitionDocument | Mapping[str, Any],
    definition_id: UUID | None = None,
    library_key: str = "",
    owner: Membership | None = None,
    label: str = "Import a document",
    at: datetime | None = None,
) -> Imported:
    """Take a workflow document as a draft: of a new workflow, or as the next version of an existing one. In a draft that
    there is it becomes one operation, called ``label``, which whoever has the draft open sees and can undo.

    What only blocks publishing is told in ``problems``. Raises Denied, DefinitionNotFound, DefinitionInvalid with every
    place that cannot be read.
    """
    moment = at or timezone.now()
    content = _loaded(document)
    if definition_id is None:
        policies.definitions.require(actor, "create")
        definition = _new_definition(actor, content, owner or actor, library_key, moment)
    else:
        definition = locked(actor, definition_id)
        policies.definitions.require(actor, "edit", definition)
    version = draft_put(definition, content, actor, moment, label=label)
    if definition_id is None and library_key:
        copy_remember(definition, shipped(library_key), actor, moment)
    event = DefinitionImported(
        subject_id=definition.id,
        definition_name=definition.name,
        by_id=actor.id,
        by_name=actor.name,
        version_number=version.number,
        library_key=definition.library_key,
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return Imported(definition, version, content)


@transaction.atomic
def definition_publish(
    *,
    definition_id: UUID,
    actor: Membership,
    revision: int | None = None,
    number: int | None = None,
    at: datetime | None = None,
) -> WorkflowVersion:
    """Publish the draft: new runs start on it from now on, open ones keep theirs. With ``revision`` and ``number`` only as it
    was seen then.

    Raises DraftNotAsSeen, DefinitionNotFound, Denied (``definition.publish.denied``), PublishingNeedsRequest, NothingToPublish,
    DefinitionInvalid with all problems that block.
    """
    definition = locked(actor, definition_id)
    policies.definitions.require(actor, "publish", definition)
    if approval_of(actor.organisation_id) is not None:
        raise PublishingNeedsRequest
    return go_live(definition, draft_of(definition, revision, number), actor, at or timezone.now())


def draft_of(definition: WorkflowDefinition, revision: int | None = None, number: int | None = None) -> WorkflowVersion:
    """The draft, with nothing in it that blocks publishing. Raises NothingToPublish, DraftNotAsSeen, DefinitionInvalid."""
    draft = version_in(definition, VersionState.DRAFT)
    if draft is None:
        raise NothingToPublish
    if revision not in (None, draft.revision) or number not in (None, draft.number):
        raise DraftNotAsSeen
    _refuse_blocking(definition.organisation_id, draft)
    return draft


def go_live(
    definition: WorkflowDefinition,
    draft: WorkflowVersion,
    actor: Membership,
    moment: datetime,
    *,
    decided: bool = False,
) -> WorkflowVersion:
    """New runs start on the draft from now on. The caller holds the definition's row and answers for the right; with
    ``decided`` for that to publish the form too, which a request has given."""
    if draft.form.state == "draft":
        form_publish(version_id=draft.form_id, actor=actor, at=moment, decided=decided)
    before = version_in(definition, VersionState.PUBLISHED)
    if before is not None:
        before.retire()
        before.save(update_fields=["state", *before.touch(actor.id, moment)])
    draft.publish()
    # Saved tasks as they are now: what becomes of them later does not reach the requests of this version.
    draft.graph = saved_in_json(definition.organisation_id, draft.graph)
    draft.published_at = moment
    draft.published_by = actor
    changed = ["state", "graph", "published_at", "published_by", *draft.touch(actor.id, moment)]
    draft.save(update_fields=changed)
    definition.published_version = draft
    definition.save(update_fields=["published_version", *definition.touch(actor.id, moment)])
    event = DefinitionPublished(
        subject_id=definition.id,
        definition_name=definition.name,
        by_id=actor.id,
        by_name=actor.name,
        version_id=draft.id,
        version_number=draft.number,
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return draft


@transaction.atomic
def definition_retire(*, definition_id: UUID, actor: Membership, at: datetime | None = None) -> WorkflowVersion:
    """Take the published version back: nothing new starts, open runs finish. Raises DefinitionNotFound, Denied,
    NothingToRetire."""
    moment = at or timezone.now()
    definition = locked(actor, definition_id)
    policies.definitions.require(actor, "retire", definition)
    version = version_in(definition, VersionState.PUBLISHED)
    if version is None:
        raise NothingToRetire
    version.retire()
    version.save(update_fields=["state", *version.touch(actor.id, moment)])
    definition.published_version = None
    definition.save(update_fields=["published_version", *definition.touch(actor.id, moment)])
    event = DefinitionRetired(
        subject_id=definition.id,
        definition_name=definition.name,
        by_id=actor.id,
        by_name=actor.name,
        version_id=version.id,
        version_number=version.number,
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return version


@transaction.atomic
def definition_clone(
    *, definition_id: UUID, actor: Membership, name: str | None = None, at: datetime | None = None
) -> Cloned:
    """A copy as a draft, owned by the actor. What must be thought about again is blank, and told: group, who sees it,
    people who are named, time limits. Raises DefinitionNotFound, Denied (``definition.create.denied``), DefinitionInvalid.
    """
    moment = at or timezone.now()
    source = access_definition(actor, definition_id)
    policies.definitions.require(actor, "create")
    version = newest_versions(source).first()
    if version is None:
        raise DefinitionNotFound
    graph, told = blanked(GraphDocument.load(version.graph))
    content = DefinitionDocument(
        name=name_of(name or f"{source.name} (copy)"[:MAX_NAME]),
        description=source.description,
        form=document_of(version.form),
        graph=graph,
        cases=cases_of(version.cases),
    )
    definition = _new_definition(actor, content, actor, source.library_key, moment)
    draft_put(definition, content, actor, moment)
    copy_repeat(source, definition, actor, moment)
    event = DefinitionCloned(
        subject_id=definition.id,
        definition_name=definition.name,
        by_id=actor.id,
        by_name=actor.name,
        source_id=source.id,
        source_name=source.name,
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    words = (
        *((f"The group (was {source.group.name})",) if source.group else ()),
        *(("Who may start it",) if source.visibilities.exists() else ()),
        *told,
    )
    return Cloned(definition, words)


@transaction.atomic
def definition_delete(*, definition_id: UUID, actor: Membership, at: datetime | None = None) -> WorkflowDefinition:
    """Take a workflow off the landing page. Its runs stay and finish; it can be restored. Raises DefinitionNotFound,
    Denied (``definition.delete.denied``)."""
    moment = at or timezone.now()
    definition = locked(actor, definition_id)
    policies.definitions.require(actor, "delete", definition)
    definition.deleted_at = moment
    definition.save(update_fields=["deleted_at", *definition.touch(actor.id, moment)])
    runs = WorkflowRun.objects.filter(organisation_id=actor.organisation_id, definition_id=definition.id)
    event = DefinitionDeleted(
        subject_id=definition.id,
        definition_name=definition.name,
        by_id=actor.id,
        by_name=actor.name,
        open_runs=runs.exclude(status__in=FINAL_RUN).count(),
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return definition


@transaction.atomic
def definition_restore(*, definition_id: UUID, actor: Membership, at: datetime | None = None) -> WorkflowDefinition:
    """Bring a deleted workflow back; its slug gets a number when another one has it now. Raises DefinitionNotFound,
    Denied."""
    moment = at or timezone.now()
    definition = locked(actor, definition_id, deleted=True)
    policies.definitions.require(actor, "delete", definition)
    if definition.deleted_at is None:
        return definition
    definition.deleted_at = None
    hold_addresses(actor.organisation_id)
    definition.slug = free_slug(actor.organisation_id, definition.slug)
    definition.save(update_fields=["deleted_at", "slug", *definition.touch(actor.id, moment)])
    event = DefinitionRestored(
        subject_id=definition.id, definition_name=definition.name, by_id=actor.id, by_name=actor.name
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return definition


def definition_export(*, definition_id: UUID, actor: Membership, number: int | None = None) -> dict[str, Any]:
    """The workflow as a JSON document: of the version ``number``, else the published one, else the newest; with the saved
    tasks that it uses.

    Raises DefinitionNotFound, Denied (``definition.export.denied``).
    """
    definition = access_definition(actor, definition_id, deleted=True)
    policies.definitions.require(actor, "export", definition)
    versions = newest_versions(definition)
    if number is not None:
        versions = versions.filter(number=number)
    elif definition.published_version_id is not None:
        versions = versions.filter(id=definition.published_version_id)
    version = versions.first()
    if version is None:
        raise DefinitionNotFound
    return DefinitionDocument(
        name=definition.name,
        group=definition.group.name if definition.group else "",
        description=definition.description,
        form=document_of(version.form),
        graph=with_saved(actor.organisation_id, GraphDocument.load(version.graph)),
        cases=cases_of(version.cases),
    ).to_json()


# --- parts ---


def _loaded(document: DefinitionDocument | Mapping[str, Any]) -> DefinitionDocument:
    if isinstance(document, DefinitionDocument):
        return document
    try:
        return DefinitionDocument.load(document)
    except DocumentError as error:
        raise DefinitionInvalid(error.fields) from error


def _refuse_blocking(organisation_id: UUID, draft: WorkflowVersion) -> None:
    """All problems at once, those of the people named in it included."""
    try:
        graph, form = GraphDocument.load(draft.graph), FormDocument.load(draft.form.document)
    except DocumentError as error:
        raise DefinitionInvalid(error.fields) from error
    problems = blocking(problems_of(organisation_id, graph, form))
    if not problems and cases_gate(organisation_id):
        problems = blocking(case_problems(draft))
    if problems:
        fields: dict[str, list[str]] = {}
        for problem in problems:
            fields.setdefault(problem.place, []).append(problem.message)
        raise DefinitionInvalid(fields, problems)


def locked(actor: Membership, definition_id: UUID, *, deleted: bool = False) -> WorkflowDefinition:
    """Nobody else changes it until the end of the transaction; what refers to it, as a request that starts, does not wait.
    Raises DefinitionNotFound, also for one that somebody has deleted until the lock was there."""
    access_definition(actor, definition_id, deleted=deleted)
    return held(actor.organisation_id, definition_id, deleted=deleted)


def held(organisation_id: UUID, definition_id: UUID, *, deleted: bool = False) -> WorkflowDefinition:
    """The same for who has been let in already."""
    rows = WorkflowDefinition.objects.select_for_update(no_key=True).filter(
        organisation_id=organisation_id, id=definition_id
    )
    definition: WorkflowDefinition = rows.get()
    if definition.deleted_at is not None and not deleted:
        raise DefinitionNotFound
    return definition


def hold_addresses(organisation_id: UUID) -> None:
    """Until the end of the transaction nobody else of the organisation gives a workflow an address: one that is free stays so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('addresses:' || %s, 0))", [str(organisation_id)])


def _new_definition(
    actor: Membership, content: DefinitionDocument, owner: Membership, library_key: str, at: datetime
) -> WorkflowDefinition:
    hold_addresses(actor.organisation_id)
    definition = WorkflowDefinition(
        organisation_id=actor.organisation_id,
        name=content.name,
        slug=free_slug(actor.organisation_id, slugify(content.name)[:70] or "workflow"),
        description=content.description,
        group=_group(actor, content.group, at) if content.group else None,
        owner=owner,
        library_key=library_key,
        created_at=at,
        created_by_id=actor.id,
    )
    definition.touch(actor.id, at)
    definition.save(force_insert=True)
    return definition


def _group(actor: Membership, name: str, at: datetime) -> WorkflowGroup:
    defaults = {"created_at": at, "created_by_id": actor.id, "modified_at": at, "modified_by_id": actor.id}
    groups = WorkflowGroup.objects.filter(organisation_id=actor.organisation_id)
    group: WorkflowGroup
    group, _ = WorkflowGroup.objects.get_or_create(
        organisation_id=actor.organisation_id, name=name[:80], defaults={**defaults, "position": groups.count()}
    )
    return group


def name_of(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise DefinitionInvalid({"name": [f"Use 1 to {MAX_NAME} characters."]})
    return storable_text("name", name)


def storable_text(key: str, text: str) -> str:
    """The text, if a document of a workflow may hold it. Raises DefinitionInvalid."""
    if has_unstorable(text):
        raise DefinitionInvalid({key: ["This contains a character that cannot be stored. Type it anew."]})
    return text
