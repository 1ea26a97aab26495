"""Graphs to look at: the document of a version, and how far a request has come in it."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from threading import Lock
from typing import Any, Final
from uuid import UUID

from forms_builder.schema.document import FormDocument
from workflows.graph.compiled import CompiledTransition
from workflows.graph.document import GraphDocument
from workflows.graph.layout import Direction
from workflows.graph.outline import Progress
from workflows.graph.paint import Painted
from workflows.graph.svg import graph_svg
from workflows.models import FINAL_RUN, TaskState, TransitionLog, VersionState, WorkflowVersion
from workflows.selectors.runs import RunView, waiting_joins

KEPT: Final = 256
_kept: OrderedDict[UUID, GraphDocument] = OrderedDict()
_lock = Lock()


def graph_of(version: WorkflowVersion) -> GraphDocument:
    """The graph of a version that the caller may see. A published one never changes, so it is read once per process."""
    if version.state == VersionState.DRAFT:
        return GraphDocument.load(version.graph)
    with _lock:
        found = _kept.get(version.id)
        if found is not None:
            _kept.move_to_end(version.id)
            return found
    made = GraphDocument.load(version.graph)
    with _lock:
        _kept[version.id] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def path_svg(view: RunView, log: Sequence[TransitionLog]) -> str:
    """The graph of the request's version with the path that was taken, as markup with everything in it escaped."""
    return graph_svg(
        graph_of(view.run.version),
        title=f"Path of request {view.run.number}",
        ident="path",
        direction=Direction.DOWN,
        progress=_progress(view, log),
        form=trimmed(view.definition.form, view.readable),
    )


def figures_svg(
    version: WorkflowVersion,
    overlay: Mapping[str, Mapping[str, Mapping[str, Any]]],
    way: Direction,
    title: str = "Figures on the steps",
) -> str:
    """The graph of a version with figures on it, as markup with everything in it escaped; two ways may stand in one page."""
    return graph_svg(
        graph_of(version),
        title=title,
        ident=f"figures-{way.value}",
        direction=way,
        paint=Painted.of(overlay),
    )


def trimmed(form: FormDocument, readable: Collection[str]) -> FormDocument:
    """The form with the fields that somebody may read: a rule about another one is then told as one that cannot be read."""
    if len(readable) == len(form.fields):
        return form
    return FormDocument(title=form.title, fields=tuple(field for field in form.fields if field.name in readable))


def _progress(view: RunView, log: Sequence[TransitionLog]) -> Progress:
    gone = _gone_ways(view, log)
    waiting = frozenset(waiting_joins(view))
    stuck = {task.step for task in view.tasks if task.is_stuck and view.run.status not in FINAL_RUN}
    current = frozenset(task.step for task in view.open_tasks) | waiting | stuck
    done = {task.step for task in view.tasks if task.state == TaskState.SUCCESS}
    passed = {step.key for way in gone for step in (way.source, way.target) if step.kind.is_gateway or step.is_end}
    latest = {task.step: task for task in view.tasks}
    skipped = frozenset(key for key, task in latest.items() if task.state == TaskState.SKIPPED and not task.superseded)
    taken = frozenset((way.source.key, way.target.key) for way in gone)
    return Progress(current, frozenset(done | passed) - waiting, taken, skipped)


def _gone_ways(view: RunView, log: Sequence[TransitionLog]) -> list[CompiledTransition]:
    """The ways that were gone: those behind gateways are told by the history."""
    graph = view.definition.graph
    keys = {key for row in log for key in row.detail.get("trail", ())}
    found = [way for key in graph.steps for way in graph.transitions_from(key) if way.key in keys] if keys else []
    for task in view.tasks:
        if task.state == TaskState.SUCCESS:
            found += [way for way in graph.ways_called(task.step, task.transition) if way.key not in keys]
    return found
