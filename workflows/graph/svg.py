"""The drawing of a graph as one SVG element, made on the server.

It carries classes and presentation attributes only, no style attribute and no script, so the strictest content policy
shows it; without any style sheet it is drawn in the colour of the text. Beside it belongs the table of `outline`.
"""

from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import Final
from unicodedata import east_asian_width

from forms_builder.schema.document import FormDocument
from workflows.graph.contexts import EMPTY_FORM
from workflows.graph.document import GraphDocument, StepKind
from workflows.graph.layout import STEP_HEIGHT, STEP_WIDTH, Direction, Layout, Point, lay_out
from workflows.graph.outline import NO_PROGRESS, Move, OutlineRow, Progress, outline
from workflows.graph.paint import NO_PAINT, Painted, plate
from workflows.graph.routes import Route, number, routes
from workflows.graph.shapes import gateway

MARGIN: Final = 24.0
LINE: Final = 17.0
NAME_COLUMNS: Final = 21
NAME_LINES: Final = 2
LABEL_COLUMNS: Final = 22
LETTER: Final = 6.4
"""Mean width of a letter of a label, for the plate behind it."""


def graph_svg(
    document: GraphDocument,
    *,
    title: str,
    ident: str = "graph",
    direction: Direction = Direction.RIGHT,
    progress: Progress = NO_PROGRESS,
    form: FormDocument = EMPTY_FORM,
    paint: Painted = NO_PAINT,
) -> str:
    """The drawing as markup, everything in it escaped; `paint` are figures on its steps and arrows.

    `ident` starts the ids inside and must differ between the drawings of a page (letters, digits, "-").
    Classes: graph, graph-step(-start|-task|-end|-fork|-join|-noop), graph-edge, graph-edge-return, is-current, is-visited,
    is-skipped, is-taken, graph-figure(-good|-warn|-bad|-quiet).
    """
    layout = lay_out(document, direction)
    rows: dict[str, OutlineRow] = {}
    for row in outline(document, progress=progress, form=form):
        rows.setdefault(row.key, row)
    ways = routes(document, layout)
    moves = {move.key: move for row in rows.values() for move in row.moves}
    words = [_words_on(moves[way.transition.key], paint.ways.get(way.transition.key, "")) for way in ways]
    labels = [(way.label, text) for way, text in zip(ways, words, strict=True) if text]
    left, top, width, height = _frame(layout, ways, labels)
    box = " ".join(number(value) for value in (left, top, width, height))
    opening = (
        f'<svg class="graph graph-{direction.value}" role="img" aria-labelledby="{ident}-title {ident}-desc"'
        f' xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{number(width)}" height="{number(height)}">'
    )
    parts = [
        opening,
        f'<title id="{ident}-title">{escape(title)}</title>',
        f'<desc id="{ident}-desc">{escape(describe(list(rows.values())))}</desc>',
        _arrow_heads(ident),
        '<g class="graph-edges" fill="none" stroke="currentColor" stroke-width="1.5">',
        *(_edge(way, moves[way.transition.key], ident) for way in ways),
        "</g>",
        '<g class="graph-steps" font-size="14" text-anchor="middle" fill="none" stroke="currentColor">',
        *(_step(rows[key], layout.position(key), direction) for key in layout.centres),
        "</g>",
        '<g class="graph-labels" font-size="12" text-anchor="middle">',
        *(_label(place, text) for place, text in labels),
        "</g>",
        *(
            plate(one, layout.position(key), STEP_HEIGHT / 2)
            for key, one in paint.steps.items()
            if key in layout.centres
        ),
        "</svg>",
    ]
    return "".join(parts)


def describe(rows: Sequence[OutlineRow]) -> str:
    """The graph in a few sentences, for readers who do not see the drawing."""
    current = [row.name for row in rows if row.state == "current"]
    sentences = [f"{len(rows)} step{'' if len(rows) == 1 else 's'}."]
    for row in rows[:50]:
        ways = [f"{move.target_name} (back)" if move.is_return else move.target_name for move in row.moves]
        if ways:
            sentences.append(f"From {row.name} to {', '.join(ways)}.")
    if current:
        sentences.append(f"Now at {', '.join(current)}.")
    return " ".join(sentences)


