"""Where the steps of a graph stand: a layered layout that any document survives, finished or not.

Layers follow the forward transitions by the longest path, the order within a layer by the neighbours' mean place
(Sugiyama's method). Ways back take no part in it. A step placed by hand stays where it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from workflows.graph.document import GraphDocument, Step, StepKind

STEP_WIDTH: Final = 168.0
STEP_HEIGHT: Final = 64.0
GAP: Final = 96.0
"""Drawing units between two layers, room for an arrow."""
LABEL_GAP: Final = 176.0
"""The same where arrows carry names of their own."""
ROW_GAP: Final = 36.0
SWEEPS: Final = 8
MAX_BENDS: Final = 3_000
"""Beyond this many bends long arrows are drawn straight: nobody could follow them anyway."""

GATEWAY_HALF: Final[Mapping[StepKind, float]] = {StepKind.FORK: 22.0, StepKind.JOIN: 6.0, StepKind.NOOP: 10.0}
"""Half of what a gateway takes of the way: a diamond, a bar across it, a ring."""
GATEWAY_DEPTH: Final[Mapping[StepKind, float]] = {**GATEWAY_HALF, StepKind.JOIN: 26.0}
"""The same across it."""

Edge = tuple[str, str]
Point = tuple[float, float]


class Direction(StrEnum):
    """How the flow runs: to the right on wide screens, down on narrow ones."""

    RIGHT = "right"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of the steps, and per arrow over several layers the points it passes, as (along, across) the flow."""

    direction: Direction
    centres: Mapping[str, Point]
    bends: Mapping[Edge, tuple[Point, ...]]
    kinds: Mapping[str, StepKind]

    @property
    def half_along(self) -> float:
        """Half the size of a step in the direction of the flow."""
        return (STEP_WIDTH if self.direction is Direction.RIGHT else STEP_HEIGHT) / 2

    @property
    def half_across(self) -> float:
        return (STEP_HEIGHT if self.direction is Direction.RIGHT else STEP_WIDTH) / 2

    def reach(self, key: str) -> float:
        """Half of what a step takes of the way: gateways are small."""
        return GATEWAY_HALF.get(self.kinds[key], self.half_along)

    def depth(self, key: str) -> float:
        """The same across the flow."""
        return GATEWAY_DEPTH.get(self.kinds[key], self.half_across)

    def on_canvas(self, point: Point) -> Point:
        """(along, across) as (x, y)."""
        along, across = point
        return (along, across) if self.direction is Direction.RIGHT else (across, along)

    def position(self, key: str) -> Point:
        """Centre of a step as (x, y)."""
        return self.on_canvas(self.centres[key])


def lay_out(document: GraphDocument, direction: Direction = Direction.RIGHT) -> Layout:
    """Place every step of a document; of several steps with one key only the first.

    Places set by hand are made for a wide canvas and hold there; the narrow drawing is always laid out.
    """
    steps = {step.key: step for step in reversed(document.steps)}
    keys = list(dict.fromkeys(step.key for step in document.steps))
    edges = _forward_edges(document, keys)
    layers = _layers(keys, edges)
    columns, chains = _with_bends(keys, edges, layers)
    _reduce_crossings(columns, chains)
    named = any(transition.name and not transition.is_return for transition in document.transitions)
    grid = _grid(columns, direction, LABEL_GAP if named and direction is Direction.RIGHT else GAP)
    pinned = _pinned(steps.values()) if direction is Direction.RIGHT else {}
    centres = _merge({key: grid[key] for key in keys}, pinned)
    bends = {
        (chain[0], chain[-1]): tuple(grid[node] for node in chain[1:-1])
        for chain in chains
        if chain[0] not in pinned and chain[-1] not in pinned
    }
    return Layout(direction, centres, bends, {key: step.kind for key, step in steps.items()})


def _forward_edges(document: GraphDocument, keys: Sequence[str]) -> list[Edge]:
    """Distinct forward edges between known steps, without those that would close a circle.

    Steps are ranked in topological order; where a circle blocks, the first step of the document goes ahead.
    """
    known = set(keys)
    edges = dict.fromkeys(
        (transition.source, transition.target)
        for transition in document.transitions
        if not transition.is_return and transition.source in known and transition.target in known
    )
    incoming, targets = _degrees(keys, edges)
    rank: dict[str, int] = {}
    ready = [key for key in keys if incoming[key] == 0]
    waiting = iter(keys)
    while len(rank) < len(keys):
        node = ready.pop(0) if ready else next(waiting)
        if node in rank:
            continue
        rank[node] = len(rank)
        for target in targets[node]:
            incoming[target] -= 1
            if incoming[target] == 0:
                ready.append(target)
    return [(source, target) for source, target in edges if rank[source] < rank[target]]


