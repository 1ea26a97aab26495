"""F12: what a browser fetches for a page, compressed as it travels: at the first visit, and with everything kept since then.

The numbers are the browser's own (Chromium's), so nothing is left out that a page brings along.
"""

import argparse
import shutil
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks import report, server, world
from benchmarks.web import serving
from config.embedded import roles

DATABASE = "bench_weight"


class Scale:
    """Adds up what a page's requests weigh; each visit begins with nothing on it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self._bytes = self._requests = 0
        devices = page.context.new_cdp_session(page)
        devices.send("Network.enable")
        devices.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, Any]) -> None:
        self._bytes += int(event["encodedDataLength"])
        self._requests += event["encodedDataLength"] > 0

    def visit(self, path: str) -> dict[str, Any]:
        self._bytes = self._requests = 0
        answer = self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{path} was not answered with a page.")
        return {"kilobytes": self._bytes / 1000, "requests": self._requests}

    def log_in(self, email: str) -> None:
        self.page.goto(f"{self.address}/login/")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", "countersign-demo")
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "login" not in url)


def run(chromium: str) -> dict[str, Any]:
    with server.running() as database:
        world.prepare(DATABASE, database)
        from benchmarks.desk import Desk

        desk = Desk(50)
        paths = pages(desk.acme)
        own = {"DATABASE_URL": database.url(roles.APP, DATABASE)}
        with serving("config.wsgi:application", own) as port, sync_playwright() as drivers:
            browser = drivers.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            scale = Scale(browser.new_page(), f"http://{desk.acme.slug}.localhost:{port}")
            found = {"first": {"login": scale.visit("/login/")}}
            scale.log_in(desk.acme.admin.email)
            found["new"] = {name: scale.visit(path) for name, path in paths.items()}
            found["again"] = {name: scale.visit(path) for name, path in paths.items()}
            browser.close()
    return found


def pages(acme: world.World) -> dict[str, str]:
    """Their names and addresses, for the tenant admin; the designer's needs a draft."""
    from accounts.tenancy.scope import organisation_scope
    from workflows.models import WorkflowRun
    from workflows.services.drafts import draft_start

    with organisation_scope(acme.organisation_id):
        some = WorkflowRun.objects.order_by("id").values_list("id", flat=True)[0]
        draft_start(definition_id=acme.definition_id, actor=acme.admin)
    return {
        "landing page": "/",
        "inbox": "/inbox/",
        "request": f"/requests/{some}/",
        "start": "/start/leave-application/",
        "notices": "/notifications/",
        "designer": f"/workflows/{acme.definition_id}/design/",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--chromium",
        default=shutil.which("chromium-headless-shell") or shutil.which("chromium") or "",
        help="the browser's program",
    )
    parser.add_argument("--full", action="store_true", help="the same: pages weigh what they weigh")
    arguments = parser.parse_args()
    if not arguments.chromium:
        parser.error("No chromium on this machine; name one.")
    found = run(arguments.chromium)
    visits = {"first": "the first of all", "new": "the first of this page", "again": "the next"}
    rows = [
        [path, visits[visit], one["kilobytes"], one["requests"]]
        for visit, pages in found.items()
        for path, one in pages.items()
    ]
    report.table("What is fetched for a page", ["page", "visit", "kB", "requests"], rows)
    print(report.keep("weight", found))


if __name__ == "__main__":
    main()
