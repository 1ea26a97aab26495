"""Every fix that the strip of problems offers: it mends its problem, leaves a document that loads, and can be undone."""

from typing import Any

import pytest

from forms_builder.schema.document import FormDocument
from workflows.drafting.edits import EditRefused, edited
from workflows.drafting.edits.base import Sketch
from workflows.drafting.edits.fixes import FIXES, fix_label
from workflows.drafting.operations import apply, inverse
from workflows.drafting.places import MISSING, of_dotted, parts_of
from workflows.graph.document import GraphDocument
from workflows.graph.lint import Problem, lint
from workflows.library import library_item

HR = {"field": "candidate.department", "op": "eq", "value": "HR"}
LONG = {"field": "data.reason", "op": "is_set"}
REVIEW, MANAGER = "graph/steps/hr_review", "graph/steps/manager_review"

WRONG: list[tuple[str, dict[str, Any]]] = [
    ("several-starts", {f"{MANAGER}/kind": "start"}),
    ("duplicate-step-name", {f"{REVIEW}/name": "Manager review"}),
    ("self-edge", {"graph/transitions/hr_returns/to": "hr_review"}),
    ("end-with-exit", {"graph/transitions/on": {"key": "on", "from": "approved", "to": "hr_review", "return": True}}),
    ("unknown-step", {"graph/transitions/hr_rejects/to": "nowhere"}),
    ("unknown-step", {"form/fields/reason/access/nowhere": "read"}),
    ("forward-circle", {"graph/transitions/manager_returns/return": MISSING}),
    ("return-not-back", {"graph/transitions/hr_approves/return": True}),
    ("otherwise-unused", {"graph/transitions/manager_to_hr/otherwise": True}),
    (
        "otherwise-condition",
        {
            f"{REVIEW}/kind": "fork",
            "graph/transitions/hr_approves/otherwise": True,
            "graph/transitions/hr_approves/condition": LONG,
        },
    ),
    ("end-assignee", {"graph/steps/approved/assignee": {"rule": HR}}),
    ("start-assignee", {"graph/steps/apply/assignee": {"rule": HR}}),
    ("gateway-assignee", {f"{REVIEW}/kind": "noop"}),
    ("auto-assignee", {f"{REVIEW}/kind": "auto"}),
    ("strategy-unused", {f"{REVIEW}/assignee": {"rule": "requester", "mode": "any"}}),
    ("node-without-auto", {f"{REVIEW}/node": {"kind": "formula", "params": {"values": {"one": "1"}}}}),
    ("no-fallback", {f"{MANAGER}/assignee/fallback": []}),
    ("duplicate-fallback", {f"{MANAGER}/assignee/fallback": ["workflow_owner", "workflow_owner"]}),
    ("duplicate-fallback", {f"{MANAGER}/sla/fallback": ["department_head", "department_head"]}),
    ("sla-without-task", {"graph/steps/apply/sla": {"mode": "own", "period": "2d"}}),
    ("sla-unused", {f"{MANAGER}/sla/mode": "inherit"}),
    ("sla-without-target", {f"{MANAGER}/sla/escalate": "none"}),
    ("not-placed", {"form/layout": [{"kind": "field", "name": "from"}]}),
]


def broken(values: dict[str, Any]) -> dict[str, Any]:
    item = library_item("leave_application").to_json()
    sketch = Sketch({"graph": item["graph"], "form": item["form"], "cases": []})
    for place, value in values.items():
        sketch.put(value, *parts_of(place))
    return dict(sketch.document)


def found(document: dict[str, Any], code: str) -> list[Problem]:
    problems = lint(GraphDocument.load(document["graph"]), FormDocument.load(document["form"]))
    return [one for one in problems if one.code == code]


def test_every_fix_has_a_row() -> None:
    assert {code for code, _ in WRONG} == set(FIXES)


@pytest.mark.parametrize(("code", "values"), WRONG, ids=[f"{row}-{code}" for row, (code, _) in enumerate(WRONG)])
def test_a_fix_mends_its_problem_and_is_undone(code: str, values: dict[str, Any]) -> None:
    before = broken(values)
    problems = found(before, code)
    assert problems
    assert all(fix_label(before, one) for one in problems)
    after = before
    for problem in problems:
        place = of_dotted(after, problem.place)
        edit = edited(after, "problem.fix", {"code": code, "place": place})
        assert edit.label == fix_label(after, problem)
        applied = apply(after, edit.changes)
        assert len(found(dict(applied.document), code)) == len(found(after, code)) - 1
        assert apply(applied.document, inverse(applied.changes)).document == after
        after = dict(applied.document)
    with pytest.raises(EditRefused):
        edited(after, "problem.fix", {"code": code, "place": of_dotted(before, problems[0].place)})
