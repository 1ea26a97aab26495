"""The pages of workflows."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.contracts.url_table import Line, World
from tests.factories import workflows as make
from workflows.library import library_item
from workflows.mail_links import MailLink
from workflows.models import BulkAction, LibraryCopy, WorkflowDefinition, WorkflowSettings
from workflows.services.bulk import BulkRow, BulkWish, bulk_ask
from workflows.services.definitions import definition_delete, definition_import
from workflows.services.publishing import settings_save
from workflows.services.runs import run_comment


def leave(world: World) -> WorkflowDefinition:
    definition = make.install("leave_application", world.acme.omar)
    definition.name = f"{definition.name} {world.canary}"
    definition.save(update_fields=["name"])
    return definition


def started(world: World) -> UUID:
    """A request of Asha's that waits for Ravi, with texts to be seen."""
    data = make.LEAVE | {"reason": world.canary}
    run_id = make.start_leave(world(leave), world.acme.asha, data=data, comment=world.canary).run_id
    run_comment(run_id=run_id, actor=world.acme.asha, text=world.canary)
    return run_id


def queued(world: World) -> UUID:
    """A request in the team queue of HR."""
    run_id = make.start_leave(world(leave), world.acme.asha, data=make.LEAVE | {"reason": world.canary}).run_id
    make.decide(run_id, world.acme.ravi, "HR review", data={"criticality": "low"})
    return run_id


def waiting(world: World) -> UUID:
    return make.open_task(world(started)).id


def waiting_in_queue(world: World) -> UUID:
    return make.open_task(world(queued)).id


def draft(world: World) -> UUID:
    document = library_item("claim_expense").to_json() | {"name": f"Claim {world.canary}"}
    return definition_import(actor=world.acme.omar, document=document).definition.id


def of_definition(world: World) -> Mapping[str, Any]:
    return {"definition_id": world(leave).id}


def of_old_copy(world: World) -> Mapping[str, Any]:
    """A workflow for which the library has a newer version."""
    LibraryCopy.objects.filter(definition=world(leave)).update(version=0)
    return of_definition(world)


def deleted(world: World) -> Any:
    """A workflow of its own, gone."""
    return definition_delete(definition_id=world(draft), actor=world.acme.omar).id


def of_deleted(world: World) -> Mapping[str, Any]:
    return {"definition_id": world(deleted)}


def of_governed_draft(world: World) -> Mapping[str, Any]:
    """A draft where somebody else approves publishing."""
    approval = make.install("publish_approval", world.acme.omar)
    settings_save(actor=world.acme.tess, row=WorkflowSettings(), values={"publish_approval": approval})
    return of_draft(world)


def of_draft(world: World) -> Mapping[str, Any]:
    return {"definition_id": world(draft)}


def of_slug(world: World) -> Mapping[str, Any]:
    return {"slug": world(leave).slug}


def of_run(world: World) -> Mapping[str, Any]:
    return {"run_id": world(started)}


def of_task(world: World) -> Mapping[str, Any]:
    return {"task_id": world(waiting)}


def of_queued_task(world: World) -> Mapping[str, Any]:
    return {"task_id": world(waiting_in_queue)}


def bulk(world: World) -> UUID:
    """A wish of Ravi's that can still be undone."""
    row = BulkRow(world(waiting), 1)
    wish = BulkWish(BulkAction.DECIDE, [row], "Rejected", comment=world.canary)
    return bulk_ask(actor=world.acme.ravi, wish=wish, wait=timedelta(minutes=5)).id


def of_bulk(world: World) -> Mapping[str, Any]:
    return {"bulk_id": world(bulk)}


def mail_link(world: World) -> str:
    """Ravi's own, for a step that asks for a login as well: the link alone tells nothing then."""
    document = library_item("leave_application").to_json() | {"name": f"Leave by mail {world.canary}"}
    review = next(step for step in document["graph"]["steps"] if step["key"] == "manager_review")
    review["assignee"]["by_mail"] = "login"
    data = make.LEAVE | {"reason": world.canary}
    task = make.open_task(make.start_leave(make.publish(document, world.acme.omar), world.acme.asha, data=data).run_id)
    return MailLink(world.acme.organisation.id, world.acme.ravi.id, task.id, task.version).path


def of_mail_link(world: World) -> Mapping[str, Any]:
    return {"token": world(mail_link).rstrip("/").rpartition("/")[2]}


def with_task(world: World) -> Mapping[str, Any]:
    """No arguments, but a task to decide."""
    world(waiting)
    return {}


def one_ticked(world: World) -> Mapping[str, Any]:
    return {"tab": "decide", "ids": f"{world(waiting)}.1"}


def rejecting_it(world: World) -> Mapping[str, Any]:
    return {**one_ticked(world), "do": "way:Rejected"}


def to_hari(world: World) -> Mapping[str, Any]:
    return {"assignee": str(world.acme.hari.id)}


def fiona(world: World) -> Mapping[str, Any]:
    return {"member": str(world.acme.fiona.id)}


