"""A file is brought into the catalogue, in a real browser against the whole product: its own worker checks and applies it."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import PHONE, PLAIN, WIDE, Desk, Look, Sit

pytestmark = [pytest.mark.browser, pytest.mark.product, pytest.mark.slow]

PATIENCE = 60_000
"""Milliseconds that checking or applying may take on a busy machine."""
DARK = Look("wide-dark", 1440, 900, "dark")
SMALL = Look("phone-light", 390, 844, "light")


@pytest.mark.parametrize("look", [WIDE, DARK, PHONE, SMALL, PLAIN], ids=lambda look: look.name)
def test_a_file_is_checked_and_applied(sit: Sit, look: Look) -> None:
    tess = sit("tess", look)
    tess.go("/flows/imports/", "imports")
    tess.go("/flows/imports/new/", "import-new")
    bring(tess, nothing_good(), "broken.csv")
    tess.see("import-failed")
    tess.go("/flows/imports/new/", "import-new")
    bring(tess, some_good(look.name), "applications.csv")
    tess.see("import-checked")
    apply(tess)
    tess.see("import-applied")
    tess.go("/flows/imports/", "imports-there")
    assert "Applied" in tess.page.locator("main").inner_text()


def bring(desk: Desk, text: str, name: str) -> None:
    """Choose the file and wait until the worker has looked at it."""
    desk.page.get_by_role("radio", name="Applications and actors").check()
    desk.page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )
    desk.page.get_by_role("button", name="Check the file").click()
    settle(desk, "What is wrong")


def apply(desk: Desk) -> None:
    desk.page.get_by_label("Leave the wrong rows out").check()
    desk.page.get_by_role("button", name="Apply 6 rows").click()
    settle(desk, "wrong rows were left out")


def settle(desk: Desk, words: str) -> None:
    """The page looks again by itself; without script the person does."""
    if desk.look.has_script:
        expect(desk.page.locator("#import")).to_contain_text(words, timeout=PATIENCE)
        return
    for _ in range(60):
        if words in desk.page.locator("#import").inner_text():
            return
        desk.page.wait_for_timeout(1_000)
        desk.page.get_by_role("link", name="Look again").click()
    raise AssertionError(f"{words} was never shown")


def nothing_good() -> str:
    return "external-id,Nmae,colour\nA,B,C\n"


def some_good(seed: str) -> str:
    rows = [f"{seed}-{number},Application {number} of {seed},application,ACTIVE" for number in range(6)]
    rows += [f"{seed}-7,,application,ACTIVE", f"{seed}-8,Eight,aplication,ACTIVE", f"{seed}-0,Zero again,actor,"]
    return "external_id,name,kind,lifecycle_status\n" + "\n".join(rows) + "\n"
