"""The addresses of clocks: holding, asking, and what is about to be late."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tests.contracts.url_table import Line, World
from tests.contracts.urls_workflow_pages import of_task, started, waiting
from tests.factories import workflows as make
from workflows.models import HoldReason
from workflows.services.pauses import task_ask, task_hold


def asked(world: World) -> UUID:
    """A task of Ravi's about which Asha was asked."""
    task_id = world(waiting)
    task_ask(task_id=task_id, actor=world.acme.ravi, question=world.canary)
    return task_id


def on_hold(world: World) -> UUID:
    task_id = make.open_task(world(started)).id
    task_hold(task_id=task_id, actor=world.acme.ravi, reason=REASON, comment=world.canary)
    return task_id


def of_asked(world: World) -> Mapping[str, Any]:
    return {"task_id": world(asked)}


def of_held(world: World) -> Mapping[str, Any]:
    return {"task_id": world(on_hold)}


def of_reason(world: World) -> Mapping[str, Any]:
    return {"reason_id": world(hold_reason).id}


def hold_reason(world: World) -> HoldReason:
    found: HoldReason = HoldReason.objects.create(organisation=world.acme.organisation, name=f"Reason {world.canary}")
    return found


REASON = "Waiting for a document"
HOLD, ASK, ANSWER = {"reason": REASON}, {"question": "Why?"}, {"answer": "Because"}
OWN, OWN_ONE = "api/v1/hold-reasons/own/", "api/v1/hold-reasons/own/<uuid:reason_id>/"
PAGE, REST = "tasks/<uuid:task_id>/", "api/v1/tasks/<uuid:task_id>/"

LINES = [
    line
    for task in (PAGE, REST)
    for line in (
        Line(f"{task}hold/", "post", holder="ravi", ids=of_task, without="asha", data=HOLD),
        Line(f"{task}ask/", "post", holder="ravi", ids=of_task, without="asha", data=ASK),
        Line(f"{task}resume/", "post", holder="ravi", ids=of_held, without="asha"),
        Line(f"{task}answer/", "post", ids=of_asked, without="ravi", data=ANSWER),
    )
]

LINES += [
    Line("forecast/", "get"),
    Line("forecast/chip/", "get"),
    Line("api/v1/forecast/", "get"),
    Line("api/v1/hold-reasons/", "get"),
    Line(OWN, "get", holder="tess", without="omar"),
    Line(OWN, "post", holder="tess", without="omar", data={"name": "Waiting for a visa"}),
    Line(OWN_ONE, "get", holder="tess", without="omar", ids=of_reason),
    Line(OWN_ONE, "patch", holder="tess", without="omar", ids=of_reason, data={"position": 3}),
    Line(OWN_ONE, "delete", holder="tess", without="omar", ids=of_reason),
]

ADMIN_ROWS = {"workflows.holdreason": hold_reason}
