"""The tab Form without script: every change is a plain form, what is refused keeps what was typed, the preview saves nothing."""

import re
from typing import Any
from uuid import uuid4

import pytest

from forms_builder.schema import FormDocument
from tests.cast import Acme
from tests.scenarios.pages import Pages
from workflows.models import WorkflowDefinition, WorkflowRun
from workflows.selectors.drafts import access_draft


def form_of(acme: Acme, flow: WorkflowDefinition) -> FormDocument:
    with acme.scope():
        return access_draft(acme.omar, flow.id).form


def post(pages: Pages, flow: WorkflowDefinition, edit: str, **data: Any) -> Any:
    given = {"id": str(uuid4()), "tab": "form", "edit": edit} | data
    return pages.client.post(f"/workflows/{flow.id}/design/edit/", given)


def read(pages: Pages, flow: WorkflowDefinition, **query: str) -> str:
    words = "&".join(f"{key}={value}" for key, value in query.items())
    return pages.read(f"/workflows/{flow.id}/design/?tab=form&{words}")


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["design", "matrix", "logic", "preview"])
def test_every_view_is_a_page(acme: Acme, flow: WorkflowDefinition, view: str) -> None:
    page = read(Pages(acme.omar), flow, view=view)
    assert f"view={view}" in page
    assert "Fields and steps" in page


@pytest.mark.django_db
def test_an_address_that_means_nothing_is_a_page(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    assert "Fields and steps" in read(pages, flow, item="part:0:²")
    assert "Fields and steps" in read(pages, flow, item="field:reason", set="validation", rule="²")


@pytest.mark.django_db
def test_a_list_whose_filter_is_wrong_can_be_looked_at_and_mended(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    assert post(pages, flow, "form.add", item="user", index="0").status_code == 303
    name = form_of(acme, flow).fields[-1].name
    wrong = {"place": f"form/fields/{name}/filter", "rule": '{"field": "candidate.gone", "op": "is_set"}'}
    assert post(pages, flow, "rule.set", **wrong).status_code == 303
    assert "candidate.gone" in read(pages, flow, item=f"field:{name}", set="choices")
    assert pages.read(f"/workflows/{flow.id}/design/form-frame/")


@pytest.mark.django_db
def test_two_lookups_in_a_form_have_their_settings(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    for _ in range(2):
        assert post(pages, flow, "form.add", item="lookup", index="0").status_code == 303
    for field in form_of(acme, flow).fields[-2:]:
        assert 'id="pick-field-' in read(pages, flow, item=f"field:{field.name}")


@pytest.mark.django_db
def test_every_tab_of_every_field_is_a_page(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    for name in ("from", "reason", "criticality"):
        for tab in ("field", "choices", "validation", "visibility", "steps"):
            page = read(pages, flow, item=f"field:{name}", set=tab)
            assert 'id="pick-field-' in page
    assert "Remove “Leave” with its 3 fields?" in read(pages, flow, item="part:0", remove="")


@pytest.mark.django_db
def test_a_field_is_added_set_moved_and_removed(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    there = f"/workflows/{flow.id}/design/?tab=form&item=part:0.2"
    added = post(pages, flow, "form.add", item="text", field="reason", next=there)
    assert added.status_code == 303
    assert 'id="set-label"' in pages.read(added.headers["Location"])
    post(
        pages,
        flow,
        "form.set",
        field="text",
        group="field",
        **{"set.label": "Address on leave", "set.help": "Optional"},
    )
    form = form_of(acme, flow)
    assert form.field("address_on_leave") is not None
    assert form.access("apply", "address_on_leave").writable
    assert not form.access("hr_review", "address_on_leave").writable
    post(pages, flow, "form.move", field="address_on_leave", to="up")
    post(pages, flow, "form.access", fields="address_on_leave", steps=["apply"], level="required")
    assert form_of(acme, flow).access("apply", "address_on_leave").value == "required"
    post(pages, flow, "form.remove", field="address_on_leave")
    assert form_of(acme, flow).field("address_on_leave") is None


@pytest.mark.django_db
def test_what_is_refused_keeps_what_was_typed(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    here = f"/workflows/{flow.id}/design/?tab=form&item=field:reason&set=validation"
    refused = post(pages, flow, "form.set", field="reason", group="validation", next=here, **{"set.max_length": "many"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert 'value="many"' in page
    assert "Enter a whole number." in page
    taken = post(pages, flow, "form.rename", field="reason", name="from")
    assert "Another field is called from." in taken.content.decode()


@pytest.mark.django_db
def test_a_rule_is_put_together_by_plain_posts(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    place = {"field": "reason", "at": "visible_when"}
    rule = {"rule.kind": "all", "rule.0.kind": "row", "rule.0.field": "form.from", "rule.0.op": "is_set"}
    drawn = pages.client.post(
        f"/workflows/{flow.id}/design/form-rule/", place | {"rule.kind": "all", "rule.do": "add:"}
    )
    assert drawn.status_code == 200
    assert 'name="rule.0.field"' in drawn.content.decode()
    assert post(pages, flow, "form.rule", **place, **rule).status_code == 303
    assert form_of(acme, flow).by_name["reason"].visible_when is not None
    assert "Shown when" in read(pages, flow, view="logic")
    unfinished = post(pages, flow, "form.rule", field="reason", at="rules", number="new", **rule)
    assert "Say what people are told" in unfinished.content.decode()
    post(pages, flow, "form.rule", field="reason", at="rules", number="new", message="No.", **rule)
    assert [one.message for one in form_of(acme, flow).by_name["reason"].rules] == ["No."]
    post(pages, flow, "form.rule", **place, remove="1")
    assert form_of(acme, flow).by_name["reason"].visible_when is None


@pytest.mark.django_db
def test_the_preview_is_the_form_of_the_persona_and_saves_nothing(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    frame = f"/workflows/{flow.id}/design/form-frame/?step=hr_review&as={acme.asha.id}"
    shown = pages.client.get(frame)
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert "Note of HR" in shown.content.decode()
    assert "12" not in re.sub(r"<[^>]*>", "", shown.content.decode().partition("Days of leave left")[2][:80])
    apply = frame.replace("hr_review", "apply")
    refused = pages.client.post(apply, {"reason": ""})
    assert refused.status_code == 422
    assert "need a correction" in refused.content.decode()
    good = pages.client.post(apply, {"from": "2030-10-06", "to": "2030-10-08", "reason": "Rest"})
    assert "These answers would be accepted" in good.content.decode()
    with acme.scope():
        assert not WorkflowRun.objects.filter(definition_id=flow.id).exists()
