"""Workflows with automatic steps, and a worker that does them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tests.factories.workflows import publish
from workflows.models import MachineStep, Task, TaskAttempt, WorkflowDefinition
from workflows.services.machine_work import work_once

FIELDS: list[dict[str, Any]] = [
    {"type": "text", "name": "reason", "label": "Reason", "access": {"apply": "write", "review": "read"}},
    {
        "type": "number",
        "name": "total",
        "label": "Total",
        "decimals": 2,
        "access": {"apply": "write", "review": "read"},
    },
    {"type": "number", "name": "tax", "label": "Tax", "decimals": 2, "access": {"review": "read"}},
    {"type": "file", "name": "paper", "label": "Paper", "access": {"apply": "write", "review": "read"}},
]
RULE = {"all": [{"field": "candidate.department", "op": "eq", "value": "FIN"}]}


def document(node: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Apply → the automatic step → Review by Finance → Done; with `on_failure` a way to Refused besides."""
    steps = [
        {"key": "apply", "name": "Apply", "kind": "start"},
        {"key": "auto", "name": "Machine", "kind": "auto", "node": dict(node)},
        {"key": "review", "name": "Review", "kind": "task", "assignee": {"rule": RULE, "fallback": ["workflow_owner"]}},
        {"key": "done", "name": "Done", "kind": "end"},
    ]
    ways = [
        {"key": "a", "from": "apply", "to": "auto"},
        {"key": "b", "from": "auto", "to": "review"},
        {"key": "c", "from": "review", "to": "done"},
    ]
    if node.get("on_failure"):
        steps.append({"key": "refused", "name": "Refused", "kind": "end"})
        ways.append({"key": node["on_failure"], "from": "auto", "to": "refused"})
    graph = {"schema_version": 1, "steps": steps, "transitions": ways}
    return {
        "schema_version": 1,
        "name": "Machine work",
        "form": {"schema_version": 1, "fields": FIELDS},
        "graph": graph,
    } | more


def publish_node(designer: Any, node: Mapping[str, Any], **more: Any) -> WorkflowDefinition:
    return publish(document(node, **more), designer)


def machine_of(run_id: UUID) -> MachineStep:
    found: MachineStep = MachineStep.objects.select_related("task").get(run_id=run_id)
    return found


def outcomes(run_id: UUID) -> list[str]:
    """How the attempts went."""
    rows = TaskAttempt.objects.filter(machine_step__run_id=run_id)
    return list(rows.order_by("number").values_list("outcome", flat=True))


def let_time_pass(run_id: UUID) -> None:
    """What waits for its time is due now."""
    row = machine_of(run_id)
    MachineStep.objects.filter(id=row.id).update(next_at=row.opened_at)


def work(organisation_id: UUID, most: int = 20) -> int:
    """Do what is due; returns how many steps were taken up."""
    return sum(1 for _ in iter(lambda: work_once(organisation_id), False) if most)


def task_at(run_id: UUID, step: str) -> Task:
    found: Task = Task.objects.filter(run_id=run_id, step=step).latest("opened_at")
    return found
