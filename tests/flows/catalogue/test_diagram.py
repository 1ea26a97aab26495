"""The drawing of what flows in and out: well-formed, escaped, capped, and in reach of the keyboard."""

from xml.etree import ElementTree as ET

import pytest

from flows.catalogue.diagram import BOX_HEIGHT, Box, Side, fitted, flow_svg, flow_svg_narrow

SVG = "{http://www.w3.org/2000/svg}"
CENTRE = Box("Orders", "application", "Application")
DRAWINGS = (flow_svg, flow_svg_narrow)


def boxes(count: int, **more: object) -> list[Box]:
    return [Box(f"Ledger {number}", "actor", "Actor", f"/e/{number}/", **more) for number in range(count)]  # type: ignore[arg-type]  # one bool


@pytest.mark.parametrize("draw", DRAWINGS)
def test_names_cannot_leave_their_text(draw: object) -> None:
    evil = Box('</text><script>alert(1)</script>"', "application", "<b>", 'javascript:"><x')
    root = ET.fromstring(draw(evil, Side([evil]), Side([evil])))  # type: ignore[operator]  # both of one shape
    assert not list(root.iter(f"{SVG}script"))
    assert {"script", "b", "x"}.isdisjoint(element.tag.removeprefix(SVG) for element in root.iter())
    assert not [element for element in root.iter() if "style" in element.attrib]


@pytest.mark.parametrize("draw", DRAWINGS)
def test_every_neighbour_has_a_box_and_an_arrow(draw: object) -> None:
    up, down = Side(boxes(3), "9 more", "/more/"), Side(boxes(2, is_proposed=True))
    root = ET.fromstring(draw(CENTRE, up, down))  # type: ignore[operator]  # both of one shape
    edges = [path for path in root.iter(f"{SVG}path") if "flowmap-edge" in (path.get("class") or "")]
    assert len(edges) == 5
    assert len([edge for edge in edges if edge.get("stroke-dasharray")]) == 2
    assert len([group for group in root.iter(f"{SVG}g") if "flowmap-node " in (group.get("class") or "")]) == 6
    assert "9 more" in "".join(root.itertext())
    assert {link.get("href") for link in root.iter(f"{SVG}a")} == {"/e/0/", "/e/1/", "/e/2/", "/more/"}


@pytest.mark.parametrize("draw", DRAWINGS)
def test_everything_is_inside_of_the_frame(draw: object) -> None:
    root = ET.fromstring(draw(CENTRE, Side(boxes(12), "1 more"), Side()))  # type: ignore[operator]  # as above
    left, top, width, height = (float(part) for part in (root.get("viewBox") or "").split())
    for rect in root.iter(f"{SVG}rect"):
        if rect.get("class") in ("flowmap-box", "flowmap-room"):
            assert left <= float(rect.get("x", "")) <= left + width - float(rect.get("width", ""))
            assert top <= float(rect.get("y", "")) <= top + height - BOX_HEIGHT
    assert "Nothing goes out" in "".join(root.itertext())


def test_a_long_name_ends_in_an_ellipsis() -> None:
    assert fitted("Short", 100, 7) == "Short"
    long = fitted("A" * 80, 100, 7)
    assert long.endswith("…")
    assert len(long) <= 100 / 7
    assert len(fitted("帳簿" * 40, 100, 7)) < len(long)


@pytest.mark.parametrize("draw", DRAWINGS)
def test_links_say_the_whole_name(draw: object) -> None:
    long = Box("Reconciliation " * 6, "application", "Application, 2 physical", "/e/1/")
    root = ET.fromstring(draw(CENTRE, Side([long], "9 more", "/more/"), Side()))  # type: ignore[operator]  # as above
    assert root.get("role") == "group"
    assert root.get("aria-label")
    links = {link.get("href"): link for link in root.iter(f"{SVG}a")}
    assert links["/e/1/"].get("aria-label") == f"{long.name}, Application, 2 physical"
    assert links["/more/"].get("aria-label") == "9 more"
    assert [link for link in links.values() if link.get("tabindex") == "-1"] == []
