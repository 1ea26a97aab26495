"""The drawing of what flows into and out of one entity, as one SVG element made on the server; pure, no database.

It carries classes and presentation attributes only, no style attribute and no script. Its boxes are links that the keyboard
reaches too, named in full where the drawing has to shorten; the lists beside it say the same without a drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final
from unicodedata import east_asian_width

BOX_WIDTH: Final = 206
BOX_HEIGHT: Final = 50
GAP: Final = 12
LANE: Final = 66
"""Between two columns, for the arrows."""
NARROW_WIDTH: Final = 320
SPINE: Final = 10
INDENT: Final = 34
STAGE: Final = 30
"""Between what comes in, the entity and what goes out, in the narrow drawing."""
PAD: Final = 2

LABEL: Final = "Diagram of what comes in and goes out"

GLYPHS: Final = {
    "application": '<rect x="1" y="2" width="14" height="12" rx="2"/><path d="M1,6 h14"/>',
    "actor": '<circle cx="8" cy="5" r="3.2"/><path d="M2,15 c0,-7 12,-7 12,0"/>',
    "end_user_application": '<path d="M3,1 h7 l4,4 v10 h-11 z"/><path d="M10,1 v4 h4"/>',
}
"""Sixteen units square, by the kind of the entity: told by shape, and in words below the name."""


@dataclass(frozen=True, slots=True)
class Box:
    """One entity of the drawing. ``note`` is the line below its name; ``is_proposed``: only a proposal asks for this flow."""

    name: str
    kind: str
    note: str = ""
    url: str = ""
    is_proposed: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """What comes in, or what goes out: the first of them, and how many are left out ("240 more", empty for none)."""

    boxes: Sequence[Box] = ()
    more: str = ""
    more_url: str = ""

    @property
    def rows(self) -> int:
        return len(self.boxes) + bool(self.more)


def flow_svg(centre: Box, upstream: Side, downstream: Side, *, ident: str = "flows") -> str:
    """Three columns: what comes in, the entity, what goes out. ``ident`` differs between the drawings of a page."""
    height = max(upstream.rows, downstream.rows, 1) * (BOX_HEIGHT + GAP) - GAP
    middle = height / 2
    column = BOX_WIDTH + LANE
    left = _column(upstream, 0, height, "Nothing comes in")
    right = _column(downstream, 2 * column, height, "Nothing goes out")
    edges: list[str] = []
    for x, y, box in left.spots:
        edges.append(_curve(x + BOX_WIDTH, y, column, middle, box, ident))
    for x, y, box in right.spots:
        edges.append(_curve(column + BOX_WIDTH, middle, x, y, box, ident))
    nodes = left.markup + _box(centre, column, middle - BOX_HEIGHT / 2, BOX_WIDTH, "flowmap-centre") + right.markup
    return _svg("flowmap-wide", 2 * column + BOX_WIDTH, height, ident, edges, nodes)


def flow_svg_narrow(centre: Box, upstream: Side, downstream: Side, *, ident: str = "flows-narrow") -> str:
    """The same for phones: one column, joined by a line on the left."""
    width = NARROW_WIDTH - INDENT
    step = BOX_HEIGHT + GAP
    middle = max(upstream.rows, 1) * step - GAP + STAGE + BOX_HEIGHT / 2
    top = middle + BOX_HEIGHT / 2 + STAGE
    height = top + max(downstream.rows, 1) * step - GAP
    above = _stack(upstream, 0, "Nothing comes in", width)
    below = _stack(downstream, top, "Nothing goes out", width)
    edges = [_bend(y, middle - 9, box, ident) for _, y, box in above.spots]
    edges += [_bend(middle + 9, y, box, ident) for _, y, box in below.spots]
    nodes = above.markup + _box(centre, INDENT, middle - BOX_HEIGHT / 2, width, "flowmap-centre") + below.markup
    return _svg("flowmap-narrow", NARROW_WIDTH, height, ident, edges, nodes)


@dataclass(frozen=True, slots=True)
class _Drawn:
    markup: str
    spots: list[tuple[float, float, Box]]
    """Left edge, middle line and entity of each box that an arrow touches."""


def _column(side: Side, x: float, height: float, nothing: str) -> _Drawn:
    top = (height - (max(side.rows, 1) * (BOX_HEIGHT + GAP) - GAP)) / 2
    return _boxes(side, x, top, BOX_WIDTH, nothing)


def _stack(side: Side, top: float, nothing: str, width: float) -> _Drawn:
    return _boxes(side, INDENT, top, width, nothing)


def _boxes(side: Side, x: float, top: float, width: float, nothing: str) -> _Drawn:
    parts: list[str] = []
    spots: list[tuple[float, float, Box]] = []
    y = top
    for box in side.boxes:
        parts.append(_box(box, x, y, width, ""))
        spots.append((x, y + BOX_HEIGHT / 2, box))
        y += BOX_HEIGHT + GAP
    if side.more:
        parts.append(_plain(side.more, x, y, width, side.more_url))
    elif not side.boxes:
        parts.append(_plain(nothing, x, y, width, ""))
    return _Drawn("".join(parts), spots)


def _svg(css: str, width: float, height: float, ident: str, edges: Sequence[str], nodes: str) -> str:
    frame = f"{-PAD} {-PAD} {_n(width + 2 * PAD)} {_n(height + 2 * PAD)}"
    return (
        f'<svg class="flowmap {css}" role="group" aria-label="{LABEL}" xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="{frame}" width="{_n(width + 2 * PAD)}" height="{_n(height + 2 * PAD)}">'
        f'<defs><marker id="{ident}-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9"'
        ' markerUnits="userSpaceOnUse" orient="auto"><path class="flowmap-head" d="M0,0 L10,5 L0,10 z"'
        ' fill="currentColor"/></marker></defs>'
        f'<g class="flowmap-edges" fill="none" stroke="currentColor" stroke-width="1.5">{"".join(edges)}</g>'
        f'<g class="flowmap-nodes">{nodes}</g></svg>'
    )


def _curve(x1: float, y1: float, x2: float, y2: float, box: Box, ident: str) -> str:
    bow = (x2 - x1) * 0.55
    path = f"M{_n(x1)},{_n(y1)} C{_n(x1 + bow)},{_n(y1)} {_n(x2 - bow)},{_n(y2)} {_n(x2)},{_n(y2)}"
    return _edge(path, box, ident)


def _bend(y1: float, y2: float, box: Box, ident: str) -> str:
    """From the left edge of one box down the line on the left to the left edge of another."""
    turn = 8
    path = (
        f"M{INDENT},{_n(y1)} H{SPINE + turn} Q{SPINE},{_n(y1)} {SPINE},{_n(y1 + turn)}"
        f" V{_n(y2 - turn)} Q{SPINE},{_n(y2)} {SPINE + turn},{_n(y2)} H{INDENT}"
    )
    return _edge(path, box, ident)


def _edge(path: str, box: Box, ident: str) -> str:
    css, dashes = ("flowmap-edge is-proposed", ' stroke-dasharray="5 4"') if box.is_proposed else ("flowmap-edge", "")
    return f'<path class="{css}" d="{path}"{dashes} marker-end="url(#{ident}-arrow)"/>'


def _box(box: Box, x: float, y: float, width: float, css: str) -> str:
    room = width - 42
    dashes = ' stroke-dasharray="5 4"' if box.is_proposed else ""
    state = " is-proposed" if box.is_proposed else ""
    note = (
        f'<text class="flowmap-note" x="{_n(x + 36)}" y="{_n(y + 38)}" font-size="11.5" fill="currentColor">'
        f"{escape(fitted(box.note, room, 5.9))}</text>"
    )
    drawn = (
        f'<g class="flowmap-node {css}{state}"><title>{escape(f"{box.name}: {box.note}" if box.note else box.name)}</title>'
        f'<rect class="flowmap-box" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{BOX_HEIGHT}" rx="8" fill="Canvas"'
        f' stroke="currentColor"{dashes}/>'
        f'<g class="flowmap-glyph" transform="translate({_n(x + 11)},{_n(y + 9)})" fill="none" stroke="currentColor"'
        f' stroke-width="1.4">{GLYPHS.get(box.kind, "")}</g>'
        f'<text class="flowmap-name" x="{_n(x + 36)}" y="{_n(y + (21 if box.note else 30))}" font-size="13.5"'
        f' fill="currentColor">{escape(fitted(box.name, room, 7.2))}</text>{note if box.note else ""}</g>'
    )
    return _linked(drawn, box.url, f"{box.name}, {box.note}" if box.note else box.name)


def _plain(text: str, x: float, y: float, width: float, url: str) -> str:
    drawn = (
        f'<g class="flowmap-more"><rect class="flowmap-room" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}"'
        f' height="{BOX_HEIGHT}" rx="8" fill="none" stroke="currentColor" stroke-dasharray="3 4"/>'
        f'<text x="{_n(x + width / 2)}" y="{_n(y + 30)}" font-size="13" text-anchor="middle" fill="currentColor">'
        f"{escape(text)}</text></g>"
    )
    return _linked(drawn, url, text)


def _linked(drawn: str, url: str, name: str) -> str:
    return f'<a href="{escape(url)}" aria-label="{escape(name)}">{drawn}</a>' if url else drawn


def fitted(text: str, room: float, letter: float) -> str:
    """The text as far as the room goes, ended by an ellipsis; letters of East Asian scripts are twice as wide."""
    most = room / letter
    if sum(map(_columns, text)) <= most:
        return text
    kept, used = "", 1.0
    for sign in text:
        used += _columns(sign)
        if used > most:
            break
        kept += sign
    return f"{kept.rstrip()}…"


def _columns(sign: str) -> int:
    return 2 if east_asian_width(sign) in "WF" else 1


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
