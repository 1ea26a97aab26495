"""Import, publish, change, clone, delete; who sees a workflow."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import AuditEntry, Designation, Membership
from accounts.tenancy.errors import Denied
from tests.cast import Acme
from tests.factories.workflows import MONDAY, decide, open_task, run_of, start_leave
from workflows import selectors, services
from workflows.library import library_item
from workflows.models import WorkflowDefinition, WorkflowVersion
from workflows.selectors.definition_changes import version_changes
from workflows.selectors.definitions import DefinitionNotFound, access_definition, may_open, startable_by, visible_to
from workflows.selectors.landing import landing, landing_with
from workflows.selectors.starting import read_start
from workflows.services.definitions import (
    DefinitionInvalid,
    NothingToPublish,
    definition_clone,
    definition_delete,
    definition_export,
    definition_import,
    definition_publish,
    definition_restore,
    definition_retire,
)
from workflows.services.drafts import draft_start
from workflows.services.preferences import StartRule, Wish, definition_change


def changed_leave() -> dict[str, Any]:
    document = library_item("leave_application").to_json()
    step = next(step for step in document["graph"]["steps"] if step["key"] == "hr_review")
    step["name"] = "People review"
    return document


@pytest.mark.parametrize("act", [definition_publish, definition_retire, definition_delete, draft_start])
def test_what_is_deleted_while_somebody_waits_for_the_lock_is_gone(
    leave: WorkflowDefinition, acme: Acme, monkeypatch: pytest.MonkeyPatch, act: Callable[..., Any]
) -> None:
    def deleted_then(actor: Membership, definition_id: UUID, **more: Any) -> WorkflowDefinition:
        found = access_definition(actor, definition_id, **more)
        WorkflowDefinition.objects.filter(id=definition_id).update(deleted_at=MONDAY)
        return found

    for module in (services.definitions, selectors.drafts):
        monkeypatch.setattr(module, "access_definition", deleted_then)
    with pytest.raises(DefinitionNotFound):
        act(definition_id=leave.id, actor=acme.tess)


def test_open_runs_keep_their_version(leave: WorkflowDefinition, acme: Acme) -> None:
    old = start_leave(leave, acme.asha).run_id
    definition_import(actor=acme.omar, document=changed_leave(), definition_id=leave.id)
    published = definition_publish(definition_id=leave.id, actor=acme.omar)
    new = start_leave(leave, acme.asha).run_id
    assert (published.number, run_of(new).version_id) == (2, published.id)
    decide(old, acme.ravi, "HR review")
    decide(new, acme.ravi, "People review")
    states = WorkflowVersion.objects.filter(definition=leave).order_by("number").values_list("state", flat=True)
    assert list(states) == ["retired", "published"]
    assert AuditEntry.objects.filter(kind="definition.published").count() == 2
    with pytest.raises(NothingToPublish):
        definition_publish(definition_id=leave.id, actor=acme.omar)


def test_everything_wrong_is_said_at_once(leave: WorkflowDefinition, acme: Acme) -> None:
    document = changed_leave()
    document["graph"]["steps"][1].pop("assignee")
    document["graph"]["transitions"].append({"key": "loop", "from": "apply", "to": "apply"})
    document["graph"]["stakeholders"] = [{"kind": "member", "id": str(leave.id)}]
    made = definition_import(actor=acme.omar, document=document, definition_id=leave.id)
    assert len(made.problems) >= 3
    with pytest.raises(DefinitionInvalid) as refusal:
        definition_publish(definition_id=leave.id, actor=acme.omar)
    assert {"steps.1.assignee", "stakeholders.0.id"} <= set(refusal.value.fields)
    assert WorkflowVersion.objects.get(id=made.version.id).state == "draft"


def test_only_some_may(leave: WorkflowDefinition, acme: Acme) -> None:
    with pytest.raises(Denied) as refusal:
        definition_import(actor=acme.asha, document=changed_leave())
    assert refusal.value.code == "definition.create.denied"
    with pytest.raises(Denied) as publishing:
        definition_publish(definition_id=leave.id, actor=acme.ravi)
    assert publishing.value.code == "definition.publish.denied"
    with pytest.raises(Denied):
        definition_export(definition_id=leave.id, actor=acme.ravi)


def test_a_published_version_cannot_change(leave: WorkflowDefinition, acme: Acme) -> None:
    version = WorkflowVersion.objects.filter(id=leave.published_version_id)
    changes: tuple[dict[str, Any], ...] = ({"graph": {}}, {"number": 7}, {"state": "draft"})
    for change in changes:
        with pytest.raises(ProgrammingError), transaction.atomic():
            version.update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM workflows_workflowversion WHERE id = %s", [leave.published_version_id])
    with pytest.raises(AttributeError):
        version.get().state = "draft"


def test_an_export_can_be_imported_again(leave: WorkflowDefinition, acme: Acme) -> None:
    document = definition_export(definition_id=leave.id, actor=acme.omar)
    assert document == library_item("leave_application").to_json()
    again = definition_import(actor=acme.omar, document=document)
    assert (again.definition.slug, again.version.number) == ("leave-application-2", 1)
    with pytest.raises(DefinitionInvalid) as refusal:
        definition_import(actor=acme.omar, document={"name": "", "graph": {"steps": 5}})
    assert {"name", "graph.steps"} <= set(refusal.value.fields)


def test_visibility_by_department_and_designation(leave: WorkflowDefinition, acme: Acme) -> None:
    lead = Designation.objects.create(organisation=acme.organisation, name="Lead", level=5)
    acme.ravi.designation = lead
    acme.ravi.save(update_fields=["designation"])
    hr = acme.departments["HR"].id
    assert startable_by(acme.asha).filter(id=leave.id).exists()
    rows = [StartRule(hr), StartRule(acme.departments["ENG"].id, lead.id)]
    definition_change(definition_id=leave.id, actor=acme.omar, wish=Wish(visibility=rows))
    seeing = [one.name for one in (acme.asha, acme.ravi, acme.hema) if startable_by(one).filter(id=leave.id).exists()]
    assert seeing == ["Ravi", "Hema"]
    assert visible_to(acme.omar).filter(id=leave.id).exists()
    with pytest.raises(DefinitionNotFound):
        start_leave(leave, acme.asha)
    with pytest.raises(DefinitionInvalid):
        definition_change(definition_id=leave.id, actor=acme.omar, wish=Wish(visibility=[StartRule()]))


def test_a_deleted_workflow_finishes_its_runs(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    definition_delete(definition_id=leave.id, actor=acme.tess)
    with pytest.raises(DefinitionNotFound):
        start_leave(leave, acme.asha)
    with pytest.raises(DefinitionNotFound):
        access_definition(acme.asha, leave.id)
    decide(run_id, acme.ravi, "Rejected")
    twin = definition_import(actor=acme.omar, document=changed_leave()).definition
    assert twin.slug == "leave-application"
    assert definition_restore(definition_id=leave.id, actor=acme.tess).slug == "leave-application-2"


def test_a_retired_workflow_starts_nothing(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    definition_retire(definition_id=leave.id, actor=acme.omar)
    with pytest.raises(DefinitionNotFound):
        start_leave(leave, acme.asha)
    assert open_task(run_id).assignee_id == acme.ravi.id


def test_a_clone_is_a_draft_of_ones_own(leave: WorkflowDefinition, acme: Acme) -> None:
    made = definition_clone(definition_id=leave.id, actor=acme.omar)
    copy = made.definition
    assert (copy.name, copy.group, copy.owner, copy.published_version) == (
        "Leave Application (copy)", None, acme.omar, None,
    )  # fmt: skip
    version = WorkflowVersion.objects.select_related("form").get(definition=copy)
    original = WorkflowVersion.objects.select_related("form").get(definition=leave)
    steps = {step["key"]: step for step in version.graph["steps"]}
    assert (version.state, version.graph["transitions"]) == ("draft", original.graph["transitions"])
    assert "sla" not in steps["manager_review"]
    assert steps["manager_review"]["assignee"] == original.graph["steps"][1]["assignee"]
    assert made.blanked == ("The group (was HR)", "The time limit of “Manager review” (was 2 working days)")
    assert version.form.form_id != original.form.form_id


def test_the_list_and_the_door_of_starting_agree(leave: WorkflowDefinition, acme: Acme) -> None:
    lead = Designation.objects.create(organisation=acme.organisation, name="Lead", level=5)
    acme.ravi.designation = lead
    acme.ravi.save(update_fields=["designation"])
    engineering, hr = acme.departments["ENG"].id, acme.departments["HR"].id
    acme.farid.department = None
    people = [acme.asha, acme.ravi, acme.hema, acme.farid, acme.tess]
    rows: list[list[tuple[Any, Any]]] = [
        [], [(hr, None)], [(None, lead.id)], [(engineering, lead.id)], [(hr, lead.id)], [(hr, None), (engineering, None)],
    ]  # fmt: skip
    for visibility in rows:
        definition_change(
            definition_id=leave.id, actor=acme.omar, wish=Wish(visibility=[StartRule(*row) for row in visibility])
        )
        for person in people:
            listed = startable_by(person).filter(id=leave.id).exists()
            assert (read_start(person, leave.id) is not None) == listed
            seen = visible_to(person, deleted=True).filter(id=leave.id).exists()
            assert may_open(person, leave.id) == seen
            for shown in (landing(person), landing_with(person, ["leave", "APPLIC"])):
                assert [(one.id, one.can_start) for one in shown] == [(leave.id, listed)] * seen
    for active in (False, True):
        definition_change(definition_id=leave.id, actor=acme.omar, wish=Wish(is_active=active, visibility=[]))
        assert (read_start(acme.asha, leave.id) is not None) == active


@pytest.mark.parametrize(
    ("words", "found"), [("%", 0), ("lea_e", 0), ("\\", 0), ("100%", 1), ("it's", 1), ("100 it", 1)]
)
def test_words_are_looked_for_as_they_are(leave: WorkflowDefinition, acme: Acme, words: str, found: int) -> None:
    WorkflowDefinition.objects.filter(id=leave.id).update(description="It's 100% yours" if found else "Holidays")
    assert len(landing_with(acme.asha, words.split())) == found


def test_changes_of_a_draft_and_where_open_requests_stand(leave: WorkflowDefinition, acme: Acme) -> None:
    start_leave(leave, acme.asha)
    document = changed_leave()
    document["graph"]["steps"] = [
        {**step, "key": "lead_review"} if step["key"] == "manager_review" else step
        for step in document["graph"]["steps"]
    ]
    for way in document["graph"]["transitions"]:
        way |= {end: "lead_review" for end in ("from", "to") if way[end] == "manager_review"}
    definition_import(actor=acme.omar, document=document, definition_id=leave.id)
    found = version_changes(acme.omar, leave.id)
    assert (found.number, found.state, found.before) == (2, "draft", 1)
    assert "“HR review” is now called “People review”." in found.changes.steps
    assert [(one.name, one.requests, one.stays) for one in found.in_use] == [("Manager review", 1, False)]
    assert not version_changes(acme.omar, leave.id, 1).changes
    for number, against in ((9, None), (1, 9)):
        with pytest.raises(DefinitionNotFound):
            version_changes(acme.omar, leave.id, number, against)
    with pytest.raises(DefinitionNotFound):
        version_changes(acme.asha, leave.id)
