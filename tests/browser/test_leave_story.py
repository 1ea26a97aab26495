"""The leave story in a real browser against the whole product: S1 of the scenarios, with every page looked at closely."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import PHONE, PLAIN, WIDE, Desk, Look, Sit
from tests.product import PASSWORD, Api, Run, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.product, pytest.mark.slow]

FIRST, LAST, TOO_EARLY = "2031-03-10", "2031-03-12", "2031-03-07"
NOTE = "Twelve days are left, three of them go."


@pytest.mark.parametrize("look", [WIDE, PHONE, PLAIN], ids=lambda look: look.name)
def test_from_apply_to_approved(sit: Sit, product: Run, look: Look) -> None:
    asha, ravi, hema = (sit(name, look) for name in ("asha", "ravi", "hema"))
    waiting = ravi.badge("inbox")
    path, number = apply_with_a_mistake_first(asha, f"My sister's wedding, seen on {look.name}")
    assess(ravi, path, waiting)
    approve(hema, path)
    read_the_outcome(asha, path)
    hear_of_it(asha, path, number)
    everybody_has_mail(asha, product, number)


def apply_with_a_mistake_first(asha: Desk, reason: str) -> tuple[str, str]:
    """Returns the path and the number of the request."""
    page = asha.page
    page.get_by_role("link", name="Leave Application", exact=True).click()
    asha.see("start")
    page.get_by_label("First day of leave").fill(FIRST)
    page.get_by_label("Last day of leave").fill(TOO_EARLY)
    page.get_by_label("Reason", exact=True).fill(reason)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("The last day of leave cannot be before the first.")
    asha.see("start-refused")
    assert page.get_by_label("Last day of leave").get_attribute("aria-invalid") == "true"
    assert page.get_by_label("Reason", exact=True).input_value() == reason
    page.get_by_label("Last day of leave").fill(LAST)
    asha.people.select_option(label="Ravi")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/requests/*/")
    asha.see("request-sent")
    number = re.findall(r"Request (\d+) has been sent", page.locator("body").inner_text())
    assert number
    return page.url.partition(".localhost")[2].partition("/")[2], number[0]


def assess(ravi: Desk, path: str, waiting: int) -> None:
    page = ravi.page
    ravi.go("/inbox/", "inbox")
    assert ravi.badge("inbox") == waiting + 1
    page.locator(f"main a[href='/{path}']").click()
    ravi.see("request")
    page.get_by_role("radio", name="Medium").check()
    page.get_by_role("radio", name="HR review").check()
    offered = ravi.people.locator("option").all_inner_texts()
    assert {"Hema", "Hari"} <= set(offered)
    assert "Farid" not in offered
    ravi.decide("HR review", "Hema")
    expect(page.get_by_text("Hema has been asked.")).to_be_visible()
    ravi.see("request-decided")


def approve(hema: Desk, path: str) -> None:
    page = hema.page
    hema.go(path, "request")
    assert hema.fact("Days of leave left").startswith("12 days")
    assert hema.fact("Project criticality") == "Medium"
    page.get_by_label("Note of HR").fill(NOTE)
    hema.decide("Approved")
    expect(page.get_by_text("The request is done: Approved.")).to_be_visible()
    hema.see("request-approved")


def read_the_outcome(asha: Desk, path: str) -> None:
    page = asha.page
    asha.go(path, "request-approved")
    expect(page.locator("h1 + .cs-meta")).to_contain_text("Approved")
    timeline = page.get_by_role("listitem").filter(has=page.locator(".cs-entry-head")).all_inner_texts()
    moves = [re.search(r"(Asha|Ravi|Hema) moved it to (Manager review|HR review|Approved)", line) for line in timeline]
    assert [move.groups() for move in moves if move] == [
        ("Asha", "Manager review"),
        ("Ravi", "HR review"),
        ("Hema", "Approved"),
    ]
    source = page.content().lower()
    assert [word for word in ("criticality", "hr_note", "medium", NOTE.lower()) if word in source] == []


def hear_of_it(asha: Desk, path: str, number: str) -> None:
    """Whether a notice is still unread depends on what came first, it or the look at the request; the list of all has it."""
    about = asha.page.locator("main [data-open]", has_text=f"#{number}")

    def has_come() -> bool:
        asha.page.goto("notifications/?tab=all")
        return about.count() >= 2

    wait_for(has_come, "notices about the next step and the end")
    asha.see("notifications")
    about.first.click()
    asha.page.wait_for_url(f"**/{path}")


def everybody_has_mail(asha: Desk, product: Run, number: str) -> None:
    expected = {
        "ravi": f"To decide: Leave Application #{number}, Manager review",
        "hema": f"To decide: Leave Application #{number}, HR review",
        "asha": f"Approved: Leave Application #{number}",
    }
    for name, subject in expected.items():
        wait_for(lambda: subject in product.get(f"/dev/mail/?to={name}@acme.example")[1], subject)  # noqa: B023 - used at once
    asha.go("/dev/mail/", "mails")
    asha.page.get_by_role("link", name=expected["asha"]).click()
    asha.see("mail")
    assert "criticality" not in asha.page.content().lower()


def test_the_second_decider_hears_who_was_first_and_keeps_the_text(sit: Sit, product: Run) -> None:
    path = f"requests/{ask(product, 'Hema and Hari both look at it')}/"
    sit_and_pass_to_the_team(sit("ravi", WIDE), path)
    hema, hari = sit("hema", WIDE), sit("hari", WIDE)
    hema.go(path, "queue")
    hari.go(path, "queue")
    hari.decide("Rejected")
    expect(hari.page.get_by_text("The request is done: Rejected.")).to_be_visible()
    page = hema.page
    page.get_by_label("Note of HR").fill(NOTE)
    page.get_by_label("Reason for this step").fill("Enjoy the feast")
    hema.decide("Approved")
    warning = page.get_by_role("alert").filter(has_text="Nothing of yours was stored.")
    expect(warning).to_contain_text(re.compile(r"Hari .*\d\d:\d\d"))
    hema.see("too-late")
    shown = page.locator("main").inner_text()
    assert [text for text in (NOTE, "Enjoy the feast") if text not in shown] == []
    expect(page.locator("h1 + .cs-meta")).to_contain_text("Rejected")


def test_what_was_typed_outlives_the_session(sit: Sit, product: Run) -> None:
    path = f"/requests/{ask(product, 'Typed while the session ends')}/"
    ravi = sit("ravi", WIDE)
    page, reason = ravi.page, ravi.page.get_by_label("Reason for this step")
    page.goto(path)
    reason.fill("Refused once")
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert page.url.endswith(path), "a refused form leaves an address that nobody can open"
    reason.fill("All of this again?")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Decide", exact=True).click()
    page.get_by_label("E-mail").fill("ravi@acme.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#content").get_by_text("It is here again")).to_be_visible()
    assert page.url.endswith(path)
    expect(reason).to_have_value("All of this again?")


def sit_and_pass_to_the_team(ravi: Desk, path: str) -> None:
    ravi.page.goto(path)
    ravi.decide("HR review", "Anyone of the team")
    expect(ravi.page.get_by_text("the team has been asked")).to_be_visible()


def test_decided_by_keyboard_alone(sit: Sit, product: Run) -> None:
    run_id = ask(product, "Nobody touches a mouse")
    ravi = sit("ravi", WIDE)
    page, keys = ravi.page, ravi.page.keyboard
    ravi.tab_to(page.locator(".cs-sidebar").get_by_role("link", name="Inbox"))
    keys.press("Enter")
    page.wait_for_url("**/inbox/")
    ravi.see("keyboard-inbox")
    ravi.press_until("j", page.locator(f"main a[href='/requests/{run_id}/']"))
    keys.press("j")
    ravi.press_until("k", page.locator(f"main a[href='/requests/{run_id}/']"))
    keys.press("Enter")
    page.wait_for_url(f"**/requests/{run_id}/")
    ravi.see("keyboard-request")
    ravi.tab_to(page.get_by_role("radio", name="No answer"))
    ravi.press_until("ArrowUp", page.get_by_role("radio", name="Low"))
    ravi.tab_to(page.get_by_role("radio", name="HR review"))
    keys.press("Space")
    ravi.tab_to(ravi.people)
    keys.type("Hema")
    ravi.tab_to(page.get_by_label("Reason for this step"))
    keys.type("The release is out by then.")
    ravi.tab_to(page.get_by_role("button", name="Decide"))
    ravi.see("keyboard")
    keys.press("Enter")
    expect(page.get_by_text("Hema has been asked.")).to_be_visible()
    hema = Api(product, "hema")
    hema.log_in()
    run = hema.done(f"runs/{run_id}/")
    assert run["steps"][1]["completed_by"]["name"] == "Ravi"
    task = hema.done(f"tasks/{hema.find(f'tasks/?assigned=me&run={run_id}')['id']}/")
    assert {field["name"]: field["value"] for field in task["fields"]}["criticality"] == "low"


def ask(product: Run, reason: str) -> str:
    """Asha's request, made by a program; returns its id."""
    asha = Api(product, "asha")
    asha.log_in()
    workflow = asha.find("workflows/", name="Leave Application")
    data = {"from": FIRST, "to": LAST, "reason": reason}
    return str(asha.done(f"workflows/{workflow['id']}/runs/", {"data": data})["id"])
