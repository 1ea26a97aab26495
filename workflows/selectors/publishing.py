"""How versions are published in an organisation, and the request that a draft waits for."""

from uuid import UUID

from django.urls import reverse

from workflows.models import WorkflowDefinition, WorkflowRun, WorkflowSettings, WorkflowVersion
from workflows.own_context import LAST_EDITOR

SUBJECT = "workflows.version"


def approval_of(organisation_id: UUID) -> WorkflowDefinition | None:
    """The workflow that approves publishing; None where publishers publish themselves, also when it can no longer be
    started: a workflow that was taken away must not lock the organisation out."""
    rows = WorkflowDefinition.objects.filter(
        organisation_id=organisation_id, is_active=True, deleted_at=None, published_version__isnull=False
    )
    chosen = WorkflowSettings.objects.filter(organisation_id=organisation_id).values("publish_approval_id")
    found: WorkflowDefinition | None = rows.filter(id__in=chosen).first()
    return found


def request_settings(organisation_id: UUID) -> WorkflowSettings:
    """What the organisation has chosen about its requests; the defaults, unsaved, where it has not."""
    found: WorkflowSettings | None = WorkflowSettings.objects.filter(organisation_id=organisation_id).first()
    return found or WorkflowSettings(organisation_id=organisation_id)


def cases_gate(organisation_id: UUID) -> bool:
    """Whether a version whose cases fail is kept from being published."""
    return WorkflowSettings.objects.filter(organisation_id=organisation_id, cases_gate=True).exists()


def open_request(organisation_id: UUID, version_id: UUID) -> WorkflowRun | None:
    """The open request to publish a version."""
    rows = WorkflowRun.objects.filter(
        organisation_id=organisation_id, subject_kind=SUBJECT, subject_id=version_id, finished_at=None
    )
    found: WorkflowRun | None = rows.select_related("requester").first()
    return found


def last_editors(organisation_id: UUID, version_id: UUID) -> frozenset[UUID]:
    """Who edited the draft last: now, and when its publishing was asked for. An edit that is taken back makes nobody free
    to approve what they drew."""
    draft = WorkflowVersion.objects.filter(organisation_id=organisation_id, id=version_id)
    found = set(draft.values_list("modified_by_id", flat=True))
    run = open_request(organisation_id, version_id)
    if run is not None and run.context.get(LAST_EDITOR):
        found.add(UUID(run.context[LAST_EDITOR]))
    return frozenset(one for one in found if one is not None)


def version_url(organisation_id: UUID, version_id: UUID) -> str:
    """Where a reader sees what the version changes; empty when it is gone."""
    rows = WorkflowVersion.objects.filter(organisation_id=organisation_id, id=version_id)
    found = rows.values_list("definition_id", "number").first()
    return f"{reverse('definition', args=[found[0]])}?tab=changes&version={found[1]}" if found else ""
