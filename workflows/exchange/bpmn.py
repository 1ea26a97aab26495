"""A BPMN 2.0 process as a workflow document, with a report of what was not taken or is meant otherwise.

People's tasks, exclusive, parallel and inclusive gateways, timers on tasks, lanes and simple conditions are taken. Where an
exclusive gateway follows a task, the person at the task chooses the way, as everywhere here. What a machine would do stands
as a no-op, so that the picture stays whole.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from forms_builder.schema.document import DocumentError
from workflows.exchange.bpmn_flow import FORKING, PEOPLE, TASKS, Shape, words
from workflows.exchange.bpmn_form import form_of, rule_of
from workflows.exchange.bpmn_xml import NAME, Node, NotBpmn, read
from workflows.graph.definition import DefinitionDocument
from workflows.graph.document import GraphDocument, Step, Transition, problem_message

__all__ = ["Import", "NotBpmn", "import_bpmn", "is_xml"]

REQUESTER: Final = re.compile(r"[$#]\{\s*(initiator|starter|requester|startUser\w*)\s*\}", re.IGNORECASE)
MANAGER: Final[Mapping[str, Any]] = {
    "rule": {"field": "candidate.id", "op": "eq", "value_field": "requester.manager"},
    "fallback": ["manager_of_manager", "workflow_owner"],
}


@dataclass(frozen=True, slots=True)
class Import:
    """The document, and in sentences what was not taken or means something else here."""

    document: DefinitionDocument
    report: tuple[str, ...]


def is_xml(raw: bytes) -> bool:
    """Whether the text could be BPMN and not JSON."""
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def import_bpmn(raw: bytes, *, name: str = "") -> Import:
    """Raises `NotBpmn`. The document may have problems that the lint then tells; it can always be saved as a draft."""
    process = read(raw)
    try:
        writer = _Writer(Shape.of(process))
        graph = writer.graph()
        title = (name or process.name or "Imported workflow")[:NAME]
        document = DefinitionDocument(name=title, description=process.text[:2_000], form=writer.form, graph=graph)
    except (ValidationError, DocumentError) as error:
        wrong = str(error) if isinstance(error, DocumentError) else problem_message(error.errors()[0]["msg"])
        raise NotBpmn(f"It comes to no workflow. Change it where it was drawn: {wrong}"[:500]) from error
    return Import(document, tuple(dict.fromkeys(writer.report)))


class _Writer:
    """The shape as a document."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.nodes = shape.nodes
        self.report = shape.report
        self.keys: dict[str, str] = {}
        self._name_keys()
        self.form = form_of(shape.process, self.keys, self.report, shape.start.id)

    def graph(self) -> GraphDocument:
        return GraphDocument(
            steps=tuple(Step.model_validate(self._step(node)) for node in self.nodes.values()),
            transitions=tuple(Transition.model_validate(one) for one in self._transitions()),
        )

    def _name_keys(self) -> None:
        for node in self.nodes.values():
            plain = re.sub(r"[^a-z0-9]+", "-", (node.name or node.id).lower()).strip("-")[:50] or "step"
            self.keys[node.id] = _free(plain, self.keys.values(), "-")

    def _step(self, node: Node) -> dict[str, Any]:
        kind = self._kind(node)
        names = Counter(one.name for one in self.nodes.values())
        name = node.name or {"start": "Start", "end": "Done", "fork": "At once", "join": "Meet"}.get(kind, "On")
        if not node.name or names[node.name] > 1:
            name = _free(name, self._names_before(node), " ")
        made: dict[str, Any] = {
            "key": self.keys[node.id],
            "name": name,
            "kind": kind,
            "description": node.text[:2_000],
        }
        node.name = made["name"]
        if node.centre is not None:
            made["position"] = {"x": node.centre[0], "y": node.centre[1]}
        if kind == "task":
            made["assignee"] = self._asked(node)
            made["sla"] = self.shape.limits.get(node.id, {})
        return made

    def _names_before(self, node: Node) -> list[str]:
        return [one.name for one in self.nodes.values() if one is not node]

    def _kind(self, node: Node) -> str:
        if node.kind in TASKS:
            return "task"
        if node.kind in ("startEvent", "endEvent"):
            return node.kind.removesuffix("Event")
        if node.kind in FORKING:
            into, out = self.shape.count("target", node.id), self.shape.count("source", node.id)
            return "fork" if out > 1 else "join" if into > 1 else "noop"
        if node.kind != "exclusiveGateway":
            self.report.append(
                f"“{node.name or node.id}” is a {words(node.kind)}, which was not taken; a no-op is in its place."
            )
        return "noop"

    def _asked(self, node: Node) -> dict[str, Any]:
        if REQUESTER.fullmatch(node.assignee):
            return {"rule": "requester"}
        groups = [group for group in node.groups if "{" not in group] or ([node.lane] if node.lane else [])
        if groups:
            who = {"any": [
                {"field": "candidate.roles", "op": "has_any", "value": groups},
                {"field": "candidate.department", "op": "in", "value": groups},
            ]}  # fmt: skip
            return {"rule": who, "mode": "any", "fallback": ["workflow_owner"]}
        named = f" (the file says {node.assignee})" if node.assignee else ""
        self.report.append(f"At “{node.name}” the requester's manager is asked{named}; say who is meant.")
        return dict(MANAGER)

    def _transitions(self) -> Iterator[dict[str, Any]]:
        keys: list[str] = []
        used: set[tuple[str, str]] = set()
        for edge in self.shape.edges:
            source, target = self.nodes[edge.source], self.nodes[edge.target]
            key = _free(f"{self.keys[edge.source]}-to-{self.keys[edge.target]}"[:55], keys, "-")
            keys.append(key)
            name = edge.name
            if (edge.source, (name or target.name).casefold()) in used:
                name = _free(name or target.name, (one for at, one in used if at == edge.source), " ")
            used.add((edge.source, (name or target.name).casefold()))
            made: dict[str, Any] = {
                "key": key,
                "from": self.keys[edge.source],
                "to": self.keys[edge.target],
                "name": name,
            }
            gateway = source.kind not in PEOPLE
            if edge.default and gateway:
                made["otherwise"] = True
            elif edge.condition:
                rule = rule_of(edge.condition, self.form)
                if rule is None:
                    self.report.append(f"The condition {edge.condition} of “{name or target.name}” was not taken.")
                else:
                    made["condition"] = rule
            yield made | ({"return": True} if edge.is_return else {})


def _free(wanted: str, used: Iterable[str], gap: str) -> str:
    """The name, with a number where it is taken; cut so that both have room."""
    taken = {one.casefold() for one in used}
    found, number = wanted, 1
    while found.casefold() in taken:
        number += 1
        found = f"{wanted[: NAME - 6]}{gap}{number}"
    return found
