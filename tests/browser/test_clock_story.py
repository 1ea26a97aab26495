"""A clock that stands still, in a real browser against the product: asked and answered, held and resumed."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import PHONE, PLAIN, Desk, Look, Sit

pytestmark = [pytest.mark.browser, pytest.mark.product, pytest.mark.slow]


@pytest.mark.parametrize("look", [PHONE, PLAIN], ids=lambda look: look.name)
def test_asked_answered_held_and_resumed(sit: Sit, look: Look) -> None:
    asha, ravi = (sit(name, look) for name in ("asha", "ravi"))
    path = applied(asha)
    ravi.go(path, "clock-open")
    ravi.page.get_by_text("Ask for information").click()
    ravi.page.get_by_label("Question").fill("Who stands in for you?")
    ravi.page.get_by_role("button", name="Ask Asha").click()
    expect(ravi.page.get_by_role("heading", name="Waiting for Asha")).to_be_visible()
    ravi.see("clock-asked")
    asha.go(path, "clock-to-answer")
    asha.page.get_by_label("Your answer").fill("Hari does.")
    asha.page.get_by_role("button", name="Send the answer").click()
    expect(asha.page.locator("main")).to_contain_text("the clock of Manager review goes on")
    asha.see("clock-answered")
    hold_and_resume(ravi, path)
    ravi.go("/forecast/?hours=45", "forecast")
    expect(ravi.page.get_by_role("heading", name="Due soon")).to_be_visible()


def applied(asha: Desk) -> str:
    page = asha.page
    page.get_by_role("link", name="Leave Application", exact=True).click()
    page.get_by_label("First day of leave").fill("2031-04-07")
    page.get_by_label("Last day of leave").fill("2031-04-09")
    page.get_by_label("Reason", exact=True).fill("A wedding")
    asha.people.select_option(label="Ravi")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/requests/*/")
    return "/" + page.url.partition(".localhost")[2].partition("/")[2]


def hold_and_resume(ravi: Desk, path: str) -> None:
    page = ravi.page
    page.goto(path)
    page.get_by_text("Put on hold", exact=True).first.click()
    page.get_by_label("Why", exact=True).select_option(label="Waiting for a document")
    page.get_by_role("button", name="Put on hold").click()
    expect(page.get_by_role("heading", name="On hold: Waiting for a document")).to_be_visible()
    ravi.see("clock-held")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("main")).to_contain_text("goes on with Manager review")
    expect(page.locator("#pause")).to_have_count(0)
