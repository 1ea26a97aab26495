"""The landing page: what each person may start, and what they may do with a workflow."""

import json

import pytest

from tests.cast import Acme
from tests.factories.accounts import DesignationFactory
from tests.workflows.views.story import install, load, send, signed_in, started, text
from workflows.models import WorkflowDefinition, WorkflowVersion, WorkflowVisibility
from workflows.services.definitions import definition_export, definition_import, definition_publish


@pytest.mark.django_db
def test_everybody_starts_what_is_open_to_all_by_its_name(acme: Acme) -> None:
    definition = install(acme)
    started(acme, definition)
    page = load(signed_in(acme.asha), "/")
    assert '<a class="cs-start" href="/start/leave-application/">Leave Application</a>' in text(page)
    assert "You have 1 open" in text(page)
    assert [tab.label for tab in page.context["tabs"]] == ["All", "HR"]
    for forbidden in ("/clone/", "Edit", "Add workflow"):
        assert forbidden not in text(page)


@pytest.mark.django_db
def test_an_organisation_without_workflows_says_what_to_do(acme: Acme) -> None:
    said = {member.name: text(load(signed_in(member), "/")) for member in (acme.tess, acme.asha)}
    assert ("No workflow yet" in said["Tess"], "Look at the library" in said["Tess"]) == (True, True)
    assert ("Your administrator can change that." in said["Asha"], "library" in said["Asha"]) == (True, False)


@pytest.mark.django_db
def test_a_tab_shows_the_workflows_of_its_group(acme: Acme) -> None:
    install(acme)
    install(acme, "claim_expense")
    asha = signed_in(acme.asha)
    with acme.scope():
        WorkflowDefinition.objects.filter(slug="claim-expense").update(group=None)
    tabs = {tab.label: tab.url for tab in load(asha, "/").context["tabs"]}
    assert list(tabs) == ["All", "HR", "Other"]
    assert [row.name for row in load(asha, tabs["Other"]).context["workflows"]] == ["Claim Expense"]
    assert [row.name for row in load(asha, tabs["HR"]).context["workflows"]] == ["Leave Application"]
    assert len(load(asha, "/?group=nonsense").context["workflows"]) == 2


@pytest.mark.django_db
def test_a_department_and_a_designation_keep_others_out(acme: Acme) -> None:
    definition = install(acme)
    with acme.scope():
        partner = DesignationFactory(organisation=acme.organisation, name="Partner")
        WorkflowVisibility.objects.create(
            organisation=acme.organisation,
            definition=definition,
            department=acme.departments["HR"],
            designation=partner,
        )
        type(acme.hema).objects.filter(id=acme.hema.id).update(designation=partner)
    for member, count in ((acme.hema, 1), (acme.hari, 0), (acme.asha, 0)):
        client = signed_in(member)
        assert len(load(client, "/").context["workflows"]) == count
        assert load(client, "/start/leave-application/").status_code == (200 if count else 404)
        assert load(client, f"/workflows/{definition.id}/").status_code == (200 if count else 404)


@pytest.mark.django_db
def test_a_designer_adds_clones_and_publishes(acme: Acme) -> None:
    definition = install(acme)
    omar = signed_in(acme.omar)
    home = text(load(omar, "/"))
    assert "/workflows/new/" in home
    for action in ("design/", "design/?tab=form", "preferences/", "runs/"):
        assert f'href="/workflows/{definition.id}/{action}"' in home
    assert send(omar, "/workflows/new/", name=" ").status_code == 422
    blank = send(omar, "/workflows/new/", name="New laptop")["Location"]
    assert "New laptop" in text(load(omar, blank))
    assert f"/workflows/{definition.id}/clone/" in home
    copy = send(omar, f"/workflows/{definition.id}/clone/")["Location"]
    assert "Leave Application (copy)" in text(load(omar, copy))
    assert load(signed_in(acme.asha), copy).status_code == 404
    assert send(omar, f"{copy}publish/")["Location"] == copy
    with acme.scope():
        assert WorkflowVersion.objects.filter(state="published").count() == 2
    assert "Leave Application (copy)" in text(load(signed_in(acme.asha), "/"))


@pytest.mark.django_db
def test_a_document_is_brought_in_and_what_is_wrong_with_it_told(acme: Acme) -> None:
    omar, definition = signed_in(acme.omar), install(acme)
    document = load(omar, f"/workflows/{definition.id}/export/")
    assert document["Content-Disposition"].startswith("attachment")
    answer = send(omar, "/workflows/import/", text=text(document))
    assert answer.status_code == 302
    assert "Draft" in text(load(omar, answer["Location"]))
    for wrong in ("", "{", '{"a": 1, "a": 2}', "[]", '{"schema_version": 1, "name": "", "graph": {"steps": 5}}', "NaN"):
        answer = send(omar, "/workflows/import/", text=wrong)
        assert answer.status_code == 422, wrong
        assert answer.context["form"].non_field_errors()


