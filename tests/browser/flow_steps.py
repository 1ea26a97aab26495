"""What people do with proposals of data flows, step by step, in a browser or by a program."""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.product import Api, Run

SOURCE, TARGET = "Consent Register", "Expense Claims"
OTHER_TARGET = "Consolidation"
"""Of the demo: Ravi owns the source, Farid the targets; Asha may propose. No flow joins them before the stories begin."""
TYPES = ("Consent", "Invoice")


def begin(asha: Desk) -> None:
    """From the catalogue's type-ahead to the first step."""
    page = asha.page
    asha.go("/flows/proposals/new/", "begin")
    page.get_by_role("searchbox", name="Application, actor or end-user application").fill(SOURCE[:8])
    page.get_by_role("button", name="Search").click()
    asha.see("begin-found")
    page.get_by_role("link", name=SOURCE, exact=True).click()
    page.wait_for_url("**?entity=*")
    asha.see("route")


def choose_route(asha: Desk) -> None:
    page = asha.page
    page.get_by_role("radio", name=f"From {SOURCE} to another").check()
    page.get_by_role("searchbox", name="The other end").fill(TARGET[:6])
    page.get_by_role("button", name="Search").click()
    page.wait_for_load_state("networkidle")
    page.locator("#ends").get_by_role("radio", name=TARGET).check()
    asha.see("route-found")
    onward(asha)


def describe_specification(asha: Desk, name: str) -> None:
    page = asha.page
    expect(page.get_by_role("heading", name="Specification", exact=True)).to_be_visible()
    asha.see("specification")
    onward(asha)
    expect(page.get_by_role("alert")).to_contain_text("Give the new specification a name.")
    asha.see("specification-refused")
    page.get_by_role("textbox", name=re.compile("^Name")).fill(f"{name} file")
    page.get_by_role("combobox", name="Format").select_option(label="JSON")
    page.get_by_role("radio", name=SOURCE).check()
    onward(asha)


def describe_delivery(asha: Desk, name: str) -> None:
    page = asha.page
    expect(page.get_by_role("heading", name="Delivery characteristics")).to_be_visible()
    page.get_by_role("textbox", name=re.compile("^Name")).fill(name)
    page.get_by_role("combobox", name="Transport").select_option(label="Messaging")
    page.get_by_role("combobox", name="Frequency").select_option(label="Daily")
    page.get_by_role("combobox", name="Criticality").select_option(label="Medium")
    asha.see("delivery")


def leave_and_resume(asha: Desk, name: str) -> None:
    """The draft holds what was entered, and goes on at the next step."""
    page = asha.page
    page.get_by_role("button", name="Save and leave").click()
    expect(page.get_by_text("Your draft is kept.")).to_be_visible()
    asha.see("drafts")
    draft = page.get_by_role("listitem").filter(has_text=name)
    expect(draft).to_contain_text("3 of 5 steps")
    draft.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Data types")).to_be_visible()


def choose_types(asha: Desk) -> None:
    page = asha.page
    for name in TYPES:
        page.get_by_role("checkbox", name=name, exact=True).check()
    asha.see("types")
    onward(asha)


def give_reason(asha: Desk, words: str) -> None:
    page = asha.page
    page.get_by_role("combobox", name="Reason").select_option(index=1)
    page.get_by_role("textbox", name="In your words").fill(words)
    asha.see("reason")
    onward(asha)


def onward(desk: Desk) -> None:
    desk.page.get_by_role("button", name="Save and continue").click()


def propose(asha: Desk) -> str:
    """From the summary; returns the path of the proposal."""
    page = asha.page
    asha.see("summary")
    page.get_by_role("button", name="Propose", exact=True).click()
    page.wait_for_url(re.compile(r"/flows/proposals/[0-9a-f-]{36}/"))
    asha.see("proposed")
    return path_of(asha)


def approve(desk: Desk, path: str, remark: str = "") -> None:
    desk.go(path, "to-approve")
    open_action(desk, "Approve")
    if remark:
        desk.page.get_by_label("Remark").fill(remark)
    desk.see("approving")
    desk.page.get_by_role("button", name="Yes, approve").click()
    desk.page.wait_for_load_state()
    desk.see("approved")


def reject(desk: Desk, path: str, reason: str) -> None:
    desk.go(path, "to-reject")
    open_action(desk, "Reject")
    desk.page.get_by_label("Why do you reject it?").fill(reason)
    desk.page.get_by_role("button", name="Yes, reject").click()
    desk.page.wait_for_load_state()
    desk.see("rejected")


def open_action(desk: Desk, name: str) -> None:
    desk.page.locator(".cs-act > summary", has_text=name).click()


def status(desk: Desk) -> str:
    """The state as it stands below the title."""
    return desk.page.locator("h1 + .cs-meta .cs-chip").first.inner_text()


def path_of(desk: Desk) -> str:
    return urlsplit(desk.page.url).path


def told(run: Run, name: str) -> Api:
    """Somebody who acts by a program."""
    api = Api(run, name)
    api.log_in()
    return api


def proposed(run: Run, name: str, target: str = TARGET) -> str:
    """Asha's proposal of a new flow, made by a program; the path of its page."""
    asha = told(run, "asha")
    ends = {
        key: {"kind": "APPLICATION", "id": asha.find(f"flows/entities/?q={word.split()[0]}", name=word)["id"]}
        for key, word in (("source", SOURCE), ("target", target))
    }
    command = {
        **ends,
        "reason": {"code": "NEW_REQUIREMENT", "description": "Auditors ask for it"},
        "specification": {"owningEntity": ends["source"], "name": f"{name} file", "format": "JSON"},
        "flowAttributes": {
            "name": name,
            "transport": "MESSAGING",
            "frequency": "DAILY",
            "basisOffset": 0,
            "criticality": "LOW",
        },
        "dataTypeIds": [asha.find(f"flows/data-types/?q={word}", name=word)["id"] for word in TYPES],
        "proposalType": "CREATE",
    }
    return f"/flows/proposals/{asha.done('flows/proposals/', command)['id']}/"


def carried_out(run: Run, name: str, target: str = TARGET) -> dict[str, Any]:
    """The proposal of a new flow after both sides have approved it."""
    ident = proposed(run, name, target).split("/")[-2]
    for who in ("ravi", "farid"):
        told(run, who).done(f"flows/proposals/{ident}/approve/", {})
    found: dict[str, Any] = told(run, "asha").done(f"flows/proposals/{ident}/")
    assert found["state"] == "FULLY_APPROVED", found
    return found
