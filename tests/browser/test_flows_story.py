"""Proposals of data flows in a real browser against the whole product, with every page looked at closely."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import flow_steps as steps
from tests.browser.desk import PHONE, PLAIN, WIDE, Desk, Look, Sit
from tests.browser.flow_steps import SOURCE, TARGET, status
from tests.product import Run, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.product, pytest.mark.slow]

LOOKS = pytest.mark.parametrize("look", [WIDE, PHONE, PLAIN], ids=lambda look: look.name)


@LOOKS
def test_a_new_flow_from_the_wizard_into_the_catalogue(sit: Sit, look: Look) -> None:
    asha, ravi, farid = (sit(name, look) for name in ("asha", "ravi", "farid"))
    name, waiting = f"withdrawn-{look.name}", farid.badge("flows")
    path = fill_in(asha, name)
    assert status(asha) == "Pending approval"
    expect(asha.page.get_by_text("Why can I not approve?")).to_be_visible()
    steps.approve(ravi, path, "Seen with the auditors")
    assert status(ravi) == "Source approved"
    farid.go("/", "home-waiting")
    assert farid.badge("flows") == waiting + 1
    farid.page.get_by_role("link", name="Proposed flows waiting for you").click()
    farid.see("outstanding")
    farid.page.get_by_role("link", name=name).click()
    steps.approve(farid, path)
    assert status(farid) == "Fully approved"
    find_in_the_catalogue(asha, path, name)


def fill_in(asha: Desk, name: str) -> str:
    """The five steps, left in between and gone on with; returns the path of the proposal."""
    steps.begin(asha)
    steps.choose_route(asha)
    steps.describe_specification(asha, name)
    steps.describe_delivery(asha, name)
    steps.leave_and_resume(asha, name)
    steps.choose_types(asha)
    steps.give_reason(asha, "Auditors ask for it")
    return steps.propose(asha)


def find_in_the_catalogue(asha: Desk, path: str, name: str) -> None:
    """The flow says who proposed it and leads back; the application draws it."""
    page = asha.page
    asha.go(path, "carried-out")
    number = re.findall(r"#(\d+)", page.locator("h1 + .cs-meta").inner_text())[0]
    page.get_by_role("link", name="Go to the physical flow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    asha.see("physical")
    assert asha.fact("Proposed by").strip().endswith("Asha")
    page.get_by_role("complementary").get_by_role("link", name=f"{SOURCE} → {TARGET}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TARGET)
    expect(page.get_by_role("main").get_by_role("link", name=name).first).to_be_visible()
    asha.see("logical")
    page.locator(".cs-end-name", has_text=SOURCE).click()
    asha.see("entity")
    drawn = page.locator(".flowmap:visible").get_by_role("link", name=re.compile(f"^{TARGET}, "))
    expect(drawn).to_be_visible()
    asha.go(path, "back")
    expect(page.locator("h1 + .cs-meta")).to_contain_text(f"#{number}")


@LOOKS
def test_rejected_revised_and_approved(sit: Sit, product: Run, look: Look) -> None:
    asha, ravi, farid = (sit(name, look) for name in ("asha", "ravi", "farid"))
    path = steps.proposed(product, f"revised-{look.name}")
    steps.reject(farid, path, "Once a week is enough")
    assert status(farid) == "Target rejected"
    revise(asha, path)
    assert status(asha) == "Pending approval"
    expect(asha.page.locator("h1 + .cs-meta")).to_contain_text("revision 2")
    comment(ravi, path, "Weekly suits us")
    steps.approve(ravi, path)
    steps.approve(farid, path)
    assert status(farid) == "Fully approved"
    timeline = farid.page.locator(".cs-timeline").inner_text()
    assert [words for words in ("Once a week is enough", "Weekly suits us") if words not in timeline] == []


def revise(asha: Desk, path: str) -> None:
    page = asha.page
    asha.go(path, "came-back")
    expect(page.locator(".cs-notice").first).to_contain_text("Once a week is enough")
    page.get_by_role("button", name="Revise and resubmit").click()
    asha.see("revision")
    assert page.get_by_role("link", name=re.compile("^Change")).count() == 4, "a revision keeps its route"
    page.get_by_role("link", name=re.compile("^Change.*Delivery characteristics")).click()
    page.get_by_role("combobox", name="Frequency").select_option(label="Weekly")
    steps.onward(asha)
    page.locator(".cs-steps").get_by_role("link", name="Reason").click()
    steps.onward(asha)
    asha.see("revision-summary")
    page.get_by_role("button", name="Send again").click()
    page.wait_for_url(f"**{path}")
    asha.see("sent-again")


def comment(desk: Desk, path: str, text: str) -> None:
    desk.go(path, "to-comment")
    desk.page.get_by_role("textbox", name="Comment").fill(text)
    desk.page.get_by_role("button", name="Comment").click()
    expect(desk.page.get_by_text("Your comment has been added.")).to_be_visible()


def test_removing_the_last_physical_flow_takes_the_logical_one_along(sit: Sit, product: Run) -> None:
    asha, ravi, farid = (sit(name, WIDE) for name in ("asha", "ravi", "farid"))
    made = steps.carried_out(product, "to-be-removed", steps.OTHER_TARGET)
    page = asha.page
    asha.go(f"/flows/physical/{made['physicalFlowId']}/", "last-physical")
    page.get_by_role("link", name="Propose to remove").click()
    expect(page.get_by_text("This is the last physical flow.")).to_be_visible()
    page.get_by_role("combobox", name="Reason").select_option(index=4)
    asha.see("propose-removal")
    page.get_by_role("button", name="Propose the removal").click()
    page.wait_for_url("**/flows/proposals/*/")
    path = steps.path_of(asha)
    expect(page.get_by_text("Approving the removal removes the logical flow too.")).to_be_visible()
    asha.see("removal")
    steps.approve(ravi, path)
    steps.approve(farid, path)
    asha.go(f"/flows/logical/{made['logicalFlowId']}/", "logical-removed")
    expect(page.get_by_text("This flow was removed.")).to_be_visible()


@LOOKS
def test_several_decided_at_once(sit: Sit, product: Run, look: Look) -> None:
    names = [f"at-once-{number}-{look.name}" for number in range(3)]
    paths = [steps.proposed(product, name) for name in names]
    ravi = sit("ravi", look)
    page = ravi.page
    ravi.go("/flows/proposals/?actionable=outstanding", "board")
    for name in names[:2]:
        page.get_by_role("row").filter(has_text=name).get_by_role("checkbox").check()
    page.locator(".cs-bulk > summary").click()
    page.locator("#bulk-reason").fill("All agreed in one meeting")
    ravi.see("board-deciding")
    page.locator(".cs-bulk").get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 approved")
    ravi.see("board-decided")
    assert page.get_by_role("row").filter(has_text="Done").count() == 2
    for path, state in zip(paths, ("Source approved", "Source approved", "Pending approval"), strict=True):
        page.goto(path)
        assert status(ravi) == state


def test_all_rows_of_a_page_are_ticked_by_one_box(sit: Sit, product: Run) -> None:
    steps.proposed(product, "ticked-with-the-others")
    ravi = sit("ravi", WIDE)
    page = ravi.page
    ravi.go("/flows/proposals/?actionable=outstanding", "board-all")
    boxes = page.locator("input[name=ids]")
    page.get_by_role("checkbox", name="Choose all of this page").check()
    assert boxes.count() == page.locator("input[name=ids]:checked").count() > 0
    expect(page.locator("[data-ticked]")).to_have_text(f"({boxes.count()})")
    boxes.first.uncheck()
    expect(page.get_by_role("checkbox", name="Choose all of this page")).not_to_be_checked()


def test_approved_by_keyboard_alone(sit: Sit, product: Run) -> None:
    path = steps.proposed(product, "without-a-mouse")
    ravi = sit("ravi", WIDE)
    page, keys = ravi.page, ravi.page.keyboard
    ravi.tab_to(page.locator(".cs-sidebar").get_by_role("link", name="Proposals"))
    keys.press("Enter")
    page.wait_for_url("**/flows/proposals/")
    ravi.see("keyboard-board")
    ravi.press_until("j", page.locator(f"main a[data-open][href='{path}']"))
    keys.press("Enter")
    page.wait_for_url(f"**{path}")
    ravi.tab_to(page.locator(".cs-act > summary", has_text="Approve"))
    keys.press("Enter")
    ravi.tab_to(page.get_by_label("Remark"))
    keys.type("By the keys")
    ravi.tab_to(page.get_by_role("button", name="Yes, approve"))
    ravi.see("keyboard-approving")
    keys.press("Enter")
    wait_for(lambda: status(ravi) == "Source approved", "the approval by the keyboard")
    assert "By the keys" in page.locator(".cs-timeline").inner_text()
    page.goto(f"/flows/entities/{steps.told(product, 'ravi').find('flows/entities/?q=Consent', name=SOURCE)['id']}/")
    ravi.tab_to(page.locator(".flowmap:visible a").first)
    ravi.see("keyboard-diagram")


@pytest.mark.parametrize("look", [WIDE, PHONE], ids=lambda look: look.name)
def test_every_other_page_of_flows(sit: Sit, product: Run, look: Look) -> None:
    """Those that no story comes by: the lists, what is empty, and the way past the approvals."""
    made = steps.carried_out(product, f"looked-at-{look.name}")
    omar = sit("omar", look)
    lists = ("applications", "actors", "end-user-applications", "logical", "physical")
    pages = {f"catalogue-{tab}": f"/flows/?tab={tab}" for tab in lists} | {
        "catalogue-nothing": "/flows/?q=nothing+of+this+name",
        "board-completed": "/flows/proposals/?tab=completed",
        "board-nothing": "/flows/proposals/?q=nobody+of+this+name",
        "direct-logical": f"/flows/logical/direct/?entity={made['source']['id']}",
        "direct-logical-change": f"/flows/logical/{made['logicalFlowId']}/direct/",
        "direct-physical": f"/flows/logical/{made['logicalFlowId']}/direct/physical/",
        "direct-physical-change": f"/flows/physical/{made['physicalFlowId']}/direct/",
        "change": f"/flows/physical/{made['physicalFlowId']}/propose-update/",
    }
    for picture, address in pages.items():
        omar.go(address, picture)
    omar.page.get_by_role("button", name="Save and continue").wait_for()


def test_direct_changes_are_out_of_sight_of_ordinary_people(sit: Sit, product: Run) -> None:
    made = steps.carried_out(product, "kept-from-hands")
    asha = sit("asha", WIDE)
    for address in (f"/flows/physical/{made['physicalFlowId']}/", f"/flows/logical/{made['logicalFlowId']}/"):
        asha.go(address, "no-direct-change")
        assert asha.page.get_by_text("directly").count() == 0
    answer = asha.page.goto(f"/flows/physical/{made['physicalFlowId']}/direct/")
    assert answer is not None
    assert answer.status == 403
    asha.faults = [fault for fault in asha.faults if "403" not in fault]
