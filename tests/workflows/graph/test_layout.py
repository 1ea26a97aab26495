"""The layout gives every step its own place, the drawing is sound SVG that says what it shows."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from tests.workflows.graph.shapes import documents, graph, layered, line, review, step, way
from workflows.graph.document import GraphDocument
from workflows.graph.layout import STEP_HEIGHT, STEP_WIDTH, Direction, lay_out
from workflows.graph.outline import Progress, outline
from workflows.graph.routes import routes
from workflows.graph.svg import graph_svg, lines_of

SVG = "{http://www.w3.org/2000/svg}"
BOTH = pytest.mark.parametrize("direction", list(Direction))


def parsed(markup: str) -> ET.Element:
    return ET.fromstring(markup)


@settings(deadline=None)
@given(documents() | layered())
def test_every_step_has_a_place_of_its_own(document: GraphDocument) -> None:
    for direction in Direction:
        layout = lay_out(document, direction)
        assert set(layout.centres) == {found.key for found in document.steps}
        assert len(set(layout.centres.values())) == len(layout.centres)


@settings(deadline=None)
@given(layered())
def test_laid_out_steps_do_not_overlap_and_forward_ways_lead_forward(document: GraphDocument) -> None:
    for direction in Direction:
        layout = lay_out(document, direction)
        places = [layout.position(key) for key in layout.centres]
        for number, (x, y) in enumerate(places):
            for other_x, other_y in places[:number]:
                assert abs(x - other_x) >= STEP_WIDTH or abs(y - other_y) >= STEP_HEIGHT
        for found in document.transitions:
            if not found.is_return:
                assert layout.centres[found.source][0] < layout.centres[found.target][0]


def test_steps_placed_by_hand_stay_where_they_are() -> None:
    raw = review()
    raw["steps"][1]["position"] = {"x": 7.5, "y": -300}
    layout = lay_out(GraphDocument.load(raw))
    assert layout.position("review") == (7.5, -300)
    raw["steps"][0]["position"] = {"x": 7.5, "y": -300}
    moved = lay_out(GraphDocument.load(raw))
    assert moved.position("ask") == (7.5, -300)
    assert moved.position("review") != (7.5, -300)


def test_crossings_are_taken_out() -> None:
    """Two lines that were written down crosswise: each step ends up beside its own neighbour."""
    steps = [step("ask", "start"), step("a"), step("b"), step("x"), step("y"), step("done", "end")]
    pairs = [("ask", "a"), ("ask", "b"), ("a", "y"), ("b", "x"), ("x", "done"), ("y", "done")]
    layout = lay_out(GraphDocument.load(graph(steps, [way(*pair) for pair in pairs])))
    assert layout.centres["a"][1] == layout.centres["y"][1]
    assert layout.centres["b"][1] == layout.centres["x"][1]


@BOTH
def test_ways_back_run_beyond_all_steps(direction: Direction) -> None:
    document = GraphDocument.load(review())
    layout = lay_out(document, direction)
    back = next(route for route in routes(document, layout) if route.transition.is_return)
    beyond = max(across for _, across in layout.centres.values()) + layout.half_across
    across = back.label[1] if direction is Direction.RIGHT else back.label[0]
    assert across > beyond


@settings(deadline=None)
@given(documents())
def test_any_document_is_drawn_as_sound_svg(document: GraphDocument) -> None:
    for direction in Direction:
        root = parsed(graph_svg(document, title="Any", direction=direction))
        keys = [node.get("data-step") for node in root.iter(f"{SVG}g") if node.get("data-step")]
        assert sorted(filter(None, keys)) == sorted({found.key for found in document.steps})


def test_the_drawing_is_accessible_and_needs_no_style() -> None:
    markup = graph_svg(GraphDocument.load(review()), title="Leave", ident="g1")
    root = parsed(markup)
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == "Leave"
    assert description.text == "3 steps. From Ask to Review. From Review to Done, Ask (back)."
    assert "style" not in markup
    assert "script" not in markup


def test_markup_in_names_stays_text() -> None:
    raw = review()
    raw["steps"][1]["name"] = '<b onload="x">&\'"'
    raw["transitions"][1]["name"] = "</text><script>"
    root = parsed(graph_svg(GraphDocument.load(raw), title="<i>"))
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
        *("svg", "title", "desc", "defs", "marker", "path", "g", "rect", "text", "tspan", "circle")
    }


def test_where_a_request_is_and_was_is_marked() -> None:
    document = GraphDocument.load(review())
    progress = Progress(frozenset({"review"}), frozenset({"ask"}), frozenset({("ask", "review")}))
    markup = graph_svg(document, title="Leave", progress=progress)
    root = parsed(markup)
    classes = {node.get("data-step"): node.get("class") for node in root.iter(f"{SVG}g") if node.get("data-step")}
    assert classes == {
        "ask": "graph-step graph-step-start is-visited",
        "review": "graph-step graph-step-task is-current",
        "done": "graph-step graph-step-end",
    }
    taken = [node.get("data-transition") for node in root.iter(f"{SVG}path") if "is-taken" in (node.get("class") or "")]
    assert taken == ["ask-to-review"]
    assert "Now at Review." in markup


@settings(deadline=None)
@given(documents() | layered())
def test_everything_drawn_lies_inside_the_frame(document: GraphDocument) -> None:
    for direction in Direction:
        root = parsed(graph_svg(document, title="Any", direction=direction))
        left, top, width, height = (float(value) for value in (root.get("viewBox") or "").split())
        paths = [path.get("d") or "" for path in root.iter(f"{SVG}path") if path.get("data-transition")]
        points = [(float(x), float(y)) for path in paths for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)]
        boxes = [(float(box.get("x") or 0), float(box.get("y") or 0)) for box in root.iter(f"{SVG}rect")]
        points += [point for x, y in boxes for point in ((x, y), (x + STEP_WIDTH / 2, y + STEP_HEIGHT / 2))]
        # Coordinates of far away steps are rounded to whole units.
        assert all(left - 2 <= x <= left + width + 2 and top - 2 <= y <= top + height + 2 for x, y in points)


@BOTH
def test_words_on_the_outermost_way_are_drawn_whole(direction: Direction) -> None:
    raw = review()
    raw["transitions"][-1]["name"] = "Back to the applicants"
    root = parsed(graph_svg(GraphDocument.load(raw), title="Leave", direction=direction))
    left, _, width, _ = (float(value) for value in (root.get("viewBox") or "").split())
    (plate,) = (box for box in root.iter(f"{SVG}rect") if box.get("class") == "graph-label-plate")
    begin, wide = float(plate.get("x") or 0), float(plate.get("width") or 0)
    assert left <= begin
    assert begin + wide <= left + width


def test_long_names_are_wrapped_and_cut() -> None:
    assert lines_of("Manager review") == ["Manager review"]
    lines = lines_of("Review by the department head and everybody above")
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert max(len(line) for line in lines_of("承認" * 30)) <= 11


def test_the_outline_says_what_the_drawing_shows() -> None:
    raw = review(sla={"period": "2d"})
    raw["transitions"][1] |= {"condition": {"field": "actor.department", "op": "eq", "value": "HR"}, "name": "Finish"}
    raw["transitions"][2]["reason_required"] = True
    rows = outline(GraphDocument.load(raw), progress=Progress(current=frozenset({"review"})))
    assert [(row.name, row.kind_name, row.state) for row in rows] == [
        ("Ask", "Start", ""),
        ("Review", "Step", "current"),
        ("Done", "End", ""),
    ]
    middle = rows[1]
    assert rows[0].assignee == "The requester"
    assert "HR" in middle.assignee
    assert "workflow owner" in middle.assignee
    assert middle.sla == "2 working days (of the workflow)"
    finish, back = middle.moves
    assert (finish.name, finish.target_name, finish.is_return) == ("Finish", "Done", False)
    assert "HR" in finish.condition
    assert (back.name, back.is_return, back.reason_required) == ("Ask", True, True)


def test_a_rule_that_cannot_be_read_does_not_stop_the_outline() -> None:
    raw = review()
    raw["steps"][1]["assignee"] = {"rule": {"field": "candidate.shoe", "op": "eq", "value": 1}}
    assert "cannot be read" in outline(GraphDocument.load(raw))[1].assignee


def test_a_graph_of_300_steps_is_drawn() -> None:
    document = GraphDocument.load(line(298))
    root = parsed(graph_svg(document, title="Long"))
    assert sum(1 for node in root.iter(f"{SVG}g") if node.get("data-step")) == 300
