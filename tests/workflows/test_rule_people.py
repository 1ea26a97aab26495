"""The lint that counts people: rules that name nobody today, or nobody but who asks."""

from typing import Any

import pytest

from forms_builder.schema.document import FormDocument
from tests.cast import Acme
from tests.workflows.graph.shapes import graph, step, way
from workflows.graph.document import GraphDocument
from workflows.selectors.rule_people import rule_problems


def problems(acme: Acme, rule: Any, **more: Any) -> list[tuple[str, str]]:
    asked = {"rule": rule, "mode": "any", "fallback": ["workflow_owner"], **more}
    steps = [step("ask", "start"), step("review", assignee=asked), step("done", "end")]
    document = GraphDocument.load(graph(steps, [way("ask", "review"), way("review", "done")]))
    with acme.scope():
        found = rule_problems(acme.organisation.id, document, FormDocument())
    assert all(problem.place == "steps.1.assignee.rule" and problem.level == "warns" for problem in found)
    return [(problem.code, problem.message) for problem in found]


def of(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


MANAGER = {"field": "candidate.id", "op": "eq", "value_field": "requester.manager"}
SELF = {"field": "candidate.id", "op": "eq", "value_field": "requester.id"}


@pytest.mark.django_db
def test_a_rule_that_names_people_is_fine(acme: Acme) -> None:
    assert problems(acme, of("candidate.department", "eq", "HR")) == []
    assert problems(acme, "requester") == []


@pytest.mark.django_db
def test_a_rule_that_names_nobody_is_told(acme: Acme) -> None:
    text = "The rule of “Review” names nobody today; the fallback is asked."
    assert problems(acme, of("candidate.department", "eq", "LEGAL")) == [("rule-names-nobody", text)]
    assert "nobody is asked" in problems(acme, of("candidate.department", "eq", "LEGAL"), fallback=[])[0][1]


@pytest.mark.django_db
def test_a_rule_that_names_nobody_for_some_says_for_whom(acme: Acme) -> None:
    assert problems(acme, MANAGER) == []
    [(code, text)] = problems(acme, MANAGER, fallback=[])
    assert code == "rule-names-nobody"
    assert text.startswith("For requests of Meera the rule")


@pytest.mark.django_db
def test_a_rule_that_names_only_who_asks_is_told(acme: Acme) -> None:
    [(code, text)] = problems(acme, SELF)
    assert code == "rule-names-requester"
    assert "and 7 more alone" in text
    [(code, text)] = problems(acme, of("candidate.name", "eq", "Meera"))
    assert (code, "Meera alone" in text) == ("rule-names-requester", True)
    assert problems(acme, SELF, separation={"not_requester": False}) == []


@pytest.mark.django_db
def test_what_depends_on_answers_is_left_out(acme: Acme) -> None:
    assert problems(acme, of("actor.department", "eq", "LEGAL")) == []
