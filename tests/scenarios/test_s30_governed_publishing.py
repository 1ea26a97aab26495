"""S30: an employee drafts, the manager approves by a request of the same engine, then it is published; nobody their own."""

from typing import Any

import pytest

from tests.cast import Acme
from tests.factories.workflows import install
from tests.scenarios.pages import Pages, hidden, said
from tests.scenarios.rest import Rest
from workflows.models import WorkflowDefinition, WorkflowSettings
from workflows.services.publishing import settings_save


@pytest.fixture
def governed(acme: Acme, leave: WorkflowDefinition) -> WorkflowDefinition:
    """Publishing goes through the manager's approval; Omar drafts, and Meera is his manager."""
    with acme.scope():
        approval = install("publish_approval", acme.omar)
        settings_save(actor=acme.tess, row=WorkflowSettings(), values={"publish_approval": approval})
    return leave


def draft(member: Any, leave: WorkflowDefinition, name: str) -> None:
    """A new draft over REST, with a step called otherwise."""
    rest = Rest(member)
    document = rest.read(f"definitions/{leave.id}/")
    document = document.get("document", document)
    next(step for step in document["graph"]["steps"] if step["key"] == "hr_review")["name"] = name
    answer = rest.client.put(f"/api/v1/definitions/{leave.id}/", document, content_type="application/json")
    assert answer.status_code == 200, answer.content


def live(acme: Acme, leave: WorkflowDefinition) -> list[str]:
    """The names of the steps that new requests go through."""
    with acme.scope():
        leave.refresh_from_db()
        version: Any = leave.published_version
        return [step["name"] for step in version.graph["steps"]]


def test_drafted_asked_approved_and_live_over_rest(acme: Acme, governed: WorkflowDefinition) -> None:
    draft(acme.omar, governed, "People review")
    omar, meera = Rest(acme.omar), Rest(acme.meera)
    for member in (acme.omar, acme.tess):
        refused = Rest(member).post(f"definitions/{governed.id}/publish/")
        assert refused.status_code == 409, refused.content
    run = omar.done(f"definitions/{governed.id}/publish-request/", {"comment": "Clearer"}, 201)
    run = run.get("run", run)
    assert omar.read("tasks/", assigned="me", run=run["id"])["results"] == []
    task = meera.task(run)
    assert "People review" in str(task["fields"])
    denied = omar.post(f"tasks/{task['id']}/complete/", {"transition": "Approved", "version": task["version"]})
    assert (denied.status_code, "HR review" in live(acme, governed)) == (403, True)
    meera.complete(task, "Approved")
    assert "People review" in live(acme, governed)


def test_drafted_asked_rejected_and_asked_again_on_pages(acme: Acme, governed: WorkflowDefinition) -> None:
    draft(acme.omar, governed, "People review")
    omar, meera = Pages(acme.omar), Pages(acme.meera)
    ask = f"/workflows/{governed.id}/publish-request/"

    def asked() -> str:
        page = omar.read(f"/workflows/{governed.id}/?version=2")
        answer = omar.client.post(ask, {"comment": "Clearer", "idempotency_key": hidden(page)})
        assert answer.status_code == 302, said(answer)
        return str(answer["Location"].split("/")[2])

    first = asked()
    assert "of “HR review” is now" in meera.request(first) or "People review" in meera.request(first)
    assert "Approved" not in omar.request(first).split("Timeline")[0].split('class="cs-action')[0][-200:]
    meera.decided(first, "Rejected", comment="Too early")
    assert "HR review" in live(acme, governed)
    meera.decided(asked(), "Approved")
    assert "People review" in live(acme, governed)


def test_a_manager_does_not_approve_their_own(acme: Acme, governed: WorkflowDefinition) -> None:
    """Omar leads his department and owns the approval himself: it waits for an administrator."""
    with acme.scope():
        acme.departments["OPS"].head = acme.omar
        acme.departments["OPS"].save(update_fields=["head"])
        acme.omar.manager = None
        acme.omar.save(update_fields=["manager"])
    draft(acme.omar, governed, "People review")
    run = Rest(acme.omar).done(f"definitions/{governed.id}/publish-request/", {}, 201)
    run = run.get("run", run)
    assert Rest(acme.omar).read("tasks/", assigned="me", run=run["id"])["results"] == []
    assert "HR review" in live(acme, governed)
