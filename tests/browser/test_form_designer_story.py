"""The form designer in a real browser: a form built with the keyboard alone and again by drag is the same document."""

import json
from collections.abc import Callable, Collection
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.desk import PHONE, WIDE, Desk, Sit
from tests.product import Api, Run
from workflows.library import library_item

pytestmark = [pytest.mark.browser, pytest.mark.product, pytest.mark.slow]

BLANK: dict[str, Any] = {
    "schema_version": 1,
    "form": {"schema_version": 1, "title": "Leave", "fields": []},
    "graph": {
        "schema_version": 1,
        "steps": [
            {"key": "apply", "name": "Apply", "kind": "start"},
            {
                "key": "review",
                "name": "Review",
                "kind": "task",
                "assignee": {"rule": "requester"},
            },
            {"key": "done", "name": "Done", "kind": "end", "outcome": "Approved"},
        ],
        "transitions": [{"key": "a", "from": "apply", "to": "review"}, {"key": "b", "from": "review", "to": "done"}],
    },
}
LABELS = ("First day", "Last day", "Reason")


def begun(desk: Desk, name: str) -> Page:
    """A workflow with an empty form, opened in the designer."""
    page = desk.page
    page.goto("/workflows/import/")
    page.get_by_label("Or its text").fill(json.dumps(BLANK | {"name": name}))
    page.get_by_role("button", name="Add as a draft").click()
    page.wait_for_url("**/workflows/*-*/**")
    page.goto(f"/workflows/{page.url.partition('/workflows/')[2].partition('/')[0]}/design/?tab=form")
    expect(page.locator("cs-form-canvas.is-live")).to_be_visible()
    return page


def saved(page: Page) -> dict[str, Any]:
    """The form of the draft as the server has it."""
    form: dict[str, Any] = document(page)["form"]
    return form


def document(page: Page) -> dict[str, Any]:
    """The draft as the server has it."""
    address = f"{page.url.partition('/design/')[0]}/design/document/"
    found: dict[str, Any] = page.evaluate("async address => (await (await fetch(address)).json()).document", address)
    return found


def settled(page: Page, chosen: str) -> None:
    expect(page.locator(f"#pick-{chosen}[aria-current]")).to_be_visible()


def add_by_keys(page: Page, words: str) -> None:
    """Search the palette and take the first: what is new is chosen, and its name is typed next."""
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator("#set-label, #part-title")).to_be_focused()


def by_keyboard(page: Page) -> None:
    """Not one click."""
    add_by_keys(page, "section")
    page.keyboard.press("Escape")
    for words, label in zip(("date", "date", "long"), LABELS, strict=True):
        add_by_keys(page, words)
        page.keyboard.type(label)
        page.keyboard.press("Enter")
        settled(page, f"field-{label.lower().replace(' ', '_')}")
        expect(page.locator("#set-label")).to_be_focused()
        page.keyboard.press("Escape")
    expect(page.locator("#pick-field-reason")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".cs-part-field").nth(1)).to_have_attribute("data-item", "field:reason")
    expect(page.locator("#pick-field-reason")).to_be_focused()
    expect(page.locator("#live")).to_have_text("2 of 3")


def out_and_in_by_keys(tess: Desk) -> None:
    """By the keys of a part and by the buttons above; the keyboard stays with the field."""
    page, keyboard, reason = tess.page, tess.page.keyboard, tess.page.locator("#pick-field-reason")
    reason.focus()
    inside, outside = [["first_day", "reason", "last_day"]], [["first_day", "last_day"], "reason"]
    for key, there in (
        ("ArrowLeft", outside),
        ("ArrowUp", outside[::-1]),
        ("ArrowRight", [["reason", "first_day", "last_day"]]),
        ("ArrowDown", inside),
    ):
        with page.expect_response("**/design/edit/"):
            keyboard.press(f"Alt+{key}")
        expect(reason).to_be_focused()
        assert arranged(saved(page)["layout"]) == there, key
    for button, there, focus in (
        ("Move down", [["first_day", "last_day", "reason"]], reason),  # the button has come to its end
        ("Move up", inside, page.locator("#do-up")),
    ):
        tess.tab_to(page.get_by_role("button", name=button, exact=True))
        with page.expect_response("**/design/edit/"):
            keyboard.press("Enter")
        expect(focus).to_be_focused()
        assert arranged(saved(page)["layout"]) == there, button


def arranged(layout: list[Any]) -> list[Any]:
    """The names of the fields, those of a container in a list of their own."""
    return [one["name"] if one["kind"] == "field" else arranged(one["children"]) for one in layout]


