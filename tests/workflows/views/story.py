"""The leave application in Acme, driven as a person does it: by loading pages and posting their forms."""

import re
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client

from accounts.models import Membership
from tests.accounts.clients import signed_in
from tests.cast import Acme
from workflows.library import library_item
from workflows.models import WorkflowDefinition
from workflows.services.definitions import definition_import, definition_publish
from workflows.services.runs import run_start
from workflows.services.tasks import TaskResult, task_complete

LEAVE = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Sister's wedding"}
HIDDEN = re.compile(r'name="(idempotency_key|version)" value="([^"]*)"')


def install(acme: Acme, key: str = "leave_application") -> WorkflowDefinition:
    """The shipped workflow, published, owned by Omar."""
    with acme.scope():
        made = definition_import(actor=acme.omar, document=library_item(key), library_key=key)
        definition_publish(definition_id=made.definition.id, actor=acme.omar)
        definition: WorkflowDefinition = WorkflowDefinition.objects.get(id=made.definition.id)
    return definition


def hidden(page: HttpResponse) -> dict[str, str]:
    """The hidden inputs of the action bar."""
    return dict(HIDDEN.findall(page.content.decode()))


def text(page: HttpResponse) -> str:
    return page.content.decode()


def apply(client: Client, **more: Any) -> UUID:
    """Ask for leave through the pages; the id of the request."""
    form = client.get("/start/leave-application/")
    assert form.status_code == 200, form.status_code
    answer = client.post("/start/leave-application/", LEAVE | {"transition": "Manager review"} | hidden(form) | more)
    assert answer.status_code == 302, text(answer)
    return UUID(answer["Location"].split("/")[2])


def decide(client: Client, run_id: UUID, transition: str, **more: Any) -> HttpResponse:
    """Load the page of the request and post its form."""
    page = client.get(f"/requests/{run_id}/")
    return client.post(action(page), {"transition": transition} | hidden(page) | more)  # type: ignore[return-value]


def action(page: HttpResponse) -> str:
    """Where the form of the step posts to."""
    found = re.search(r'action="(/tasks/[0-9a-f-]+/complete/)"', text(page))
    assert found, "the page has no decision form"
    return found[1]


def started(acme: Acme, definition: WorkflowDefinition, by: Membership | None = None) -> UUID:
    """A request of Asha's that waits for her manager, made by the service."""
    with acme.scope():
        result = run_start(definition_id=definition.id, actor=by or acme.asha, data=LEAVE, transition="Manager review")
    return result.run_id


def at_hr(acme: Acme, run_id: UUID, task_id: UUID, assignee: Membership | None = None) -> TaskResult:
    """Ravi passes the request on to HR."""
    with acme.scope():
        return task_complete(
            task_id=task_id,
            actor=acme.ravi,
            transition="HR review",
            assignee=assignee.id if assignee else None,
            data={"criticality": "low"},
        )


__all__ = ["LEAVE", "action", "apply", "at_hr", "decide", "hidden", "install", "signed_in", "started", "text"]