@pytest.mark.django_db
def test_who_publishes_may_retire(acme: Acme) -> None:
    definition = install(acme)
    address = f"/workflows/{definition.id}/"
    for member, offered in ((acme.omar, True), (acme.asha, False)):
        assert (f'action="{address}retire/"' in text(load(signed_in(member), f"{address}?tab=versions"))) == offered
    signed_in(acme.asha).post(f"{address}retire/")
    assert load(signed_in(acme.asha), "/start/leave-application/").status_code == 200
    answer = signed_in(acme.omar).post(f"{address}retire/", follow=True)
    assert "Version 1 is retired. Open requests finish on it." in answer.content.decode()
    assert load(signed_in(acme.asha), "/start/leave-application/").status_code == 404
    assert f'action="{address}retire/"' not in text(load(signed_in(acme.omar), f"{address}?tab=versions"))


@pytest.mark.django_db
def test_problems_that_block_publishing_are_listed(acme: Acme) -> None:
    omar = signed_in(acme.omar)
    empty = '{"schema_version": 1, "name": "Empty", "form": {"schema_version": 1}, "graph": {"schema_version": 1}}'
    address = send(omar, "/workflows/import/", text=empty)["Location"]
    page = omar.post(f"{address}publish/", follow=True)
    assert [str(message) for message in page.context["messages"]] != []
    with acme.scope():
        assert not WorkflowVersion.objects.filter(state="published").exists()


@pytest.mark.django_db
def test_a_workflow_is_deleted_and_restored_on_its_page(acme: Acme) -> None:
    definition = install(acme)
    started(acme, definition)
    omar, page = signed_in(acme.omar), f"/workflows/{definition.id}/"
    assert "Delete the workflow" in text(load(omar, f"{page}?tab=versions"))
    send(omar, f"{page}delete/")
    assert "Restore" in text(load(omar, page))
    assert load(signed_in(acme.asha), "/start/leave-application/").status_code == 404
    assert load(signed_in(acme.asha), page).status_code == 404
    send(omar, f"{page}restore/")
    assert load(signed_in(acme.asha), "/start/leave-application/").status_code == 200


@pytest.mark.django_db
def test_what_a_version_changes_is_told_to_designers(acme: Acme) -> None:
    definition = install(acme)
    omar, page = signed_in(acme.omar), f"/workflows/{definition.id}/"
    assert "The first version" in text(load(omar, f"{page}?tab=changes"))
    assert "The first version" not in text(load(signed_in(acme.asha), f"{page}?tab=changes"))
    with acme.scope():
        document = definition_export(definition_id=definition.id, actor=acme.omar)
        document["graph"]["steps"][1]["name"] = "Line manager"
        definition_import(definition_id=definition.id, actor=acme.omar, document=document)
    shown = text(load(omar, f"{page}?tab=changes&version=2"))
    assert "“Manager review” is now called “Line manager”." in shown
    assert load(omar, f"{page}?tab=changes&version=2&with=7").status_code == 404


@pytest.mark.django_db
def test_open_requests_are_moved_on_the_page(acme: Acme) -> None:
    definition = install(acme)
    run_id = started(acme, definition)
    omar, page = signed_in(acme.omar), f"/workflows/{definition.id}/move/"
    assert "Nothing to move" in text(load(omar, page))
    with acme.scope():
        document = definition_export(definition_id=definition.id, actor=acme.omar)
        document["graph"]["steps"][1]["name"] = "Line manager"
        definition_import(definition_id=definition.id, actor=acme.omar, document=document)
        definition_publish(definition_id=definition.id, actor=acme.omar)
    shown = text(load(omar, page))
    assert "1 open request on other versions" in shown
    assert "Line manager" in shown
    send(omar, page, ids=str(run_id))
    assert "Nothing to move" in text(load(omar, page))


@pytest.mark.django_db
def test_who_moves_requests_is_asked_which_step_stands_for_one_that_is_gone(acme: Acme) -> None:
    definition = install(acme)
    started(acme, definition)
    with acme.scope():
        document = definition_export(definition_id=definition.id, actor=acme.omar)
        document = json.loads(json.dumps(document).replace("manager_review", "line_review"))
        definition_import(definition_id=definition.id, actor=acme.omar, document=document)
        definition_publish(definition_id=definition.id, actor=acme.omar)
    shown = text(load(signed_in(acme.omar), f"/workflows/{definition.id}/move/"))
    assert "Say which step stands for it." in shown
    assert "Choose a step…" in shown