def drag(page: Page, source: Locator, target: Locator, *, below: float, until: str) -> None:
    """With the mouse, in steps as a hand makes them; let go where what is dragged is seen to stand as it should (`until`)."""
    start = source.bounding_box()
    assert start is not None
    page.mouse.move(start["x"] + 20, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + start["height"] / 2 + 8, steps=4)
    page.wait_for_timeout(200)  # what is dragged has left its place, and the others have moved
    for turn in range(10):
        end = target.bounding_box()
        assert end is not None
        page.mouse.move(end["x"] + end["width"] / 3 + turn, end["y"] + end["height"] * below, steps=14)
        page.wait_for_timeout(200)  # where it would fall is looked up a few times a second
        if page.locator(until).count():
            break
    page.mouse.up()


def take(page: Page, words: str, target: Locator, *, below: float, until: str) -> None:
    """From the palette, where a search brings it to the top."""
    page.get_by_placeholder("Search").fill(words)
    drag(page, page.locator(".cs-palette-item:visible").first, target, below=below, until=until)


def by_drag(page: Page) -> None:
    take(page, "section", page.locator("[data-root]"), below=0.7, until="[data-root] .is-ghost")
    settled(page, "part-0")
    for words, old, label in zip(("date", "date", "long"), ("date", "date", "long_text"), LABELS, strict=True):
        inside, last = page.locator('[data-part="0"] section'), page.locator(".cs-part-field").last
        if last.count():
            take(page, words, last, below=0.85, until=f"[data-item='{last.get_attribute('data-item')}'] + .is-ghost")
        else:
            take(page, words, inside, below=0.85, until="section .is-ghost")
        settled(page, f"field-{old}")
        page.locator("#set-label").fill(label)
        page.locator("#set-label").blur()
        settled(page, f"field-{label.lower().replace(' ', '_')}")
    between = "[data-item='field:first_day'] + [data-item='field:reason'] + [data-item='field:last_day']"
    drag(page, page.locator("#pick-field-reason"), page.locator("#pick-field-last_day"), below=0.65, until=between)
    expect(page.get_by_role("button", name="Undo: Move Reason")).to_be_visible()
    expect(page.locator(".cs-part-field").nth(1)).to_have_attribute("data-item", "field:reason")


def test_keys_and_drag_build_the_same_form(sit: Sit) -> None:
    tess = sit("tess", WIDE)
    page = begun(tess, "Leave by keys")
    by_keyboard(page)
    typed = saved(page)
    tess.see("form-designer")
    out_and_in_by_keys(tess)
    assert saved(page) == typed
    page = begun(tess, "Leave by drag")
    by_drag(page)
    assert saved(page) == typed
    page.get_by_role("button", name="Undo: Move Reason").click()
    expect(page.locator(".cs-part-field").nth(2)).to_have_attribute("data-item", "field:reason")


def test_the_preview_follows_step_person_and_width(sit: Sit, product: Run) -> None:
    omar = Api(product, "omar")
    omar.log_in()
    document = library_item("leave_application").to_json() | {"name": "Leave looked at"}
    fields = {field["name"]: field for field in document["form"]["fields"]}
    fields["hr_note"]["visible_when"] = {"field": "user.department", "op": "eq", "value": "HR"}
    tess = sit("tess", WIDE)
    page = tess.page
    page.goto(f"/workflows/{omar.done('definitions/', document)['id']}/design/?tab=form&view=preview")
    inside = page.frame_locator(".cs-preview-frame")
    first, last, note = (inside.get_by_label(label) for label in ("First day", "Last day", "Note of HR"))
    expect(first).to_be_visible()
    expect(note).to_have_count(0)
    assert top(first) == top(last)
    page.get_by_label("Width").select_option("phone")
    expect(page.locator(".cs-preview-frame")).to_have_css("width", "390px")
    expect(last).to_be_visible()
    assert top(first) < top(last)
    page.get_by_label("Step").select_option("hr_review")
    expect(inside.get_by_text("Days of leave left")).to_be_visible()
    expect(note).to_be_hidden()
    seen_by = page.get_by_label("Seen by")
    seen_by.select_option(seen_by.locator("option", has_text="Hema").get_attribute("value"))
    expect(note).to_be_visible()
    expect(page.locator(".cs-preview-frame")).to_have_css("width", "390px")


def top(what: Locator) -> float:
    box = what.bounding_box()
    assert box
    return box["y"]


