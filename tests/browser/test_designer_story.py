"""The workflow designer in a real browser: one workflow drawn twice, two tabs, no network, a stopped server, 300 steps."""

import json
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.designer_hands import (
    Drawing,
    add_by_key,
    add_by_plus,
    alike,
    connect_by_key,
    drag_in,
    drag_way,
    large,
    name_it,
    omar_api,
    saved,
    start_by_mouse,
    step,
    walk_to,
)
from tests.browser.desk import PHONE, PICTURES, PLAIN, WIDE, Desk, Look, Sit
from tests.product import Api, Run, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.product, pytest.mark.slow]

LOOK = 15_000
"""Milliseconds in which an open draft looks at least once at what became of it."""
MANAGER, HR = "Judge whether the project", "Compare the application"


def test_leave_drawn_by_mouse_and_by_keyboard(sit: Sit, product: Run) -> None:
    by_mouse, by_keyboard = (Drawing.blank(product, f"Leave by {hand}") for hand in ("mouse", "keyboard"))
    omar = sit("omar", WIDE)
    draw_by_mouse(omar, by_mouse)
    draw_by_keyboard(omar, by_keyboard)
    assert alike(by_mouse.graph) == alike(by_keyboard.graph)
    assert len(by_mouse.graph["transitions"]) == 7
    run_it(product, by_keyboard)
    # The page of the draft is still open.
    expect(omar.page.locator("cs-draft")).to_contain_text("Published meanwhile", timeout=LOOK)
    omar.faults[:] = [fault for fault in omar.faults if "409" not in fault]


def draw_by_mouse(omar: Desk, drawing: Drawing) -> None:
    omar.go(drawing.path, "design-blank")
    start_by_mouse(omar)
    drag_in(omar, MANAGER, "manager_review", 330, 160)
    drag_way(omar, "apply", "manager_review")
    add_by_plus(omar, "manager_review", HR)
    add_by_plus(omar, "hr_review", "says yes")
    add_by_plus(omar, "hr_review", "says no")
    omar.page.get_by_role("button", name="Show everything").click()
    for source, target in (("manager_review", "rejected"), ("manager_review", "apply"), ("hr_review", "apply")):
        drag_way(omar, source, target)
    saved(omar)
    omar.see("design-mouse")


def draw_by_keyboard(omar: Desk, drawing: Drawing) -> None:
    page = omar.page
    omar.go(drawing.path, "design-blank-again")
    omar.tab_to(page.get_by_role("button", name="Add the start"))
    page.keyboard.press("Enter")
    name_it(omar, "Apply")
    for about in (MANAGER, HR, "says yes"):
        add_by_key(omar, about)
    walk_to(omar, "ArrowLeft", "hr_review")
    add_by_key(omar, "says no")
    walk_to(omar, "ArrowLeft", "hr_review")
    connect_by_key(omar, "Apply")
    walk_to(omar, "ArrowLeft", "manager_review")
    for target in ("Rejected", "Apply"):
        connect_by_key(omar, target)
    page.keyboard.press("Delete")
    expect(page.locator(".cs-flow-canvas-toast")).to_contain_text("Step deleted")
    page.keyboard.press("Control+z")
    expect(step(omar, "manager_review")).to_be_visible()
    saved(omar)
    omar.see("design-keyboard")


def run_it(product: Run, drawing: Drawing) -> None:
    """Publish what was drawn, and let three people use it."""
    drawing.api.done(f"definitions/{drawing.id}/publish/", {})
    asha, ravi, hema = (Api(product, name) for name in ("asha", "ravi", "hema"))
    for person in (asha, ravi, hema):
        person.log_in()
    data = {"from": "2031-03-10", "to": "2031-03-12", "reason": "As drawn"}
    run = asha.done(f"workflows/{drawing.id}/runs/", {"data": data})
    for person, way, more in ((ravi, "HR review", {"criticality": "low"}), (hema, "Approved", {})):
        row = person.find(f"tasks/?assigned=me&run={run['id']}")
        task = person.done(f"tasks/{row['id']}/")
        person.done(f"tasks/{row['id']}/complete/", {"transition": way, "version": task["version"], "data": more})
    assert asha.done(f"runs/{run['id']}/")["outcome"] == "Approved"


def test_two_tabs_offline_and_a_server_that_is_gone(sit: Sit, product: Run) -> None:
    drawing = Drawing.blank(product, "Changed in two tabs")
    omar = sit("omar", WIDE)
    omar.go(drawing.path, "design-first-tab")
    start_by_mouse(omar)
    saved(omar)
    clash_in(omar, drawing)
    go_offline(omar, drawing)
    lose_the_server(omar, product, drawing)


