"""Requests as far as notices know them, facts about them, and planned messages."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from accounts.audit.events import Event
from accounts.audit.record import SYSTEM, record
from accounts.models import Membership
from accounts.tenancy.models import new_id
from notifications.links import message_id
from notifications.models import Delivery
from tests.factories.forms_builder import FormVersionFactory
from workflows import events, library
from workflows.models import Participant, RunStatus, Task, WorkflowDefinition, WorkflowRun, WorkflowVersion

LEAVE = Path(library.__file__).with_name("leave_application.json")
AT = datetime(2025, 10, 1, 4, 30, tzinfo=UTC)
DUE = datetime(2025, 10, 6, 11, 30, tzinfo=UTC)


def make_run(requester: Membership, *, number: int = 1, title: str = "Leave of Asha") -> WorkflowRun:
    """A running request without any task."""
    organisation = requester.organisation
    definition, _ = WorkflowDefinition.objects.get_or_create(
        organisation=organisation, slug="leave", defaults={"name": "Leave Application", "owner": requester}
    )
    version = WorkflowVersion.objects.filter(definition=definition).first()
    if version is None:
        shipped = json.loads(LEAVE.read_text())
        form = FormVersionFactory(organisation=organisation, document=shipped["form"])
        version = WorkflowVersion.objects.create(
            organisation=organisation, definition=definition, number=1, graph=shipped["graph"], form=form
        )
    run: WorkflowRun = WorkflowRun.objects.create(
        organisation=organisation,
        number=number,
        definition=definition,
        version=version,
        requester=requester,
        status=RunStatus.RUNNING,
        title=title,
        data={"hr_note": "canary-hr-note", "reason": "canary-reason"},
        started_at=AT,
    )
    return run


def follow(run: WorkflowRun, member: Membership, kind: str) -> None:
    Participant.objects.create(organisation=run.organisation, run=run, member=member, kind=kind)


def open_task(run: WorkflowRun, assignee: Membership, step: str = "manager-review") -> Task:
    task: Task = Task.objects.create(
        organisation=run.organisation,
        run=run,
        definition_id=run.definition_id,
        requester_id=run.requester_id,
        step=step,
        step_name="Manager review",
        assignee=assignee,
        opened_at=AT,
    )
    return task


def about(run: WorkflowRun, **more: Any) -> dict[str, Any]:
    """The part of a payload that all facts about a request share."""
    return {
        "run_id": run.id,
        "run_number": run.number,
        "run_title": run.title,
        "definition_id": run.definition_id,
        "definition_name": "Leave Application",
        "requester_id": run.requester_id,
        "requester_name": run.requester.name,
        **more,
    }


def in_step(run: WorkflowRun, **more: Any) -> dict[str, Any]:
    return about(run, subject_id=new_id(), step="manager-review", step_name="Manager review", **more)


def opened(
    run: WorkflowRun, assignee: Membership | None, *candidates: Membership, reason: str = ""
) -> events.TaskOpened:
    return events.TaskOpened(
        **in_step(run),
        assignee_id=assignee.id if assignee else None,
        assignee_name=assignee.name if assignee else "",
        candidate_ids=tuple(candidate.id for candidate in candidates),
        due_at=DUE,
        from_step_name="Apply",
        by_id=run.requester_id,
        by_name=run.requester.name,
        reason=reason,
        fallback="",
    )


def moved(run: WorkflowRun, by: Membership, assignee: Membership | None, to: str = "HR review") -> events.TaskMoved:
    return events.TaskMoved(
        **in_step(run),
        transition=to,
        to_step="hr-review",
        to_step_name=to,
        is_return=False,
        by_id=by.id,
        by_name=by.name,
        assignee_id=assignee.id if assignee else None,
        assignee_name=assignee.name if assignee else "",
        reason="Covered",
    )


def commented(run: WorkflowRun, author: Membership, text: str = "Is the handover planned?") -> events.RunCommented:
    return events.RunCommented(
        **about(run, subject_id=run.id), comment_id=new_id(), author_id=author.id, author_name=author.name, text=text
    )


def completed(run: WorkflowRun, by: Membership, outcome: str = "Approved") -> events.RunCompleted:
    return events.RunCompleted(
        **about(run, subject_id=run.id), outcome=outcome, by_id=by.id, by_name=by.name, reason=""
    )


def handed_over(
    kind: type[events.TaskHandedOver], run: WorkflowRun, old: Membership | None, new: Membership, by: Membership | None
) -> events.TaskHandedOver:
    return kind(
        **in_step(run),
        previous_assignee_id=old.id if old else None,
        previous_assignee_name=old.name if old else "",
        assignee_id=new.id,
        assignee_name=new.name,
        due_at=DUE,
        by_id=by.id if by else None,
        by_name=by.name if by else "",
        reason="Away",
    )


def tell(run: WorkflowRun, by: Membership | None, *facts: Event) -> None:
    """Record facts about the request as one act of the person, or of the system."""
    record(list(facts), actor=by or SYSTEM, organisation_id=run.organisation_id)


def delivery(recipient: Membership, run: WorkflowRun | None = None, **more: Any) -> Delivery:
    """A planned mail to the person."""
    ident: UUID = new_id()
    values: dict[str, Any] = {
        "event_id": new_id(),
        "kind": "task.opened",
        "channel": "email",
        "subject": "To decide: Leave Application #1, Manager review",
        "body": "Your decision is needed.",
        "path": f"/requests/{run.id}/" if run else "",
        "run_id": run.id if run else None,
        "message_id": message_id(ident),
        **more,
    }
    row: Delivery = Delivery.objects.create(
        id=ident, organisation_id=recipient.organisation_id, recipient_id=recipient.id, **values
    )
    return row
