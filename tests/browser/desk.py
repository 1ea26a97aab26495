"""One person before a browser, who looks closely at every page that comes up."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, ViewportSize

from tests.product import PASSWORD, ROOT, Run

PICTURES = ROOT / "test-results"
GRAVE = {"serious", "critical"}
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (409|422) ")
"""How Chromium comments on a form that comes back with what is wrong; every other complaint is a fault."""


@dataclass(frozen=True)
class Look:
    """What the person looks with."""

    name: str
    width: int
    height: int
    theme: str
    has_script: bool = True

    @property
    def size(self) -> ViewportSize:
        return {"width": self.width, "height": self.height}

    @property
    def is_phone(self) -> bool:
        return self.width < 600


WIDE = Look("wide-light", 1440, 900, "light")
PHONE = Look("phone-dark", 390, 844, "dark")
PLAIN = Look("no-script", 1440, 900, "light", has_script=False)


@dataclass
class Desk:
    """The person's page, and what was wrong with what came up on it (`faults`, for the test to find empty)."""

    page: Page
    run: Run
    name: str
    look: Look
    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, browser: Browser, run: Run, name: str, look: Look) -> Desk:
        """Somebody of Acme, not logged in yet."""
        context = browser.new_context(
            viewport=look.size,
            color_scheme="dark" if look.theme == "dark" else "light",
            reduced_motion="reduce",  # a colour that is still changing has no contrast to judge
            has_touch=look.is_phone,
            is_mobile=look.is_phone,
            java_script_enabled=look.has_script,
            base_url=f"http://acme.localhost:{run.port}",
        )
        context.set_default_timeout(15_000)
        desk = cls(context.new_page(), run, name, look)
        desk.page.on("console", desk._hear)
        desk.page.on("pageerror", lambda error: desk.faults.append(f"{desk.page.url}: {error}"))
        return desk

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSED.match(message.text):
            self.faults.append(f"{self.page.url}: {message.text} {message.location['url']}")

    def log_in(self) -> None:
        """Through the login page, which leads to the home page."""
        self.go("/login/", "login")
        self.page.get_by_label("E-mail").fill(f"{self.name}@acme.example")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url("**/")
        self.see("home")

    def go(self, path: str, picture: str) -> None:
        self.page.goto(path)
        self.see(picture)

    def see(self, picture: str) -> None:
        """Look at the page that has come up: may everybody use it, is nothing cut off? Keeps a picture of it."""
        page = self.page
        page.wait_for_load_state("networkidle")
        if self.look.has_script:
            found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
            self.faults += [
                f"{page.url}: {rule['id']} at {[node['html'] for node in rule['nodes']]}"
                for rule in found
                if rule["impact"] in GRAVE
            ]
        if (width := page.evaluate("document.documentElement.scrollWidth")) > self.look.width:
            self.faults.append(f"{page.url}: {width} wide on a screen of {self.look.width}")
        page.screenshot(path=picture_file(f"{self.look.name}-{self.name}-{picture}"), full_page=True)

    def badge(self, which: str) -> int:
        """The number at `inbox` or `notifications` in the navigation of this screen; nothing counts as none."""
        navigation = ".cs-tabbar" if self.look.is_phone else ".cs-sidebar"
        badge = self.page.locator(f"{navigation} [data-badge={which}]")
        return int(badge.inner_text() or 0)

    def fact(self, label: str) -> str:
        """What stands behind a label of the answers that can only be read here."""
        return self.page.locator("main dt", has_text=label).locator("+ dd").inner_text()

    def decide(self, way: str, person: str = "") -> None:
        """Choose the next step, and the next person where one is asked for, and press the button."""
        self.page.get_by_role("radio", name=way).check()
        if person:
            self.people.select_option(label=person)
        self.page.get_by_role("button", name="Decide").click()

    @property
    def people(self) -> Locator:
        return self.page.get_by_label("Next person")

    def tab_to(self, wanted: Locator) -> None:
        self.press_until("Tab", wanted)

    def press_until(self, key: str, wanted: Locator) -> None:
        """Press the key until `wanted` has the focus, which must show: a person without a mouse goes by it."""
        for _ in range(90):
            if wanted.evaluate("it => it === document.activeElement"):
                assert wanted.evaluate("it => it.matches(':focus-visible')")
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not lead to {wanted}")

    def close(self) -> None:
        self.page.context.close()


Sit = Callable[[str, Look], Desk]
"""Gives the desk of somebody of Acme who is logged in (the fixture `sit`)."""


def picture_file(name: str) -> Path:
    PICTURES.mkdir(exist_ok=True)
    return PICTURES / f"{name}.png"
