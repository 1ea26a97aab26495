"""Many requests decided together in a real browser against the whole product, by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import WIDE, Desk, Look, Sit
from tests.product import Api, Run

pytestmark = [pytest.mark.browser, pytest.mark.product, pytest.mark.slow]

FIRST, LAST = "2031-03-10", "2031-03-12"


@pytest.mark.parametrize("look", [WIDE], ids=lambda look: look.name)
def test_from_the_inbox_to_a_result_for_each(sit: Sit, product: Run, look: Look) -> None:
    for _ in range(3):
        ask_for_leave(product, f"Seen together on {look.name}")
    ravi = sit("ravi", look)
    tick_three(ravi)
    undo_and_repeat(ravi)


def ask_for_leave(product: Run, reason: str) -> None:
    asha = Api(product, "asha")
    asha.log_in()
    workflow = asha.find("workflows/", name="Leave Application")["id"]
    asha.done(f"workflows/{workflow}/runs/", {"data": {"from": FIRST, "to": LAST, "reason": reason}})


def tick_three(ravi: Desk) -> None:
    """By keyboard; newest first, so the three stand on top."""
    page = ravi.page
    ravi.go("/inbox/", "inbox-ticks")
    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("[data-ticked]")).to_have_text("(3)")
    page.get_by_role("button", name="Decide together").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 requests together")
    ravi.see("bulk-choice")


def undo_and_repeat(ravi: Desk) -> None:
    page = ravi.page
    page.get_by_role("radio", name="Rejected").check()
    page.get_by_label("One reason for all").fill("The office is closed then")
    page.get_by_role("button", name="Do it for the ticked ones").click()
    expect(page.get_by_text("Nothing has happened yet")).to_be_visible()
    ravi.see("bulk-waiting")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("This was undone.")).to_be_visible()
    tick_three(ravi)
    page.get_by_role("radio", name="Rejected").check()
    page.get_by_role("button", name="Do it for the ticked ones").click()
    page.get_by_role("button", name="Do it now").click()
    expect(page.get_by_role("status").filter(has_text="3 of 3 done.").first).to_be_visible()
    ravi.see("bulk-done")
