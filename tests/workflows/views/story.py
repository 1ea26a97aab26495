"""Pages driven as a person does it without script: load a page, post its form."""

import re
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client

from accounts.models import Membership
from tests.accounts.clients import signed_in
from tests.cast import Acme
from tests.factories import workflows as make
from workflows.models import Task, WorkflowDefinition

LEAVE = make.LEAVE
START = "/start/leave-application/"
HIDDEN = re.compile(r'name="(idempotency_key|version|shown)" value="([^"]*)"')


def install(acme: Acme, key: str = "leave_application") -> WorkflowDefinition:
    """The shipped workflow, published, owned by Omar."""
    with acme.scope():
        return make.install(key, acme.omar)


def text(page: HttpResponse) -> str:
    return page.content.decode()


def hidden(page: HttpResponse) -> dict[str, str]:
    """The hidden inputs of the action bar."""
    return dict(HIDDEN.findall(text(page)))


def send(client: Client, address: str, **data: Any) -> Any:
    """Post a form; the answer with its ``context``."""
    return client.post(address, data)


def load(client: Client, address: str) -> Any:
    """The page with its ``context``."""
    return client.get(address)


def apply(client: Client, **more: Any) -> UUID:
    """Ask for leave through the pages; the id of the request."""
    form = load(client, START)
    assert form.status_code == 200, form.status_code
    answer = send(client, START, **LEAVE | {"transition": "Manager review"} | hidden(form) | more)
    assert answer.status_code == 302, text(answer)
    return UUID(answer["Location"].split("/")[2])


def decide(client: Client, run_id: UUID, transition: str, **more: Any) -> Any:
    """Load the page of the request and post its form."""
    page = load(client, f"/requests/{run_id}/")
    return send(client, action(page), **{"transition": transition} | hidden(page) | more)


def action(page: HttpResponse) -> str:
    """Where the form of the step posts to."""
    found = re.search(r'action="(/tasks/[0-9a-f-]+/complete/)"', text(page))
    assert found, "the page has no decision form"
    return found[1]


def started(acme: Acme, definition: WorkflowDefinition, by: Membership | None = None) -> UUID:
    """A request that waits for the manager, made by the service."""
    with acme.scope():
        return make.start_leave(definition, by or acme.asha).run_id


def at_hr(acme: Acme, run_id: UUID, assignee: Membership | None = None) -> None:
    """The manager passes the request on: to one person of HR, or to the team queue."""
    with acme.scope():
        chosen = assignee.id if assignee else None
        make.decide(run_id, acme.ravi, "HR review", data={"criticality": "high"}, assignee=chosen)


def task_of(acme: Acme, run_id: UUID) -> Task:
    """The open task, fresh."""
    with acme.scope():
        return make.open_task(run_id)


__all__ = [
    "LEAVE", "START", "action", "apply", "at_hr", "decide", "hidden", "install", "load", "send", "signed_in", "started",
    "task_of", "text",
]  # fmt: skip