def _frame(
    layout: Layout, ways: Sequence[Route], labels: Sequence[tuple[Point, str]]
) -> tuple[float, float, float, float]:
    """What the view box must hold (left, top, width, height): all steps, arrows, words on them, and room around."""
    centres = [layout.position(key) for key in layout.centres] or [(0.0, 0.0)]
    points = [point for way in ways for point in way.hull]
    points += [(x + side * _label_width(text) / 2, y) for (x, y), text in labels for side in (-1, 1)]
    room_x, room_y = STEP_WIDTH / 2, STEP_HEIGHT / 2
    left = min([x - room_x for x, _ in centres] + [x for x, _ in points]) - MARGIN
    right = max([x + room_x for x, _ in centres] + [x for x, _ in points]) + MARGIN
    top = min([y - room_y for _, y in centres] + [y for _, y in points]) - MARGIN
    bottom = max([y + room_y for _, y in centres] + [y for _, y in points]) + MARGIN
    return left, top, right - left, bottom - top


def _arrow_heads(ident: str) -> str:
    """One head for plain arrows and one for those taken: a marker cannot take the colour of its line everywhere."""
    return (
        "<defs>"
        + "".join(
            f'<marker id="{ident}-{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="10" markerHeight="10"'
            f' markerUnits="userSpaceOnUse" orient="auto"><path class="graph-{name}" d="M0,0 L10,5 L0,10 z"'
            ' fill="currentColor"/></marker>'
            for name in ("arrow", "arrow-taken")
        )
        + "</defs>"
    )


def _edge(way: Route, move: Move, ident: str) -> str:
    classes = ["graph-edge"]
    if move.is_return:
        classes.append("graph-edge-return")
    if move.condition:
        classes.append("graph-edge-conditional")
    if move.taken:
        classes.append("is-taken")
    dashes = ' stroke-dasharray="6 4"' if move.is_return else ""
    width = ' stroke-width="3"' if move.taken else ""
    head = "arrow-taken" if move.taken else "arrow"
    return (
        f'<path class="{" ".join(classes)}" data-transition="{escape(move.key)}" d="{way.path}"{dashes}{width}'
        f' marker-end="url(#{ident}-{head})"><title>{escape(_move_words(move))}</title></path>'
    )


def _move_words(move: Move) -> str:
    words = f"{move.name}: {'back ' if move.is_return else ''}to {move.target_name}"
    return f"{words}, if {move.condition}" if move.condition else words


def _words_on(move: Move, figure: str) -> str:
    """The name where it differs from the step's, "if" where a condition decides, and a figure.

    The condition itself is in the arrow's title and in the outline: a drawing has no room for sentences.
    """
    words = [move.name] if move.name != move.target_name else []
    text = " ".join([*words, "(if)"] if move.condition else words)
    text = text if len(text) <= LABEL_COLUMNS else text[: LABEL_COLUMNS - 1] + "…"
    return " · ".join(filter(None, (text, figure)))


def _label_width(text: str) -> float:
    return _columns(text) * LETTER + 10


def _label(place: Point, text: str) -> str:
    """The words on a plate over the arrow."""
    x, y = place
    width = _label_width(text)
    return (
        f'<g class="graph-label"><rect class="graph-label-plate" x="{number(x - width / 2)}" y="{number(y - 9)}"'
        f' width="{number(width)}" height="18" rx="4" fill="Canvas" stroke="none"/>'
        f'<text x="{number(x)}" y="{number(y + 4)}" fill="currentColor" stroke="none">{escape(text)}</text></g>'
    )