def _degrees(keys: Iterable[str], edges: Iterable[Edge]) -> tuple[dict[str, int], dict[str, list[str]]]:
    """How many edges lead to each step, and where its own edges lead."""
    incoming = dict.fromkeys(keys, 0)
    targets: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        incoming[target] += 1
        targets[source].append(target)
    return incoming, targets


def _layers(keys: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Layer of each step: the length of the longest way to it."""
    incoming, targets = _degrees(keys, edges)
    layer = dict.fromkeys(keys, 0)
    ready = [key for key in keys if incoming[key] == 0]
    for node in ready:
        for target in targets[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            incoming[target] -= 1
            if incoming[target] == 0:
                ready.append(target)
    return layer


def _with_bends(
    keys: Sequence[str], edges: Sequence[Edge], layers: Mapping[str, int]
) -> tuple[list[list[str]], list[list[str]]]:
    """Columns of nodes, and each edge as a chain of nodes with a bend in every layer it crosses."""
    columns: list[list[str]] = [[] for _ in range(max(layers.values(), default=-1) + 1)]
    for key in keys:
        columns[layers[key]].append(key)
    crossed = sum(layers[target] - layers[source] - 1 for source, target in edges)
    chains: list[list[str]] = []
    for source, target in edges:
        chain = [source]
        if crossed <= MAX_BENDS:
            for layer in range(layers[source] + 1, layers[target]):
                bend = f"{source}>{target}>{layer}"  # ">" cannot stand in a step's key
                columns[layer].append(bend)
                chain.append(bend)
        chains.append([*chain, target])
    return columns, chains


def _reduce_crossings(columns: list[list[str]], chains: Iterable[Sequence[str]]) -> None:
    """Sort each column by the mean place of the neighbours before, then after it, some times over."""
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for chain in chains:
        for left, right in pairwise(chain):
            before[right].append(left)
            after[left].append(right)
    place = {node: float(row) for column in columns for row, node in enumerate(column)}
    for sweep in range(SWEEPS):
        forwards = sweep % 2 == 0
        neighbours = before if forwards else after
        for column in columns if forwards else reversed(columns):
            means = {node: _mean([place[near] for near in neighbours[node]], place[node]) for node in column}
            column.sort(key=lambda node: (means[node], place[node]))
            for row, node in enumerate(column):
                place[node] = row - (len(column) - 1) / 2


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _grid(columns: Sequence[Sequence[str]], direction: Direction, gap: float) -> dict[str, Point]:
    """Each column centred on the middle line."""
    wide = direction is Direction.RIGHT
    along = (STEP_WIDTH if wide else STEP_HEIGHT) + gap
    across = (STEP_HEIGHT if wide else STEP_WIDTH) + ROW_GAP
    return {
        node: (number * along, (row - (len(column) - 1) / 2) * across)
        for number, column in enumerate(columns)
        for row, node in enumerate(column)
    }


def _pinned(steps: Iterable[Step]) -> dict[str, Point]:
    return {step.key: (step.position.x, step.position.y) for step in steps if step.position is not None}


def _merge(laid: Mapping[str, Point], pinned: Mapping[str, Point]) -> dict[str, Point]:
    """Hand-set places first; whatever would lie on a step already there moves down until it is free."""
    centres: dict[str, Point] = {}
    taken: set[Point] = set()
    for key in laid:
        if key in pinned:
            x, y = pinned[key]
            while (x, y) in taken:
                y += STEP_HEIGHT + ROW_GAP
            centres[key] = (x, y)
            taken.add((x, y))
    for key, (x, y) in laid.items():
        if key not in pinned:
            while pinned and any(_overlap((x, y), other) for other in taken):
                y += STEP_HEIGHT + ROW_GAP
            centres[key] = (x, y)
            taken.add((x, y))
    return {key: centres[key] for key in laid}


def _overlap(one: Point, other: Point) -> bool:
    return abs(one[0] - other[0]) < STEP_WIDTH and abs(one[1] - other[1]) < STEP_HEIGHT
