"""The canvas and its settings panel, as far as no server has to answer."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

pytestmark = pytest.mark.browser

NewContext = Callable[..., BrowserContext]
SLOW_FRAMES = """
window.requestAnimationFrame = (call) => setTimeout(() => call(performance.now()), 300);
window.cancelAnimationFrame = (ident) => clearTimeout(ident);
"""
PLACES = """
window.places = new Set();
const look = () => {
  const box = document.querySelector(".react-flow .cs-step-face")?.getBoundingClientRect();
  if (box?.width) window.places.add(`${box.x} ${box.y} ${box.width}`);
  requestAnimationFrame(look);
};
look();
"""


@pytest.fixture
def canvas(gallery: str, new_context: NewContext) -> Page:
    """The canvas; what is done on it counts as saved."""
    page = new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.route("**/design_operations/**", lambda route: route.fulfill(json={"revision": 4, "done": [], "missed": []}))
    page.goto(f"{gallery}/page/design-graph")
    expect(page.locator(".react-flow__node").first).to_be_visible()
    return page


def test_the_settings_keep_their_width_and_whether_they_are_folded(canvas: Page) -> None:
    edge = canvas.get_by_role("separator", name="Width of the settings")
    fold = canvas.get_by_role("button", name="Settings", exact=True)
    before = wide(canvas, ".cs-flow-canvas")
    box = edge.bounding_box()
    assert box
    canvas.mouse.move(box["x"] + 4, box["y"] + 200)
    canvas.mouse.down()
    canvas.mouse.move(box["x"] - 96, box["y"] + 220, steps=4)
    canvas.mouse.up()
    canvas.mouse.move(box["x"] - 196, box["y"] + 220)
    expect(edge).to_have_attribute("aria-valuenow", "428")
    edge.press("ArrowLeft")
    canvas.reload()
    expect(edge).to_have_attribute("aria-valuenow", "452")
    assert wide(canvas, ".cs-flow-settings") == 452
    assert wide(canvas, ".cs-flow-canvas") == before - 124
    fold.click()
    canvas.reload()
    expect(fold).to_have_attribute("aria-expanded", "false")
    assert wide(canvas, ".cs-flow-canvas") > before + 250
    fold.click()
    assert wide(canvas, ".cs-flow-settings") == 452


def wide(page: Page, what: str) -> float:
    return float(page.locator(what).evaluate("it => it.getBoundingClientRect().width"))


def test_no_key_is_lost_before_the_next_frame(canvas: Page) -> None:
    canvas.evaluate(SLOW_FRAMES)
    keyboard = canvas.keyboard
    canvas.locator(".cs-step-face[data-step=manager_review]").focus()
    keyboard.press("F2")
    expect(canvas.get_by_label("Name of the step")).to_be_focused()
    keyboard.type("Review")
    for key in ("Enter", "a"):
        keyboard.press(key)
    stays(canvas, canvas.get_by_role("combobox", name="Add a step"))
    for key in ("Escape", "c"):
        keyboard.press(key)
    connect = canvas.get_by_role("combobox", name="Connect “Review” to")
    stays(canvas, connect)
    for key in ("Enter", "F2"):
        keyboard.press(key)
    stays(canvas, canvas.get_by_label("Name of the step"))


def stays(page: Page, box: Locator) -> None:
    """It has the keyboard, also when the frames are through in which others had wanted it."""
    expect(box).to_be_focused()
    page.wait_for_timeout(700)
    expect(box).to_be_focused()


def test_a_page_older_than_its_draft_shows_the_draft_at_once(canvas: Page) -> None:
    """Whoever loads the page again while it is being saved may get it as it was before."""
    change = {"place": "graph/steps/manager_review/name", "before": "Manager review", "after": "Granted"}
    done = {"id": str(uuid4()), "number": 5, "kind": "do", "label": "Name a step", "changes": [change]}
    canvas.route("**/design_operations/**", lambda route: route.fulfill(json={"revision": 5, "results": [done]}))
    canvas.reload()
    expect(canvas.locator(".cs-step-face[data-step=manager_review]")).to_contain_text("Granted")


@pytest.mark.parametrize("width", [1440, 820, 390])
def test_nothing_moves_away_from_who_points_at_it(canvas: Page, width: int) -> None:
    canvas.set_viewport_size({"width": width, "height": 900})
    canvas.add_init_script(PLACES)
    canvas.reload()
    expect(canvas.locator(".react-flow .cs-step-face").first).to_be_visible()
    canvas.wait_for_timeout(500)
    assert len(canvas.evaluate("[...window.places]")) == 1
