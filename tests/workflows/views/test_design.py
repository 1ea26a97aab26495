"""The designers without script: the shell, edits by form, what is refused, undo and redo; and what htmx gets."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import Acme
from tests.factories.workflows import install, start_leave
from tests.scenarios.pages import Pages
from workflows.models import WorkflowDefinition, WorkflowSettings
from workflows.selectors.drafts import access_draft
from workflows.services.drafts import draft_edit, draft_start
from workflows.services.publishing import settings_save


def post(pages: Pages, flow: WorkflowDefinition, what: str, headers: Any = None, **data: Any) -> Any:
    given = {"id": str(uuid4()), "tab": "outline"} | data
    return pages.client.post(f"/workflows/{flow.id}/design/{what}/", given, headers=headers or {})


def names(acme: Acme, flow: WorkflowDefinition) -> list[str]:
    with acme.scope():
        return [step.name for step in access_draft(acme.omar, flow.id).graph.steps]


@pytest.mark.django_db
def test_a_draft_is_started_from_the_page(acme: Acme) -> None:
    with acme.scope():
        flow = install("leave_application", acme.omar)
    pages = Pages(acme.omar)
    assert "Start a draft" in pages.read(f"/workflows/{flow.id}/design/")
    assert post(pages, flow, "start").status_code == 302
    assert "Version 2" in pages.read(f"/workflows/{flow.id}/design/")


@pytest.mark.django_db
@pytest.mark.parametrize("tab", ["graph", "outline", "form", "cases", "versions"])
def test_every_tab_is_a_page(acme: Acme, flow: WorkflowDefinition, tab: str) -> None:
    page = Pages(acme.omar).read(f"/workflows/{flow.id}/design/?tab={tab}")
    assert f'tab={tab}" aria-current="page"' in page
    assert "Problems" in page
    assert "Saved" in page


@pytest.mark.django_db
def test_edits_undo_and_redo_by_plain_forms(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    answer = post(pages, flow, "edit", edit="step.add", name="Medical check", kind="task", after="apply")
    address = f"/workflows/{flow.id}/design/?tab=outline"
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}&open=medical_check#step-medical_check")
    assert names(acme, flow)[1] == "Medical check"
    assert "Undo: Add “Medical check”" in pages.read(answer.headers["Location"])
    assert post(pages, flow, "undo").status_code == 303
    assert "Medical check" not in names(acme, flow)
    assert post(pages, flow, "redo").status_code == 303
    assert names(acme, flow)[1] == "Medical check"


@pytest.mark.django_db
def test_what_is_refused_keeps_what_was_typed(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    refused = post(pages, flow, "edit", edit="transition.add", **{"from": "approved", "to": "apply"})
    assert refused.status_code == 422
    assert "A request is over at an end" in refused.content.decode()
    with acme.scope():
        params = {"step": "apply", "name": "Ask"}
        draft_edit(actor=acme.tess, definition_id=flow.id, name="step.rename", params=params, key=uuid4())
    clash = post(pages, flow, "edit", edit="step.rename", step="apply", name="Begin", revision="0", version="2")
    page = clash.content.decode()
    assert clash.status_code == 409
    assert "Name of the step “Ask”" in page
    assert "Keep mine" in page
    assert re.search(r'name="name" value="Begin"', page)


@pytest.mark.django_db
def test_addresses_that_are_none_are_passed_over(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://[::1"}
    rename = {"edit": "step.rename", "step": "apply"}
    assert post(pages, flow, "edit", htmx, **rename, name="Ask").status_code == 200
    away = {"tab": "form", "next": "http://[::1"}
    assert post(pages, flow, "edit", **rename, **away, name="Begin").status_code == 303
    assert post(pages, flow, "edit", {"HX-Request": "true"}, **rename, **away, name="Start").status_code == 200
    assert names(acme, flow)[0] == "Start"


@pytest.mark.django_db
def test_a_page_that_is_too_old_keeps_what_was_typed(
    acme: Acme, flow: WorkflowDefinition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.services.drafts.MOST_OPERATIONS", 0)
    pages = Pages(acme.omar)
    post(pages, flow, "edit", edit="step.rename", step="apply", name="Ask")
    late = post(pages, flow, "edit", edit="step.rename", step="hr_review", name="People", revision="0", version="2")
    page = late.content.decode()
    assert late.status_code == 409
    assert ("Too much has been changed" in page, "Keep mine" in page, 'name="revision" value="1"' in page) == (
        True,
    ) * 3
    assert '<input type="hidden" name="name" value="People">' in page


@pytest.mark.django_db
def test_a_clash_in_one_part_of_the_settings_stands_above_all_of_them(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    htmx = {"HX-Request": "true"}
    panel = {"panel": "graph/steps/hr_review", "section": "set-basics", "edit": "step.rename", "step": "hr_review"}
    assert "HX-Retarget" not in post(pages, flow, "edit", htmx, **panel, name="People", revision="0").headers
    clash = post(pages, flow, "edit", htmx, **panel, name="HR", revision="0")
    assert [clash.status_code, *(clash.headers[f"HX-Re{name}"] for name in ("target", "select", "swap"))] == [
        409, ".cs-panel", ".cs-panel", "outerHTML"
    ]  # fmt: skip
    page = clash.content.decode()
    assert page.index("data-refused") < page.index('id="set-basics"')
    assert 'hx-target="closest .cs-panel" hx-select=".cs-panel"' in page[page.index("data-refused") :][:3000]


@pytest.mark.django_db
def test_what_was_taken_away_comes_back_by_a_button(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    with acme.scope():
        params = {"steps": ["hr_review"]}
        draft_edit(actor=acme.tess, definition_id=flow.id, name="steps.remove", params=params, key=uuid4())
    mine = {"edit": "step.rename", "step": "hr_review", "name": "People review", "version": "2"}
    clash = post(pages, flow, "edit", **mine, revision="0")
    page = clash.content.decode()
    assert clash.status_code == 409
    assert "step “HR review” taken away" in page
    assert "Bring “HR review” back, with mine" in page
    back = re.search(r'name="bring_back" value="([^"]+)"', page)
    assert back
    assert post(pages, flow, "edit", **mine, revision="1", bring_back=back[1]).status_code == 303
    assert "People review" in names(acme, flow)
    wrong = post(pages, flow, "edit", **mine, revision="1", bring_back="///")
    assert wrong.status_code < 500


@pytest.mark.django_db
def test_htmx_gets_the_tab_and_hears_what_changed(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    answer = post(pages, flow, "edit", {"HX-Request": "true"}, edit="step.rename", step="apply", name="Ask")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in text
    assert text.count('hx-swap-oob="true"') == 2
    told = json.loads(answer.headers["HX-Trigger"])["draft:changed"]
    change = {"place": "graph/steps/apply/name", "before": "Apply", "after": "Ask"}
    assert (told["revision"], told["operations"][0]["changes"]) == (1, [change])


@pytest.mark.django_db
def test_what_is_too_long_for_a_header_is_asked_for(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    with acme.scope():
        steps = [step.key for step in access_draft(acme.omar, flow.id).graph.steps]
    answer = post(pages, flow, "edit", {"HX-Request": "true"}, edit="steps.remove", steps=steps)
    assert json.loads(answer.headers["HX-Trigger"])["draft:changed"] == {"revision": 1, "operations": []}


@pytest.mark.django_db
def test_the_canvas_reads_and_writes_json(acme: Acme, flow: WorkflowDefinition) -> None:
    client = Pages(acme.omar).client
    address = f"/workflows/{flow.id}/design/"
    found = client.get(f"{address}document/")
    assert (found.headers["ETag"], found.json()["version"], found.json()["history"]["undo"]) == ('"0"', 2, None)
    change = {"place": "graph/steps/apply/name", "before": "Apply", "after": "Ask"}
    body = {"operations": [{"id": str(uuid4()), "label": "Rename", "changes": [change]}]}
    more: dict[str, Any] = {"content_type": "application/json", "headers": {"If-Match": '"0"'}}
    saved = client.post(f"{address}operations/", body, **more)
    assert (saved.status_code, saved.json()["revision"], saved.json()["history"]["undo"]) == (200, 1, "Rename")
    body["operations"][0]["id"] = str(uuid4())
    change["after"] = "Begin"
    clash = client.post(f"{address}operations/", body, **more)
    assert (clash.status_code, clash.json()["code"]) == (409, "draft.clash")
    assert clash.json()["params"]["clashes"][0]["theirs"] == "Ask"
    assert [row["number"] for row in client.get(f"{address}operations/?after=0&version=2").json()["results"]] == [1]
    other = client.get(f"{address}operations/?after=0&version=1")
    assert (other.status_code, other.json()["code"]) == (409, "draft.other_version")
    assert client.post(f"{address}operations/", "nonsense", content_type="application/json").status_code == 422


@pytest.mark.django_db
def test_the_settings_panel_is_a_page_and_a_fragment(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    address = f"/workflows/{flow.id}/design/item/?place="
    assert "<html" in pages.read(f"{address}graph/steps/apply")
    alone = pages.client.get(f"{address}graph/steps/apply", headers={"HX-Request": "true"}).content.decode()
    assert 'data-place="graph/steps/apply"' in alone
    assert "<html" not in alone
    given = {"edit": "step.rename", "step": "apply", "name": "Ask", "panel": "graph/steps/apply"}
    answer = post(pages, flow, "edit", {"HX-Request": "true"}, **given).content.decode()
    assert 'data-place="graph/steps/apply"' in answer
    assert "cs-outline" not in answer
    refused = post(pages, flow, "edit", **given | {"name": ""})
    assert (refused.status_code, "Give the step a name." in refused.content.decode()) == (422, True)
    for wrong in ("graph/steps/gone", "nowhere", "graph/steps"):
        assert pages.get(f"{address}{wrong}").status_code == 404


@pytest.mark.django_db
def test_steps_are_copied_into_another_workflow(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    with acme.scope():
        other = install("claim_expense", acme.omar)
        draft_start(actor=acme.omar, definition_id=other.id)
    assert "Copy some steps first" in post(pages, other, "edit", do="steps.paste").content.decode()
    assert post(pages, flow, "edit", do="steps.copy", steps=["manager_review", "hr_review"]).status_code == 303
    assert "Paste 2 steps" in pages.read(f"/workflows/{other.id}/design/?tab=outline")
    assert post(pages, other, "edit", do="steps.paste").status_code == 303
    assert names(acme, other)[-2:] == ["Manager review", "HR review"]
    assert post(pages, flow, "edit", do="step.move?step=hr_review&to=first").status_code == 303
    assert names(acme, flow)[0] == "HR review"


@pytest.mark.django_db
def test_publishing_tells_what_it_changes_and_whom_it_meets(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    address = f"/workflows/{flow.id}/design/publish/"
    with acme.scope():
        start_leave(flow, acme.asha)
    post(pages, flow, "edit", edit="step.rename", step="apply", name="Ask")
    page = pages.read(address)
    assert "“Apply” is now called “Ask”." in page
    assert '<th scope="row">Manager review</th><td class="cs-num">1</td>' in page
    dialog = pages.client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<dialog" in dialog
    post(pages, flow, "edit", edit="step.rename", step="apply", name="Begin")
    stale = pages.client.post(address, {"revision": "1"})
    assert (stale.status_code, "changed since you looked" in stale.content.decode()) == (409, True)
    assert pages.client.post(address, {"revision": "2"}).headers["Location"] == f"/workflows/{flow.id}/"
    assert pages.get(address).headers["Location"] == f"/workflows/{flow.id}/"


@pytest.mark.django_db
def test_publishing_by_request_names_the_approval(acme: Acme, flow: WorkflowDefinition) -> None:
    with acme.scope():
        approval = install("publish_approval", acme.omar)
        settings_save(actor=acme.tess, row=WorkflowSettings(), values={"publish_approval": approval})
    pages = Pages(acme.omar)
    address = f"/workflows/{flow.id}/design/publish/"
    assert approval.name in pages.read(address)
    asked = pages.client.post(address, {"revision": "0", "comment": "Please"})
    assert asked.headers["Location"].startswith("/requests/")
    assert "asks that this draft be published" in pages.read(address)
