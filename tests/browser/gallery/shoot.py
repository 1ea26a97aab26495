"""Pictures of every screen: wide and narrow, light and dark. For eyes, not for a test.

python -m tests.browser.gallery 8899 &
python -m tests.browser.gallery.shoot http://localhost:8899 .local/gallery [page ...]
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import CHROMIUM
from tests.browser.gallery.pages import PAGE_NAMES

SIZES = {"wide": (1440, 900), "phone": (390, 844)}


def shoot(browser: Browser, base: str, folder: Path, names: list[str]) -> list[str]:
    """Takes the pictures and returns what the browser's console complained about."""
    complaints: list[str] = []
    for size, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=theme,
                has_touch=size == "phone",
                is_mobile=size == "phone",
            )
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            for name in names:
                page.goto(f"{base}/page/{name}", wait_until="networkidle")
                page.screenshot(path=folder / f"{name}-{size}-{theme}.png", full_page=True)
            context.close()
    return sorted(set(complaints))


def main() -> None:
    base, folder, *names = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for complaint in shoot(browser, base, Path(folder), names or list(PAGE_NAMES)):
            sys.stdout.write(f"{complaint}\n")
        browser.close()


if __name__ == "__main__":
    main()
