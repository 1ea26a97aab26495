"""A version goes live by a request that somebody else approves, where the organisation chose so."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from pydantic import TypeAdapter, ValidationError

from accounts.models import AuditEntry, Membership
from accounts.tenancy.errors import Denied, Invalid
from forms_builder.schema.parts import FieldName, StepKey
from tests.cast import Acme
from tests.factories.machines import machine_of, outcomes, work
from tests.factories.workflows import MONDAY, decide, install, open_task, publish, run_of
from tests.workflows.views.story import decide as on_the_page
from tests.workflows.views.story import load, send, signed_in, text
from workflows import own_context
from workflows.library import library_item
from workflows.models import BulkAction, WorkflowDefinition, WorkflowSettings, WorkflowVersion
from workflows.selectors.definitions import DefinitionNotFound
from workflows.services.bulk import BulkRow, BulkWish, bulk_ask, results_of
from workflows.services.definitions import (
    DraftNotAsSeen,
    PublishingNeedsRequest,
    definition_delete,
    definition_export,
    definition_import,
    definition_publish,
    definition_restore,
)
from workflows.services.publishing import (
    AskedAlready,
    DraftChanged,
    WorkflowDeleted,
    publishing_request,
    settings_save,
)
from workflows.services.runs import run_start
from workflows.services.sla import sla_sweep


def draft(leave: WorkflowDefinition, acme: Acme, name: str = "People review") -> None:
    document: dict[str, Any] = definition_export(definition_id=leave.id, actor=acme.omar)
    next(step for step in document["graph"]["steps"] if step["key"] == "hr_review")["name"] = name
    definition_import(actor=acme.omar, document=document, definition_id=leave.id)


def choose(actor: Membership, approval: WorkflowDefinition) -> None:
    settings_save(actor=actor, row=WorkflowSettings(), values={"publish_approval": approval})


@pytest.fixture
def governed(leave: WorkflowDefinition, acme: Acme) -> WorkflowDefinition:
    """Leave Application with a draft, in an organisation that approves publishing. Omar's manager is Ravi."""
    approval = install("publish_approval", acme.omar)
    choose(acme.tess, approval)
    acme.omar.manager = acme.ravi
    acme.omar.save(update_fields=["manager"])
    draft(leave, acme)
    return leave


def state(leave: WorkflowDefinition, number: int) -> str:
    found: str = WorkflowVersion.objects.get(definition=leave, number=number).state
    return found


def asked(governed: WorkflowDefinition, acme: Acme) -> UUID:
    return publishing_request(definition_id=governed.id, actor=acme.omar, comment="Clearer name").run_id


def test_drawn_asked_approved_published(governed: WorkflowDefinition, acme: Acme) -> None:
    with pytest.raises(PublishingNeedsRequest):
        definition_publish(definition_id=governed.id, actor=acme.tess)
    run_id = asked(governed, acme)
    run = run_of(run_id)
    assert (run.title, open_task(run_id).assignee_id) == ("Publish Leave Application, version 2", acme.ravi.id)
    assert "“HR review” is now called “People review”." in run.data["changes"]
    with pytest.raises(AskedAlready):
        asked(governed, acme)
    assert state(governed, 2) == "draft"
    decide(run_id, acme.ravi, "Approved")
    assert (state(governed, 1), state(governed, 2)) == ("retired", "published")
    entry = AuditEntry.objects.filter(kind="definition.published").latest("id")
    assert entry.payload["by_name"] == "Ravi"


def test_only_what_was_looked_at_is_asked_for(governed: WorkflowDefinition, acme: Acme) -> None:
    version = WorkflowVersion.objects.get(definition=governed, number=2)
    for seen in ({"revision": version.revision + 1}, {"revision": version.revision, "number": 1}):
        with pytest.raises(DraftNotAsSeen):
            publishing_request(definition_id=governed.id, actor=acme.omar, **seen)
    run = publishing_request(definition_id=governed.id, actor=acme.omar, revision=version.revision, number=2)
    assert run_of(run.run_id).subject_id == version.id


def test_rejected_stays_a_draft(governed: WorkflowDefinition, acme: Acme) -> None:
    run_id = asked(governed, acme)
    decide(run_id, acme.ravi, "Rejected", comment="Too early")
    assert (state(governed, 1), state(governed, 2)) == ("published", "draft")
    asked(governed, acme)


