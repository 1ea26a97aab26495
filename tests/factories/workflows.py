"""Workflows and requests, made through the services that make them in the product."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from accounts.models import Membership
from workflows.library import library_item
from workflows.models import Task, WorkflowDefinition, WorkflowRun
from workflows.selectors.runs import RunView, any_run
from workflows.services.definitions import definition_import, definition_publish
from workflows.services.runs import RunResult, run_start
from workflows.services.tasks import TaskResult, task_complete

MONDAY = datetime(2025, 9, 29, 5, 0, tzinfo=UTC)
"""A working Monday, 10:30 in Acme."""
LEAVE = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}


def install(key: str, designer: Membership, owner: Membership | None = None) -> WorkflowDefinition:
    """Import a workflow of the library and publish it."""
    made = definition_import(actor=designer, document=library_item(key), library_key=key, owner=owner, at=MONDAY)
    definition_publish(definition_id=made.definition.id, actor=designer, at=MONDAY)
    made.definition.refresh_from_db()
    return made.definition


def publish(document: Mapping[str, Any], designer: Membership) -> WorkflowDefinition:
    """Import and publish a document of a test."""
    made = definition_import(actor=designer, document=document, at=MONDAY)
    definition_publish(definition_id=made.definition.id, actor=designer, at=MONDAY)
    made.definition.refresh_from_db()
    return made.definition


def start_leave(definition: WorkflowDefinition, requester: Membership, **more: Any) -> RunResult:
    given: dict[str, Any] = {"data": LEAVE, "at": MONDAY} | more
    return run_start(definition_id=definition.id, actor=requester, **given)


def open_task(run_id: UUID) -> Task:
    """The one open task of a run."""
    found: Task = Task.objects.get(run_id=run_id, state="waiting")
    return found


def run_of(run_id: UUID) -> WorkflowRun:
    found: WorkflowRun = WorkflowRun.objects.get(id=run_id)
    return found


def view_of(run_id: UUID, viewer: Membership) -> RunView:
    """The request through the eyes of somebody, whether they may see it or not."""
    return any_run(viewer, run_id)


def decide(run_id: UUID, actor: Membership, transition: str, **more: Any) -> TaskResult:
    """Decide the open task of a run."""
    given: dict[str, Any] = {"at": MONDAY} | more
    return task_complete(task_id=open_task(run_id).id, actor=actor, transition=transition, **given)
