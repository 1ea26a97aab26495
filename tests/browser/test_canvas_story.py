"""Around the canvas, by mouse and by keyboard: palette, selection, copies, lanes, small map, figures; and a long way back."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.designer_hands import Drawing, large, name_it, omar_api, saved, step
from tests.browser.desk import WIDE, Desk, Sit
from tests.product import Run
from tests.workflows.ruled import ruled
from workflows.drafting.edits.rule_places import rule_at, rule_place
from workflows.library import library_item

pytestmark = [pytest.mark.browser, pytest.mark.product, pytest.mark.slow]

LEAVE_STEPS = 5
GRID = 12


def leave_drawing(product: Run, name: str) -> Drawing:
    """The leave workflow with its cases, as a draft of its own."""
    api = omar_api(product)
    document = library_item("leave_application").to_json() | {"name": name}
    return Drawing(api, api.done("definitions/", document)["id"])


def chosen(omar: Desk) -> Locator:
    return omar.page.locator(".react-flow__node.selected")


def steps_on(omar: Desk) -> Locator:
    return omar.page.locator(".cs-step-face[data-step]")


def test_around_the_canvas_by_mouse(sit: Sit, product: Run) -> None:
    drawing = leave_drawing(product, "Around by mouse")
    omar = sit("omar", WIDE)
    omar.go(drawing.path, "canvas")
    moved_by_mouse(omar, drawing)
    palette_by_mouse(omar, drawing)
    copies_by_mouse(omar, drawing)
    map_and_lanes(omar)
    figures(omar, product)


def moved_by_mouse(omar: Desk, drawing: Drawing) -> None:
    """The end of a way comes to stand on another step, a step on the grid; both are taken back."""
    page, begun = omar.page, drawing.graph
    end = page.locator("[data-id=manager_to_hr] .react-flow__edgeupdater-target")
    pull(page, end, page.locator("[data-id=approved] .react-flow__handle.target"))
    saved(omar)
    way = row(drawing.graph["transitions"], "manager_to_hr")
    assert (way["from"], way["to"]) == ("manager_review", "approved")
    pull(page, step(omar, "hr_review"), (31, 67))
    saved(omar)
    place = row(drawing.graph["steps"], "hr_review")["position"]
    assert (place["x"] % GRID, place["y"] % GRID) == (0, 0)
    for label in ("Undo: Place", "Undo: Lead a way"):
        page.get_by_role("button", name=label).click()
    saved(omar)
    assert drawing.graph == begun


def pull(page: Page, what: Locator, to: Locator | tuple[int, int]) -> None:
    """By its middle to the middle of something else, or so far."""
    start = middle_of(what)
    end = middle_of(to) if isinstance(to, Locator) else (start[0] + to[0], start[1] + to[1])
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def middle_of(what: Locator) -> tuple[float, float]:
    box = what.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def row(rows: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return next(one for one in rows if one["key"] == key)


def palette_by_mouse(omar: Desk, drawing: Drawing) -> None:
    """Each tab has its own; the search looks in all of them."""
    page = omar.page
    palette = page.get_by_role("complementary", name="What can be added")
    expect(palette.get_by_role("heading", name="Automatic")).to_be_visible()
    palette.get_by_role("tab", name="Library").click()
    expect(palette.get_by_role("heading", name="Claim Expense")).to_be_visible()
    palette.get_by_role("tab", name="Control").click()
    pane = page.locator(".react-flow__pane")
    palette.get_by_role("button", name="Fork").drag_to(pane, target_position={"x": 420, "y": 420})
    name_it(omar, "Both")
    page.get_by_label("Search steps to add").fill("wait for a time")
    expect(palette.get_by_role("button", name="Fork")).to_have_count(0)
    delay = palette.locator(".cs-flow-palette-item", has_text="Wait for a time").first
    delay.drag_to(pane, target_position={"x": 620, "y": 460})
    name_it(omar, "Cool off")
    page.get_by_label("Search steps to add").fill("")
    saved(omar)
    kinds = {one["name"]: one["kind"] for one in drawing.graph["steps"]}
    assert (kinds["Both"], kinds["Cool off"]) == ("fork", "auto")


def copies_by_mouse(omar: Desk, drawing: Drawing) -> None:
    """Two steps chosen one by one, then four by a frame; copies, and gone again."""
    page = omar.page
    page.get_by_role("button", name="Show everything").click()
    step(omar, "approved").click()
    step(omar, "rejected").click(modifiers=["Control"])
    expect(chosen(omar)).to_have_count(2)
    bar = page.get_by_role("toolbar", name="What can be done with 2 chosen")
    bar.get_by_role("button", name="Duplicate (Ctrl+D)").click()
    expect(steps_on(omar)).to_have_count(LEAVE_STEPS + 4)
    expect(chosen(omar)).to_have_count(2)
    page.get_by_role("button", name="Delete (Del)").click()
    expect(steps_on(omar)).to_have_count(LEAVE_STEPS + 2)
    page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    boxes = [step(omar, key).bounding_box() for key in ("manager_review", "hr_review")]
    first, last = (box for box in boxes if box)
    page.keyboard.down("Shift")
    page.mouse.move(first["x"] - 12, min(first["y"], last["y"]) - 12)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] + 4, max(first["y"], last["y"]) + last["height"] + 4, steps=8)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(page.locator(".cs-selection-name")).to_contain_text("chosen")
    saved(omar)
    assert len(drawing.graph["steps"]) == LEAVE_STEPS + 2


def map_and_lanes(omar: Desk) -> None:
    page = omar.page
    page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    view = page.locator(".react-flow__viewport")
    before = view.get_attribute("style")
    small = page.get_by_role("img", name="Small map of the workflow").bounding_box()
    assert small
    page.mouse.move(small["x"] + 60, small["y"] + 60)
    page.mouse.down()
    page.mouse.move(small["x"] + 110, small["y"] + 80, steps=5)
    page.mouse.up()
    assert view.get_attribute("style") != before
    lanes = page.get_by_role("button", name="Swim lanes by who is asked")
    lanes.click()
    expect(page.locator(".cs-lane-label", has_text="Department HR")).to_be_visible()
    omar.see("canvas-lanes")
    lanes.click()
    expect(page.locator(".cs-lane-label")).to_have_count(0)


def figures(omar: Desk, product: Run) -> None:
    """What the cases go through, while the draft can be played; and the times of the requests that there are."""
    leave = omar_api(product).find("workflows/", name="Leave Application")["id"]
    omar_api(product).call(f"definitions/{leave}/draft/", {})
    omar.go(f"/workflows/{leave}/design/", "canvas-plain")
    choice = omar.page.get_by_label("Show on the canvas")
    choice.select_option(label="What cases go through")
    mark = omar.page.locator(".react-flow__node[data-id=hr_review] .cs-step-mark")
    expect(mark).to_contain_text("case")
    omar.see("canvas-cases")
    choice.select_option(label="Time lost, 365 days")
    expect(omar.page.locator(".react-flow__node[data-id=manager_review] .cs-step-mark")).to_contain_text("×")
    omar.see("canvas-times")
    choice.select_option(label="No figures")
    expect(mark).to_have_count(0)


def test_around_the_canvas_by_keyboard(sit: Sit, product: Run) -> None:
    drawing = leave_drawing(product, "Around by keyboard")
    omar = sit("omar", WIDE)
    page, keyboard = omar.page, omar.page.keyboard
    omar.go(drawing.path, "canvas-keys")
    omar.tab_to(step(omar, "apply"))
    keyboard.press("Shift+ArrowRight")
    keyboard.press("Shift+ArrowRight")
    expect(chosen(omar)).to_have_count(3)
    keyboard.press("Control+c")
    keyboard.press("Control+v")
    expect(steps_on(omar)).to_have_count(LEAVE_STEPS + 3)
    keyboard.press("Control+a")
    expect(chosen(omar)).to_have_count(LEAVE_STEPS + 3)
    keyboard.press("Escape")
    expect(chosen(omar)).to_have_count(0)
    keyboard.press("/")
    expect(page.get_by_label("Search steps to add")).to_be_focused()
    keyboard.type("join")
    first = page.locator(".cs-flow-palette-item").first
    expect(first).to_contain_text("Join")
    omar.tab_to(first)
    keyboard.press("Enter")
    name_it(omar, "Meet again")
    keyboard.press("l")
    expect(page.locator(".cs-lane-label").first).to_be_visible()
    keyboard.press("l")
    keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Undo")
    keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    omar.tab_to(page.get_by_label("Show on the canvas"))
    keyboard.press("ArrowDown")
    expect(page.get_by_label("Show on the canvas")).not_to_have_value("")
    saved(omar)
    assert "Meet again" in drawing.names
    assert len(drawing.graph["steps"]) == LEAVE_STEPS + 4


def test_fifty_steps_back_and_forth_again(sit: Sit, product: Run) -> None:
    drawing = Drawing.blank(product, "Back and forth", large(12))
    omar = sit("omar", WIDE)
    page, keyboard = omar.page, omar.page.keyboard
    omar.go(drawing.path, "canvas-before")
    begun = drawing.graph
    omar.tab_to(step(omar, "step_0"))
    for turn in range(5):
        ten_edits(omar, turn)
    saved(omar)
    made = drawing.graph
    assert made != begun
    for _ in range(50):
        keyboard.press("Control+z")
    expect(page.locator("#design-undo")).to_be_disabled()
    saved(omar)
    assert drawing.graph == begun
    for _ in range(50):
        keyboard.press("Control+Shift+z")
    expect(page.locator("#design-redo")).to_be_disabled()
    saved(omar)
    assert drawing.graph == made
    # The other view has the same history.
    omar.go(f"{drawing.path}?tab=outline", "outline-after")
    page.locator("#design-undo").click()
    expect(page.locator("#design-redo")).to_be_enabled()
    assert drawing.graph["steps"][-1].get("position") != made["steps"][-1]["position"]
    up, down = (page.locator(f"#{which}-step_1") for which in ("up", "down"))
    up.press("Enter")
    expect(up).to_be_disabled()
    expect(down).to_be_focused()


def ten_edits(omar: Desk, turn: int) -> None:
    """A step, its name, a way from it, and seven places, one after the other."""
    page, keyboard = omar.page, omar.page.keyboard
    step(omar, "step_0").focus()
    keyboard.press("Escape")
    key = f"copy_{turn}"
    add_named(omar, key)
    keyboard.press("F2")
    name_it(omar, f"Named {turn}")
    expect(step(omar, key)).to_be_focused()
    for _ in range(3):
        keyboard.press("Alt+ArrowDown")
    keyboard.press("c")
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    keyboard.type("Step 11")
    keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(step(omar, key)).to_be_focused()
    for _ in range(4):
        keyboard.press("Alt+ArrowRight")


def add_named(omar: Desk, name: str) -> Any:
    keyboard = omar.page.keyboard
    keyboard.press("a")
    expect(omar.page.get_by_role("combobox", name="Add a step")).to_be_focused()
    keyboard.type("requester")
    keyboard.press("Enter")
    name_it(omar, name)


def test_a_trial_is_kept_as_a_case_that_watches_the_graph(sit: Sit, product: Run) -> None:
    drawing = leave_drawing(product, "Watched by a case")
    omar = sit("omar", WIDE)
    page = omar.page
    page.goto(drawing.path)
    page.get_by_role("link", name="Try").click()
    whose = page.get_by_label("Requested by")
    whose.select_option(whose.locator("option", has_text="Asha").get_attribute("value"))
    page.get_by_role("button", name="Begin").click()
    for label, answer in (("First day of leave", "2031-03-10"), ("Last day of leave", "2031-03-12")):
        page.get_by_label(label).fill(answer)
    page.get_by_label("Reason", exact=True).fill("As tried")
    for way in ("Manager review", "HR review", "Approved"):
        page.get_by_role("radio", name=way).check()
        page.get_by_role("button", name="Pass it on").click()
    expect(page.get_by_text("The request has ended with “Approved”")).to_be_visible()
    page.get_by_label("Keep it as a case called").fill("As tried by Omar")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.goto(f"{drawing.path}?tab=cases")
    case = page.get_by_role("row", name="As tried by Omar")
    expect(case).to_contain_text("As told")
    change = {"transition": "hr_approves", "name": "Granted by HR"}
    body = {"id": str(uuid4()), "edit": "transition.rename", "params": change}
    drawing.api.done(f"definitions/{drawing.id}/draft/edits/", body)
    page.get_by_role("link", name="Run all").click()
    expect(case).to_contain_text("Fails")
    expect(case.get_by_role("listitem").nth(2)).to_contain_text("at HR review: Approved")
    expect(case.get_by_role("listitem").nth(2).locator(".cs-bad").last).not_to_be_empty()
    omar.see("cases-failing")


def test_rules_by_keyboard(sit: Sit, product: Run) -> None:
    """One that asks something already and one that does not."""
    api = omar_api(product)
    drawing = Drawing(api, api.done("definitions/", ruled("Ruled by keyboard"))["id"])
    omar = sit("omar", WIDE)
    for place in ("graph/steps/hr_review/assignee/rule", "form/fields/reason/visible_when"):
        omar.page.goto(f"{drawing.path}rule/?place={place}")
        two_more_conditions(omar)
        document = api.done(f"definitions/{drawing.id}/draft/")["document"]
        kept = rule_at(document, rule_place(document, place))
        assert kept["all"][-1]["any"][0]["op"] == "is_empty"


def two_more_conditions(omar: Desk) -> None:
    """One, and one in a group; refused at both at first."""
    page, rows = omar.page, omar.page.locator(".cs-rule-row")
    before = rows.count()
    for button, count in (("Condition", before + 1), ("Group", before + 2)):
        omar.tab_to(page.get_by_role("button", name=button, exact=True).last)
        page.keyboard.press("Enter")
        expect(rows).to_have_count(count)
        expect(rows.nth(count - 1).locator(":focus")).to_be_visible()
    save = page.get_by_role("button", name="Save the rule")
    omar.tab_to(save)
    page.keyboard.press("Enter")
    expect(page.locator(".cs-rule-row.is-wrong")).to_have_count(2)
    expect(rows.nth(before).locator(":focus")).to_have_attribute("aria-invalid", "true")
    for row in (rows.nth(before), rows.nth(before + 1)):
        if row.get_by_label("Condition", exact=True).count() == 0:
            omar.tab_to(row.get_by_role("combobox", name="Variable"))
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        omar.tab_to(row.locator("select[aria-label=Condition]"))
        with page.expect_response("**/design/rule/*"):
            page.keyboard.press("End")
        expect(row.locator("select[aria-label=Condition]")).to_have_value("is_empty")
    omar.tab_to(save)
    page.keyboard.press("Enter")
    page.wait_for_url("**/design/item/*")
