"""A form with one of each plug-in type of field in a real browser: drawn, published, filled in, read."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import PHONE, PLAIN, WIDE, Desk, Look, Sit
from tests.browser.test_form_designer_story import add_by_keys, saved, settled
from tests.factories.visits import VISIT
from tests.forms_builder.test_pictures import jpeg
from tests.product import Api, Run, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.product, pytest.mark.slow]

PARTS = (
    ("lookup", "Host"), ("text", "Mail"), ("location", "Place"), ("number", "Rides"), ("calculated", "Total"),
    ("photo", "Meter"), ("rating", "Mood"), ("signature", "Signed"),
)  # fmt: skip


@pytest.fixture
def omar(product: Run) -> Api:
    made = Api(product, "omar")
    made.log_in()
    return made


def draw(page: Page) -> None:
    """One of each with the keyboard, and what two of them need said."""
    for words, label in PARTS:
        add_by_keys(page, words)
        page.keyboard.type(label)
        page.keyboard.press("Enter")
        settled(page, f"field-{label.lower()}")
        expect(page.locator("#set-label")).to_be_focused()
        page.keyboard.press("Escape")
    page.locator("#pick-field-total").press("Enter")
    page.locator("#set-formula").fill("form.rides * 12")
    page.locator("#set-formula").blur()
    wait_for(lambda: of(page, "total").get("formula") == "form.rides * 12", "the formula to be saved")
    page.locator("#pick-field-host").press("Enter")
    page.locator("#set-fills").select_option("mail")
    page.get_by_label("What field 1 is filled in with").select_option("email")
    page.get_by_label("What field 1 is filled in with").blur()
    wait_for(lambda: bool(of(page, "host").get("fills")), "what the lookup fills in to be saved")


def of(page: Page, name: str) -> dict[str, Any]:
    """The field as the server has it."""
    found: dict[str, Any] = next(field for field in saved(page)["fields"] if field["name"] == name)
    return found


def fill_in(asha: Desk, slug: str) -> str:
    """The address of the request."""
    page = asha.page
    page.goto(f"/start/{slug}/")
    page.get_by_label("Rides").fill("3")
    page.get_by_label("Rides").blur()
    _choose_host(asha)
    page.get_by_label("Latitude").fill("12.97")
    page.get_by_label("Longitude").fill("77.59")
    if asha.look.has_script:
        expect(page.locator("output")).to_have_text("36")
        page.get_by_role("button", name="Use my location").click()
        expect(page.get_by_label("Latitude")).to_have_value("12.971599")
    else:
        page.get_by_role("button", name="Work out").click()
        expect(page.locator("output")).to_have_text("36")
    page.get_by_label("Meter").set_input_files({"name": "meter.jpg", "mimeType": "image/jpeg", "buffer": jpeg("home")})
    page.locator(".cs-star", has_text="4").click()
    page.get_by_label("Full name").fill("Asha Rao")
    if asha.look.has_script:
        expect(page.locator("[data-preview] img")).to_be_visible()
        _sign(page)
    asha.see("components-start")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/requests/*/")
    return page.url.partition(".localhost")[2].partition("/")[2]


def _choose_host(asha: Desk) -> None:
    page = asha.page
    if asha.look.has_script and not asha.look.is_phone:
        box = page.locator("cs-lookup .ts-control input")
        box.fill("hem")
        page.locator(".ts-dropdown .option", has_text="Hema").click()
        expect(page.get_by_label("Mail")).to_have_value("hema@acme.example")
        return
    page.get_by_label("Search Host").fill("hem")
    page.get_by_role("button", name="Search", exact=True).click()
    host = page.locator("cs-lookup select")
    expect(host.locator("option")).to_have_count(2)
    host.select_option(label="Hema")
    if not asha.look.has_script:
        page.get_by_role("button", name="Fill in what follows from it").click()
    expect(page.get_by_label("Mail")).to_have_value("hema@acme.example")


def _sign(page: Page) -> None:
    sheet = page.locator(".cs-sheet > svg")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 40, steps=5)
    page.mouse.up()
    expect(sheet.locator("polyline")).to_have_count(1)


def read(ravi: Desk, path: str) -> None:
    ravi.go(f"/{path}", "components-read")
    assert "Hema" in ravi.fact("Host")
    assert ravi.fact("Mail") == "hema@acme.example"
    assert ravi.fact("Total") == "36"
    assert ravi.fact("Mood").strip().endswith("4 of 5")
    assert "Asha Rao, signed" in ravi.fact("Signed")
    assert "12.97" in ravi.fact("Place")
    assert ravi.page.locator(".cs-photos img").evaluate("it => it.naturalWidth") == 16  # as it was held
    assert ravi.page.locator(".cs-signed polyline").count() == (1 if ravi.look.has_script else 0)


def test_drawn_published_filled_in_and_read(sit: Sit, product: Run, omar: Api) -> None:
    document: dict[str, Any] = {
        **VISIT,
        "name": "Site visit",
        "form": {"schema_version": 1, "title": "Site visit", "fields": []},
    }
    made = omar.done("definitions/", document)
    desk = sit("omar", WIDE)
    desk.page.goto(f"/workflows/{made['id']}/design/?tab=form")
    expect(desk.page.locator("cs-form-canvas.is-live")).to_be_visible()
    draw(desk.page)
    desk.see("components-designer")
    desk.go(f"/workflows/{made['id']}/design/?tab=form&item=field:total", "components-settings")
    desk.go("/", "home")
    omar.done(f"definitions/{made['id']}/publish/", {})
    for look in (WIDE, PHONE, PLAIN):
        _one_look(sit, look, made["slug"])


def _one_look(sit: Sit, look: Look, slug: str) -> None:
    asha, ravi = sit("asha", look), sit("ravi", look)
    if look.has_script:
        asha.page.context.grant_permissions(["geolocation"])
        asha.page.context.set_geolocation({"latitude": 12.971599, "longitude": 77.594566, "accuracy": 20})
    read(ravi, fill_in(asha, slug))