def test_the_matrix_by_keys_and_every_view_on_a_phone(sit: Sit) -> None:
    tess = sit("tess", WIDE)
    page = begun(tess, "Leave matrix")
    by_keyboard(page)
    page.get_by_role("link", name="Fields and steps").click()
    expect(page.locator("cs-form-matrix.is-live")).to_be_visible()
    cell = page.locator("#cell-first_day-2")
    cell.focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Q")
    expect(page.locator("#cell-reason-2")).to_have_value("required")
    expect(page.locator("#cell-last_day-2")).to_have_value("read")
    access = {field["name"]: field["access"].get("review") for field in saved(page)["fields"]}
    assert access == {"first_day": "required", "reason": "required", "last_day": None}
    there = page.url.partition("?")[0].partition(".localhost")[2].partition("/")[2]
    phone = sit("tess", PHONE)
    for view in ("design", "design&item=field:reason&set=steps", "matrix", "logic", "preview&width=phone"):
        phone.go(f"/{there}?tab=form&view={view}", f"form-{view.partition('&')[0]}")


def test_forms_filled_in_offline_are_kept_and_clash_in_their_tab(sit: Sit, product: Run) -> None:
    tess = sit("tess", WIDE)
    page = begun(tess, "Leave offline")
    add_by_keys(page, "long")
    page.keyboard.type("Reason")
    page.keyboard.press("Enter")
    settled(page, "field-reason")
    page.context.set_offline(True)
    typed(page, "#set-label", "Why")
    typed(page, "#set-help", "In a word.")
    for _ in range(2):
        page.locator("#add-date").click()
    expect(page.locator("cs-draft")).to_contain_text("Offline: 3 changes kept")
    page.context.set_offline(False)
    expect(page.locator(".cs-part-field")).to_have_count(3)
    reason, *dates = sorted(saved(page)["fields"], key=lambda field: str(field["name"] != "reason"))
    assert (reason["label"], reason["help"], [one["type"] for one in dates]) == ("Why", "In a word.", ["date", "date"])
    clash_over_a_label(tess, product)
    tess.faults[:] = [fault for fault in tess.faults if "net::" not in fault and "htmx:" not in fault]


def typed(page: Page, where: str, words: str) -> None:
    """Into a setting that is saved when it is left."""
    page.locator(where).fill(words)
    page.locator(where).blur()
    expect(page.locator("cs-draft")).to_contain_text("Offline: 1 change kept")


def clash_over_a_label(tess: Desk, product: Run) -> None:
    """What was kept is shown with what somebody else did meanwhile, also after a reload, until one of both is chosen."""
    page = tess.page
    page.goto(f"{page.url.partition('?')[0]}?tab=form&item=field:reason")
    expect(page.locator("cs-form-canvas.is-live")).to_be_visible()
    page.context.set_offline(True)
    typed(page, "#set-label", "Because")
    omar = Api(product, "omar")
    omar.log_in()
    theirs = {"field": "reason", "group": "field", "set.label": "What for"}
    ident = page.url.partition("/workflows/")[2].partition("/")[0]
    omar.done(f"definitions/{ident}/draft/edits/", {"id": str(uuid4()), "edit": "form.set", "params": theirs})
    page.context.set_offline(False)
    expect(page.locator("[data-refused]")).to_contain_text("What for")
    page.reload()
    expect(page.locator("[data-refused]")).to_contain_text("Because")
    tess.see("form-designer-clash")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("cs-draft [data-words]")).to_have_text("Saved")
    expect(page.locator("#set-label")).to_have_value("Because")
    assert saved(page)["fields"][0]["label"] == "Because"


def labels(page: Page) -> list[str]:
    return [one["label"] for one in saved(page)["fields"]]


def test_what_is_typed_is_saved_whatever_is_pressed_next(sit: Sit, product: Run) -> None:
    """Quicker than a change saves itself, slower, by leaving, and beside the canvas."""
    tess = sit("tess", WIDE)
    page = begun(tess, "Typed and left")
    for words in ("text", "number"):
        add_by_keys(page, words)
        page.keyboard.press("Escape")
    address = page.url.partition("&item=")[0]
    number = page.locator(".cs-part-pick").last
    for count, (pause, pressed, there) in enumerate(
        [(0, number, "#pick-field-number[aria-current]"), (100, number, "#pick-field-number[aria-current]"),
         (400, page.locator("#set-tab-validation"), "#set-tab-validation[aria-current]"),
         (0, page.get_by_role("link", name="Outline"), "[aria-current]:text-is('Outline')")],
    ):  # fmt: skip
        first_chosen(page, address)
        page.locator("#set-label").fill(f"Hotel {count}")
        pressed.click(delay=pause)
        expect(page.locator(there)).to_be_visible()
        assert labels(page)[0] == f"Hotel {count}"
    first_chosen(page, address)
    page.locator("#set-label").fill("Hotel at last")
    page.reload()
    expect(page.locator("#set-label")).to_have_value("Hotel at last")
    expect(page.locator("cs-draft [data-words]")).to_have_text("Saved")
    beside_the_canvas(page)
    assert tess.faults == []


