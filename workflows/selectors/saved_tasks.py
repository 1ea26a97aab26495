"""Saved tasks that workflows may use, the organisation's own and those of the product, and what is wrong with their use."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from workflows.graph.automation import SAVED, SHIPPED, Node, Pinned
from workflows.graph.document import GraphDocument, Step
from workflows.graph.problems import Problem
from workflows.library.saved_tasks import shipped_tasks
from workflows.models import ConfiguredTask


@dataclass(frozen=True, slots=True)
class SavedTask:
    """One that a step may name by ``key``. ``id`` is None where it comes with the product."""

    key: str
    description: str
    content: Pinned
    id: UUID | None = None

    @property
    def name(self) -> str:
        return self.content.name


def saved_tasks(organisation_id: UUID) -> list[SavedTask]:
    """All of them, the organisation's own first, by name. One query."""
    return [*_own(organisation_id, None).values(), *sorted(_shipped().values(), key=lambda one: one.name)]


def saved_among(organisation_id: UUID, keys: Collection[str]) -> dict[str, SavedTask]:
    """Those of the keys that there are. One query, none where all come with the product."""
    found = {key: one for key, one in _shipped().items() if key in keys}
    own = [key for key in keys if not key.startswith(SHIPPED)]
    return found | (_own(organisation_id, own) if own else {})


def with_saved(organisation_id: UUID, graph: GraphDocument) -> GraphDocument:
    """The graph with the saved tasks in it that are not pinned yet, as they are now. One query, none without such steps."""
    wanted = {node.task for _, node in _using(graph) if node.pinned is None and node.task}
    known = saved_among(organisation_id, wanted) if wanted else {}
    if not known:
        return graph
    return graph.model_copy(update={"steps": tuple(_pinned(step, known) for step in graph.steps)})


def saved_in_json(organisation_id: UUID, graph: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a stored document, left as it was where nothing is to be pinned."""
    nodes = (step.get("node") or {} for step in graph.get("steps", ()))
    if not any(node.get("kind") == SAVED and not node.get("pinned") for node in nodes):
        return dict(graph)
    return with_saved(organisation_id, GraphDocument.load(graph)).to_json()


def saved_problems(organisation_id: UUID, graph: GraphDocument) -> list[Problem]:
    """Saved tasks that are gone, or that have changed since they came into the draft. One query, none without any."""
    used = list(_using(graph))
    known = saved_among(organisation_id, {node.task for _, node in used if node.task}) if used else {}
    rows = {step.key: row for row, step in enumerate(graph.steps)}
    return [
        problem
        for step, node in used
        if (problem := _problem(step, node, known.get(node.task or ""), f"steps.{rows[step.key]}.node.task"))
    ]


def _problem(step: Step, node: Node, now: SavedTask | None, place: str) -> Problem | None:
    if node.task is None:
        return None  # the lint says so
    if node.pinned is None:
        text = f"“{step.name}” does the saved task {node.task}, which does not exist."
        hint = "Choose another one, or save it again under this key."
        return None if now else Problem("saved-task-missing", place, "blocks", text, hint)
    if now is None:
        text = f"The saved task {node.task} of “{step.name}” does not exist here any more."
        hint = "The step goes on as it was taken over. Choose another one if it should not."
        return Problem("saved-task-gone", place, "warns", text, hint)
    if (now.content.links, now.content.parameters) == (node.pinned.links, node.pinned.parameters):
        return None
    text = f"“{now.name}” has changed since “{step.name}” took it over."
    hint = "The step goes on as it was taken over. Take it over again if it should change too."
    return Problem("saved-task-changed", place, "warns", text, hint)


def _using(graph: GraphDocument) -> Iterator[tuple[Step, Node]]:
    return ((step, step.node) for step in graph.steps if step.node is not None and step.node.kind == SAVED)


def _pinned(step: Step, known: Mapping[str, SavedTask]) -> Step:
    node = step.node
    found = known.get(node.task or "") if node is not None and node.kind == SAVED and node.pinned is None else None
    if node is None or found is None:
        return step
    return step.model_copy(update={"node": node.model_copy(update={"pinned": found.content})})


def _shipped() -> dict[str, SavedTask]:
    return {key: SavedTask(key, description, content) for key, (description, content) in shipped_tasks().items()}


def _own(organisation_id: UUID, keys: Collection[str] | None) -> dict[str, SavedTask]:
    rows = ConfiguredTask.objects.filter(organisation_id=organisation_id)
    if keys is not None:
        rows = rows.filter(key__in=keys)
    found = {row.key: _read(row) for row in rows.order_by("name", "id")}
    return {key: one for key, one in found.items() if one is not None}


def _read(row: ConfiguredTask) -> SavedTask | None:
    """None for one that an earlier version of the product kept and that nobody can do any more."""
    raw = {"name": row.name, "edition": row.edition, "links": row.nodes, "parameters": row.parameters}
    try:
        return SavedTask(row.key, row.description, Pinned.model_validate(raw), row.id)
    except ValidationError:
        return None
