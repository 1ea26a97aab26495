"""A workflow whose requests go two ways at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Membership
from tests.factories.workflows import MONDAY, run_of
from tests.workflows.graph.forks import opened
from workflows.models import Task
from workflows.services.tasks import TaskResult, task_complete

HR = {"field": "candidate.department", "op": "eq", "value": "HR"}
FIN = {"field": "candidate.department", "op": "eq", "value": "FIN"}
ENG = {"field": "candidate.department", "op": "eq", "value": "ENG"}
DEAR = {"field": "record.amount", "op": "gt", "value": 1000}
FIELDS = [
    {"name": "amount", "type": "number", "label": "Amount", "default_access": "read", "access": {"ask": "required"}},
    {
        "name": "advice", "type": "text", "label": "Advice", "default_access": "read",
        "access": {"ask": "hidden", "law": "write"},
    },
]  # fmt: skip


def contract(**join: Any) -> dict[str, Any]:
    """Ask, check by engineering, then law (HR) and, when it is dear, money (finance) at once, sign by engineering."""
    graph = opened("law", "money", join=join or None)
    who = {"check": ENG, "law": HR, "money": FIN, "sign": ENG}
    for step in graph["steps"]:
        if step["key"] in who:
            step["assignee"] = {"rule": who[step["key"]], "mode": "one", "fallback": ["workflow_owner"]}
    for way in graph["transitions"]:
        if way["key"] == "split-to-money":
            way["condition"] = DEAR
    form = {"schema_version": 1, "title": "Contract", "fields": FIELDS, "layout": []}
    return {"name": "Contract", "group": "Legal", "form": form, "graph": graph}


def open_steps(run_id: UUID) -> set[str]:
    return set(Task.objects.filter(run_id=run_id, state="waiting").values_list("step", flat=True))


def decide_at(
    run_id: UUID, step: str, actor: Membership, transition: str, *, at: datetime = MONDAY, **more: Any
) -> TaskResult:
    """Decide the open task of one of the branches."""
    task = Task.objects.get(run_id=run_id, step=step, state="waiting")
    return task_complete(task_id=task.id, actor=actor, transition=transition, at=at, **more)


def tokens_of(run_id: UUID) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = run_of(run_id).tokens
    return found
