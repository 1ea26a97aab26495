"""What is wrong with the parameters of automatic steps, as their kinds see it: part of what publishing asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from forms_builder.schema.component import missing_part
from forms_builder.schema.document import FormDocument
from forms_builder.schema.fields import UploadField
from forms_builder.schema.parts import Part
from workflows.graph.automation import SAVED, Job, Node, Pinned, takes_answers
from workflows.graph.contexts import PERSON
from workflows.graph.document import GraphDocument, Step, problem_message, problem_path
from workflows.graph.problems import Problem
from workflows.graph.saved import Piece, pieces_of, setting_place
from workflows.nodes.base import NodeKind
from workflows.nodes.registry import KINDS
from workflows.nodes.templating import ANSWERS, HIDDEN, LINK, ROOTS, THIS

RUN_FACTS = ("id", "number", "title")
WORKFLOW_FACTS = ("id", "name")
ONCE = ("wait", "chain")
"""Kinds that a saved task may hold once: what answers them knows the step, not the link."""


def node_problems(graph: GraphDocument, form: FormDocument) -> list[Problem]:
    """All problems of all automatic steps, each with its place."""
    found: list[Problem] = []
    for row, step in enumerate(graph.steps):
        if step.node is not None:
            found += _of_step(step, step.node, f"steps.{row}.node", graph, form)
    return found


def params_of(job: Job, raw: dict[str, Any]) -> tuple[NodeKind[Any], Any]:
    """The kind of the work, and parameters as the kind reads them. Raises LookupError, ValidationError."""
    kind = KINDS[job.kind]
    return kind, kind.params.model_validate(raw)


@dataclass(frozen=True, slots=True)
class _Spot:
    """The piece of work that is looked at: how it is called, and where its settings stand in the document."""

    step: Step
    node: Node
    piece: Piece
    place: str
    earlier: tuple[str, ...]
    """Keys of the links before it."""

    @property
    def words(self) -> str:
        return f"“{self.step.name}”, {self.piece.name}" if self.piece.name else f"“{self.step.name}”"

    def at(self, path: str) -> str:
        return setting_place(self.node, self.piece, self.place, path)


def _of_step(step: Step, node: Node, place: str, graph: GraphDocument, form: FormDocument) -> Iterator[Problem]:
    if node.kind == SAVED and node.pinned is not None:
        yield from _parameters(step, node.params, node.pinned, place)
    earlier: tuple[str, ...] = ()
    kinds = [piece.job.kind for piece in pieces_of(node)]
    for kind in ONCE:
        if kinds.count(kind) > 1:
            text = f"“{step.name}” does several pieces of the kind {kind}, of which only the first would be done."
            yield Problem("link-not-alone", f"{place}.task", "blocks", text, "Divide it into several steps.")
    for piece in pieces_of(node):
        yield from _of_piece(_Spot(step, node, piece, place, earlier), graph, form)
        earlier = (*earlier, piece.key)


def _parameters(step: Step, said: Mapping[str, Any], task: Pinned, place: str) -> Iterator[Problem]:
    known = {one.name: one for one in task.parameters}
    for name in said:
        if name not in known:
            text = f"“{step.name}” says {name}, which “{task.name}” does not let workflows say."
            yield Problem("unknown-parameter", f"{place}.params.{name}", "blocks", text, "Remove it.")
    for name, one in known.items():
        if one.required and said.get(name) in (None, "", [], {}):
            text = f"“{step.name}” does not say “{one.label}”, which “{task.name}” needs."
            yield Problem("parameter-missing", f"{place}.params.{name}", "blocks", text, "Fill it in.")


def _of_piece(spot: _Spot, graph: GraphDocument, form: FormDocument) -> Iterator[Problem]:
    job, words = spot.piece.job, spot.words
    kind = KINDS.get(job.kind)
    if kind is None:
        text = f"{words} is of the kind {job.kind}, which does not exist."
        place = f"{spot.place}.kind" if spot.node.pinned is None else f"{spot.place}.task"
        yield Problem("unknown-node-kind", place, "blocks", text, f"Use one of {', '.join(KINDS)}.")
        return
    try:
        params: Part = kind.params.model_validate(job.params)
    except ValidationError as error:
        for item in error.errors():
            where = spot.at(problem_path(item["loc"]))
            text = f"{words}: {problem_message(item['msg'])}"
            yield Problem("bad-node-params", where, "blocks", text, "Correct the settings of the step.")
        return
    for path, text in kind.problems(params):
        yield Problem("bad-node-params", spot.at(path), "blocks", f"{words}: {text}", "Correct it.")
    yield from _fields(spot, kind, params, form)
    for path, name in kind.names(params):
        wrong = unknown_name(name, graph, form, spot)
        if not wrong and name.startswith(f"{HIDDEN}.") and not kind.speaks:
            wrong = "secrets can be used in calls only."
        if wrong:
            yield Problem("unknown-variable", spot.at(path), "blocks", f"{words}: {wrong}", "Name a value that exists.")


def _fields(spot: _Spot, kind: NodeKind[Any], params: Part, form: FormDocument) -> Iterator[Problem]:
    for path, name in kind.files(params):
        if not isinstance(form.by_name.get(name), UploadField):
            text = f"{spot.words} needs a file field, and {name} is none."
            yield Problem("no-file-field", spot.at(path), "blocks", text, "Choose a file field of the form.")
    for path, name in kind.writes(params):
        field = form.by_name.get(name)
        if field is None or not takes_answers(field):
            text = f"{spot.words} cannot write the field {name}."
            hint = "Choose a field of the form that takes the answer of a machine: no file and no table."
            yield Problem("unwritable-field", spot.at(path), "blocks", text, hint)


def unknown_name(path: str, graph: GraphDocument, form: FormDocument, spot: _Spot) -> str:
    """Why a placeholder can never have a value, or nothing."""
    root, _, rest = path.partition(".")
    first, _, part = rest.partition(".")
    known: dict[str, Any] = {
        "run": RUN_FACTS,
        "workflow": WORKFLOW_FACTS,
        "requester": tuple(PERSON),
        **dict.fromkeys(ANSWERS, tuple(form.by_name)),
        "context": tuple(_kept_as(graph)),
        "callback": (*(step.key for step in graph.steps if step.node is not None), THIS),
        LINK: spot.earlier,
    }
    if root == HIDDEN:
        return "" if first else "a secret has a name, as in {{ secret.bank }}."
    if root not in ROOTS:
        return f"“{path}” names nothing. It begins with one of {', '.join((*ROOTS, HIDDEN))}."
    if root in known and first not in known[root]:
        some = ", ".join(known[root][:12]) or "nothing"
        return f"“{path}” names nothing. After {root} may come: {some}."
    if root in ANSWERS and (missing := missing_part(form.by_name[first], part)):
        return f"“{path}” names nothing. {missing}"
    return ""


def _kept_as(graph: GraphDocument) -> Iterator[str]:
    for step in graph.steps:
        if step.node is not None:
            yield step.node.save_as or step.key
