"""A BPMN 2.0 process as a workflow document, with a report of what was not taken or is meant otherwise.

People's tasks, exclusive, parallel and inclusive gateways, timers on tasks, lanes and simple conditions are taken. Where an
exclusive gateway follows a task, the person at the task chooses the way, as everywhere here. What a machine would do stands
as a no-op, so that the picture stays whole.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from forms_builder.schema.document import FormDocument
from workflows.exchange.bpmn_form import form_of, rule_of
from workflows.exchange.bpmn_xml import Flow, Node, NotBpmn, Process, read
from workflows.graph.definition import DefinitionDocument
from workflows.graph.document import GraphDocument, Step, Transition

__all__ = ["Import", "NotBpmn", "import_bpmn", "is_xml"]

TASKS: Final = frozenset({"userTask", "manualTask", "task"})
FORKING: Final = frozenset({"parallelGateway", "inclusiveGateway"})
DURATION: Final = re.compile(r"P(?:(\d{1,3})W|(\d{1,3})D|T(\d{1,3})H|T(\d{1,4})M)")
UNITS: Final = ("w", "d", "h", "m")
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
    reader = _Reader(process)
    graph = reader.graph()
    title = (name or process.name or "Imported workflow")[:120]
    document = DefinitionDocument(name=title, description=process.text[:2_000], form=reader.form, graph=graph)
    return Import(document, tuple(dict.fromkeys(reader.report)))


@dataclass(frozen=True, slots=True)
class _Edge:
    """A way in the making; `default` is the one taken where no condition holds."""

    source: str
    target: str
    name: str = ""
    condition: str = ""
    default: bool = False
    is_return: bool = False


@dataclass(slots=True)
class _Reader:
    process: Process
    report: list[str] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[_Edge] = field(default_factory=list)
    limits: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    form: FormDocument = field(default_factory=FormDocument)

    def graph(self) -> GraphDocument:
        self._tell_left_out()
        self.nodes = {node.id: node for node in self.process.nodes.values() if node.kind != "boundaryEvent"}
        self.edges = [_edge(flow, self.process.nodes) for flow in self.process.flows if self._leads(flow)]
        self._one_start()
        self._boundaries()
        self._split_both_ways()
        self._forks_without_gateway()
        self._choices_of_people()
        self._drop_unreached()
        self._close_ends()
        self._returns()
        self._name_keys()
        self.form = form_of(self.process, self.keys, self.report, self._start().id)
        return GraphDocument(
            steps=tuple(Step.model_validate(self._step(node)) for node in self.nodes.values()),
            transitions=tuple(Transition.model_validate(one) for one in self._transitions()),
        )

    def _tell(self, text: str) -> None:
        self.report.append(text)

    def _tell_left_out(self) -> None:
        for kind, count in self.process.left_out.items():
            self._tell(f"{count} {kind} {'was' if count == 1 else 'were'} not taken.")
        if self.process.other_processes:
            self._tell(f"Only the first process was taken; the file has {self.process.other_processes} more.")

    def _leads(self, flow: Flow) -> bool:
        known = flow.source in self.process.nodes and flow.target in self.process.nodes
        if not known:
            self._tell(f"The flow {flow.id} leads from or to something that is not there; it was not taken.")
        return known

    def _start(self) -> Node:
        return next(node for node in self.nodes.values() if node.kind == "startEvent")

    def _one_start(self) -> None:
        starts = [node for node in self.nodes.values() if node.kind == "startEvent"]
        if not starts:
            first = next((key for key in self.nodes if not any(edge.target == key for edge in self.edges)), None)
            first = first or next(iter(self.nodes))
            self._tell("The process has no start event; one was added.")
            self.nodes = {"start": Node("start", "startEvent", "Start"), **self.nodes}
            self.edges.insert(0, _Edge("start", first))
            return
        for node in starts:
            if node.events:
                self._tell(f"“{node.name or node.id}” starts by {_words(node.events[0])}; here a person starts it.")
        for node in starts[1:]:
            self._tell(f"The start “{node.name or node.id}” was not taken: a workflow has one.")
            del self.nodes[node.id]
        self.edges = [edge for edge in self.edges if edge.source in self._known() and edge.target in self._known()]

    def _known(self) -> set[str]:
        boundaries = {node.id for node in self.process.nodes.values() if node.kind == "boundaryEvent"}
        return self.nodes.keys() | boundaries

    def _boundaries(self) -> None:
        """Timers on tasks become time limits; with a way of their own the task is decided so when they are due."""
        for node in [one for one in self.process.nodes.values() if one.kind == "boundaryEvent"]:
            ways = [edge for edge in self.edges if edge.source == node.id]
            self.edges = [edge for edge in self.edges if edge.source != node.id]
            host = self.nodes.get(node.attached_to)
            period = _period(node.duration)
            if "timerEventDefinition" not in node.events or host is None or host.kind not in TASKS or not period:
                self._tell(f"The event “{node.name or node.id}” at “{host.name if host else '?'}” was not taken.")
                continue
            limit: dict[str, Any] = {"mode": "own", "period": period}
            if ways and node.interrupting:
                way = replace(ways[0], source=host.id, name=ways[0].name or node.name or "Time is up")
                self.edges.append(way)
                limit["rungs"] = [{"do": "decide", "transition": way.name}]
            elif ways:
                self._tell(f"The timer “{node.name or node.id}” only warns here; what it starts was not taken.")
                limit["rungs"] = [{"do": "tell"}]
            self.limits[host.id] = limit

    def _split_both_ways(self) -> None:
        """A parallel gateway that joins and forks becomes a join and a fork."""
        for node in [one for one in self.nodes.values() if one.kind in FORKING]:
            if self._count("target", node.id) > 1 and self._count("source", node.id) > 1:
                fork = f"{node.id}-fork"
                self.nodes[fork] = replace(node, id=fork, name="")
                self.edges = [replace(edge, source=fork) if edge.source == node.id else edge for edge in self.edges]
                self.edges.append(_Edge(node.id, fork))

    def _forks_without_gateway(self) -> None:
        """Several flows out of a task run at once in BPMN; here they would be a choice, so a fork goes between."""
        for node in [one for one in self.nodes.values() if one.kind in TASKS | {"startEvent"}]:
            timed = {rung.get("transition") for rung in self.limits.get(node.id, {}).get("rungs", ())}
            ways = [edge for edge in self.edges if edge.source == node.id and edge.name not in timed - {None}]
            if len(ways) > 1:
                fork = f"{node.id}-fork"
                self.nodes[fork] = Node(fork, "inclusiveGateway", "")
                self.edges = [replace(edge, source=fork) if edge in ways else edge for edge in self.edges]
                self.edges.append(_Edge(node.id, fork))

    def _choices_of_people(self) -> None:
        """An exclusive gateway behind a task is the choice of the person there; elsewhere its conditions choose."""
        for _ in range(len(self.nodes)):
            found = next(filter(None, map(self._chosen_at, self.nodes.values())), None)
            if found is None:
                return
            before, gateway = found
            ways = [edge for edge in self.edges if edge.source == gateway]
            made = [
                replace(way, source=before.source, name=way.name or (before.name if len(ways) == 1 else ""))
                for way in ways
            ]
            self.edges.remove(before)
            self.edges += [edge for edge in made if edge not in self.edges]
            if not any(edge.target == gateway for edge in self.edges):
                self.edges = [edge for edge in self.edges if edge.source != gateway]
                del self.nodes[gateway]

    def _chosen_at(self, gateway: Node) -> tuple[_Edge, str] | None:
        if gateway.kind not in ("exclusiveGateway", "eventBasedGateway", "complexGateway"):
            return None
        people = TASKS | {"startEvent"}
        into = (edge for edge in self.edges if edge.target == gateway.id and self.nodes[edge.source].kind in people)
        edge = next(into, None)
        return (edge, gateway.id) if edge else None

    def _close_ends(self) -> None:
        for node in list(self.nodes.values()):
            if node.kind != "endEvent" and not any(edge.source == node.id for edge in self.edges):
                end = f"{node.id}-end"
                self.nodes[end] = Node(end, "endEvent", "Done")
                self.edges.append(_Edge(node.id, end))

    def _drop_unreached(self) -> None:
        reached, todo = set[str](), [self._start().id]
        while todo:
            key = todo.pop()
            if key not in reached:
                reached.add(key)
                todo += [edge.target for edge in self.edges if edge.source == key]
        for key in [key for key in self.nodes if key not in reached]:
            self._tell(f"“{self.nodes[key].name or key}” was not taken: nothing leads to it.")
            del self.nodes[key]
        self.edges = [edge for edge in self.edges if edge.source in reached]

    def _returns(self) -> None:
        """Ways that close a circle are ways back; only people can go back."""
        kept: list[_Edge] = []
        depth = self._depths()
        for edge in sorted(self.edges, key=lambda edge: depth[edge.target] <= depth[edge.source]):
            if not self._leads_to(kept, edge.target, edge.source):
                kept.append(edge)
            elif self.nodes[edge.source].kind in TASKS:
                kept.append(replace(edge, is_return=True))
            else:
                names = (self.nodes[key].name or key for key in (edge.source, edge.target))
                self._tell("The way from “{}” back to “{}” was not taken: only people go back.".format(*names))
        self.edges = kept

    def _depths(self) -> dict[str, int]:
        """How many ways each node is from the start at least: what leads nearer to it is more likely a way back."""
        found, todo = {self._start().id: 0}, [self._start().id]
        for key in todo:
            for edge in self.edges:
                if edge.source == key and edge.target not in found:
                    found[edge.target] = found[key] + 1
                    todo.append(edge.target)
        return found

    def _leads_to(self, edges: Iterable[_Edge], first: str, last: str) -> bool:
        forward = [edge for edge in edges if not edge.is_return]
        seen, todo = set[str](), [first]
        while todo:
            key = todo.pop()
            if key == last:
                return True
            if key not in seen:
                seen.add(key)
                todo += [edge.target for edge in forward if edge.source == key]
        return False

    def _count(self, end: str, key: str) -> int:
        return sum(getattr(edge, end) == key for edge in self.edges)

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
            "name": name[:120],
            "kind": kind,
            "description": node.text[:2_000],
        }
        node.name = made["name"]
        if node.centre is not None:
            made["position"] = {"x": node.centre[0], "y": node.centre[1]}
        if kind == "task":
            made["assignee"] = self._asked(node)
            made["sla"] = self.limits.get(node.id, {})
        return made

    def _names_before(self, node: Node) -> list[str]:
        return [one.name for one in self.nodes.values() if one is not node]

    def _kind(self, node: Node) -> str:
        if node.kind in TASKS:
            return "task"
        if node.kind in ("startEvent", "endEvent"):
            return node.kind.removesuffix("Event")
        if node.kind in FORKING:
            into, out = self._count("target", node.id), self._count("source", node.id)
            return "fork" if out > 1 else "join" if into > 1 else "noop"
        if node.kind != "exclusiveGateway":
            self._tell(
                f"“{node.name or node.id}” is a {_words(node.kind)}, which was not taken; a no-op is in its place."
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
        self._tell(f"At “{node.name}” the requester's manager is asked{named}; say who is meant.")
        return dict(MANAGER)

    def _transitions(self) -> Iterator[dict[str, Any]]:
        keys: list[str] = []
        used: set[tuple[str, str]] = set()
        for edge in self.edges:
            source, target = self.nodes[edge.source], self.nodes[edge.target]
            key = _free(f"{self.keys[edge.source]}-to-{self.keys[edge.target]}"[:55], keys, "-")
            keys.append(key)
            name = edge.name[:120]
            if (edge.source, (name or target.name).casefold()) in used:
                name = _free(name or target.name, (one for at, one in used if at == edge.source), " ")
            used.add((edge.source, (name or target.name).casefold()))
            made: dict[str, Any] = {
                "key": key,
                "from": self.keys[edge.source],
                "to": self.keys[edge.target],
                "name": name,
            }
            gateway = source.kind not in TASKS | {"startEvent"}
            if edge.default and gateway:
                made["otherwise"] = True
            elif edge.condition:
                rule = rule_of(edge.condition, self.form)
                if rule is None:
                    self._tell(f"The condition {edge.condition} of “{name or target.name}” was not taken.")
                else:
                    made["condition"] = rule
            yield made | ({"return": True} if edge.is_return else {})


def _edge(flow: Flow, nodes: Mapping[str, Node]) -> _Edge:
    return _Edge(flow.source, flow.target, flow.name, flow.condition, nodes[flow.source].default == flow.id)


def _period(duration: str) -> str:
    match = DURATION.fullmatch(duration)
    return (
        next((f"{int(amount)}{unit}" for amount, unit in zip(match.groups(), UNITS, strict=True) if amount), "")
        if match
        else ""
    )


def _free(wanted: str, used: Iterable[str], gap: str) -> str:
    taken = {one.casefold() for one in used}
    if wanted.casefold() not in taken:
        return wanted
    number = 2
    while f"{wanted}{gap}{number}".casefold() in taken:
        number += 1
    return f"{wanted}{gap}{number}"


def _words(name: str) -> str:
    """ "serviceTask" as "service task" """
    return re.sub(r"([A-Z])", lambda match: f" {match[1].lower()}", name.removesuffix("EventDefinition")).strip()
