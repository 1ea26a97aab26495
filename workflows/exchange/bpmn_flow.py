"""The flow of a BPMN process rewritten into the ways of a workflow."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from workflows.exchange.bpmn_xml import Flow, Node, NotBpmn, Process

TASKS: Final = frozenset({"userTask", "manualTask", "task"})
PEOPLE: Final = TASKS | {"startEvent"}
CHOOSING: Final = frozenset({"exclusiveGateway", "eventBasedGateway", "complexGateway"})
MOST_WAYS: Final = 2_000
FORKING: Final = frozenset({"parallelGateway", "inclusiveGateway"})
DURATION: Final = re.compile(r"P(?:(\d{1,3})W|(\d{1,3})D|T(\d{1,3})H|T(\d{1,4})M)")
UNITS: Final = ("w", "d", "h", "m")


@dataclass(frozen=True, slots=True)
class Edge:
    """A way in the making; `default` is the one taken where no condition holds."""

    source: str
    target: str
    name: str = ""
    condition: str = ""
    default: bool = False
    is_return: bool = False


@dataclass(slots=True)
class Shape:
    """The nodes and ways as a workflow has them: one start, ends everywhere, ways back marked, gateways that choose gone
    where a person chooses. `limits` are the time limits of tasks, `report` what was not taken."""

    process: Process
    report: list[str] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    limits: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, process: Process) -> "Shape":
        made = cls(process)
        made._tell_left_out()
        made.nodes = {node.id: node for node in process.nodes.values() if node.kind != "boundaryEvent"}
        made.edges = [_edge(flow, process.nodes) for flow in process.flows if made._leads(flow)]
        made._one_start()
        made._boundaries()
        made._split_both_ways()
        made._forks_without_gateway()
        made._choices_of_people()
        made._drop_unreached()
        made._close_ends()
        made._returns()
        return made

    @property
    def start(self) -> Node:
        return next(node for node in self.nodes.values() if node.kind == "startEvent")

    def count(self, end: str, key: str) -> int:
        """How many ways have the node as their `source` or `target`."""
        return sum(getattr(edge, end) == key for edge in self.edges)

    def _tell(self, text: str) -> None:
        self.report.append(text)

    def _tell_left_out(self) -> None:
        for kind, count in self.process.left_out.items():
            self._tell(f"{count} {kind} {'was' if count == 1 else 'were'} not taken.")
        if self.process.other_processes:
            self._tell(f"Only the first process was taken; the file has {self.process.other_processes} more.")

    def _leads(self, flow: Flow) -> bool:
        nodes = self.process.nodes
        known = flow.source in nodes and flow.target in nodes and nodes[flow.target].kind != "boundaryEvent"
        if not known:
            self._tell(
                f"The flow {flow.id} leads from or to something that is not there, or no step; it was not taken."
            )
        return known

    def _one_start(self) -> None:
        starts = [node for node in self.nodes.values() if node.kind == "startEvent"]
        if not starts:
            first = next((key for key in self.nodes if not any(edge.target == key for edge in self.edges)), None)
            first = first or next(iter(self.nodes))
            self._tell("The process has no start event; one was added.")
            self.nodes = {"start": Node("start", "startEvent", "Start"), **self.nodes}
            self.edges.insert(0, Edge("start", first))
            return
        for node in starts:
            if node.events:
                self._tell(f"“{node.name or node.id}” starts by {words(node.events[0])}; here a person starts it.")
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
            if self.count("target", node.id) > 1 and self.count("source", node.id) > 1:
                fork = f"{node.id}-fork"
                self.nodes[fork] = replace(node, id=fork, name="")
                self.edges = [replace(edge, source=fork) if edge.source == node.id else edge for edge in self.edges]
                self.edges.append(Edge(node.id, fork))

    def _forks_without_gateway(self) -> None:
        """Several flows out of a task run at once in BPMN; here they would be a choice, so a fork goes between."""
        for node in [one for one in self.nodes.values() if one.kind in PEOPLE]:
            timed = {rung.get("transition") for rung in self.limits.get(node.id, {}).get("rungs", ())}
            ways = [edge for edge in self.edges if edge.source == node.id and edge.name not in timed - {None}]
            if len(ways) > 1:
                fork = f"{node.id}-fork"
                self.nodes[fork] = Node(fork, "inclusiveGateway", "")
                self.edges = [replace(edge, source=fork) if edge in ways else edge for edge in self.edges]
                self.edges.append(Edge(node.id, fork))

    def _choices_of_people(self) -> None:
        """An exclusive gateway behind a task is the choice of the person there; elsewhere its conditions choose."""
        gone: set[Edge] = set()
        while (before := self._choice()) is not None:
            gone.add(before)
            gateway = before.target
            ways = [edge for edge in self.edges if edge.source == gateway]
            made = [
                replace(way, source=before.source, name=way.name or (before.name if len(ways) == 1 else ""))
                for way in ways
            ]
            # A way that was gone before comes again where gateways lead in a circle: there is nothing new behind it.
            kept = [*(edge for edge in self.edges if edge != before), *(edge for edge in made if edge not in gone)]
            self.edges = list(dict.fromkeys(kept))
            if not any(edge.target == gateway for edge in self.edges):
                self.edges = [edge for edge in self.edges if edge.source != gateway]
                del self.nodes[gateway]
            if len(self.edges) > MOST_WAYS or len(gone) > MOST_WAYS:
                raise NotBpmn(f"Its gateways come to more than {MOST_WAYS:,} ways; draw it with fewer.")

    def _choice(self) -> Edge | None:
        """A way from a person's step to a gateway that chooses, the first there is."""
        kinds = {key: node.kind for key, node in self.nodes.items()}
        return next(
            (edge for edge in self.edges if kinds[edge.target] in CHOOSING and kinds[edge.source] in PEOPLE), None
        )

    def _close_ends(self) -> None:
        for node in list(self.nodes.values()):
            if node.kind != "endEvent" and not any(edge.source == node.id for edge in self.edges):
                end = f"{node.id}-end"
                self.nodes[end] = Node(end, "endEvent", "Done")
                self.edges.append(Edge(node.id, end))

    def _drop_unreached(self) -> None:
        reached = self._depths()
        for key in [key for key in self.nodes if key not in reached]:
            self._tell(f"“{self.nodes[key].name or key}” was not taken: nothing leads to it.")
            del self.nodes[key]
        self.edges = [edge for edge in self.edges if edge.source in reached]

    def _returns(self) -> None:
        """Ways that close a circle are ways back; only people can go back. Ways farther from the start close none."""
        depth = self._depths()
        kept = [edge for edge in self.edges if depth[edge.target] > depth[edge.source]]
        ahead = _by_source(kept)
        for edge in (edge for edge in self.edges if depth[edge.target] <= depth[edge.source]):
            if not _leads(ahead, edge.target, edge.source):
                kept.append(edge)
                ahead.setdefault(edge.source, []).append(edge)
            elif self.nodes[edge.source].kind in TASKS:
                kept.append(replace(edge, is_return=True))
            else:
                names = (self.nodes[key].name or key for key in (edge.source, edge.target))
                self._tell("The way from “{}” back to “{}” was not taken: only people go back.".format(*names))
        self.edges = kept

    def _depths(self) -> dict[str, int]:
        """How many ways each node is from the start at least; nodes that are not reached are left out."""
        found, todo, ahead = {self.start.id: 0}, [self.start.id], _by_source(self.edges)
        for key in todo:
            for edge in ahead.get(key, ()):
                if edge.target not in found:
                    found[edge.target] = found[key] + 1
                    todo.append(edge.target)
        return found


def _by_source(edges: Iterable[Edge]) -> dict[str, list[Edge]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(edge.source, []).append(edge)
    return found


def _leads(ahead: Mapping[str, Iterable[Edge]], first: str, last: str) -> bool:
    """Whether these ways lead from one node to the other."""
    seen, todo = {first}, [first]
    for key in todo:
        if key == last:
            return True
        found = {edge.target for edge in ahead.get(key, ())} - seen
        seen |= found
        todo += found
    return False


def _edge(flow: Flow, nodes: Mapping[str, Node]) -> Edge:
    return Edge(flow.source, flow.target, flow.name, flow.condition, nodes[flow.source].default == flow.id)


def _period(duration: str) -> str:
    match = DURATION.fullmatch(duration)
    return (
        next((f"{int(amount)}{unit}" for amount, unit in zip(match.groups(), UNITS, strict=True) if amount), "")
        if match
        else ""
    )


def words(name: str) -> str:
    """ "serviceTask" as "service task" """
    return re.sub(r"([A-Z])", lambda match: f" {match[1].lower()}", name.removesuffix("EventDefinition")).strip()
