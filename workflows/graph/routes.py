"""How the arrows of a laid-out graph run: forward ones in gentle curves, ways back in lanes below everything."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from workflows.graph.document import GraphDocument, Transition
from workflows.graph.layout import GAP, Direction, Layout, Point

LANE: Final = 26.0
"""Distance between two lanes, and of the first lane from the lowest step."""
PORT: Final = 14.0
"""Distance between two arrows that leave or reach a step on the same side."""
GUTTER: Final = 20.0
CORNER: Final = 8.0


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one transition: SVG path data, where its label stands, and points it stays within; all in (x, y)."""

    transition: Transition
    path: str
    label: Point
    hull: tuple[Point, ...]


def routes(document: GraphDocument, layout: Layout) -> list[Route]:
    """A route for every transition between two different known steps, in the order of the document."""
    drawn = [
        transition
        for transition in document.transitions
        if transition.source in layout.centres
        and transition.target in layout.centres
        and transition.source != transition.target
    ]
    ways_back = _ways_back([transition for transition in drawn if transition.is_return], layout)
    seen: dict[tuple[str, str], int] = defaultdict(int)
    found: list[Route] = []
    for transition in drawn:
        if transition.is_return:
            found.append(ways_back[id(transition)])
            continue
        pair = (transition.source, transition.target)
        found.append(_forward(transition, layout, seen[pair]))
        seen[pair] += 1
    return found


def _forward(transition: Transition, layout: Layout, twins: int) -> Route:
    """From the far side of the source through its bends; several arrows between two steps leave apart."""
    (a1, c1), (a2, c2) = layout.centres[transition.source], layout.centres[transition.target]
    shift = twins * PORT
    half, leaving, reaching = layout.half_along, layout.reach(transition.source), layout.reach(transition.target)
    bends = layout.bends.get((transition.source, transition.target), ())
    stations: list[tuple[float, float, float]] = [(a1 + leaving, a1 + leaving, c1 + shift)]
    stations += [(along - half, along + half, across + shift) for along, across in bends]
    stations.append((a2 - reaching, a2 - reaching, c2 + shift))
    hull: list[Point] = [(stations[0][0], stations[0][2])]
    path = "M" + _xy(layout, hull[0])
    for (_, leave, row), (arrive, after, next_row) in pairwise(stations):
        reach = max(abs(arrive - leave) / 2, GAP / 3)
        curve = [(leave + reach, row), (arrive - reach, next_row), (arrive, next_row)]
        path += " C" + " ".join(_xy(layout, point) for point in curve)
        if after != arrive:
            path += f" L{_xy(layout, (after, next_row))}"
        hull += [*curve, (after, next_row)]
    (_, leave, row), (arrive, _, next_row) = stations[0], stations[1]
    # Downwards labels are wider than the way between two siblings is long: there they stand nearer to the target.
    along, across = (0.5, 0.5) if layout.direction is Direction.RIGHT else (0.66, 0.78)
    label = (leave + (arrive - leave) * along, row + (next_row - row) * across)
    return Route(transition, path, layout.on_canvas(label), tuple(layout.on_canvas(point) for point in hull))


def _ways_back(transitions: Sequence[Transition], layout: Layout) -> dict[int, Route]:
    """Ways back by identity. Short ones take the inner lanes; lanes are shared where ways do not meet."""
    floor = max((across for _, across in layout.centres.values()), default=0.0) + layout.half_across
    along = {key: place[0] for key, place in layout.centres.items()}
    ports: dict[str, int] = defaultdict(int)
    lanes: list[list[tuple[float, float]]] = []
    found: dict[int, Route] = {}
    for transition in sorted(transitions, key=lambda way: abs(along[way.source] - along[way.target])):
        ends = sorted((along[transition.source], along[transition.target]))
        span = (ends[0] - layout.half_along - GUTTER, ends[1] + layout.half_along + GUTTER)
        level = floor + LANE * (_free_lane(lanes, span) + 1)
        points = _down(transition.source, layout, level, ports)
        points += reversed(_down(transition.target, layout, level, ports))
        middle = ((points[0][0] + points[-1][0]) / 2, level)
        hull = tuple(layout.on_canvas(point) for point in points)
        found[id(transition)] = Route(transition, _polyline(layout, points), layout.on_canvas(middle), hull)
    return found


def _free_lane(lanes: list[list[tuple[float, float]]], span: tuple[float, float]) -> int:
    """The first lane in which nothing meets the span; the span is put down there."""
    for row, used in enumerate(lanes):
        if all(span[1] <= low or high <= span[0] for low, high in used):
            used.append(span)
            return row
    lanes.append([span])
    return len(lanes) - 1


def _down(key: str, layout: Layout, level: float, ports: dict[str, int]) -> list[Point]:
    """From a step down to a lane: straight where nothing stands below, else through the gutter beside it."""
    along, across = layout.centres[key]
    port = ports[key]
    ports[key] += 1
    offset = (port + 1) // 2 * PORT * (1 if port % 2 else -1)
    room = max(layout.reach(key) - CORNER, 0.0)
    start = along + max(-room, min(room, offset))
    bottom = across + layout.depth(key)
    blocked = any(
        place[1] > across and abs(place[0] - start) < layout.half_along + CORNER
        for other, place in layout.centres.items()
        if other != key
    )
    if not blocked:
        return [(start, bottom), (start, level)]
    side = along - layout.half_along - GUTTER - port % 3 * CORNER
    shelf = bottom + CORNER + port % 3 * CORNER / 2
    return [(start, bottom), (start, shelf), (side, shelf), (side, level)]


def _polyline(layout: Layout, points: Sequence[Point]) -> str:
    """Straight pieces with rounded corners."""
    path = "M" + _xy(layout, points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        enter, leave = _towards(corner, before), _towards(corner, after)
        path += f" L{_xy(layout, enter)} Q{_xy(layout, corner)} {_xy(layout, leave)}"
    return path + " L" + _xy(layout, points[-1])


def _towards(corner: Point, other: Point) -> Point:
    """A point on the way from a corner to its neighbour, near the corner. Pieces run along one axis."""
    along, across = other[0] - corner[0], other[1] - corner[1]
    length = max(abs(along), abs(across))
    if length == 0:
        return corner
    step = min(CORNER, length / 2) / length
    return (corner[0] + along * step, corner[1] + across * step)


def _xy(layout: Layout, point: Point) -> str:
    x, y = layout.on_canvas(point)
    return f"{number(x)},{number(y)}"


def number(value: float) -> str:
    """A coordinate with one decimal at most, without "-0"."""
    return f"{round(value, 1) + 0:g}" if abs(value) < 100_000 else str(round(value))
