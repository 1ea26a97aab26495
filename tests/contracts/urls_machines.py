"""Automatic steps: their pages, REST, one-time addresses and administration."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.tenancy.models import OrganisationRow
from tests.contracts.url_table import Line, World
from tests.factories.machines import machine_of, publish_node, task_at, work
from workflows.models import ConfiguredTask, MachineStep, Secret
from workflows.selectors.machines import callback_url
from workflows.services.configured_tasks import configured_task_save
from workflows.services.runs import run_start
from workflows.services.secrets import secret_save

BROKEN = {"kind": "formula", "params": {"values": {"a": "1 / 0"}}}
NODES = [{"kind": "delay", "params": {"for": "2h"}}]


def stuck(world: World) -> UUID:
    """A request of Asha's whose automatic step has failed."""
    definition = publish_node(world.acme.omar, BROKEN, name=f"Machine {world.canary}")
    run = run_start(definition_id=definition.id, actor=world.acme.asha, data={"reason": world.canary})
    work(world.acme.organisation.id)
    MachineStep.objects.filter(run_id=run.run_id).update(error=world.canary)
    return run.run_id


def stuck_task(world: World) -> UUID:
    return task_at(world(stuck), "auto").id


def waiting(world: World) -> str:
    """The one-time address of a step that waits for another system."""
    definition = publish_node(world.acme.omar, {"kind": "wait"}, name=f"Waiting {world.canary}")
    run_id = run_start(definition_id=definition.id, actor=world.acme.asha, data={"reason": world.canary}).run_id
    work(world.acme.organisation.id)
    return callback_url(world.acme.organisation, run_id, "auto", 0).rstrip("/").rpartition("/")[2]


def secret(world: World) -> OrganisationRow:
    row: Secret = secret_save(actor=world.acme.tess, name="bank", value=world.canary, note=world.canary)
    return row


def configured(world: World) -> OrganisationRow:
    row: ConfiguredTask = configured_task_save(actor=world.acme.omar, name=f"Pause {world.canary}", nodes=NODES)
    return row


def machine(world: World) -> OrganisationRow:
    row: MachineStep = machine_of(world(stuck))
    return row


def of_stuck(world: World) -> Mapping[str, Any]:
    return {"task_id": world(stuck_task)}


def of_run(world: World) -> Mapping[str, Any]:
    return {"run_id": world(stuck)}


def of_secret(world: World) -> Mapping[str, Any]:
    return {"secret_id": world(secret).id}


def of_configured(world: World) -> Mapping[str, Any]:
    return {"task_id": world(configured).id}


def of_callback(world: World) -> Mapping[str, Any]:
    return {"token": world(waiting)}


def with_stuck(world: World) -> Mapping[str, Any]:
    """No argument, and something to hide."""
    world(stuck)
    return {}


API = "api/v1/"
STEP, SECRET, TASK = f"{API}machine-steps/<uuid:task_id>/", f"{API}secrets/", f"{API}configured-tasks/"
WHY = {"reason": "Mended"}
ENTRY = {"name": "Pause", "nodes": NODES}

LINES = [
    Line("machine-steps/", holder="tess", ids=with_stuck, without="asha"),
    Line("machine-steps/<uuid:task_id>/retry/", "post", holder="tess", ids=of_stuck, without="asha", data=WHY),
    Line("machine-steps/<uuid:task_id>/skip/", "post", holder="tess", ids=of_stuck, without="asha", data=WHY),
    Line("callbacks/<str:token>/", access="public", ids=of_callback),
    Line("callbacks/<str:token>/", "post", access="public", ids=of_callback, ok=(202,)),
    Line(f"{API}runs/<uuid:run_id>/machine-steps/", ids=of_run, without="farid"),
    Line(f"{API}machine-steps/", holder="tess", ids=with_stuck, without="asha"),
    Line(STEP, ids=of_stuck, without="farid"),
    Line(f"{STEP}retry/", "post", holder="tess", ids=of_stuck, without="asha", data=WHY),
    Line(f"{STEP}skip/", "post", holder="tess", ids=of_stuck, without="asha", data=WHY),
    Line(f"{API}node-kinds/"),
    Line(SECRET, holder="tess", without="asha"),
    Line(SECRET, "post", holder="tess", without="omar", data={"name": "key", "value": "s3cret"}),
    Line(f"{SECRET}<uuid:secret_id>/", "delete", holder="tess", ids=of_secret, without="omar"),
    Line(f"{API}request-settings/", holder="tess", without="omar"),
    Line(f"{API}request-settings/", "patch", holder="tess", without="omar", data={"undo_seconds": 20}),
    Line(f"{API}node-palette/", holder="omar", without="asha"),
    Line(TASK, holder="omar", without="asha"),
    Line(TASK, "post", holder="omar", without="asha", data=ENTRY),
    Line(f"{TASK}<uuid:task_id>/", holder="omar", ids=of_configured, without="asha"),
    Line(f"{TASK}<uuid:task_id>/", "put", holder="omar", ids=of_configured, without="asha", data=ENTRY),
    Line(f"{TASK}<uuid:task_id>/", "delete", holder="omar", ids=of_configured, without="asha"),
]
ADMIN_ROWS = {
    "workflows.machinestep": machine,
    "workflows.secret": secret,
    "workflows.configuredtask": configured,
}
