"""The REST addresses of workflows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from forms_builder.models import Attachment
from tests.contracts.url_table import Line, World
from tests.contracts.urls_workflow_pages import (
    fiona,
    leave,
    of_bulk,
    of_definition,
    of_deleted,
    of_draft,
    of_governed_draft,
    of_old_copy,
    of_queued_task,
    of_run,
    of_task,
    started,
    to_hari,
    waiting,
    with_task,
)
from tests.factories import workflows as make
from tests.factories.forms_builder import stored_file, upload
from workflows.library import library_item
from workflows.models import WorkflowDefinition
from workflows.services.runs import run_start


def expense(world: World) -> WorkflowDefinition:
    return make.install("claim_expense", world.acme.omar)


def receipt(world: World) -> Attachment:
    """A file that Asha has sent ahead."""
    return stored_file(world.acme.asha, f"{world.canary}.pdf")


def unheld(world: World) -> UUID:
    """A task that nobody is left to decide."""
    definition = make.install("leave_application", world.acme.omar, owner=world.acme.meera)
    data = make.LEAVE | {"reason": world.canary}
    run = run_start(definition_id=definition.id, actor=world.acme.meera, data=data)
    return make.open_task(run.run_id).id


def of_workflow(world: World) -> Mapping[str, Any]:
    return {"workflow_id": world(leave).id}


def of_attachment(world: World) -> Mapping[str, Any]:
    return {"attachment_id": world(receipt).id}


def of_unheld(world: World) -> Mapping[str, Any]:
    return {"task_id": world(unheld)}


def with_expense(world: World) -> Mapping[str, Any]:
    """No arguments, but the workflow that the file is for."""
    world(expense)
    return {}


def a_file(world: World) -> Mapping[str, Any]:
    return {"file": upload(), "field": "receipts", "workflow": str(world(expense).id)}


def of_definition_in_use(world: World) -> Mapping[str, Any]:
    world(started)
    return of_definition(world)


def a_run(world: World) -> Mapping[str, Any]:
    return {"runs": [str(world(started))]}


def to_ravi(world: World) -> Mapping[str, Any]:
    return {"assignee": str(world.acme.ravi.id)}


def all_of_them(world: World) -> Mapping[str, Any]:
    return {"action": "decide", "transition": "Rejected", "tasks": [{"id": str(world(waiting))}]}


API = "api/v1/"
BULK = f"{API}tasks/bulk/<uuid:bulk_id>/"
RUN, TASK, WORKFLOW = f"{API}runs/<uuid:run_id>/", f"{API}tasks/<uuid:task_id>/", f"{API}workflows/<uuid:workflow_id>/"
DEFINITION = f"{API}definitions/<uuid:definition_id>/"
DOCUMENT = library_item("claim_expense").to_json()
BPMN = Path("tests/workflows/exchange/purchase.bpmn").read_text(encoding="utf-8")
DECISION = {"transition": "Rejected", "version": 1, "comment": "No"}

LINES = [
    Line(f"{API}workflows/"),
    Line(WORKFLOW, ids=of_workflow),
    Line(f"{WORKFLOW}figures/", ids=of_workflow),
    Line(f"{WORKFLOW}runs/", ids=of_workflow),
    Line(f"{WORKFLOW}runs/", "post", ids=of_workflow, data={"data": make.LEAVE}),
    Line(f"{API}runs/"),
    Line(RUN, ids=of_run, without="farid"),
    Line(f"{RUN}comments/", ids=of_run, without="farid"),
    Line(f"{RUN}comments/", "post", ids=of_run, without="farid", data={"text": "Hello"}),
    Line(f"{RUN}timeline/", ids=of_run, without="farid"),
    Line(f"{RUN}why/", ids=of_run, without="farid"),
    Line(f"{RUN}withdraw/", "post", ids=of_run, without="ravi"),
    Line(f"{RUN}watch/", "post", holder="ravi", ids=of_run, without="farid"),
    Line(f"{RUN}watch/", "delete", holder="ravi", ids=of_run, without="farid"),
    Line(f"{RUN}stakeholders/", "post", ids=of_run, without="ravi", data=fiona),
    Line(f"{API}tasks/"),
    Line(f"{API}tasks/bulk/", "post", holder="ravi", ids=with_task, data=all_of_them),
    Line(BULK, holder="ravi", ids=of_bulk, without="asha"),
    Line(f"{BULK}undo/", "post", holder="ravi", ids=of_bulk, without="asha"),
    Line(f"{BULK}run/", "post", holder="ravi", ids=of_bulk, without="asha"),
    Line(TASK, holder="ravi", ids=of_task, without="farid"),
    Line(f"{TASK}complete/", "post", holder="ravi", ids=of_task, without="asha", data=DECISION),
    Line(f"{TASK}reassign/", "post", holder="hema", ids=of_queued_task, without="farid", data=to_hari),
    Line(f"{TASK}take-over/", "post", holder="hari", ids=of_queued_task, without="farid"),
    Line(f"{TASK}claim/", "post", holder="hema", ids=of_queued_task, without="asha"),
    Line(f"{TASK}assign/", "post", holder="tess", ids=of_unheld, without="meera", data=to_ravi),
    Line(f"{API}attachments/", "post", ids=with_expense, data=a_file),
    Line(f"{API}attachments/<uuid:attachment_id>/", ids=of_attachment, without="ravi"),
    Line(f"{API}definitions/"),
    Line(f"{API}definitions/", "post", holder="omar", without="asha", data=DOCUMENT),
    Line(f"{API}definitions/bpmn/", "post", holder="omar", without="asha", data={"bpmn": BPMN}),
    Line(DEFINITION, holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}preferences/", holder="omar", ids=of_definition, without="asha"),
    Line(
        f"{DEFINITION}preferences/", "patch", holder="omar", ids=of_definition, without="asha", data={"slug": "leave"}
    ),
    Line(DEFINITION, "put", holder="omar", ids=of_draft, without="asha", data=DOCUMENT),
    Line(f"{API}library/", holder="omar", without="asha"),
    Line(f"{API}library/<slug:key>/", holder="omar", without="asha", at=f"{API}library/onboarding/"),
    Line(
        f"{API}library/<slug:key>/install/",
        "post",
        holder="omar",
        without="asha",
        at=f"{API}library/onboarding/install/",
    ),
    Line(f"{DEFINITION}library-update/", holder="omar", ids=of_old_copy, without="asha"),
    Line(f"{DEFINITION}library-update/", "post", holder="omar", ids=of_old_copy, without="asha"),
    Line(f"{DEFINITION}publish/", "post", holder="omar", ids=of_draft, without="asha"),
    Line(f"{DEFINITION}publish-request/", "post", holder="omar", ids=of_governed_draft, without="asha"),
    Line(f"{DEFINITION}retire/", "post", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}migration/rehearsal/", "post", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}migration/", "post", holder="omar", ids=of_definition_in_use, without="asha", data=a_run),
    Line(f"{DEFINITION}clone/", "post", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}cases/", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}changes/", holder="omar", ids=of_definition, without="asha"),
    Line(DEFINITION, "delete", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}restore/", "post", holder="omar", ids=of_deleted, without="asha"),
]
