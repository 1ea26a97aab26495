"""Drafts: start, change, merge, clash, undo, redo; who may."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from accounts.tenancy.errors import Denied
from tests.accounts.clients import signed_in
from tests.cast import Acme
from workflows.drafting.operations import Change, Kind, Operation
from workflows.library import library_item
from workflows.models import DraftOperation, WorkflowDefinition, WorkflowVersion
from workflows.selectors.definitions import DefinitionNotFound
from workflows.selectors.drafts import DraftNotFound, access_draft, operations_since
from workflows.services.definitions import definition_import, definition_publish
from workflows.services.drafts import (
    DraftClash,
    DraftInvalid,
    DraftMoved,
    DraftTooOld,
    NothingToRedo,
    NothingToUndo,
    Saved,
    draft_change,
    draft_edit,
    draft_redo,
    draft_start,
    draft_undo,
)

NAME = "graph/steps/hr_review/name"


def typed(place: str, before: Any, after: Any, key: UUID | None = None) -> Operation:
    return Operation(key or uuid4(), f"Change {place}", (Change(place, before, after),))


def do(actor: Any, flow: WorkflowDefinition, *operations: Operation, **more: Any) -> Saved:
    return draft_change(actor=actor, definition_id=flow.id, operations=operations, **more)


def edit(actor: Any, flow: WorkflowDefinition, name: str, params: dict[str, Any], **more: Any) -> Saved:
    return draft_edit(actor=actor, definition_id=flow.id, name=name, params=params, key=uuid4(), **more)


@pytest.fixture
def draft(leave: WorkflowDefinition, acme: Acme) -> WorkflowDefinition:
    draft_start(actor=acme.omar, definition_id=leave.id)
    return leave


def test_starting_copies_the_newest_version_once(leave: WorkflowDefinition, acme: Acme) -> None:
    with pytest.raises(DraftNotFound):
        access_draft(acme.omar, leave.id)
    first = draft_start(actor=acme.omar, definition_id=leave.id)
    assert (first.number, first.state, first.revision) == (2, "draft", 0)
    assert draft_start(actor=acme.tess, definition_id=leave.id).id == first.id
    assert AuditEntry.objects.filter(kind="definition.draft_started").count() == 1
    assert first.graph == WorkflowVersion.objects.get(id=leave.published_version_id).graph


def test_changes_are_numbered_recorded_and_done_once(draft: WorkflowDefinition, acme: Acme) -> None:
    one = typed(NAME, "HR review", "People review")
    saved = do(acme.omar, draft, one, typed("form/fields/reason/label", "Reason", "Why"), revision=0, number=2)
    assert (saved.revision, [row.number for row in saved.done], saved.missed) == (2, [1, 2], ())
    again = do(acme.omar, draft, one, revision=0)
    assert (again.revision, again.done) == (2, ())
    found = access_draft(acme.tess, draft.id)
    assert found.graph.step("hr_review").name == "People review"  # type: ignore[union-attr]
    assert found.form.by_name["reason"].label == "Why"
    entry = AuditEntry.objects.get(kind="definition.draft_changed")
    assert entry.payload["labels"] == [f"Change {NAME}", "Change form/fields/reason/label"]


def test_elsewhere_merges_and_the_same_place_clashes(draft: WorkflowDefinition, acme: Acme) -> None:
    do(acme.omar, draft, typed(NAME, "HR review", "People review"), revision=0)
    merged = do(acme.tess, draft, typed("graph/steps/apply/name", "Apply", "Ask"), revision=0)
    assert (merged.revision, [row.label for row in merged.missed]) == (2, [f"Change {NAME}"])
    with pytest.raises(DraftClash) as clash:
        do(
            acme.tess,
            draft,
            typed(NAME, "HR review", "HR"),
            typed("form/title", "Leave application", "Leave"),
            revision=0,
        )
    told = clash.value.params["clashes"][0]
    assert (told["before"], told["theirs"], told["mine"], told["by"]) == ("HR review", "People review", "HR", "Omar")
    assert told["where"] == "name of the step “People review”"
    assert access_draft(acme.omar, draft.id).revision == 2
    assert do(acme.tess, draft, typed(NAME, "People review", "HR"), revision=2).revision == 3
    assert do(acme.omar, draft, typed(NAME, "People review", "HR"), revision=2).done[0].changes == []


def test_a_change_inside_of_what_was_taken_away_is_told_and_can_bring_it_back(
    draft: WorkflowDefinition, acme: Acme
) -> None:
    before = access_draft(acme.omar, draft.id).document
    edit(acme.omar, draft, "steps.remove", {"steps": ["hr_review"]}, revision=0)
    wanted = {"step": "hr_review", "name": "People review"}
    with pytest.raises(DraftClash) as clash:
        edit(acme.tess, draft, "step.rename", wanted, revision=0)
    (told,) = clash.value.params["clashes"]
    where = "step “HR review”"
    assert told["gone"] == {"place": "graph/steps/hr_review", "name": "HR review", "where": where, "can_return": True}
    assert (told["by"], told["mine"]) == ("Omar", "People review")
    assert told["where"] == "name of the step “HR review”"
    kept = edit(acme.tess, draft, "step.rename", wanted, revision=1, bring_back="graph/steps/hr_review")
    labels = ["Bring back “HR review”", "Rename “HR review” to “People review”"]
    assert [row.label for row in kept.done] == labels
    after = kept.draft.document
    assert [step["name"] for step in after["graph"]["steps"]].count("People review") == 1
    assert (after["form"], len(after["graph"]["transitions"])) == (
        before["form"],
        len(before["graph"]["transitions"]),
    )
    draft_undo(actor=acme.tess, definition_id=draft.id, key=uuid4())
    draft_undo(actor=acme.tess, definition_id=draft.id, key=uuid4())
    assert access_draft(acme.tess, draft.id).graph.step("hr_review") is None
    with pytest.raises(DraftInvalid):
        edit(acme.tess, draft, "step.rename", wanted, bring_back="graph/steps/never_was")


def test_an_edit_is_judged_by_what_its_author_saw(draft: WorkflowDefinition, acme: Acme) -> None:
    edit(acme.omar, draft, "step.rename", {"step": "hr_review", "name": "People review"}, revision=0)
    with pytest.raises(DraftClash):
        edit(acme.tess, draft, "step.rename", {"step": "hr_review", "name": "HR"}, revision=0)
    kept = edit(acme.tess, draft, "step.rename", {"step": "hr_review", "name": "HR"}, revision=1)
    assert kept.done[0].label == "Rename “People review” to “HR”"
    with pytest.raises(DraftInvalid) as refusal:
        edit(acme.tess, draft, "transition.add", {"from": "apply", "to": "apply"})
    assert refusal.value.fields == {"to": ["A step cannot lead to itself. Choose another step."]}


def test_undo_and_redo_are_ones_own_and_shared_as_operations(draft: WorkflowDefinition, acme: Acme) -> None:
    before = access_draft(acme.omar, draft.id).document
    edit(acme.omar, draft, "steps.remove", {"steps": "hr_review"})
    edit(acme.tess, draft, "step.rename", {"step": "apply", "name": "Ask"})
    undone = draft_undo(actor=acme.omar, definition_id=draft.id, key=uuid4())
    assert (undone.done[0].kind, undone.done[0].label) == ("undo", "Undo: Remove “HR review”")
    assert undone.draft.history.next_redo is not None
    draft_undo(actor=acme.tess, definition_id=draft.id, key=uuid4())
    assert access_draft(acme.omar, draft.id).document == before
    draft_redo(actor=acme.omar, definition_id=draft.id, key=uuid4())
    assert access_draft(acme.omar, draft.id).graph.step("hr_review") is None
    with pytest.raises(NothingToRedo):
        draft_redo(actor=acme.omar, definition_id=draft.id, key=uuid4())
    with pytest.raises(NothingToUndo):
        do(acme.tess, draft, Operation(uuid4(), "Undo", (), Kind.UNDO, undone.done[0].of))


def test_undo_tells_what_others_changed_since_and_can_leave_it(draft: WorkflowDefinition, acme: Acme) -> None:
    edit(acme.omar, draft, "step.rename", {"step": "apply", "name": "Ask"})
    edit(acme.tess, draft, "step.rename", {"step": "apply", "name": "Begin"})
    with pytest.raises(DraftClash) as clash:
        draft_undo(actor=acme.omar, definition_id=draft.id, key=uuid4())
    assert clash.value.params["clashes"][0]["by"] == "Tess"
    left = draft_undo(actor=acme.omar, definition_id=draft.id, key=uuid4(), partly=True)
    assert (left.done[0].changes, left.draft.history.next_undo) == ([], None)


def test_an_import_into_an_open_draft_is_one_operation(draft: WorkflowDefinition, acme: Acme) -> None:
    before = access_draft(acme.tess, draft.id).document
    document = library_item("leave_application").to_json()
    document["graph"]["steps"][2]["name"] = "People review"
    document["form"]["fields"].pop()
    definition_import(actor=acme.omar, document=document, definition_id=draft.id)
    found = access_draft(acme.omar, draft.id)
    assert (found.revision, found.history.next_undo and found.history.next_undo.label) == (1, "Import a document")
    with pytest.raises(DraftClash):
        do(acme.tess, draft, typed(NAME, "HR review", "HR"), revision=0)
    draft_undo(actor=acme.omar, definition_id=draft.id, key=uuid4())
    assert access_draft(acme.tess, draft.id).document == before


def test_operations_are_told_so_many_at_once(
    draft: WorkflowDefinition, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.selectors.drafts.MOST_OPERATIONS", 2)
    for name in ("One", "Two", "Three"):
        edit(acme.omar, draft, "step.rename", {"step": "apply", "name": name})
    found = access_draft(acme.omar, draft.id)
    told = [(revision, [row.number for row in rows]) for revision, rows in (operations_since(found, n) for n in (0, 2))]
    assert told == [(2, [1, 2]), (3, [3])]


def test_who_saw_it_too_long_ago_is_told_to_load_it_again(
    draft: WorkflowDefinition, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.services.drafts.MOST_OPERATIONS", 2)
    for name in ("One", "Two", "Three"):
        edit(acme.omar, draft, "step.rename", {"step": "apply", "name": name})
    mine = typed(NAME, "HR review", "HR")
    with pytest.raises(DraftTooOld) as refusal:
        do(acme.tess, draft, mine, revision=0)
    assert refusal.value.params == {"revision": 3}
    with pytest.raises(DraftTooOld):
        edit(acme.tess, draft, "step.rename", {"step": "hr_review", "name": "HR"}, revision=0)
    assert access_draft(acme.tess, draft.id).revision == 3
    assert len(do(acme.tess, draft, mine, revision=1).missed) == 2


def test_what_is_no_document_is_not_kept(draft: WorkflowDefinition, acme: Acme) -> None:
    for operation in (
        typed(NAME, "HR review", ""),
        typed("graph/steps/hr_review/key", "hr_review", "people"),
        typed("graph/nonsense", None, 1),
        typed("nowhere", None, 1),
    ):
        with pytest.raises((DraftInvalid, DraftClash)):
            do(acme.omar, draft, operation)
    with pytest.raises(DraftInvalid) as refusal:
        draft_change(actor=acme.omar, definition_id=draft.id, operations=[{"id": "x", "label": "", "changes": 1}])
    assert {"operations.0.id", "operations.0.label", "operations.0.changes"} == set(refusal.value.fields)
    huge = {"step": "apply", "by": "asha", "data": {"reason": "x" * 2_000_000}}
    story = {"name": "Huge", "people": [{"key": "asha"}], "acts": [huge]}
    with pytest.raises(DraftInvalid) as refusal:
        do(acme.omar, draft, Operation(uuid4(), "Add a case", (Change("cases/Huge", after=story),)))
    assert refusal.value.fields == {"cases": ["The document is larger than 1024 kB."]}
    twice = {"id": str(uuid4()), "label": "Twice", "changes": []}
    with pytest.raises(DraftInvalid) as refusal:
        draft_change(actor=acme.omar, definition_id=draft.id, operations=[twice, twice])
    assert list(refusal.value.fields) == ["operations.1.id"]
    assert access_draft(acme.omar, draft.id).revision == 0


def test_publishing_freezes_the_draft(draft: WorkflowDefinition, acme: Acme) -> None:
    edit(acme.omar, draft, "step.rename", {"step": "apply", "name": "Ask"})
    version = definition_publish(definition_id=draft.id, actor=acme.omar)
    with pytest.raises(DraftMoved):
        edit(acme.omar, draft, "step.rename", {"step": "apply", "name": "Begin"}, revision=1, number=2)
    with pytest.raises(DraftMoved):
        access_draft(acme.omar, draft.id, number=2)
    draft_start(actor=acme.omar, definition_id=draft.id)
    with pytest.raises(DraftMoved):
        edit(acme.omar, draft, "step.rename", {"step": "apply", "name": "Begin"}, revision=1)
    with pytest.raises(ProgrammingError), transaction.atomic():
        WorkflowVersion.objects.filter(id=version.id).update(revision=7)
    with pytest.raises(ProgrammingError), transaction.atomic():
        DraftOperation.objects.update(label="Never")


def test_only_those_who_may(draft: WorkflowDefinition, acme: Acme) -> None:
    with pytest.raises(Denied):
        edit(acme.asha, draft, "step.rename", {"step": "apply", "name": "Ask"})
    with pytest.raises(DefinitionNotFound):
        draft_start(actor=acme.omar, definition_id=uuid4())
    draft.owner = acme.ravi
    draft.save(update_fields=["owner"])
    assert edit(acme.ravi, draft, "step.rename", {"step": "apply", "name": "Ask"}).revision == 1
    assert do(acme.ravi, draft, typed("form/title", "Leave application", "Leave")).revision == 2


def test_the_administration_lists_operations_without_their_documents(draft: WorkflowDefinition, acme: Acme) -> None:
    edit(acme.omar, draft, "step.rename", {"step": "apply", "name": "Ask"})
    row = DraftOperation.objects.get()
    client = signed_in(acme.tess)
    with CaptureQueriesContext(connection) as asked:
        assert "Rename" in client.get("/admin/workflows/draftoperation/").content.decode()
    assert not [one for one in asked if '."graph"' in one["sql"] or '."changes"' in one["sql"]]
    assert "Ask" in client.get(f"/admin/workflows/draftoperation/{row.id}/change/").content.decode()


def test_fifty_steps_back_and_forth_are_the_same_document(draft: WorkflowDefinition, acme: Acme) -> None:
    start = access_draft(acme.omar, draft.id).document
    for number in range(50):
        params = {"name": f"Check {number}", "kind": "task", "after": "apply", "from": "apply"}
        name, more = ("step.add", {}) if number % 2 else ("step.rename", {"step": "hr_review", "name": f"HR {number}"})
        end = edit(acme.omar, draft, name, params | more).draft.document
    steps = len(access_draft(acme.omar, draft.id).history.done)
    assert steps == 50
    for _ in range(steps):
        draft_undo(actor=acme.omar, definition_id=draft.id, key=uuid4())
    assert access_draft(acme.omar, draft.id).document == start
    for _ in range(steps):
        draft_redo(actor=acme.omar, definition_id=draft.id, key=uuid4())
    assert access_draft(acme.omar, draft.id).document == end
