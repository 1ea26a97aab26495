"""The lint finds everything that is wrong with a graph, each problem at its place."""

from typing import Any

import pytest
from hypothesis import given, settings

from forms_builder.schema.document import FormDocument
from tests.workflows.graph.shapes import RULE, documents, graph, json_values, layered, line, review, step, way
from workflows.graph.document import GraphDocument
from workflows.graph.lint import Problem, blocking, lint, lint_raw

BACK = {"return": True}
ASK, DONE = step("ask", "start"), step("done", "end")
TWICE = {"rule": RULE, "fallback": ["manager", "manager"]}
FORM = {"fields": [{"name": "total", "type": "number", "label": "Total", "access": {"ask": "write", "review": "read"}}]}


def ends(*more: dict[str, Any]) -> dict[str, Any]:
    """A start and an end with one sound way, and more ways."""
    return graph([ASK, DONE], [way("ask", "done"), *more])


def found(raw: dict[str, Any], form: dict[str, Any] | None = None) -> set[tuple[str, str]]:
    """(code, place) of every problem."""
    document = GraphDocument.load(raw)
    return {(one.code, one.place) for one in lint(document, FormDocument.load(form) if form else None)}


def with_task(**more: Any) -> dict[str, Any]:
    return graph([ASK, step("review", **more), DONE], [way("ask", "review"), way("review", "done")])


def test_a_sound_graph_has_no_problem() -> None:
    assert found(review()) == set()
    assert found(review(), FORM) == set()


@pytest.mark.parametrize(
    ("raw", "code", "place"),
    [
        (graph([step("a"), DONE], [way("a", "done")]), "no-start", "steps"),
        (
            graph([ASK, step("b", "start"), DONE], [way("ask", "done"), way("b", "done")]),
            "several-starts",
            "steps.1.kind",
        ),
        (graph([ASK, step("a")], [way("ask", "a"), way("a", "ask", **BACK)]), "no-end", "steps"),
        (graph([ASK, step("a"), DONE], [way("ask", "done"), way("a", "done")]), "unreachable", "steps.1"),
        (graph([ASK, step("a"), DONE], [way("ask", "a"), way("ask", "done")]), "dead-end", "steps.1"),
        (
            graph(
                [ASK, step("a"), step("b"), DONE],
                [way("ask", "a"), way("a", "b"), way("b", "a", **BACK), way("ask", "done")],
            ),
            "no-way-to-end",
            "steps.1",
        ),
        (ends(way("ask", "ask")), "self-edge", "transitions.1.to"),
        (ends(way("ask", "moon")), "unknown-step", "transitions.1.to"),
        (ends(way("moon", "done")), "unknown-step", "transitions.1.from"),
        (ends(way("done", "ask", **BACK)), "end-with-exit", "transitions.1.from"),
        (
            graph([ASK, DONE], [way("ask", "done"), way("ask", "done", key="again")]),
            "duplicate-transition-name",
            "transitions.1.name",
        ),
        (
            graph([ASK, DONE], [way("ask", "done"), way("ask", "done", name="Stop")]),
            "duplicate-transition-key",
            "transitions.1.key",
        ),
        (
            graph([ASK, DONE, step("done", "end", name="Over")], [way("ask", "done")]),
            "duplicate-step-key",
            "steps.2.key",
        ),
        (
            graph([ASK, DONE, step("b", "end", name="DONE")], [way("ask", "done")]),
            "duplicate-step-name",
            "steps.2.name",
        ),
        (line(299), "too-many-steps", "steps"),
        (with_task(assignee=None), "no-assignee", "steps.1.assignee"),
        (with_task(assignee={"rule": RULE}), "no-fallback", "steps.1.assignee.fallback"),
        (
            with_task(assignee=TWICE),
            "duplicate-fallback",
            "steps.1.assignee.fallback",
        ),
        (with_task(assignee={"rule": {}}), "rule-not_a_node", "steps.1.assignee.rule"),
        (
            with_task(assignee={"rule": {"all": [RULE, {"field": "candidate.shoe", "op": "is_set"}]}}),
            "rule-unknown_field",
            "steps.1.assignee.rule.all.1.field",
        ),
        (
            graph([ASK, DONE], [way("ask", "done", condition={"field": "record.total", "op": "is_set"})]),
            "rule-unknown_field",
            "transitions.0.condition.field",
        ),
        (
            graph([step("ask", "start", assignee={"rule": RULE}), DONE], [way("ask", "done")]),
            "start-assignee",
            "steps.0.assignee",
        ),
        (
            graph([ASK, step("done", "end", assignee={"rule": RULE})], [way("ask", "done")]),
            "end-assignee",
            "steps.1.assignee",
        ),
        (review(sla={"period": "soon"}), "bad-period", "sla.period"),
    ],
)
def test_each_fault_is_found_at_its_place(raw: dict[str, Any], code: str, place: str) -> None:
    assert (code, place) in found(raw)


