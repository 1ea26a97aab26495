"""Lint of the shape of a graph: names, ends, circles, ways that lead nowhere."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from workflows.graph.document import MAX_STEPS, GraphDocument, Step, StepKind, Transition
from workflows.graph.problems import Problem

Neighbours = Mapping[str, Sequence[str]]


class Shape:
    """The document with the indexes the checks share. Of steps with one key the first counts."""

    def __init__(self, document: GraphDocument) -> None:
        self.document = document
        self.steps: dict[str, tuple[int, Step]] = {}
        for row, step in enumerate(document.steps):
            self.steps.setdefault(step.key, (row, step))
        self.transitions = [
            (row, way)
            for row, way in enumerate(document.transitions)
            if way.source in self.steps and way.target in self.steps and way.source != way.target
        ]
        """Transitions that lead from one known step to another, with their place."""
        self.ways: dict[str, list[Transition]] = defaultdict(list)
        for _, way in self.transitions:
            self.ways[way.source].append(way)
        self.targets = _neighbours((way.source, way.target) for _, way in self.transitions)
        self.sources = _neighbours((way.target, way.source) for _, way in self.transitions)
        self.starts = [step for _, step in self.steps.values() if step.kind is StepKind.START]
        self.ends = [step for _, step in self.steps.values() if step.kind is StepKind.END]

    def name(self, key: str) -> str:
        """The step's name for a message."""
        return self.steps[key][1].name if key in self.steps else key


def check_structure(shape: Shape) -> Iterator[Problem]:
    """Every problem of the shape, in no order."""
    for check in _CHECKS:
        yield from check(shape)


def reachable(start: Collection[str], neighbours: Neighbours) -> set[str]:
    """Everything that can be reached from `start`, itself included."""
    seen, todo = set(start), list(start)
    while todo:
        for near in neighbours.get(todo.pop(), ()):
            if near not in seen:
                seen.add(near)
                todo.append(near)
    return seen


