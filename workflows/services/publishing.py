"""Publishing that somebody else approves: a draft is asked for by a request, and goes live when that is approved."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from accounts.services.directory import entry_save
from accounts.tenancy.errors import Conflict, Denied, Invalid
from forms_builder.selectors import document_of
from workflows import policies
from workflows.graph.diff import changes
from workflows.graph.document import GraphDocument
from workflows.models import VersionState, WorkflowDefinition, WorkflowRun, WorkflowSettings, WorkflowVersion
from workflows.own_context import FINGERPRINT, LAST_EDITOR
from workflows.selectors.definition_changes import edition_of
from workflows.selectors.definitions import access_definition
from workflows.selectors.publishing import (
    SUBJECT,
    approval_of,
    last_editors,
    open_request,
    request_settings,
)
from workflows.selectors.saved_tasks import saved_in_json
from workflows.separation import OWN_WORK
from workflows.services.deciding import clean_text
from workflows.services.definitions import draft_of, go_live, locked
from workflows.services.runs import About, RunResult, run_start
from workflows.subjects import Finished

APPROVED: Final = "approved"
"""The outcome that publishes, whatever its case; every other one leaves the draft a draft."""
MOST_TOLD: Final = 4_000


class NoApprovalNeeded(Conflict):
    code = "definition.publish_directly"
    message = "Your organisation has not chosen a workflow that approves publishing. Publish the draft."


class AskedAlready(Conflict):
    code = "definition.publish_requested"
    message = "There is an open request to publish this draft."


class DraftChanged(Conflict):
    code = "definition.draft_changed"
    message = (
        "The draft has changed since this request was made, so it cannot be published by it. Reject the request, and have"
        " the new draft asked for."
    )


class WorkflowDeleted(Conflict):
    code = "definition.deleted"
    message = (
        "The workflow has been deleted since this request was made. Reject the request, or have it restored first."
    )


@transaction.atomic
def publishing_request(
    *,
    definition_id: UUID,
    actor: Membership,
    comment: str = "",
    assignee: UUID | None = None,
    revision: int | None = None,
    number: int | None = None,
    at: datetime | None = None,
) -> RunResult:
    """Ask that the draft be published: starts the organisation's approval workflow about it, with the changes in words.

    For those who may edit the workflow; with ``revision`` and ``number`` only as they saw it then. Raises DefinitionNotFound,
    Denied, NoApprovalNeeded, NothingToPublish, DraftNotAsSeen, DefinitionInvalid, AskedAlready, and what ``run_start`` raises.
    """
    definition = locked(actor, definition_id)
    policies.definitions.require(actor, "edit", definition)
    approval = approval_of(actor.organisation_id)
    if approval is None:
        raise NoApprovalNeeded
    draft = draft_of(definition, revision, number)
    earlier = open_request(actor.organisation_id, draft.id)
    if earlier is not None:
        raise AskedAlready(request=str(earlier.id), number=earlier.number)
    about = About(
        kind=SUBJECT,
        subject_id=draft.id,
        title=f"Publish {definition.name}, version {draft.number}",
        values={
            "workflow": definition.name,
            "version": draft.number,
            "changes": _changes(definition, draft),
            "why": clean_text(comment) or None,
        },
        context={FINGERPRINT: fingerprint(draft), LAST_EDITOR: str(draft.modified_by_id or "")},
    )
    return run_start(definition_id=approval.id, actor=actor, data={}, assignee=assignee, at=at, about=about)


def on_finish(fact: Finished) -> None:
    """Publish what was approved; nobody else is asked. Raises DraftChanged, WorkflowDeleted, DefinitionInvalid, and Denied for
    who edited the draft last, whatever the steps let them do; each undoes the decision."""
    if fact.outcome.casefold() != APPROVED:
        return
    draft = (
        WorkflowVersion.objects.filter(organisation_id=fact.organisation_id, id=fact.subject_id)
        .select_related("definition")
        .first()
    )
    if draft is None or draft.state != VersionState.DRAFT:
        raise DraftChanged
    actor = Membership.objects.select_related("user", "organisation").get(
        organisation_id=fact.organisation_id, id=fact.by_id or fact.requester_id
    )
    rows = WorkflowDefinition.objects.select_for_update(no_key=True).filter(organisation_id=fact.organisation_id)
    definition = rows.get(id=draft.definition_id)
    if definition.deleted_at is not None:
        raise WorkflowDeleted
    checked = draft_of(definition)
    if _asked_for(fact) != fingerprint(checked):
        raise DraftChanged
    if fact.by_id in last_editors(fact.organisation_id, checked.id):
        raise Denied(OWN_WORK, code="definition.publish.own_work")
    go_live(definition, checked, actor, fact.at, decided=True)


def fingerprint(version: WorkflowVersion) -> str:
    """SHA-256 of graph, with its saved tasks, and form, so that what was approved is what goes live."""
    graph = saved_in_json(version.organisation_id, version.graph)
    content = {"graph": graph, "form": document_of(version.form).to_json()}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def settings_save(*, actor: Membership, row: WorkflowSettings, values: Mapping[str, Any]) -> WorkflowSettings:
    """Change what the organisation chooses; a workflow that approves publishing must be able to. Raises Denied, Invalid."""
    chosen = values.get("publish_approval")
    if chosen is not None:
        _check(actor, chosen.id)
    return cast(WorkflowSettings, entry_save(actor=actor, row=row, values=values))


def cases_gate_save(*, actor: Membership, on: bool) -> WorkflowSettings:
    """Whether a version whose cases fail is kept from being published; for tenant admins. Raises Denied."""
    return settings_change(actor=actor, values={"cases_gate": on})


def settings_change(*, actor: Membership, values: Mapping[str, Any]) -> WorkflowSettings:
    """Change some of it by name; ``publish_approval`` is the id of a workflow, or None. Raises Denied, Invalid."""
    policies.settings.require(actor, "manage")
    chosen = values.get("publish_approval")
    if chosen is not None:
        rows = WorkflowDefinition.objects.filter(organisation_id=actor.organisation_id, deleted_at=None, id=chosen)
        values = {**values, "publish_approval": rows.first()}
        if values["publish_approval"] is None:
            raise Invalid({"publish_approval": ["Choose a workflow of the organisation."]})
    return settings_save(actor=actor, row=request_settings(actor.organisation_id), values=values)


def _check(actor: Membership, definition_id: UUID) -> None:
    """It must be startable, and have an end whose outcome says that it is approved."""
    definition = access_definition(actor, definition_id)
    version = definition.published_version
    if version is None or not definition.is_active:
        raise Invalid({"publish_approval": ["Choose a workflow that is published and active."]})
    outcomes = {(step.outcome or step.name).casefold() for step in GraphDocument.load(version.graph).steps}
    if APPROVED not in outcomes:
        raise Invalid({"publish_approval": ["Choose a workflow with an end whose outcome is “Approved”."]})


def _asked_for(fact: Finished) -> str:
    context = WorkflowRun.objects.filter(organisation_id=fact.organisation_id, id=fact.run_id).values_list(
        "context", flat=True
    )
    return str((context.first() or {}).get(FINGERPRINT, ""))


def _changes(definition: WorkflowDefinition, draft: WorkflowVersion) -> str:
    """What the approver reads; the whole of it is on the page of the version."""
    published = (
        WorkflowVersion.objects.filter(organisation_id=definition.organisation_id, id=definition.published_version_id)
        .select_related("form", "definition")
        .first()
    )
    if published is None:
        return "This is the first version."
    groups = changes(edition_of(published), edition_of(draft)).groups
    lines = [f"{heading}: {text}" for heading, texts in groups for text in texts]
    text = "\n".join(lines) or "Nothing that a request would notice."
    return text if len(text) <= MOST_TOLD else text[:MOST_TOLD].rsplit("\n", 1)[0] + "\n…"
