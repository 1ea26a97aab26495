"""The tab Outline: the graph as a table, with every operation of the canvas, by keyboard and without script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.drafting.places import place_of
from workflows.graph.document import StepKind, Transition
from workflows.graph.outline import Move, OutlineRow, outline
from workflows.graph.sentences import KINDS
from workflows.views.design.base import DesignTab, Desk, Refused
from workflows.views.design.clip import clip_in


@dataclass(frozen=True, slots=True)
class Way:
    """A way of the open step: as the document has it, and as it is told."""

    move: Move
    way: Transition
    place: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A step of the table; `ways` are told for the one that stands open."""

    step: OutlineRow
    place: str
    number: int
    is_open: bool
    is_first: bool
    is_last: bool
    name: str
    """As it was typed, where that was refused."""
    ways: tuple[Way, ...]
    problems: tuple[Mapping[str, Any], ...]

    @property
    def is_blocked(self) -> bool:
        return any(one["level"] == "blocks" for one in self.problems)


def context(desk: Desk) -> Mapping[str, Any]:
    """The rows, and what can be chosen in them."""
    graph = desk.draft.graph
    told = outline(graph, form=desk.draft.form)
    problems = _problems_by_step(desk, graph.transitions)
    clip = clip_in(desk.request)
    return {
        "rows": [_row(desk, told, number, problems) for number in range(len(told))],
        "kinds": [(kind.value, KINDS[kind]) for kind in StepKind],
        "new_kind": "task" if graph.steps else "start",
        "targets": [(step.key, step.name) for step in graph.steps],
        "clip_size": len(clip["steps"]) if clip else 0,
        "open": desk.open,
        "typed": _typed(desk.refused),
    }


def _row(desk: Desk, told: Sequence[OutlineRow], number: int, problems: Mapping[str, list[Mapping[str, Any]]]) -> Row:
    step = told[number]
    is_open = step.key == desk.open
    return Row(
        step=step,
        place=place_of("graph", "steps", step.key),
        number=number + 1,
        is_open=is_open,
        is_first=number == 0,
        is_last=number == len(told) - 1,
        name=_typed_name(desk.refused, step),
        ways=_ways(desk, step) if is_open else (),
        problems=tuple(problems.get(step.key, ())),
    )


def _ways(desk: Desk, step: OutlineRow) -> tuple[Way, ...]:
    ways = [way for way in desk.draft.graph.transitions if way.source == step.key]
    last = len(ways) - 1
    return tuple(
        Way(move, way, place_of("graph", "transitions", way.key), number == 0, number == last)
        for number, (move, way) in enumerate(zip(step.moves, ways, strict=True))
    )


def _problems_by_step(desk: Desk, ways: Sequence[Transition]) -> dict[str, list[Mapping[str, Any]]]:
    """What is wrong with each step and with the ways out of it."""
    sources = {way.key: way.source for way in ways}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for problem in desk.problems:
        parts = str(problem["at"]).split("/")
        if len(parts) > 2 and parts[0] == "graph" and parts[1] in ("steps", "transitions"):
            key = parts[2] if parts[1] == "steps" else sources.get(parts[2], "")
            found.setdefault(key, []).append(problem)
    return found


def _typed(refused: Refused | None) -> Mapping[str, Any]:
    """What was typed for a new step, where that was refused."""
    return refused.params if refused is not None and refused.edit == "step.add" else {}


def _typed_name(refused: Refused | None, step: OutlineRow) -> str:
    if refused is not None and refused.edit == "step.rename" and refused.params.get("step") == step.key:
        return str(refused.params.get("name", ""))
    return step.name


TAB = DesignTab("outline", "Outline", "workflows/design/outline.html", context)