def renamed(world: World) -> Mapping[str, Any]:
    rules = {"rules-TOTAL_FORMS": "0", "rules-INITIAL_FORMS": "0"}
    return {**rules, "name": "Leave", "slug": "leave", "owner": str(world.acme.omar.id), "is_active": "on"}


RUN, TASK, DEFINITION = "requests/<uuid:run_id>/", "tasks/<uuid:task_id>/", "workflows/<uuid:definition_id>/"
BULK = "tasks/bulk/<uuid:bulk_id>/"
APPLY = make.LEAVE | {"transition": "Manager review"}
DECISION = {"transition": "Rejected", "comment": "No"}
DOCUMENT = {
    "text": '{"schema_version": 1, "name": "Empty", "form": {"schema_version": 1}, "graph": {"schema_version": 1}}'
}
ITEM = "workflows/library/onboarding/"
"""Shipped to every organisation: its key is no id of anybody's."""

LINES = [
    Line("", "get"),
    Line("inbox/", "get"),
    Line("badges/", "get"),
    Line("search/", "get", query="?q=leave"),
    Line("start/<slug:slug>/", "get", ids=of_slug),
    Line("start/<slug:slug>/", "post", ids=of_slug, data=APPLY),
    Line(RUN, "get", ids=of_run, without="farid"),
    Line(f"{RUN}why/", "get", ids=of_run, without="farid"),
    Line(f"{RUN}comments/", "post", ids=of_run, without="farid", data={"text": "Hello"}),
    Line(f"{RUN}watch/", "post", holder="ravi", ids=of_run, without="farid", data={"action": "watch"}),
    Line(f"{RUN}stakeholders/", "post", ids=of_run, without="ravi", data=fiona),
    Line(f"{RUN}withdraw/", "post", ids=of_run, without="ravi"),
    Line("by-mail/<str:token>/", "get", access="public", ids=of_mail_link),
    Line("by-mail/<str:token>/", "post", access="public", ids=of_mail_link, data={"transition": "Rejected"}),
    Line("tasks/bulk/", "post", holder="ravi", ids=with_task, data=one_ticked),
    Line("tasks/bulk/ask/", "post", holder="ravi", ids=with_task, data=rejecting_it),
    Line(BULK, holder="ravi", ids=of_bulk, without="asha"),
    Line(f"{BULK}undo/", "post", holder="ravi", ids=of_bulk, without="asha"),
    Line(f"{BULK}run/", "post", holder="ravi", ids=of_bulk, without="asha"),
    Line(f"{TASK}complete/", "post", holder="ravi", ids=of_task, without="asha", data=DECISION),
    Line(f"{TASK}reassign/", "post", holder="hema", ids=of_queued_task, without="farid", data=to_hari),
    Line(f"{TASK}take-over/", "post", holder="hari", ids=of_queued_task, without="farid"),
    Line("workflows/new/", "get", holder="omar", without="asha"),
    Line("workflows/new/", "post", holder="omar", without="asha", data={"name": "New laptop"}),
    Line("workflows/import/", "get", holder="omar", without="asha"),
    Line("workflows/import/", "post", holder="omar", without="asha", data=DOCUMENT),
    Line("workflows/library/", "get", holder="omar", without="asha"),
    Line("workflows/library/<slug:key>/", "get", holder="omar", without="asha", at=ITEM),
    Line("workflows/library/<slug:key>/install/", "post", holder="omar", without="asha", at=f"{ITEM}install/"),
    Line(f"{DEFINITION}library-update/", "get", holder="omar", ids=of_old_copy, without="asha"),
    Line(f"{DEFINITION}library-update/", "post", holder="omar", ids=of_old_copy, without="asha"),
    Line(DEFINITION, "get", ids=of_definition),
    Line(DEFINITION, "get", holder="omar", ids=of_draft, without="asha"),
    Line(f"{DEFINITION}clone/", "post", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}publish/", "post", holder="omar", ids=of_draft, without="asha"),
    Line(f"{DEFINITION}publish-request/", "post", holder="omar", ids=of_governed_draft, without="asha"),
    Line(f"{DEFINITION}retire/", "post", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}export/", "get", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}move/", "get", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}move/", "post", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}delete/", "post", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}restore/", "post", holder="omar", ids=of_deleted, without="asha"),
    Line(f"{DEFINITION}preferences/", "get", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}preferences/", "post", holder="omar", ids=of_definition, without="asha", data=renamed),
    Line(
        f"{DEFINITION}preferences/draft/",
        "post",
        holder="omar",
        ids=of_definition,
        without="asha",
        data={"period": "2d"},
    ),
    Line(f"{DEFINITION}runs/", "get", ids=of_definition),
    Line(f"{DEFINITION}runs/export/", "get", ids=of_definition),
    Line(f"{DEFINITION}bottlenecks/", "get", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DEFINITION}bottlenecks/overlay/", "get", holder="omar", ids=of_definition, without="asha"),
]
