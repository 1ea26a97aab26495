"""The small shapes of gateways in a drawing: a diamond for a fork, a bar for a join, a ring for a no-op."""

from html import escape
from typing import Final

from workflows.graph.document import StepKind
from workflows.graph.layout import GATEWAY_DEPTH, GATEWAY_HALF, Direction, Point
from workflows.graph.routes import number

NAME_COLUMNS: Final = 24


def gateway(kind: StepKind, name: str, centre: Point, direction: Direction, width: float) -> str:
    """The shape and its name: below it, or beside it where the flow runs down."""
    (x, y), half, deep = centre, GATEWAY_HALF[kind], GATEWAY_DEPTH[kind]
    stroke = f'stroke-width="{number(width)}"'
    if kind is StepKind.FORK:
        corners = f"M{number(x)},{number(y - half)} l{number(half)},{number(half)} l-{number(half)},{number(half)}"
        plus = f"M{number(x - 8)},{number(y)} h16 M{number(x)},{number(y - 8)} v16"
        shape = (
            f'<path class="graph-box" d="{corners} l-{number(half)},-{number(half)} z" {stroke} fill="Canvas"/>'
            f'<path class="graph-sign" d="{plus}" stroke-width="2"/>'
        )
    elif kind is StepKind.JOIN:
        wide, high = (half, deep) if direction is Direction.RIGHT else (deep, half)
        shape = (
            f'<rect class="graph-box graph-bar" x="{number(x - wide)}" y="{number(y - high)}" width="{number(2 * wide)}"'
            f' height="{number(2 * high)}" rx="3" {stroke} fill="Canvas"/>'
        )
    else:
        shape = (
            f'<circle class="graph-box" cx="{number(x)}" cy="{number(y)}" r="{number(half)}" {stroke} fill="Canvas"/>'
        )
    return shape + _name(name, centre, direction, deep)


def _name(name: str, centre: Point, direction: Direction, room: float) -> str:
    x, y = centre
    text = name if len(name) <= NAME_COLUMNS else name[: NAME_COLUMNS - 1] + "…"
    if direction is Direction.RIGHT:
        place = f'x="{number(x)}" y="{number(y + room + 14)}"'
    else:
        place = f'x="{number(x + room + 8)}" y="{number(y + 4)}" text-anchor="start"'
    words = f'fill="currentColor" stroke="none">{escape(text)}</text>'
    return f'<text class="graph-name graph-gateway-name" font-size="12" {place} {words}'
