"""Every screen in a real browser: accessible in both themes, nothing cut off on a phone, within the weight of F12."""

import gzip
from collections.abc import Callable
from functools import lru_cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize, expect

from tests.browser.gallery.pages import PAGE_NAMES

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
FIRST_VISIT, NEXT_VISIT, DESIGNER = 250_000, 40_000, 350_000
"""Bytes, compressed; `DESIGNER` is a first visit of the canvas."""
GRAVE = {"serious", "critical"}
LONG_WORDS = """word => {
    const named = "h1, h2, tbody th, dd, .cs-clip, .cs-choice, .form-label, .cs-strong, a:not(.btn, .cs-menu-item)"
    for (const one of document.querySelectorAll(`main :is(${named})`))
        for (const text of one.childNodes)
            if (text.nodeType === Node.TEXT_NODE && text.data.trim().length > 4) text.data = word
}"""
"""What people name themselves is one word."""
PAPER = "getComputedStyle(document.body).backgroundColor"

pytestmark = pytest.mark.browser

NewContext = Callable[..., BrowserContext]


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_accessible_light_enough_and_whole_on_a_phone(gallery: str, new_context: NewContext, name: str) -> None:
    # Without motion, or colours would be measured on their way from one theme to the other.
    page = new_context(viewport=WIDE, color_scheme="light", reduced_motion="reduce").new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    first = weigh(page, f"{gallery}/page/{name}")
    assert 0 < first["page"] <= NEXT_VISIT
    assert first["page"] + first["rest"] <= (DESIGNER if name == "design-graph" else FIRST_VISIT)
    assert grave_findings(page) == []
    paper = page.evaluate(PAPER)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).not_to_have_css("background-color", paper)
    assert page.evaluate("document.getAnimations().length") == 0
    assert grave_findings(page) == []
    become_a_phone(page)
    page.reload(wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert complaints == []


@pytest.mark.parametrize("name", ["home", "start", "request", "search", "runs", "definition"])
def test_a_word_longer_than_a_phone_makes_no_page_wider(gallery: str, new_context: NewContext, name: str) -> None:
    page = new_context(viewport=PHONE).new_page()
    become_a_phone(page)
    page.goto(f"{gallery}/page/{name}", wait_until="networkidle")
    page.evaluate(LONG_WORDS, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(
    "name",
    [
        "profile",
        "outline",
        "new",
        "case-record",
        "case-failing",
        "proposal-change",
        "propose-delivery",
        "flows-physical",
        "form-rule",
    ],
)
def test_text_of_twice_the_size_makes_no_page_wider_than_a_phone(
    gallery: str, new_context: NewContext, name: str
) -> None:
    page = new_context(viewport=PHONE).new_page()
    become_a_phone(page)
    page.goto(f"{gallery}/page/{name}", wait_until="networkidle")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for answer in page.locator(".cs-facts > dd").filter(visible=True).all():
        assert answer.evaluate("one => one.clientWidth") > 100, "an answer is a column of letters"


@pytest.mark.parametrize("name", ["form-field", "proposals", "proposal-change"])
def test_a_page_shown_four_times_as_large_is_no_wider(gallery: str, new_context: NewContext, name: str) -> None:
    page = new_context(viewport={"width": 320, "height": 256}).new_page()
    page.goto(f"{gallery}/page/{name}", wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_steps_of_a_proposal_stand_in_a_row(gallery: str, new_context: NewContext, size: ViewportSize) -> None:
    page = new_context(viewport=size).new_page()
    page.goto(f"{gallery}/page/propose-delivery", wait_until="networkidle")
    tops = page.locator(".cs-steps li").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(tops) == 5
    assert len(set(tops)) == 1


def test_the_bar_hides_no_field_that_has_the_keyboard(gallery: str, new_context: NewContext) -> None:
    page = new_context(viewport=WIDE).new_page()
    page.goto(f"{gallery}/page/claim", wait_until="networkidle")
    fields = page.locator(".cs-step-form :is(input, select, textarea)").filter(visible=True)
    page.evaluate("scrollTo(0, 0)")
    assert fields.count() > 8
    for field in fields.all():
        field.focus()
        lowest = field.evaluate("one => one.getBoundingClientRect().bottom")
        assert lowest <= page.locator(".cs-action-bar").evaluate("one => one.getBoundingClientRect().top")


@pytest.mark.parametrize("name", ["definition", "proposal-change"])
def test_nothing_is_cut_off_at_the_edge_of_paper(gallery: str, new_context: NewContext, name: str) -> None:
    page = new_context(viewport={"width": 700, "height": 1000}).new_page()
    page.goto(f"{gallery}/page/{name}", wait_until="networkidle")
    page.emulate_media(media="print")
    assert page.locator(":is(.cs-tabs, .cs-acts, textarea)").filter(visible=True).count() == 0
    for table in page.locator("main table").filter(visible=True).all():
        assert table.evaluate("one => one.getBoundingClientRect().right") <= 700


@pytest.mark.parametrize(("name", "kind"), [("definition", ".cs-tabs"), ("form-field", ".cs-segments")])
def test_what_is_current_is_seen_in_forced_colours(gallery: str, new_context: NewContext, name: str, kind: str) -> None:
    page = new_context(viewport=WIDE, forced_colors="active").new_page()
    page.goto(f"{gallery}/page/{name}", wait_until="networkidle")
    grounds = page.locator(f"{kind} a").evaluate_all("all => all.map(one => getComputedStyle(one).backgroundColor)")
    assert len(set(grounds)) == 2


def become_a_phone(page: Page) -> None:
    """The same window from now on: narrow, touched, laid out as on a phone."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setDeviceMetricsOverride", {**PHONE, "deviceScaleFactor": 1, "mobile": True})
    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": True})


def grave_findings(page: Page) -> list[tuple[str, list[str]]]:
    """The rules of axe that are broken gravely, with the elements."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found if rule["impact"] in GRAVE]


def weigh(page: Page, address: str) -> dict[str, int]:
    """Compressed bytes of the page itself and of everything it loads; what stands in a frame is a page of its own."""
    answers: list[Response] = []

    def keep(answer: Response) -> None:
        if answer.frame == page.main_frame:
            answers.append(answer)

    page.on("response", keep)
    page.goto(address, wait_until="networkidle")
    weights = {"page": 0, "rest": 0}
    for answer in answers:
        body = answer.body()
        packed = len(body) if answer.url.endswith(".woff2") else packed_size(body)
        weights["page" if answer.url == address else "rest"] += packed
    return weights


@lru_cache(200)
def packed_size(body: bytes) -> int:
    return len(gzip.compress(body))


def test_works_without_script(gallery: str, browser: Browser) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{gallery}/page/request-manager")
    page.get_by_role("radio", name="HR review").check()
    page.get_by_label("Next person").select_option(label="Hari Menon")
    page.get_by_label("Reason for this step").fill("Fine with me.")
    assert page.get_by_role("button", name="Decide").is_enabled()


def test_people_follow_the_chosen_step(gallery: str, new_context: NewContext) -> None:
    page = new_context(viewport=WIDE).new_page()
    page.goto(f"{gallery}/page/request-manager", wait_until="networkidle")
    page.get_by_role("radio", name="HR review").check()
    assert page.locator("#assignee option").all_inner_texts() == ["Choose…", "Hema Rao", "Hari Menon"]
    page.get_by_role("radio", name="Rejected").check()
    assert page.locator("#assignee").is_disabled()
    assert page.locator("[data-reason-mark]").inner_text() == "required"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_request_is_whole_on_paper(gallery: str, new_context: NewContext, theme: str) -> None:
    """Every type of answer can be read, photo and signature are seen whole, and nothing is there that must be pressed."""
    page = new_context(viewport={"width": 794, "height": 1123}).new_page()
    page.goto(f"{gallery}/page/visit-read", wait_until="networkidle")
    page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
    page.emulate_media(media="print")
    answers = page.locator("section[aria-labelledby=form-head]")
    for words in (
        "Hema Rao",
        "12.971599, 77.594566",
        "INR 312.50",
        "INR 625.00",
        "4 of 5",
        "meter.jpg",
        "Asha Verma, signed",
    ):
        expect(answers.get_by_text(words).first).to_be_visible()
    photo, drawing = answers.locator(".cs-photos img"), answers.locator("svg").last
    assert photo.evaluate("one => one.complete && one.naturalWidth > 0 && getComputedStyle(one).objectFit") == "contain"
    box = drawing.bounding_box()
    assert box
    assert (box["width"] > 200, box["height"] > 60) == (True, True)
    for pressed in ("button", "summary", ".btn", "a[rel~=external]"):
        assert not page.locator(pressed).filter(visible=True).all_inner_texts()
    assert page.evaluate(PAPER) == "rgb(255, 255, 255)"
    ink = answers.get_by_text("INR 625.00").evaluate("one => getComputedStyle(one).color")
    assert max(int(part) for part in ink[4:-1].split(",")) < 100
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("name", ["claim", "claim-read"])
def test_rows_of_a_table_are_cards_on_a_phone(gallery: str, new_context: NewContext, name: str) -> None:
    page = new_context(viewport=WIDE).new_page()
    page.goto(f"{gallery}/page/{name}", wait_until="networkidle")
    box = page.get_by_role("region", name="Expenses")
    amount, label = box.locator("tbody tr").first.locator("td").nth(3), box.locator(".cs-cell-label").nth(3)
    expect(box.get_by_role("columnheader", name="Amount")).to_be_visible()
    expect(label).to_be_hidden()
    shown = box.get_by_role("columnheader").first
    before = shown.inner_html()
    shown.evaluate("one => { one.textContent = 'What was bought for whom and why '.repeat(5) }")
    assert box.evaluate("one => one.scrollWidth <= one.clientWidth"), "a long heading pushes the other columns out"
    shown.evaluate("(one, html) => { one.innerHTML = html }", before)
    become_a_phone(page)
    expect(label).to_be_visible()
    assert label.inner_text() == "Amount"
    assert box.evaluate("one => one.scrollWidth <= one.clientWidth")
    inside = amount.bounding_box()
    assert inside
    assert (inside["x"] >= 0, inside["x"] + inside["width"] <= PHONE["width"]) == (True, True)
    assert grave_findings(page) == []


def test_theme_is_kept(gallery: str, new_context: NewContext) -> None:
    page = new_context(viewport=WIDE, color_scheme="light").new_page()
    page.goto(f"{gallery}/page/profile", wait_until="networkidle")
    page.locator("main").get_by_role("button", name="Dark").click()
    page.reload(wait_until="networkidle")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_long_list_is_typed_into(gallery: str, new_context: NewContext) -> None:
    page = new_context(viewport=WIDE).new_page()
    page.goto(f"{gallery}/page/claim", wait_until="networkidle")
    chosen = page.locator("#assignee")
    page.get_by_role("radio", name="Manager approval").check()
    page.get_by_role("combobox", name="Next person").fill("manager 11")
    page.get_by_role("option", name="Manager 11").click()
    assert chosen.input_value() == "Manager approval-Manager 11"
    page.get_by_role("radio", name="Finance panel").check()
    assert chosen.input_value() == ""
    page.get_by_role("combobox", name="Next person").fill("2")
    expect(page.locator("[data-people]").get_by_role("option")).to_have_text(["Clerk 2", "Clerk 12"])


def test_fields_follow_their_conditions(gallery: str, new_context: NewContext) -> None:
    page = new_context(viewport=WIDE).new_page()
    page.goto(f"{gallery}/page/claim", wait_until="networkidle")
    client = page.get_by_label("Client name")
    assert not client.is_visible()
    page.get_by_role("radio", name="Yes").check()
    client.fill("Initech")
    page.get_by_role("radio", name="No", exact=True).check()
    assert not client.is_visible()
    page.get_by_role("radio", name="Yes").check()
    assert client.input_value() == "Initech"