def test_nobody_approves_their_own(governed: WorkflowDefinition, acme: Acme) -> None:
    acme.omar.manager = None
    acme.omar.save(update_fields=["manager"])
    run_id = asked(governed, acme)
    assert open_task(run_id).assignee_id != acme.omar.id
    with pytest.raises(Denied):
        decide(run_id, acme.omar, "Approved")
    assert state(governed, 2) == "draft"


def test_what_was_approved_is_what_goes_live(governed: WorkflowDefinition, acme: Acme) -> None:
    run_id = asked(governed, acme)
    draft(governed, acme, "Something else")
    with pytest.raises(DraftChanged):
        decide(run_id, acme.ravi, "Approved")
    assert (state(governed, 2), open_task(run_id).state) == ("draft", "waiting")


def test_what_was_deleted_does_not_go_live_until_it_is_restored(governed: WorkflowDefinition, acme: Acme) -> None:
    run_id = asked(governed, acme)
    definition_delete(definition_id=governed.id, actor=acme.omar)
    with pytest.raises(WorkflowDeleted), transaction.atomic():
        decide(run_id, acme.ravi, "Approved")
    assert (state(governed, 2), run_of(run_id).status) == ("draft", "running")
    definition_restore(definition_id=governed.id, actor=acme.omar)
    decide(run_id, acme.ravi, "Approved")
    assert state(governed, 2) == "published"


@pytest.mark.parametrize("is_deleted", [True, False])
def test_what_cannot_go_live_is_told_on_the_page(governed: WorkflowDefinition, acme: Acme, is_deleted: bool) -> None:
    run_id = asked(governed, acme)
    if is_deleted:
        definition_delete(definition_id=governed.id, actor=acme.omar)
    else:
        draft(governed, acme, "Something else")
    answer = on_the_page(signed_in(acme.ravi), run_id, "Approved", comment="As agreed")
    assert answer.status_code == 409
    assert "since this request was made" in text(answer)
    assert "As agreed" in text(answer)
    assert state(governed, 2) == "draft"


def test_settings_are_for_tenant_admins_and_fit(leave: WorkflowDefinition, acme: Acme) -> None:
    with pytest.raises(Denied):
        choose(acme.omar, leave)
    document = definition_export(definition_id=leave.id, actor=acme.omar)
    unpublished = definition_import(actor=acme.omar, document=document).definition
    with pytest.raises(Invalid):
        choose(acme.tess, unpublished)
    choose(acme.tess, leave)
    assert AuditEntry.objects.filter(subject_id=WorkflowSettings.objects.get().id).count() == 1
    definition_delete(definition_id=leave.id, actor=acme.tess)
    assert definition_publish(definition_id=unpublished.id, actor=acme.omar).state == "published"


def test_asked_for_on_the_page(governed: WorkflowDefinition, acme: Acme) -> None:
    omar, page = signed_in(acme.omar), f"/workflows/{governed.id}/"
    shown = text(load(omar, f"{page}?version=2"))
    assert "Ask for publishing" in shown
    assert ">Publish<" not in shown
    assert load(omar, "/start/publish-a-workflow/").status_code == 404
    with acme.scope(), pytest.raises(DefinitionNotFound):
        run_start(definition_id=WorkflowSettings.objects.get().publish_approval_id, actor=acme.omar, data={})
    request = load(omar, send(omar, f"{page}publish-request/", comment="Clearer").url)
    assert f'href="{page}?tab=changes&amp;version=2"' in text(request)
    assert "asks that this draft be published" in text(load(omar, f"{page}?version=2"))


def test_in_bulk_one_that_has_changed_is_left_and_the_other_goes_live(governed: WorkflowDefinition, acme: Acme) -> None:
    other = definition_import(actor=acme.omar, document=library_item("claim_expense")).definition
    changed, fine = asked(governed, acme), publishing_request(definition_id=other.id, actor=acme.omar).run_id
    draft(governed, acme, "Something else")
    rows = [BulkRow(open_task(run_id).id, 1) for run_id in (changed, fine)]
    act = bulk_ask(actor=acme.ravi, wish=BulkWish(BulkAction.DECIDE, rows, "Approved"))
    assert [(one.state, one.code) for one in results_of(act)] == [("left", "definition.draft_changed"), ("done", "")]
    assert (state(governed, 2), state(other, 1)) == ("draft", "published")
    assert (open_task(changed).state, run_of(fine).outcome) == ("waiting", "Approved")
    assert AuditEntry.objects.filter(kind="definition.published", subject_id=other.id).count() == 1