def circles(keys: Iterable[str], neighbours: Neighbours) -> list[list[str]]:
    """Groups of two or more keys that all lead to each other (Tarjan's strongly connected components)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in keys:
        if root in order:
            continue
        work: list[tuple[str, Iterator[str]]] = []
        _enter(root, neighbours, order, low, stack, on_stack, work)
        while work:
            node, rest = work[-1]
            near = next(rest, None)
            if near is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    at = stack.index(node)
                    group = stack[at:]
                    del stack[at:]
                    on_stack.difference_update(group)
                    if len(group) > 1:
                        found.append(group)
            elif near not in order:
                _enter(near, neighbours, order, low, stack, on_stack, work)
            elif near in on_stack:
                low[node] = min(low[node], order[near])
    return found


def _enter(
    node: str,
    neighbours: Neighbours,
    order: dict[str, int],
    low: dict[str, int],
    stack: list[str],
    on_stack: set[str],
    work: list[tuple[str, Iterator[str]]],
) -> None:
    order[node] = low[node] = len(order)
    stack.append(node)
    on_stack.add(node)
    work.append((node, iter(neighbours.get(node, ()))))


def _neighbours(edges: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        found[source].append(target)
    return dict(found)


def _size(shape: Shape) -> Iterator[Problem]:
    count = len(shape.document.steps)
    if count > MAX_STEPS:
        message = f"The graph has {count} steps, more than {MAX_STEPS}."
        yield Problem("too-many-steps", "steps", "blocks", message, "Split the workflow in two.")


def _ends(shape: Shape) -> Iterator[Problem]:
    if not shape.starts:
        yield Problem("no-start", "steps", "blocks", "The graph has no start.", "Make one step the start.")
    for step in shape.starts[1:]:
        place = f"steps.{shape.steps[step.key][0]}.kind"
        message = f"“{step.name}” is a second start; “{shape.starts[0].name}” is one already."
        yield Problem("several-starts", place, "blocks", message, "Make it an ordinary step.")
    if not shape.ends:
        yield Problem("no-end", "steps", "blocks", "The graph has no end.", "Add a step of kind end.")


def _step_names(shape: Shape) -> Iterator[Problem]:
    keys: set[str] = set()
    names: dict[str, str] = {}
    for row, step in enumerate(shape.document.steps):
        if step.key in keys:
            message = f"Two steps have the key {step.key}."
            yield Problem("duplicate-step-key", f"steps.{row}.key", "blocks", message, "Give one of them another key.")
        keys.add(step.key)
        folded = step.name.casefold()
        if folded in names:
            message = f"Two steps are called “{step.name}”; people choose the next step by its name."
            yield Problem("duplicate-step-name", f"steps.{row}.name", "blocks", message, "Rename one of them.")
        names[folded] = step.key


def _transition_names(shape: Shape) -> Iterator[Problem]:
    keys: set[str] = set()
    names: set[tuple[str, str]] = set()
    for row, way in enumerate(shape.document.transitions):
        place = f"transitions.{row}"
        if way.key in keys:
            message = f"Two transitions have the key {way.key}."
            yield Problem("duplicate-transition-key", f"{place}.key", "blocks", message, "Give one another key.")
        keys.add(way.key)
        name = way.name or shape.name(way.target)
        if (way.source, name.casefold()) in names:
            message = f"Two transitions from “{shape.name(way.source)}” are called “{name}”."
            yield Problem("duplicate-transition-name", f"{place}.name", "blocks", message, "Rename one of them.")
        names.add((way.source, name.casefold()))


def _targets(shape: Shape) -> Iterator[Problem]:
    for row, way in enumerate(shape.document.transitions):
        for end, key in (("from", way.source), ("to", way.target)):
            if key not in shape.steps:
                message = f"The transition {way.key} leads {end} {key}, which is no step."
                hint = "Choose an existing step or remove the transition."
                yield Problem("unknown-step", f"transitions.{row}.{end}", "blocks", message, hint)
        if way.source == way.target:
            message = f"A transition leads from “{shape.name(way.source)}” to itself."
            yield Problem("self-edge", f"transitions.{row}.to", "blocks", message, "Lead it to another step.")


def _exits(shape: Shape) -> Iterator[Problem]:
    for row, way in shape.transitions:
        if shape.steps[way.source][1].kind is StepKind.END:
            message = f"“{shape.name(way.source)}” is an end, but a transition leaves it."
            yield Problem("end-with-exit", f"transitions.{row}.from", "blocks", message, "Remove the transition.")
    for key, (row, step) in shape.steps.items():
        if step.kind is StepKind.END:
            continue
        ways = shape.ways.get(key)
        if not ways:
            message = f"Nothing leads on from “{step.name}”: a request would stay there for ever."
            yield Problem("dead-end", f"steps.{row}", "blocks", message, "Draw a transition, or make it an end.")
        elif all(way.condition is not None for way in ways):
            message = f"Every way out of “{step.name}” has a condition; where none holds, a request cannot leave."
            yield Problem("only-conditional", f"steps.{row}", "warns", message, "Add a way without a condition.")


def _reach(shape: Shape) -> Iterator[Problem]:
    if shape.starts:
        reached = reachable([step.key for step in shape.starts], shape.targets)
        for key, (row, step) in shape.steps.items():
            if key not in reached:
                message = f"No way leads from the start to “{step.name}”."
                yield Problem(
                    "unreachable", f"steps.{row}", "blocks", message, "Draw a transition to it, or remove it."
                )
    if not shape.ends:
        return
    ending = reachable([step.key for step in shape.ends], shape.sources)
    for key, (row, step) in shape.steps.items():
        if key not in ending and key in shape.targets:
            message = f"From “{step.name}” no way leads to an end."
            yield Problem("no-way-to-end", f"steps.{row}", "blocks", message, "Draw a way to an end.")


def _circles(shape: Shape) -> Iterator[Problem]:
    forward = [(row, way) for row, way in shape.transitions if not way.is_return]
    neighbours = _neighbours((way.source, way.target) for _, way in forward)
    for group in circles(shape.steps, neighbours):
        inside = set(group)
        within = [(row, way) for row, way in forward if way.source in inside and way.target in inside]
        row = max(within, key=lambda item: item[0])[0]
        names = ", ".join(f"“{shape.name(key)}”" for key in sorted(group, key=lambda key: shape.steps[key][0])[:6])
        message = f"The forward transitions between {names} run in a circle."
        hint = "Mark the transition that leads back as a return."
        yield Problem("forward-circle", f"transitions.{row}", "blocks", message, hint)


def _returns(shape: Shape) -> Iterator[Problem]:
    """A return edge that does not lead back is allowed by the engine, but says the wrong thing to the reader."""
    backs: list[tuple[int, Transition]] = [(row, way) for row, way in shape.transitions if way.is_return]
    if not backs:
        return
    before = _neighbours((way.target, way.source) for _, way in shape.transitions if not way.is_return)
    earlier: dict[str, set[str]] = {}
    for row, way in backs:
        if way.source not in earlier:
            earlier[way.source] = reachable([way.source], before)
        if way.target not in earlier[way.source]:
            message = (
                f"“{shape.name(way.target)}” does not come before “{shape.name(way.source)}”, so this is no return."
            )
            yield Problem(
                "return-not-back", f"transitions.{row}.return", "warns", message, "Take the return mark away."
            )


_CHECKS: tuple[Callable[[Shape], Iterator[Problem]], ...] = (
    _size,
    _ends,
    _step_names,
    _transition_names,
    _targets,
    _exits,
    _reach,
    _circles,
    _returns,
)