def _step(row: OutlineRow, centre: Point, direction: Direction) -> str:
    x, y = centre
    classes = f"graph-step graph-step-{row.kind}" + (f" is-{row.state}" if row.state else "")
    opening = f'<g class="{classes}" data-step="{escape(row.key)}"><title>{escape(_step_words(row))}</title>'
    width = 3 if row.state == "current" else 1.5
    if (kind := StepKind(row.kind)).is_gateway:
        return f"{opening}{gateway(kind, row.name, centre, direction, width)}</g>"
    round_ends = row.kind not in (StepKind.TASK.value, StepKind.AUTO.value)
    parts = [
        opening,
        _box(centre, 0, STEP_HEIGHT / 2 if round_ends else 10, "graph-box", width),
    ]
    if row.kind == StepKind.AUTO.value:
        parts.append(_side_bars(centre))
    if row.kind == StepKind.END.value:
        parts.append(_box(centre, 4, STEP_HEIGHT / 2 - 4, "graph-box-inner", 1))
    parts.append(_name(row.name, x, y))
    parts.append(_mark(row.state, x + STEP_WIDTH / 2 - 4, y - STEP_HEIGHT / 2 + 4))
    parts.append("</g>")
    return "".join(parts)


def _side_bars(centre: Point) -> str:
    """A bar inside of either side, by which a machine's step is told from a person's."""
    x, top, bottom = centre[0], number(centre[1] - STEP_HEIGHT / 2), number(centre[1] + STEP_HEIGHT / 2)
    sides = (number(x - STEP_WIDTH / 2 + 8), number(x + STEP_WIDTH / 2 - 8))
    lines = "".join(f'<line x1="{side}" y1="{top}" x2="{side}" y2="{bottom}"/>' for side in sides)
    return f'<g class="graph-bars" stroke-width="1">{lines}</g>'


def _step_words(row: OutlineRow) -> str:
    state = {"current": " (now here)", "visited": " (done)", "skipped": " (not taken)"}.get(row.state, "")
    return f"{row.name}{state}: {row.assignee}" if row.assignee else f"{row.name}{state}"


def _box(centre: Point, inset: float, radius: float, name: str, stroke: float) -> str:
    x, y = centre[0] - STEP_WIDTH / 2 + inset, centre[1] - STEP_HEIGHT / 2 + inset
    return (
        f'<rect class="{name}" x="{number(x)}" y="{number(y)}" width="{number(STEP_WIDTH - 2 * inset)}"'
        f' height="{number(STEP_HEIGHT - 2 * inset)}" rx="{number(radius)}" stroke-width="{number(stroke)}"'
        f' fill="Canvas"/>'
    )


def _name(text: str, x: float, y: float) -> str:
    lines = lines_of(text)
    first = y + 5 - (len(lines) - 1) * LINE / 2
    spans = "".join(
        f'<tspan x="{number(x)}" y="{number(first + row * LINE)}">{escape(line)}</tspan>'
        for row, line in enumerate(lines)
    )
    return f'<text class="graph-name" fill="currentColor" stroke="none">{spans}</text>'


def lines_of(text: str) -> list[str]:
    """A step's name in lines that fit its box; what does not fit ends in an ellipsis (the title has it all)."""
    columns = NAME_COLUMNS if _columns(text) == len(text) else NAME_COLUMNS // 2
    lines = wrap(text, columns) or [text]
    if len(lines) > NAME_LINES:
        last = lines[NAME_LINES - 1]
        lines = [*lines[: NAME_LINES - 1], last[: columns - 1] + "…"]
    return lines


def _columns(text: str) -> int:
    """Width in columns: letters of East Asian scripts take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _mark(state: str, x: float, y: float) -> str:
    """A tick for what is done, a full dot for where it is: told by shape, not by colour alone."""
    if state == "visited":
        return (
            f'<g class="graph-mark"><circle cx="{number(x)}" cy="{number(y)}" r="9" fill="Canvas"/>'
            f'<path d="M{number(x - 4)},{number(y)} l3,3.5 l5,-7" stroke-width="2"/></g>'
        )
    if state == "current":
        return f'<circle class="graph-mark" cx="{number(x)}" cy="{number(y)}" r="8" fill="currentColor"/>'
    return ""
