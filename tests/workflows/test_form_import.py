"""Forms of other products into a draft: one operation with its report, over REST and by page; who may."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEntry
from accounts.tenancy.errors import Denied
from forms_builder.schema.parts import Access
from tests.cast import Acme
from tests.factories.workflows import install
from tests.scenarios.pages import Pages
from tests.scenarios.rest import Rest
from workflows.models import DraftOperation, WorkflowDefinition
from workflows.selectors.definitions import DefinitionNotFound
from workflows.selectors.drafts import DraftNotFound, access_draft
from workflows.services.draft_imports import FormImported, FormNotRead, draft_form_import
from workflows.services.drafts import DraftClash, draft_undo

TRAVEL = (Path(__file__).parents[1] / "forms_builder/exchange/samples/surveyjs_travel.json").read_bytes()
SMALL = {
    "components": [
        {"type": "textfield", "key": "goal", "label": "Goal", "placeholder": "Why?", "validate": {"required": True}}
    ]
}


def bring(acme: Acme, flow: WorkflowDefinition, form: Any = TRAVEL, **more: Any) -> FormImported:
    return draft_form_import(**{"actor": acme.omar, "definition_id": flow.id, "form": form, "key": uuid4(), **more})


@pytest.mark.django_db
def test_an_import_is_one_operation_and_one_undo(acme: Acme, flow: WorkflowDefinition) -> None:
    with acme.scope():
        before = access_draft(acme.omar, flow.id).document
        made = bring(acme, flow)
        after = access_draft(acme.omar, flow.id)
        assert [row.label for row in made.saved.done] == ["Import a SurveyJS form"]
        assert (after.document["graph"], after.document["cases"]) == (before["graph"], before["cases"])
        assert after.form.title == "Business trip"
        purpose = after.form.by_name["purpose"]
        assert (purpose.access_at("apply"), purpose.access_at("hr_review")) == (Access.REQUIRED, Access.READ)
        assert "calculatedValues" in [note.place for note in made.read.report]
        assert AuditEntry.objects.filter(kind="definition.draft_changed", subject_id=flow.id).exists()
        draft_undo(actor=acme.omar, definition_id=flow.id, key=uuid4())
        assert access_draft(acme.omar, flow.id).document == before


@pytest.mark.django_db
def test_sent_twice_it_is_done_once_and_never_over_what_others_changed(acme: Acme, flow: WorkflowDefinition) -> None:
    with acme.scope():
        key, seen = uuid4(), access_draft(acme.omar, flow.id).revision
        bring(acme, flow, SMALL, key=key)
        assert bring(acme, flow, SMALL, key=key).saved.done == ()
        assert DraftOperation.objects.filter(version__definition_id=flow.id).count() == 1
        with pytest.raises(DraftClash):
            bring(acme, flow, TRAVEL, revision=seen, actor=acme.tess)


@pytest.mark.django_db
def test_who_may_and_what_is_refused(acme: Acme, flow: WorkflowDefinition) -> None:
    with acme.scope():
        with pytest.raises(Denied):
            bring(acme, flow, actor=acme.asha)
        with pytest.raises(DefinitionNotFound):
            bring(acme, flow, definition_id=uuid4())
        with pytest.raises(FormNotRead) as refused:
            bring(acme, flow, {"elements": [{"type": "text", "name": "a\0"}]})
        assert list(refused.value.fields) == ["form.elements.0.name"]
        other = install("leave_application", acme.omar)
        with pytest.raises(DraftNotFound):
            bring(acme, other)


@pytest.mark.django_db
def test_rest_answers_with_the_report(acme: Acme, flow: WorkflowDefinition) -> None:
    rest, address = Rest(acme.omar), f"definitions/{flow.id}/draft/form-import/"
    answer = rest.post(address, {"form": SMALL, "id": str(uuid4())})
    assert (answer.status_code, answer["ETag"]) == (200, '"1"')
    found = answer.json()
    assert (found["kind"], found["revision"]) == ("Form.io", 1)
    assert found["report"] == [{
        "place": "components.0.placeholder",
        "message": "“Goal”: “placeholder” was not taken.", "hint": "Say it in the help text.",
    }]  # fmt: skip
    wrong = rest.post(address, {"form": {"fields": []}, "id": str(uuid4())})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "draft.form_not_read")
    with acme.scope():
        assert list(access_draft(acme.omar, flow.id).form.by_name) == ["goal"]


@pytest.mark.django_db
def test_the_page_takes_a_file_or_a_text_and_shows_the_report(acme: Acme, flow: WorkflowDefinition) -> None:
    pages, address = Pages(acme.omar), f"/workflows/{flow.id}/design/form-import/"
    assert address in pages.read(f"/workflows/{flow.id}/design/?tab=form")
    assert "SurveyJS or Form.io" in pages.read(address)
    file = SimpleUploadedFile("travel.json", TRAVEL)
    answer = pages.client.post(address, {"file": file, "id": str(uuid4()), "version": "2", "revision": "0"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "The SurveyJS form is in the draft" in page
    assert "Use a calculated value, or an automatic step." in page
    empty = pages.client.post(address, {"id": str(uuid4())})
    wrong = pages.client.post(address, {"text": '{"elements": [{"name": "a\\u0000"}]}', "id": str(uuid4())})
    assert (empty.status_code, wrong.status_code) == (422, 422)
    assert "elements.0.name: This text has a character" in wrong.content.decode()
