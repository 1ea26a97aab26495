"""The compiled graph answers the engine's questions from a published document."""

from collections.abc import Mapping
from timeit import timeit
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from forms_builder.rules import EvaluationError
from forms_builder.schema.document import FormDocument
from tests.workflows.graph.shapes import documents, graph, layered, line, review, step, way
from workflows.graph.compiled import CompiledGraph, GraphBroken, NoSuchStep, NoSuchTransition
from workflows.graph.document import GraphDocument, StepKind
from workflows.graph.lint import blocking, lint

FORM = FormDocument.load(
    {"fields": [{"name": "total", "type": "number", "label": "Total", "access": {"ask": "write"}}]}
)
ASHA = {"id": "a1", "department": "ENG", "manager": "r1", "roles": ["Employee"]}
RAVI = {"id": "r1", "department": "ENG", "roles": ["Approver"]}


def build(raw: dict[str, Any], form: FormDocument = FORM) -> CompiledGraph:
    return CompiledGraph.build(GraphDocument.load(raw), form)


def conditional() -> CompiledGraph:
    large = {"field": "record.total", "op": "gt", "value": 1000}
    steps = [step("ask", "start"), step("review"), step("board"), step("done", "end", outcome="Granted")]
    ways = [
        way("ask", "review"),
        way("review", "board", condition=large),
        way("review", "done", condition={"not": large}),
        way("board", "done", name="Grant"),
        way("review", "ask", **{"return": True, "reason_required": True}),
    ]
    return build(graph(steps, ways))


def values(graph: CompiledGraph, record: Mapping[str, Any]) -> dict[str, Any]:
    return graph.transition_values(record=record, submitted={}, actor=RAVI, requester=ASHA)


def test_steps_and_ends_are_found_by_key() -> None:
    compiled = conditional()
    assert compiled.start.key == "ask"
    assert compiled.start.asks_requester
    assert [end.outcome for end in compiled.ends] == ["Granted"]
    assert compiled.step("review").kind is StepKind.TASK
    assert not compiled.step("review").asks_requester
    with pytest.raises(NoSuchStep):
        compiled.step("nowhere")
    with pytest.raises(NoSuchStep):
        compiled.transitions_from("nowhere")


def test_transitions_are_found_by_name() -> None:
    compiled = conditional()
    back = compiled.transition("review", "Ask")
    assert (back.target.key, back.is_return, back.reason_required) == ("ask", True, True)
    assert compiled.transition("board", "Grant").target.is_end
    with pytest.raises(NoSuchTransition):
        compiled.transition("board", "Done")
    with pytest.raises(NoSuchTransition):
        compiled.transition("nowhere", "Ask")


@pytest.mark.parametrize(
    ("total", "expected"), [(1000, ["Done", "Ask"]), (1001, ["Board", "Ask"]), (None, ["Done", "Ask"])]
)
def test_conditions_decide_which_transitions_may_be_chosen(total: int | None, expected: list[str]) -> None:
    compiled = conditional()
    allowed = compiled.allowed("review", values(compiled, {"total": total}))
    assert [transition.name for transition in allowed] == expected


def test_a_condition_without_an_answer_lets_nobody_through() -> None:
    compiled = conditional()
    verdicts = {verdict.transition.name: verdict for verdict in compiled.verdicts("review", {"record.total": "many"})}
    assert not verdicts["Board"].allowed
    assert not verdicts["Done"].allowed
    assert isinstance(verdicts["Board"].error, EvaluationError)
    assert verdicts["Ask"].allowed


def test_conditions_read_people_and_what_was_sent() -> None:
    condition = {
        "all": [
            {"field": "record.requester.manager", "op": "eq", "value_field": "actor.id"},
            {"field": "input.total", "op": "is_set"},
        ]
    }
    steps = [step("ask", "start"), step("done", "end")]
    compiled = build(graph(steps, [way("ask", "done", condition=condition)]))
    assert compiled.start.has_conditions
    sent = compiled.transition_values(record={}, submitted={"total": 1}, actor=RAVI, requester=ASHA)
    assert len(compiled.allowed("ask", sent)) == 1
    other = compiled.transition_values(record={}, submitted={"total": 1}, actor=ASHA, requester=ASHA)
    assert compiled.allowed("ask", other) == ()
    assert compiled.allowed("ask", values(compiled, {"total": 1})) == ()


def test_where_nothing_is_conditional_no_values_are_needed() -> None:
    compiled = build(review())
    assert not compiled.step("review").has_conditions
    assert [transition.name for transition in compiled.allowed("review", {})] == ["Done", "Ask"]


@pytest.mark.parametrize(
    "raw",
    [
        graph([step("done", "end")], []),
        graph([step("a", "start"), step("b", "start")], []),
        graph([step("a", "start"), step("a", "end")], []),
        graph([step("a", "start")], [way("a", "b")]),
        graph([step("a", "start"), step("b", "task", assignee=None)], []),
        graph([step("a", "start"), step("b", assignee={"rule": {"field": "candidate.shoe", "op": "is_set"}})], []),
        graph([step("a", "start"), step("b", "end")], [way("a", "b"), way("a", "b", key="again")]),
        graph([step("a", "start"), step("b", "end")], [way("a", "b", condition={"field": "record.x", "op": "is_set"})]),
    ],
)
def test_a_document_that_cannot_be_run_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(GraphBroken):
        build(raw)


# Most documents drawn at random have a mistake; those are the lint's own tests, and drawing another one costs next to nothing.
@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(documents() | layered())
def test_whatever_the_lint_lets_through_can_be_compiled_and_always_reaches_an_end(document: GraphDocument) -> None:
    assume(not blocking(lint(document)))
    compiled = CompiledGraph.build(document)
    for key in compiled.steps:
        seen, todo = {key}, [key]
        while todo:
            found = {transition.target.key for transition in compiled.transitions_from(todo.pop())} - seen
            seen |= found
            todo += found
        assert any(compiled.step(reached).is_end for reached in seen)


def test_a_question_costs_the_same_in_a_small_and_in_a_large_graph() -> None:
    """Compares what is done, by the time of many questions; a factor of 100 in size would show plainly."""
    small, large = build(line(3)), build(line(298))

    def cost(compiled: CompiledGraph) -> float:
        def ask() -> None:
            compiled.transition("s1", "S2")
            compiled.allowed("s1", {})

        return min(timeit(ask, number=500) for _ in range(7))

    assert cost(large) < 5 * cost(small)
