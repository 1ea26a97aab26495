"""What is wrong with the parameters of automatic steps, as their kinds see it: part of what publishing asks."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from forms_builder.schema.document import FormDocument
from forms_builder.schema.fields import FileField
from forms_builder.schema.parts import Part
from workflows.graph.automation import NOT_SAVED, Node
from workflows.graph.contexts import PERSON
from workflows.graph.document import GraphDocument, Step, problem_message, problem_path
from workflows.graph.problems import Problem
from workflows.nodes.base import NodeKind
from workflows.nodes.registry import KINDS
from workflows.nodes.templating import HIDDEN, ROOTS

RUN_FACTS = ("id", "number", "title")
WORKFLOW_FACTS = ("id", "name")


def node_problems(graph: GraphDocument, form: FormDocument) -> list[Problem]:
    """All problems of all automatic steps, each with its place."""
    found: list[Problem] = []
    for row, step in enumerate(graph.steps):
        if step.node is not None:
            found += _of_step(step, step.node, f"steps.{row}.node", graph, form)
    return found


def params_of(node: Node, raw: dict[str, Any]) -> tuple[NodeKind[Any], Any]:
    """The kind of the node, and parameters as the kind reads them. Raises LookupError, ValidationError."""
    kind = KINDS[node.kind]
    return kind, kind.params.model_validate(raw)


def _of_step(step: Step, node: Node, place: str, graph: GraphDocument, form: FormDocument) -> Iterator[Problem]:
    kind = KINDS.get(node.kind)
    if kind is None:
        text = f"“{step.name}” is of the kind {node.kind}, which does not exist."
        yield Problem("unknown-node-kind", f"{place}.kind", "blocks", text, f"Use one of {', '.join(KINDS)}.")
        return
    try:
        params: Part = kind.params.model_validate(node.params)
    except ValidationError as error:
        for item in error.errors():
            where = f"{place}.params.{problem_path(item['loc'])}".rstrip(".")
            text = f"“{step.name}”: {problem_message(item['msg'])}"
            yield Problem("bad-node-params", where, "blocks", text, "Correct the settings of the step.")
        return
    for path, text in kind.problems(params):
        yield Problem("bad-node-params", f"{place}.params.{path}", "blocks", f"“{step.name}”: {text}", "Correct it.")
    yield from _fields(step, kind, params, place, form)
    for path, name in kind.names(params):
        wrong = unknown_name(name, graph, form)
        if not wrong and name.startswith(f"{HIDDEN}.") and not kind.speaks:
            wrong = "secrets can be used in calls only."
        if wrong:
            where = f"{place}.params.{path}".rstrip(".")
            yield Problem("unknown-variable", where, "blocks", f"“{step.name}”: {wrong}", "Name a value that exists.")


def _fields(step: Step, kind: NodeKind[Any], params: Part, place: str, form: FormDocument) -> Iterator[Problem]:
    for path, name in kind.files(params):
        if not isinstance(form.by_name.get(name), FileField):
            text = f"“{step.name}” needs a file field, and {name} is none."
            yield Problem("no-file-field", f"{place}.params.{path}", "blocks", text, "Choose a file field of the form.")
    for path, name in kind.writes(params):
        field = form.by_name.get(name)
        if field is None or isinstance(field, NOT_SAVED):
            text = f"“{step.name}” cannot write the field {name}."
            hint = "Choose a field of the form that is no file and no table."
            yield Problem("unwritable-field", f"{place}.params.{path}", "blocks", text, hint)


def unknown_name(path: str, graph: GraphDocument, form: FormDocument) -> str:
    """Why a placeholder can never have a value, or nothing."""
    root, _, rest = path.partition(".")
    first = rest.partition(".")[0]
    known: dict[str, Any] = {
        "run": RUN_FACTS,
        "workflow": WORKFLOW_FACTS,
        "requester": tuple(PERSON),
        "record": tuple(form.by_name),
        "context": tuple(_kept_as(graph)),
        "callback": tuple(step.key for step in graph.steps if step.node is not None),
    }
    if root == HIDDEN:
        return "" if first else "a secret has a name, as in {{ secret.bank }}."
    if root not in ROOTS:
        return f"“{path}” names nothing. It begins with one of {', '.join((*ROOTS, HIDDEN))}."
    if root in known and first not in known[root]:
        some = ", ".join(known[root][:12]) or "nothing"
        return f"“{path}” names nothing. After {root} may come: {some}."
    return ""


def _kept_as(graph: GraphDocument) -> Iterator[str]:
    for step in graph.steps:
        if step.node is not None:
            yield step.node.save_as or step.key