def clash_in(omar: Desk, drawing: Drawing) -> None:
    """Both tabs name the same step; what they do elsewhere is merged by itself."""
    other = omar.page.context.new_page()
    other.goto(drawing.path)
    # The first tab does not look at what others do before it sends.
    omar.page.route("**/design/operations/?after=*", lambda route: route.fulfill(json={"revision": 0, "results": []}))
    rename(other, "apply", "Ask")
    expect(other.locator("cs-draft [data-words]")).to_have_text("Saved")
    rename(omar.page, "apply", "Request")
    dialog = omar.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Ask")
    omar.see("design-clash")
    dialog.get_by_label("Keep mine").check()
    dialog.get_by_role("button", name="Merge").click()
    saved(omar)
    assert drawing.names == {"Request"}
    other.locator(".cs-step-face[data-step=apply]").focus()
    add_by_key(replace(omar, page=other), "says yes")
    expect(other.locator(".cs-step-face[data-step=apply]")).to_contain_text("Request")
    expect(other.locator("cs-draft [data-words]")).to_have_text("Saved")
    assert drawing.names == {"Request", "Approved"}
    other.close()
    omar.page.unroute_all()
    omar.page.reload()


def rename(page: Page, key: str, name: str) -> None:
    page.locator(f".cs-step-face[data-step={key}]").dblclick()
    page.get_by_label("Name of the step").fill(name)
    page.keyboard.press("Enter")


def go_offline(omar: Desk, drawing: Drawing) -> None:
    """For longer than a minute, in which more is done; the clock of the page runs ahead of the test's."""
    page = omar.page
    page.clock.install()
    page.reload()
    page.context.set_offline(True)
    for number, (key, name) in enumerate((("approved", "Granted"), ("apply", "Ask"), ("approved", "Agreed")), 1):
        rename(page, key, name)
        expect(page.locator("cs-draft")).to_contain_text(f"Offline: {number} change{'s' * (number > 1)} kept")
        page.clock.fast_forward(25_000)
    assert drawing.names == {"Request", "Approved"}
    page.context.set_offline(False)
    saved(omar)
    assert drawing.names == {"Ask", "Agreed"}


def lose_the_server(omar: Desk, product: Run, drawing: Drawing) -> None:
    """What was changed while there was no server survives a reload too."""
    page = omar.page
    product.stop()
    rename(page, "approved", "Granted")
    expect(page.locator("cs-draft")).to_contain_text("Offline: 1 change kept")
    product.start_again()
    product.wait_until_ready()
    page.reload(wait_until="networkidle")
    saved(omar)
    expect(step(omar, "approved")).to_contain_text("Granted")
    wait_for(lambda: "Granted" in drawing.names, "the change that was kept")
    # What the browser says of a server that is not there; everything else stays a fault.
    omar.faults[:] = [fault for fault in omar.faults if "net::" not in fault and "htmx:" not in fault]


@pytest.mark.parametrize("look", [PHONE, PLAIN], ids=lambda look: look.name)
def test_other_looks(sit: Sit, product: Run, look: Look) -> None:
    omar = sit("omar", look)
    leave = omar_api(product).find("workflows/", name="Leave Application")["id"]
    omar_api(product).call(f"definitions/{leave}/draft/", {})
    omar.go(f"/workflows/{leave}/design/", "design")
    if look is PLAIN:
        expect(omar.page.locator(".cs-graph svg").first).to_be_visible()
        omar.page.get_by_role("link", name="outline", exact=True).click()
        expect(omar.page.get_by_role("link", name="Outline")).to_have_attribute("aria-current", "page")


def test_three_hundred_steps(sit: Sit, product: Run, record_property: Any) -> None:
    """How long the frames take is written down, not judged: machines differ."""
    drawing = Drawing.blank(product, "Three hundred", large(300))
    omar = sit("omar", WIDE)
    page = omar.page
    page.goto(drawing.path)
    expect(page.locator(".react-flow__node")).to_have_count(300, timeout=30_000)
    page.evaluate(RECORD)
    page.mouse.move(700, 500)
    for turn in range(40):
        page.mouse.wheel(30 if turn < 20 else -30, 12)
    box = step(omar, "step_3").bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 190, steps=40)
    page.mouse.up()
    times = sorted(page.evaluate("window.frames_taken"))
    told = {"frames": len(times), "median_ms": times[len(times) // 2], "p95_ms": times[int(len(times) * 0.95)]}
    record_property("frames_of_300_steps", told)
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "designer-frames.json").write_text(json.dumps(told))
    saved(omar)
    assert "position" in drawing.graph["steps"][3]


RECORD = """() => {
    const taken = window.frames_taken = [];
    let last = performance.now();
    const next = (now) => { taken.push(Math.round(now - last)); last = now; requestAnimationFrame(next); };
    requestAnimationFrame(next);
}"""
