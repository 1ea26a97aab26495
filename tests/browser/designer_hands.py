"""What hands do on the canvas of the workflow designer, with a mouse and with the keyboard alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.desk import Desk
from tests.product import Api, Run
from workflows.library import library_item

LEAVE = library_item("leave_application")


def omar_api(run: Run) -> Api:
    omar = Api(run, "omar")
    omar.log_in()
    return omar


@dataclass(frozen=True)
class Drawing:
    """A workflow with the leave form and, at first, nothing on its canvas."""

    api: Api
    id: str

    @classmethod
    def blank(cls, run: Run, name: str, graph: dict[str, Any] | None = None) -> Drawing:
        omar = omar_api(run)
        form = LEAVE.form.to_json() if graph is None else {}
        document = {"schema_version": 1, "name": name, "form": form, "graph": graph or {}}
        return cls(omar, omar.done("definitions/", document)["id"])

    @property
    def path(self) -> str:
        return f"/workflows/{self.id}/design/"

    @property
    def graph(self) -> dict[str, Any]:
        """As the server has it."""
        graph: dict[str, Any] = self.api.done(f"definitions/{self.id}/draft/")["document"]["graph"]
        return graph

    @property
    def names(self) -> set[str]:
        return {step["name"] for step in self.graph["steps"]}


def alike(graph: dict[str, Any]) -> dict[str, Any]:
    """The graph without what depends on the hand: where the steps stand, and in which order they and the ways were made."""
    steps = [{name: value for name, value in step.items() if name != "position"} for step in graph["steps"]]
    return {
        name: sorted(rows, key=lambda row: str(row["key"]))
        for name, rows in {"steps": steps, "transitions": graph["transitions"]}.items()
    }


def step(desk: Desk, key: str) -> Locator:
    return desk.page.locator(f".cs-step-face[data-step={key}]")


def saved(desk: Desk) -> None:
    expect(desk.page.locator("cs-draft [data-words]")).to_have_text("Saved")


def name_it(desk: Desk, name: str = "") -> None:
    box = desk.page.get_by_label("Name of the step")
    expect(box).to_be_focused()
    if name:
        desk.page.keyboard.type(name)
    desk.page.keyboard.press("Enter")
    expect(box).to_have_count(0)


# --- by mouse ---


def start_by_mouse(desk: Desk) -> None:
    desk.page.get_by_role("button", name="Add the start").click()
    name_it(desk, "Apply")


def drag_in(desk: Desk, search: str, key: str, x: int, y: int) -> None:
    """From the palette onto the canvas, found by the search."""
    page = desk.page
    page.get_by_label("Search steps to add").fill(search)
    item = page.locator(".cs-flow-palette-item", has_text=search).first
    item.drag_to(page.locator(".react-flow__pane"), target_position={"x": x, "y": y})
    name_it(desk)
    page.get_by_label("Search steps to add").fill("")
    expect(step(desk, key)).to_be_visible()


def add_by_plus(desk: Desk, after: str, search: str) -> None:
    page = desk.page
    node = page.locator(f".react-flow__node[data-id={after}]")
    node.hover()
    node.locator(".cs-plus").click()
    choose_in_list(desk, search)


def choose_in_list(desk: Desk, search: str) -> None:
    desk.page.get_by_role("combobox", name="Add a step").fill(search)
    desk.page.get_by_role("dialog").get_by_role("option").first.click()
    name_it(desk)


def drag_way(desk: Desk, source: str, target: str) -> None:
    """From the handle of one step to the other, when the list of problems below has come to rest."""
    page = desk.page
    saved(desk)
    page.wait_for_timeout(900)
    node = page.locator(f".react-flow__node[data-id={source}]")
    node.hover()
    start = node.locator(".react-flow__handle.source").bounding_box()
    end = page.locator(f".react-flow__node[data-id={target}] .react-flow__handle.target").bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 4, end["y"] + 30, steps=6)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=3)
    page.mouse.up()


# --- by keyboard ---


def add_by_key(desk: Desk, search: str) -> None:
    """Behind the step that has the keyboard."""
    keyboard = desk.page.keyboard
    keyboard.press("a")
    expect(desk.page.get_by_role("combobox", name="Add a step")).to_be_focused()
    keyboard.type(search)
    keyboard.press("Enter")
    name_it(desk)


def connect_by_key(desk: Desk, target: str) -> None:
    keyboard = desk.page.keyboard
    keyboard.press("c")
    expect(desk.page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    keyboard.type(target)
    keyboard.press("Enter")
    expect(desk.page.get_by_role("dialog")).to_have_count(0)


def walk_to(desk: Desk, keys: str, key: str) -> None:
    for name in keys.split():
        desk.page.keyboard.press(name)
    expect(step(desk, key)).to_be_focused()


def large(count: int) -> dict[str, Any]:
    """A graph of so many steps, in ten rows, which publishes nothing but has to be drawn."""
    keys = [f"step_{number}" for number in range(count)]
    steps = [{"key": key, "name": f"Step {key[5:]}", "kind": "task"} for key in keys]
    steps[0]["kind"] = "start"
    ways = [
        {"key": f"w{row}_{offset}", "from": keys[row], "to": keys[row + offset]}
        for row in range(count)
        for offset in (1, 10)
        if row + offset < count and (offset == 10 or row == 0 or row < 9)
    ]
    return json.loads(json.dumps({"steps": steps, "transitions": ways}))  # type: ignore[no-any-return]
