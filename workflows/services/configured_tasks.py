"""The organisation's own library of automatic steps: a kind with its settings filled in, or several in a row."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from pydantic import TypeAdapter, ValidationError

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import Invalid, NotFound
from forms_builder.schema.parts import has_unstorable
from workflows import policies
from workflows.graph.automation import Node
from workflows.graph.document import problem_message, problem_path
from workflows.machine_events import ConfiguredTaskDeleted, ConfiguredTaskSaved
from workflows.models import ConfiguredTask
from workflows.nodes.lint import params_of
from workflows.nodes.registry import KINDS

MOST_IN_A_ROW: Final = 10
_NODES: Final = TypeAdapter(tuple[Node, ...])


class ConfiguredTaskNotFound(NotFound):
    code = "configured_task.not_found"


@transaction.atomic
def configured_task_save(
    *,
    actor: Membership,
    name: str,
    nodes: Any,
    description: str = "",
    task_id: UUID | None = None,
    at: datetime | None = None,
) -> ConfiguredTask:
    """Keep one or more `node` parts under a name, new or in the place of ``task_id``.

    Raises ConfiguredTaskNotFound, Denied (``configured_task.save.denied``), Invalid at ``name`` or ``nodes.<n>.<path>``.
    """
    policies.configured_tasks.require(actor, "save")
    wrong = _wrong(nodes)
    if not name.strip() or len(name) > 120 or has_unstorable(name + description):
        wrong["name"] = ["Give it a name of at most 120 characters."]
    if wrong:
        raise Invalid(wrong)
    moment = at or timezone.now()
    row = _locked(actor.organisation_id, task_id) if task_id else None
    if row is None:
        row = ConfiguredTask(organisation_id=actor.organisation_id, created_at=moment, created_by_id=actor.id)
    row.name, row.description, row.nodes = name.strip(), description, nodes
    row.touch(actor.id, moment)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Invalid({"name": ["There is one of this name already."]}) from error
    kinds = tuple(one["kind"] for one in nodes)
    event = ConfiguredTaskSaved(subject_id=row.id, name=row.name, node_kinds=kinds, by_id=actor.id, by_name=actor.name)
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return row


@transaction.atomic
def configured_task_delete(*, actor: Membership, task_id: UUID, at: datetime | None = None) -> None:
    """Workflows that were made with it keep what they have. Raises ConfiguredTaskNotFound, Denied."""
    row = _locked(actor.organisation_id, task_id)
    policies.configured_tasks.require(actor, "save", row)
    kinds = tuple(one["kind"] for one in row.nodes)
    event = ConfiguredTaskDeleted(
        subject_id=row.id, name=row.name, node_kinds=kinds, by_id=actor.id, by_name=actor.name
    )
    row.delete()
    record(event, actor=actor, organisation_id=actor.organisation_id, at=at or timezone.now())


def _locked(organisation_id: UUID, task_id: UUID) -> ConfiguredTask:
    rows = ConfiguredTask.objects.select_for_update().filter(organisation_id=organisation_id, id=task_id)
    found: ConfiguredTask | None = rows.first()
    if found is None:
        raise ConfiguredTaskNotFound
    return found


def _wrong(nodes: Any) -> dict[str, list[str]]:
    """Everything that is wrong with the parts, by place."""
    if not isinstance(nodes, list) or not 1 <= len(nodes) <= MOST_IN_A_ROW:
        return {"nodes": [f"A list of one to {MOST_IN_A_ROW} parts, each with kind and params."]}
    try:
        parsed = _NODES.validate_python(nodes)
    except ValidationError as error:
        return _places("nodes", error)
    found: dict[str, list[str]] = {}
    for row, node in enumerate(parsed):
        found |= _wrong_with(node, f"nodes.{row}")
    return found


def _wrong_with(node: Node, place: str) -> dict[str, list[str]]:
    if node.kind not in KINDS:
        return {f"{place}.kind": [f"Use one of {', '.join(KINDS)}."]}
    try:
        kind, params = params_of(node, node.params)
    except ValidationError as error:
        return _places(f"{place}.params", error)
    return {f"{place}.params.{path}": [text] for path, text in kind.problems(params)}


def _places(place: str, error: ValidationError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in error.errors():
        path = f"{place}.{problem_path(item['loc'])}".rstrip(".")
        found.setdefault(path, []).append(problem_message(item["msg"]))
    return found
