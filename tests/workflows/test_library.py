"""The shipped workflows are sound, and say what their stories say."""

from typing import Any

import pytest

from forms_builder.schema.document import DocumentError
from forms_builder.schema.parts import Access
from workflows.graph.compiled import CompiledGraph
from workflows.graph.definition import DefinitionDocument
from workflows.graph.document import AssigneeMode, Fallback
from workflows.library import NoSuchItem, library_item, library_keys
from workflows.sla import SlaSetting

RAVI = {"id": "ravi", "department": "ENG"}


def compiled(key: str) -> CompiledGraph:
    item = library_item(key)
    return CompiledGraph.build(item.graph, item.form)


def names(graph: CompiledGraph, step: str) -> list[str]:
    return [transition.name for transition in graph.transitions_from(step)]


@pytest.mark.parametrize("key", library_keys())
def test_every_item_is_sound_and_survives_export(key: str) -> None:
    item = library_item(key)
    assert item.lint() == []
    assert DefinitionDocument.load(item.to_json()) == item


def test_the_library_holds_leave_and_expense() -> None:
    assert set(library_keys()) >= {"leave_application", "claim_expense"}
    with pytest.raises(NoSuchItem):
        library_item("../secrets")


def test_leave_runs_from_apply_over_manager_and_hr_to_an_end() -> None:
    graph = compiled("leave_application")
    assert graph.start.name == "Apply"
    assert names(graph, "apply") == ["Manager review"]
    assert names(graph, "manager_review") == ["HR review", "Rejected", "Apply"]
    assert names(graph, "hr_review") == ["Approved", "Rejected", "Apply"]
    assert [end.outcome for end in graph.ends] == ["Approved", "Rejected"]
    assert graph.transition("hr_review", "Apply").is_return


def test_leave_asks_the_manager_then_anybody_of_hr() -> None:
    graph = compiled("leave_application")
    manager, hr = graph.step("manager_review"), graph.step("hr_review")
    assert manager.assignee is not None
    assert manager.assignee.fallback == (Fallback.MANAGER_OF_MANAGER, Fallback.DEPARTMENT_HEAD, Fallback.WORKFLOW_OWNER)
    assert manager.assignee.excludes_requester()
    assert hr.assignee is not None
    assert hr.assignee.mode is AssigneeMode.ANY
    limit = SlaSetting.resolve(manager.sla, graph.sla)
    assert limit is not None
    assert str(limit.period) == "2d"
    assert SlaSetting.resolve(hr.sla, graph.sla) is None


def test_leave_shows_each_step_only_its_fields() -> None:
    form = library_item("leave_application").form
    table = {
        name: [form.access(step, name).value for step in ("apply", "manager_review", "hr_review")]
        for name in form.by_name
    }
    assert table == {
        "from": ["required", "read", "read"],
        "to": ["required", "read", "read"],
        "reason": ["required", "read", "read"],
        "criticality": ["hidden", "write", "read"],
        "balance": ["hidden", "hidden", "read"],
        "hr_note": ["hidden", "hidden", "write"],
    }
    assert getattr(form.field("balance"), "prefill", None) == "requester.leave_balance"


@pytest.mark.parametrize(
    ("amounts", "next_steps"),
    [
        (["400.00", "600.00"], {"Pay", "Rejected", "Claim"}),
        (["400.00", "600.01"], {"Finance panel", "Rejected", "Claim"}),
    ],
)
def test_expense_goes_to_finance_when_the_lines_exceed_a_thousand(amounts: list[str], next_steps: set[str]) -> None:
    graph = compiled("claim_expense")
    record: dict[str, Any] = {"lines": [{"amount": {"amount": amount, "currency": "INR"}} for amount in amounts]}
    values = graph.transition_values(record=record, submitted={}, actor=RAVI, requester=RAVI)
    assert {transition.name for transition in graph.allowed("manager_approval", values)} == next_steps


def test_expense_asks_for_the_client_only_when_it_can_be_billed() -> None:
    form = library_item("claim_expense").form
    client = form.field("client_name")
    assert client is not None
    assert client.visible_when == {"field": "form.billable", "op": "eq", "value": "yes"}
    assert form.access("claim", "client_name") is Access.REQUIRED
    assert form.access("claim", "manager_note") is Access.HIDDEN


def test_a_malformed_definition_is_refused_with_all_its_places() -> None:
    raw = library_item("leave_application").to_json()
    raw["name"] = ""
    raw["graph"]["steps"][0]["kind"] = "party"
    raw["form"]["fields"][0]["type"] = "hologram"
    raw["colour"] = "red"
    with pytest.raises(DocumentError) as caught:
        DefinitionDocument.load(raw)
    assert {place for place, _ in caught.value.errors} >= {"name", "graph.steps.0.kind", "form.fields.0", "colour"}
    with pytest.raises(DocumentError):
        DefinitionDocument.load(None)
