"""How a draft gets its contents: the rows behind imports, copies and the designers. The caller holds the definition's row."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.models import new_id
from forms_builder.models import FormVersion
from forms_builder.schema.document import FormDocument
from forms_builder.services.forms import form_create, form_draft_save, form_draft_start
from workflows.draft_events import DraftChanged
from workflows.drafting.difference import difference
from workflows.drafting.operations import Change, Kind, apply, typed_place
from workflows.graph.cases import cases_to_json
from workflows.graph.definition import DefinitionDocument
from workflows.models import DraftOperation, VersionState, WorkflowDefinition, WorkflowVersion
from workflows.selectors.definitions import newest_versions, version_in
from workflows.selectors.drafts import document_in

MOST_LABELS: Final = 20


def draft_put(
    definition: WorkflowDefinition,
    content: DefinitionDocument,
    actor: Membership,
    at: datetime,
    *,
    label: str = "Import a document",
) -> WorkflowVersion:
    """The draft of a definition with these contents; in the one there is they are an operation, else a new one is made."""
    draft = version_in(definition, VersionState.DRAFT)
    if draft is None:
        return _new_draft(definition, content, actor, at)
    wanted = {"graph": content.graph.to_json(), "form": content.form.to_json(), "cases": cases_to_json(content.cases)}
    applied = apply(document_in(draft), difference(document_in(draft), wanted))
    if applied.changes:
        row = operation_row(draft, actor, at, key=new_id(), label=label, changes=applied.changes)
        draft_store(definition, draft, applied.document, [row], actor, at)
    return draft


def operation_row(
    draft: WorkflowVersion,
    actor: Membership,
    at: datetime,
    *,
    key: UUID,
    label: str,
    changes: Sequence[Change],
    kind: Kind = Kind.DO,
    of: UUID | None = None,
) -> DraftOperation:
    """An operation that is not numbered and not stored yet."""
    return DraftOperation(
        organisation_id=draft.organisation_id,
        version=draft,
        key=key,
        actor=actor,
        at=at,
        kind=str(kind),
        of=of,
        label=label,
        typed=typed_place(changes) if kind is Kind.DO else "",
        changes=[change.to_json() for change in changes],
    )


def draft_store(
    definition: WorkflowDefinition,
    draft: WorkflowVersion,
    document: Mapping[str, Any],
    rows: Sequence[DraftOperation],
    actor: Membership,
    at: datetime,
) -> None:
    """Keep the document that the operations make, and number them."""
    if document["form"] != draft.form.document:
        draft.form = form_draft_save(
            version_id=draft.form_id, actor=actor, document=dict(document["form"]), at=at, decided=True
        )
    for number, row in enumerate(rows, start=draft.revision + 1):
        row.number = number
    draft.graph, draft.cases = document["graph"], document["cases"]
    draft.revision += len(rows)
    draft.save(update_fields=["graph", "cases", "revision", *draft.touch(actor.id, at)])
    DraftOperation.objects.bulk_create(rows)
    event = DraftChanged(
        subject_id=definition.id,
        definition_name=definition.name,
        by_id=actor.id,
        by_name=actor.name,
        version_number=draft.number,
        revision=draft.revision,
        labels=tuple(row.label for row in rows[:MOST_LABELS]),
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=at)


def _new_draft(
    definition: WorkflowDefinition, content: DefinitionDocument, actor: Membership, at: datetime
) -> WorkflowVersion:
    latest = newest_versions(definition).first()
    version = WorkflowVersion(
        organisation_id=definition.organisation_id,
        definition=definition,
        number=latest.number + 1 if latest else 1,
        graph=content.graph.to_json(),
        cases=cases_to_json(content.cases),
        form=_form_draft(definition, latest.form if latest else None, content.form, actor, at),
        created_at=at,
        created_by_id=actor.id,
    )
    version.touch(actor.id, at)
    version.save(force_insert=True)
    return version


def _form_draft(
    definition: WorkflowDefinition, latest: FormVersion | None, form: FormDocument, actor: Membership, at: datetime
) -> FormVersion:
    """The caller has the right to edit the definition, which is the form's too."""
    if latest is None:
        # The id keeps the slug free: a deleted workflow's form keeps its own.
        slug = f"{definition.slug}-{definition.id.hex[-8:]}"
        return form_create(actor=actor, name=definition.name, slug=slug, document=form, at=at)
    draft = form_draft_start(form_id=latest.form_id, actor=actor, at=at, decided=True)
    return form_draft_save(version_id=draft.id, actor=actor, document=form, at=at, decided=True)