def test_the_clock_approves_what_was_asked_for_and_nothing_else(leave: WorkflowDefinition, acme: Acme) -> None:
    document = library_item("publish_approval").to_json() | {"cases": []}
    step = next(one for one in document["graph"]["steps"] if one["key"] == "manager_approval")
    step["sla"] = {"mode": "own", "period": "1d", "rungs": [{"do": "decide", "transition": "Approved"}]}
    choose(acme.tess, publish(document, acme.omar))
    acme.omar.manager = acme.ravi
    acme.omar.save(update_fields=["manager"])
    other = definition_import(actor=acme.omar, document=library_item("claim_expense")).definition
    draft(leave, acme)
    changed, fine = (
        publishing_request(definition_id=one.id, actor=acme.omar, at=MONDAY).run_id for one in (leave, other)
    )
    draft(leave, acme, "Something else")
    swept = sla_sweep(acme.organisation.id, at=MONDAY + timedelta(days=3))
    assert (swept.decided, swept.overdue) == (1, 1)
    assert (state(leave, 2), state(other, 1)) == ("draft", "published")
    assert (open_task(changed).overdue, run_of(fine).outcome) == (True, "Approved")
    assert sla_sweep(acme.organisation.id, at=MONDAY + timedelta(days=4)).total == 0


def test_a_machine_approves_what_was_asked_for_and_nothing_else(leave: WorkflowDefinition, acme: Acme) -> None:
    """Where the end is refused the step has failed with the reason: its work is not done over and over."""
    document = library_item("publish_approval").to_json() | {"cases": []}
    step = next(one for one in document["graph"]["steps"] if one["key"] == "manager_approval")
    del step["assignee"], step["sla"]
    node = {"kind": "formula", "params": {"values": {"fine": "1"}}, "on_failure": "manager_rejects"}
    step |= {"kind": "auto", "node": node}
    choose(acme.tess, publish(document, acme.omar))
    other = definition_import(actor=acme.omar, document=library_item("claim_expense")).definition
    draft(leave, acme)
    changed, fine = (publishing_request(definition_id=one.id, actor=acme.omar).run_id for one in (leave, other))
    draft(leave, acme, "Something else")
    work(acme.organisation.id)
    assert (state(leave, 2), state(other, 1)) == ("draft", "published")
    assert (outcomes(changed), outcomes(fine)) == (["failed"], ["done"])
    assert (run_of(changed).outcome, run_of(fine).outcome) == ("Rejected", "Approved")
    assert "The draft has changed" in machine_of(changed).error


@pytest.mark.parametrize("name", ["fingerprint", "last_editor"])
def test_what_a_machine_finds_meanwhile_goes_over_nothing_that_was_kept(
    leave: WorkflowDefinition, acme: Acme, name: str
) -> None:
    document = library_item("publish_approval").to_json() | {"cases": []}
    node = {"kind": "formula", "params": {"values": {"fine": "1"}}, "save_as": name}
    document["graph"]["steps"].append({"key": "look", "name": "Look", "kind": "auto", "node": node})
    document["graph"]["transitions"][0]["to"] = "look"
    document["graph"]["transitions"].append({"key": "looked", "from": "look", "to": "manager_approval"})
    choose(acme.tess, publish(document, acme.omar))
    acme.omar.manager = acme.ravi
    acme.omar.save(update_fields=["manager"])
    draft(leave, acme)
    run_id = asked(leave, acme)
    work(acme.organisation.id)
    decide(run_id, acme.ravi, "Approved")
    assert (run_of(run_id).context[name], state(leave, 2)) == ({"fine": 1}, "published")


@pytest.mark.parametrize("name", [vars(own_context)[one] for one in own_context.__annotations__])
def test_the_names_of_the_product_are_no_names_of_steps(name: str) -> None:
    for kind in (StepKey, FieldName):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(name)
