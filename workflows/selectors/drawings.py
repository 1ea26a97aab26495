"""Graphs to look at: the document of a version, and how far a request has come in it."""

from collections import OrderedDict
from collections.abc import Collection
from threading import Lock
from typing import Final
from uuid import UUID

from forms_builder.schema.document import FormDocument
from workflows.graph.compiled import NoSuchTransition
from workflows.graph.document import GraphDocument
from workflows.graph.layout import Direction
from workflows.graph.outline import Progress
from workflows.graph.svg import graph_svg
from workflows.models import TaskState, VersionState, WorkflowVersion
from workflows.selectors.runs import RunView

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


def path_svg(view: RunView) -> str:
    """The graph of the request's version with the path that was taken, as markup with everything in it escaped."""
    return graph_svg(
        graph_of(view.run.version),
        title=f"Path of request {view.run.number}",
        ident="path",
        direction=Direction.DOWN,
        progress=_progress(view),
        form=trimmed(view.definition.form, view.readable),
    )


def trimmed(form: FormDocument, readable: Collection[str]) -> FormDocument:
    """The form with the fields that somebody may read: a rule about another one is then told as one that cannot be read."""
    if len(readable) == len(form.fields):
        return form
    return FormDocument(title=form.title, fields=tuple(field for field in form.fields if field.name in readable))


def _progress(view: RunView) -> Progress:
    graph, taken, reached = view.definition.graph, set(), set()
    for task in view.tasks:
        if task.state != TaskState.SUCCESS:
            continue
        try:
            target = graph.transition(task.step, task.transition).target
        except NoSuchTransition:
            continue
        taken.add((task.step, target.key))
        if target.is_end:
            reached.add(target.key)
    visited = {task.step for task in view.tasks if task.state == TaskState.SUCCESS} | reached
    return Progress(frozenset(task.step for task in view.open_tasks), frozenset(visited), frozenset(taken))