@pytest.mark.parametrize(
    ("sla", "code", "place"),
    [
        ({"mode": "own"}, "sla-without-period", "period"),
        ({"mode": "own", "period": "0d"}, "bad-period", "period"),
        ({"mode": "own", "period": "-2d"}, "bad-period", "period"),
        ({"mode": "own", "period": "9999d"}, "bad-period", "period"),
        ({"mode": "own", "period": "2d", "remind_after": "2d"}, "late-reminder", "remind_after"),
        ({"mode": "own", "period": "2d", "remind_after": "x"}, "bad-period", "remind_after"),
        ({"mode": "own", "remind_after": "1d"}, "reminder-without-limit", "remind_after"),
        ({"mode": "own", "period": "2d", "escalate": "none"}, "sla-without-target", "escalate"),
        ({"mode": "own", "period": "2d", "fallback": ["manager", "manager"]}, "duplicate-fallback", "fallback"),
        ({"mode": "off", "period": "2d"}, "sla-unused", "mode"),
    ],
)
def test_faults_of_a_time_limit_are_found(sla: dict[str, Any], code: str, place: str) -> None:
    assert (code, f"steps.1.sla.{place}") in found(with_task(sla=sla))


def test_a_time_limit_on_an_end_is_a_warning() -> None:
    raw = graph([ASK, step("done", "end", sla={"mode": "own", "period": "1d"})], [way("ask", "done")])
    assert found(raw) == {("sla-without-task", "steps.1.sla")}


def test_a_forward_circle_is_found_and_a_return_is_not() -> None:
    steps = [ASK, step("a"), step("b"), DONE]
    ways = [way("ask", "a"), way("a", "b"), way("b", "a"), way("b", "done")]
    assert found(graph(steps, ways)) == {("forward-circle", "transitions.2")}
    ways[2] |= BACK
    assert found(graph(steps, ways)) == set()


def test_a_return_that_leads_ahead_is_a_warning() -> None:
    ways = [way("ask", "a"), way("a", "done"), way("ask", "done", **BACK)]
    assert found(graph([ASK, step("a"), DONE], ways)) == {("return-not-back", "transitions.2.return")}


def test_only_conditional_ways_are_a_warning() -> None:
    condition = {"field": "record.total", "op": "gt", "value": 5}
    raw = graph([ASK, DONE], [way("ask", "done", condition=condition)])
    assert found(raw, {"fields": [FORM["fields"][0] | {"access": {"ask": "write"}}]}) == {
        ("only-conditional", "steps.0")
    }


def test_the_matrix_of_form_and_steps_is_checked_both_ways() -> None:
    form = {"fields": [{"name": "total", "type": "number", "label": "Total", "access": {"moon": "write"}}]}
    problems = found(review(), form)
    assert ("unknown-step", "form.fields.0.access.moon") in problems
    assert {("step-without-form", "steps.0"), ("step-without-form", "steps.1")} <= problems
    reading = {"fields": [FORM["fields"][0] | {"access": {"ask": "read", "review": "read"}}]}
    assert found(review(), reading) == {("start-without-form", "steps.0")}


def test_everything_is_told_at_once_and_in_the_order_of_the_document() -> None:
    steps = [ASK, *(step(f"s{number}", assignee=None) for number in range(12)), DONE]
    problems = lint(GraphDocument.load(graph(steps, [way("ask", "done"), way("s1", "s1")])))
    nobody = [problem.place for problem in problems if problem.code == "no-assignee"]
    assert nobody == [f"steps.{number}.assignee" for number in range(1, 13)]
    assert {"unreachable", "dead-end", "self-edge"} <= {problem.code for problem in problems}
    assert all(problem.message and problem.hint for problem in problems)


def test_raw_data_is_linted_too() -> None:
    assert lint_raw(review()) == []
    broken = lint_raw({"steps": [{"key": "a"}]}, {"fields": 7})
    assert {(one.code, one.place) for one in broken} >= {
        ("malformed", "steps.0.name"),
        ("malformed", "steps.0.kind"),
        ("malformed", "form.fields"),
    }


def test_rules_are_not_blamed_for_fields_of_a_form_that_cannot_be_read() -> None:
    raw = review()
    raw["transitions"][1]["condition"] = {"field": "record.total", "op": "is_set"}
    codes = {one.code for one in lint_raw(raw, {"fields": 7})}
    assert codes == {"malformed"}
    assert "rule-unknown_field" in {one.code for one in lint_raw(raw)}


@settings(deadline=None)
@given(json_values(), json_values())
def test_no_data_makes_the_lint_fail(raw: Any, form: Any) -> None:
    problems = lint_raw(raw, form)
    assert all(isinstance(problem, Problem) for problem in problems)


@settings(deadline=None)
@given(documents())
def test_random_graphs_are_judged_without_an_error(document: GraphDocument) -> None:
    for problem in lint(document):
        assert problem.level in ("blocks", "warns")
        assert problem.place.split(".")[0] in ("steps", "transitions", "sla")


@settings(deadline=None)
@given(layered())
def test_a_forward_circle_never_appears_in_layered_graphs(document: GraphDocument) -> None:
    codes = {problem.code for problem in blocking(lint(document))}
    assert codes <= {"unreachable", "duplicate-transition-name"}
