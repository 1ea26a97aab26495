"""Install shipped workflows, and bring copies to newer versions of them."""

import copy
from typing import Any

import pytest

from accounts.audit.models import AuditEntry
from accounts.tenancy.errors import Denied, Invalid
from tests.cast import Acme
from workflows.graph.merge import Side
from workflows.library import library_item, library_keys
from workflows.models import LibraryCopy, WorkflowDefinition
from workflows.selectors.library import (
    CopyNotFound,
    ItemNotFound,
    NothingNew,
    library_list,
    library_look,
    library_update_of,
    newer_version,
)
from workflows.services.definitions import (
    definition_clone,
    definition_export,
    definition_import,
    definition_publish,
)
from workflows.services.library import ChangedMeanwhile, library_install, library_update

LIMIT = "steps.manager_review.sla.period"


def older(definition: WorkflowDefinition, period: str = "1d") -> WorkflowDefinition:
    """As if the product had shipped another limit and no cases when the workflow was installed."""
    row = LibraryCopy.objects.get(definition=definition)
    base = copy.deepcopy(row.base)
    base["graph"]["steps"][1]["sla"]["period"] = period
    del base["cases"]
    row.version, row.base = 0, base
    row.save(update_fields=["version", "base"])
    return definition


def rewrite(definition: WorkflowDefinition, acme: Acme, **step: Any) -> None:
    """Change the manager's step in a new draft."""
    document = definition_export(definition_id=definition.id, actor=acme.omar)
    document["graph"]["steps"][1] |= step
    definition_import(definition_id=definition.id, actor=acme.omar, document=document)


def period_of(definition: WorkflowDefinition, acme: Acme) -> str:
    version = definition.versions.order_by("-number").first()
    assert version is not None
    return str(version.graph["steps"][1]["sla"]["period"])


def test_every_item_can_be_installed_and_published(acme: Acme) -> None:
    with acme.scope():
        for key in library_keys():
            made = library_install(actor=acme.omar, key=key)
            assert [one.place for one in made.problems if one.level == "blocks"] == []
            assert (made.definition.library_key, made.definition.owner_id) == (key, acme.omar.id)
            assert LibraryCopy.objects.get(definition=made.definition).base == library_item(key).to_json()
            definition_publish(definition_id=made.definition.id, actor=acme.omar)


def test_the_list_says_what_is_installed_and_old(leave: WorkflowDefinition, acme: Acme) -> None:
    assert newer_version(leave) is None
    older(leave)
    shown = {one.item.key: one for one in library_list(acme.omar)}
    assert len(shown) >= 11
    assert shown["leave_application"].has_update
    assert [(one.name, one.version, one.may_update) for one in shown["leave_application"].copies] == [
        (leave.name, 0, True)
    ]
    assert (shown["onboarding"].copies, shown["onboarding"].steps) == ((), 5)
    assert newer_version(leave) == 1
    with pytest.raises(Denied):
        library_list(acme.asha)
    with pytest.raises(Denied):
        library_install(actor=acme.asha, key="onboarding")
    with pytest.raises(ItemNotFound):
        library_look(acme.omar, "no-such")


def test_an_update_keeps_ours_and_takes_theirs(leave: WorkflowDefinition, acme: Acme) -> None:
    older(leave, "2d")
    rewrite(leave, acme, name="Lead review")
    update = library_update_of(acme.omar, leave.id)
    assert update.conflicts == []
    assert [(one.what, one.ours) for one in update.kept if one.place.startswith("steps")] == [
        ("Step “Lead review”: name", "Lead review")
    ]
    made = library_update(actor=acme.omar, definition_id=leave.id, seen=update.seen)
    assert made.version.state == "draft"
    assert made.version.graph["steps"][1]["name"] == "Lead review"
    leave.refresh_from_db()
    assert leave.published_version is not None
    assert leave.published_version.number == 1
    with pytest.raises(NothingNew):
        library_update_of(acme.omar, leave.id)
    entry = AuditEntry.objects.filter(kind="definition.library_updated").latest("at")
    assert (entry.payload["from_version"], entry.payload["to_version"], entry.payload["conflicts"]) == (0, 1, 0)


@pytest.mark.parametrize(("side", "period"), [(None, "5d"), (Side.OURS, "5d"), (Side.THEIRS, "2d")])
def test_a_conflict_is_chosen(side: Side | None, period: str, leave: WorkflowDefinition, acme: Acme) -> None:
    older(leave)
    sla = library_item("leave_application").to_json()["graph"]["steps"][1]["sla"]
    rewrite(leave, acme, sla=sla | {"period": "5d"})
    [conflict] = library_update_of(acme.omar, leave.id).conflicts
    assert (conflict.place, conflict.base, conflict.ours, conflict.theirs) == (
        LIMIT,
        "1 working day",
        "5 working days",
        "2 working days",
    )
    made = library_update(actor=acme.omar, definition_id=leave.id, choices={LIMIT: side} if side else None)
    assert period_of(leave, acme) == period
    failed = [one.code for one in made.problems]
    assert failed == (["case-failed"] if period == "5d" else [])


def test_what_cannot_be_applied(leave: WorkflowDefinition, acme: Acme) -> None:
    with pytest.raises(NothingNew):
        library_update(actor=acme.omar, definition_id=leave.id)
    older(leave, "2d")
    seen = library_update_of(acme.omar, leave.id).seen
    rewrite(leave, acme, name="Lead review")
    with pytest.raises(ChangedMeanwhile):
        library_update(actor=acme.omar, definition_id=leave.id, seen=seen)
    with pytest.raises(Invalid):
        library_update(actor=acme.omar, definition_id=leave.id, choices={LIMIT: Side.THEIRS})
    with pytest.raises(Denied):
        library_update_of(acme.asha, leave.id)
    own = definition_import(actor=acme.omar, document=library_item("it_access")).definition
    with pytest.raises(CopyNotFound):
        library_update_of(acme.omar, own.id)


def test_a_clone_comes_from_the_library_too(leave: WorkflowDefinition, acme: Acme) -> None:
    older(leave)
    again = definition_clone(definition_id=leave.id, actor=acme.omar)
    assert newer_version(again.definition) == 1