def first_chosen(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("cs-form-canvas.is-live")).to_be_visible()
    page.locator(".cs-part-pick").first.click()
    expect(page.locator("#set-label")).to_be_visible()
    page.wait_for_load_state("networkidle")


def beside_the_canvas(page: Page) -> None:
    page.get_by_role("link", name="Graph").click()
    review, apply = (page.locator(f".cs-step-face[data-step={key}]") for key in ("review", "apply"))
    review.click()
    expect(page.locator("#panel-head")).to_have_text("Review")
    page.locator("#item-description").fill("Look twice")
    apply.click()
    expect(page.locator("#panel-head")).to_have_text("Apply")
    review.click()
    expect(page.locator("#item-description")).to_have_value("Look twice")
    page.locator("#item-name").fill("")
    apply.click()
    expect(page.locator("#item-name")).to_have_value("")
    page.locator(".cs-step-face[data-step=done]").click()
    expect(page.locator("#panel-head")).to_have_text("Done")


def test_what_is_typed_while_an_answer_comes_stays(sit: Sit) -> None:
    """Before a choice that draws the settings anew, two choices in a row, and typing on; on a slow line."""
    tess = sit("tess", WIDE)
    page = begun(tess, "Typed meanwhile")
    page.get_by_role("link", name="Graph").click()
    page.locator(".cs-step-face[data-step=review]").click()
    expect(page.locator("#panel-head")).to_have_text("Review")
    page.route("**/design/edit/", slowly)
    page.locator("#item-name").fill("Check it")
    page.locator("#item-description").fill("Look twice")
    page.get_by_label("Kind", exact=True).focus()
    page.get_by_label("Kind", exact=True).select_option("auto")
    expect(page.locator("#panel-head")).to_have_text("Check it")
    page.get_by_label("Kind", exact=True).select_option("task")
    page.get_by_label("Kind", exact=True).press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("End")
    page.keyboard.type(" or more", delay=120)
    expect(page.locator("#item-description")).to_have_value("Look twice or more")
    page.get_by_role("radio", name="By a rule").click()
    expect(page.get_by_label("The requester may not decide")).to_be_checked()
    for box in ("Nor who stands in for the requester", "The requester may not decide"):
        page.get_by_label(box).click()
    expect(page.get_by_label("The requester may not decide")).not_to_be_checked()
    review = {"name": "Check it", "kind": "task", "description": "Look twice or more"}
    apart = {"not_requester": False, "not_own_delegate": True}
    comes(page, lambda draft: review | {"apart": apart} == told(draft["graph"]["steps"][1], review))
    assert tess.faults == []


def told(step: dict[str, Any], asked: Collection[str]) -> dict[str, Any]:
    """What was asked of the step, and who is kept apart at it."""
    return {name: step.get(name) for name in asked} | {"apart": step["assignee"].get("separation")}


def comes(page: Page, is_there: Callable[[dict[str, Any]], bool]) -> None:
    """What was done last arrives at the server."""
    for _ in range(50):
        if is_there(document(page)):
            return
        page.wait_for_timeout(200)
    pytest.fail(f"It never came: {document(page)}")


def slowly(route: Route) -> None:
    sleep(0.4)
    route.continue_()


def test_who_goes_on_typing_in_a_form_keeps_every_letter(sit: Sit) -> None:
    tess = sit("tess", WIDE)
    page = begun(tess, "Typed on")
    page.route("**/design/edit/", slowly)
    add_by_keys(page, "number")
    page.keyboard.type("Nights")
    page.keyboard.press("Tab")
    page.keyboard.type("How long you stay there", delay=60)
    page.keyboard.press("Tab")
    expect(page.locator("#set-help:not(:focus)")).to_have_text("How long you stay there")
    expect(page.locator("#set-help")).to_have_value("How long you stay there")
    comes(page, lambda draft: draft["form"]["fields"][0].get("help") == "How long you stay there")
    assert tess.faults == []
