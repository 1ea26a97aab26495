"""What the lint finds in automatic steps, panels, questions asked outside, separation of duties, rungs and the form's matrix."""

from typing import Any
from uuid import uuid4

import pytest

from forms_builder.schema.document import FormDocument
from tests.cast import Acme
from tests.workflows.graph.shapes import RULE, graph, review, step, way
from workflows.graph.document import GraphDocument
from workflows.graph.lint import lint
from workflows.nodes.link_checks import link_problems
from workflows.services.definition_problems import problems_of

ASK, DONE, BAD = step("ask", "start"), step("done", "end"), step("bad", "end")
FORMULA = {"kind": "formula", "params": {"values": {"one": "1"}}}
TEXT = {"name": "mail", "type": "text", "label": "Mail"}


def reviewed(*more: dict[str, Any], **of_step: Any) -> dict[str, Any]:
    """Ask, review, done, and more ways."""
    return graph([ASK, step("review", **of_step), DONE, BAD], [way("ask", "review"), way("review", "done"), *more])


def asked(**assignee: Any) -> dict[str, Any]:
    return {"assignee": {"rule": RULE, "fallback": ["workflow_owner"], **assignee}}


def auto(*ways: dict[str, Any], **node: Any) -> dict[str, Any]:
    machine = step("auto", "auto", **({"node": FORMULA | node} if node != {"none": True} else {}))
    return graph([ASK, machine, DONE, BAD], [way("ask", "auto"), *ways])


def form(**field: Any) -> dict[str, Any]:
    return {"fields": [TEXT | field]}


TO_DONE, TO_BAD = way("auto", "done"), way("auto", "bad")
OF_MAIL = {"field": "record.mail", "op": "eq", "value": "x"}
READ, HIDDEN = {"default_access": "read"}, {"default_access": "hidden"}
SLA = {"mode": "own", "period": "2d", "rungs": [{"do": "remind", "when": "before", "offset": "4h"}] * 2}
OUTSIDE = asked(outside={"fields": ["mail"]})
PANEL = {"assignee": {"rule": "requester", "mode": "panel"}, "approval": {"rule": "any", "approve": "a", "reject": "b"}}

CASES = [
    (auto(TO_DONE, none=True), {}, "no-node", "blocks", "steps.1.node"),
    (auto(TO_DONE, on_failure="nowhere"), {}, "unknown-on-failure", "blocks", "steps.1.node.on_failure"),
    (auto(TO_BAD, on_failure="auto-to-bad"), {}, "auto-without-way", "blocks", "steps.1"),
    (auto(TO_DONE, TO_BAD), {}, "auto-ambiguous", "blocks", "steps.1"),
    (reviewed(sla=SLA), {}, "duplicate-rung", "warns", "steps.1.sla.rungs.1"),
    (reviewed(**PANEL), {}, "panel-of-one", "blocks", "steps.1.approval"),
    (
        reviewed(**asked(separation={"not_same_as": ["later"]}))
        | {"steps": [ASK, step("review", **asked(separation={"not_same_as": ["later"]})), step("later"), DONE]}
        | {"transitions": [way("ask", "review"), way("review", "later"), way("later", "done")]},
        {},
        "separation-not-before",
        "warns",
        "steps.1.assignee.separation.not_same_as.0",
    ),
    (
        reviewed(),
        form(access={"ask": "read", "review": "read", "gone": "required"}),
        "required-unwritable",
        "blocks",
        "form.fields.0.access",
    ),
    (
        reviewed(way("review", "bad", condition=OF_MAIL)),
        form(access={"ask": "write", "review": "hidden"}),
        "rule-reads-hidden",
        "warns",
        "transitions.2.condition",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "fields", "code", "level", "place"), CASES, ids=[case[2] for case in CASES])
def test_it_is_found_at_its_place(
    raw: dict[str, Any], fields: dict[str, Any], code: str, level: str, place: str
) -> None:
    found = lint(GraphDocument.load(raw), FormDocument.load(fields or {"fields": []}))
    [one] = [one for one in found if one.code == code]
    assert (one.level, one.place, bool(one.message), bool(one.hint)) == (level, place, True, True)


OF_LINKS = [
    (reviewed(**OUTSIDE), form(**READ), "address-unchecked", "warns"),
    (reviewed(**OUTSIDE), form(format="email", access={"ask": "write", "review": "required"}), "outside-required", "blocks"),
    (reviewed(**OUTSIDE), form(format="email", access={"ask": "write"}, **HIDDEN), "outside-shows-nothing", "warns"),
    (reviewed(**asked(mode="panel", outside={"fields": ["mail"]})), form(format="email", **READ), "outside-not-here", "blocks"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "fields", "code", "level"), OF_LINKS, ids=[case[2] for case in OF_LINKS])
def test_what_is_wrong_with_a_question_asked_outside(
    raw: dict[str, Any], fields: dict[str, Any], code: str, level: str
) -> None:
    found = lint(GraphDocument.load(raw), FormDocument.load(fields))
    assert (code, level) in {(one.code, one.level) for one in found}


def test_an_approval_is_the_last_piece_of_a_saved_task() -> None:
    link = {"kind": "approval", "params": {"approver": {"address": "jane@client.example"}}}
    links = [{"key": "sign", "name": "Sign", **link}, {"key": "sum", "name": "Sum", **FORMULA}]
    node = {"kind": "saved", "task": "own", "pinned": {"name": "Own", "links": links, "parameters": []}}
    document = GraphDocument.load(auto(TO_DONE, **node))
    assert "approval-not-last" in {one.code for one in link_problems(document, FormDocument.load({"fields": []}))}


def test_a_stakeholder_must_be_somebody_of_the_organisation(acme: Acme) -> None:
    for member, wrong in ((acme.meera.id, False), (uuid4(), True)):
        raw = review(stakeholders=[{"kind": "member", "id": str(member)}])
        with acme.scope():
            found = problems_of(acme.organisation.id, GraphDocument.load(raw), FormDocument.load({"fields": []}))
        assert ("unknown-stakeholder" in {one.code for one in found}) is wrong
