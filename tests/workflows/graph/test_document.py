"""The graph document: what is stored is what was meant, and malformed data is refused with its places."""

from typing import Any

import pytest
from hypothesis import given

from tests.workflows.graph.shapes import documents, graph, json_values, review, step, way
from workflows.graph import document as module
from workflows.graph.document import DocumentError, GraphDocument


def places(raw: object) -> set[str]:
    with pytest.raises(DocumentError) as caught:
        GraphDocument.load(raw)
    return {place for place, _ in caught.value.errors}


@given(documents())
def test_a_document_survives_the_way_to_json_and_back(document: GraphDocument) -> None:
    assert GraphDocument.load(document.to_json()) == document


@given(json_values())
def test_any_data_is_read_or_refused_with_a_reason(raw: Any) -> None:
    refused: DocumentError | None = None
    try:
        GraphDocument.load(raw)
    except DocumentError as error:
        refused = error
    assert refused is None or refused.errors


def test_json_uses_the_names_of_the_exchange_format() -> None:
    document = GraphDocument.load(review())
    back = document.to_json()["transitions"][2]
    assert back == {"key": "review-to-ask", "from": "review", "to": "ask", "return": True}


def test_a_transition_is_called_after_the_step_it_leads_to() -> None:
    raw = review()
    raw["transitions"][2]["name"] = "Ask again"
    document = GraphDocument.load(raw)
    assert [document.transition_name(way) for way in document.transitions] == ["Review", "Done", "Ask again"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, ""),
        ([], ""),
        ("text", ""),
        ({"schema_version": 2}, "schema_version"),
        ({"schema_version": "1"}, "schema_version"),
        ({"colour": "red"}, "colour"),
        (graph([step("a", "party")], []), "steps.0.kind"),
        (graph([step("A b")], []), "steps.0.key"),
        (graph([step("a", name="")], []), "steps.0.name"),
        (graph([step("a", name="   ")], []), "steps.0.name"),
        (graph([step("a", name="nul\x00")], []), "steps.0.name"),
        (graph([step("a", name="half\ud800")], []), "steps.0.name"),
        (graph([step("a", name="x" * 121)], []), "steps.0.name"),
        (graph([step("a", outcome="ok")], []), "steps.0"),
        (graph([step("a", assignee={"rule": "boss"})], []), "steps.0.assignee.rule"),
        (graph([step("a", assignee={"rule": {"x": "\x00"}})], []), "steps.0.assignee.rule"),
        (graph([step("a", assignee={"rule": {}, "fallback": ["god"]})], []), "steps.0.assignee.fallback.0"),
        (graph([step("a", position={"x": 1e9, "y": 0})], []), "steps.0.position.x"),
        (graph([step("a", position={"x": float("nan"), "y": 0})], []), "steps.0.position.x"),
        (graph([], [{"key": "t", "from": "a"}]), "transitions.0.to"),
        (graph([], [], stakeholders=[{"kind": "member"}]), "stakeholders.0"),
        (graph([], [], sla={"period": "x" * 21}), "sla.period"),
        (graph([step(f"s{number}") for number in range(1001)], []), "steps"),
    ],
)
def test_malformed_data_is_refused_at_its_place(raw: object, expected: str) -> None:
    assert expected in places(raw)


def test_all_wrong_places_are_named_at_once() -> None:
    raw = graph([step("a", "party"), step("b", name="")], [way("a", "b", condition=7)])
    assert places(raw) >= {"steps.0.kind", "steps.1.name", "transitions.0.condition"}


def test_data_that_could_exhaust_the_server_is_refused() -> None:
    deep: dict[str, Any] = {}
    inner = deep
    for _ in range(100_000):
        inner["a"] = {}
        inner = inner["a"]
    assert places({"layout": {"x": deep}}) == {""}
    assert places({"layout": {"x": "y" * 1_100_000}}) == {""}


def test_an_older_document_is_upgraded_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(raw: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in raw.items() if key != "nodes"} | {
            "schema_version": 1,
            "steps": raw["nodes"],
        }

    monkeypatch.setitem(module.UPGRADES, 0, rename)
    document = GraphDocument.load({"schema_version": 0, "nodes": [step("ask", "start")]})
    assert [found.key for found in document.steps] == ["ask"]


def test_a_requester_step_never_excludes_the_requester() -> None:
    raw = graph([step("a"), step("b", assignee={"rule": "requester"})], [])
    first, second = GraphDocument.load(raw).steps
    assert first.assignee is not None
    assert first.assignee.excludes_requester()
    assert second.assignee is not None
    assert not second.assignee.excludes_requester()
