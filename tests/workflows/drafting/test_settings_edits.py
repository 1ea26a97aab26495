"""The edits of the settings panel on the document alone: what they make of it, and what they refuse."""

from typing import Any

import pytest

from forms_builder.schema.document import FormDocument
from workflows.drafting.edits import EditRefused, edited
from workflows.drafting.edits.rule_places import rule_place, rules_in
from workflows.drafting.operations import apply
from workflows.drafting.param_form import control, value_of
from workflows.drafting.places import MISSING
from workflows.graph.document import GraphDocument
from workflows.library import library_item
from workflows.nodes.registry import KINDS
from workflows.selectors.palette import PaletteEntry, kind_entries
from workflows.views.design.node import params_posted
from workflows.views.design.work import errors_of


def entry(kind: str) -> PaletteEntry:
    return next(one for one in kind_entries() if one.key == kind)


def leave() -> dict[str, Any]:
    item = library_item("leave_application").to_json()
    return {"graph": item["graph"], "form": item["form"], "cases": []}


def after(name: str, document: Any = None, **params: Any) -> Any:
    given = document or leave()
    found = apply(given, edited(given, name, params).changes).document
    GraphDocument.load(found["graph"])
    FormDocument.load(found["form"])
    return found


def step(document: Any, key: str) -> dict[str, Any]:
    return next(dict(one) for one in document["graph"]["steps"] if one["key"] == key)


def test_access_is_set_and_taken_back() -> None:
    found = after("step.access", step="hr_review", **{"access.criticality": "write", "access.reason": ""})
    access = {field["name"]: field["access"] for field in found["form"]["fields"]}
    assert access["criticality"]["hr_review"] == "write"
    assert "hr_review" not in access["reason"]
    with pytest.raises(EditRefused):
        after("step.access", step="hr_review", **{"access.reason": "all"})


def test_who_only_chooses_a_rule_changes_nothing_that_was_not_shown() -> None:
    requester = after("step.assignee", step="hr_review", who="requester")
    for given in (requester, after("step.assignee", step="hr_review", who="nobody")):
        ruled = step(after("step.assignee", given, step="hr_review", who="rule"), "hr_review")["assignee"]
        assert ruled.get("separation", {}).get("not_requester", True) is True
    unticked = after("step.assignee", step="hr_review", who="rule", mode="one")
    assert step(unticked, "hr_review")["assignee"]["separation"]["not_requester"] is False


def test_a_panel_begins_with_what_its_rule_needs() -> None:
    panel = after("step.assignee", step="hr_review", who="rule", mode="panel", not_requester="on")
    ways = {"step": "hr_review", "approve": "hr_approves", "reject": "hr_rejects"}
    counted = after("approval.set", panel, rule="count", **ways)
    assert step(counted, "hr_review")["approval"]["count"] == 2
    grouped = after("approval.set", counted, rule="per_group", **ways)
    assert [one["name"] for one in step(grouped, "hr_review")["approval"]["groups"]] == ["Group 1"]
    more = after("approval.add", grouped, step="hr_review", rows="groups")
    assert "groups/1/rule" in [place.place for place, _ in rules_in(more)][-1] or len(list(rules_in(more))) > 3
    weighted = after("approval.set", more, rule="weights", count="5", **ways)
    assert step(weighted, "hr_review")["approval"].keys() == {"rule", "approve", "reject", "count", "weights"}
    one = after("step.assignee", weighted, step="hr_review", who="rule", mode="any")
    assert "approval" not in step(one, "hr_review")
    for wrong in ({"rule": "count", "count": "none"}, {"rule": "all", "reject": "hr_approves"}):
        with pytest.raises(EditRefused):
            after("approval.set", panel, **(ways | wrong))


@pytest.mark.parametrize(
    ("name", "params", "place"),
    [
        ("sla.set", {"place": "graph/steps/hr_review/sla", "mode": "own", "period": "soon"}, "period"),
        ("sla.set", {"place": "graph/sla", "period": "1d", "rungs.0.do": "decide"}, "rungs.0.transition"),
        (
            "sla.set",
            {"place": "graph/sla", "period": "1d", "rungs.0.do": "tell", "rungs.0.when": "before"},
            "rungs.0.offset",
        ),
        ("sla.set", {"place": "graph/steps/gone/sla", "mode": "off"}, "place"),
        ("timeout.set", {"place": "graph/timeout", "hard": "0d"}, "hard"),
        ("step.join", {"step": "hr_review"}, "step"),
        ("step.assignee", {"step": "hr_review", "who": "all"}, "who"),
        ("node.choose", {"step": "hr_review", "kind": "delay"}, "step"),
        ("rule.set", {"place": "graph/steps/hr_review/assignee/rule", "rule": None}, "rule"),
        ("rule.set", {"place": "graph/steps/hr_review/name", "rule": {}}, "place"),
    ],
)
def test_what_is_refused_is_told_at_its_parameter(name: str, params: dict[str, Any], place: str) -> None:
    with pytest.raises(EditRefused) as refused:
        after(name, **params)
    assert place in refused.value.fields


def test_times_come_and_go_without_a_trace() -> None:
    given = leave()
    timed = after("timeout.set", place="graph/task_timeout", soft="2D", hard="1w", then="kill")
    assert timed["graph"]["task_timeout"] == {"soft": "2d", "hard": "1w", "then": "kill"}
    assert after("timeout.set", timed, place="graph/task_timeout") == given
    limited = after("sla.set", place="graph/sla", period="3d", **{"fallback.0": "department_head"})
    assert limited["graph"]["sla"] == {"period": "3d", "fallback": ["department_head"]}
    assert after("sla.set", limited, place="graph/sla") == given


def test_rules_are_listed_and_written_at_their_places() -> None:
    places = {place.place: place for place, _ in rules_in(leave())}
    assert list(places) == ["graph/steps/manager_review/assignee/rule", "graph/steps/hr_review/assignee/rule"]
    rule = {"field": "form.reason", "op": "is_set"}
    found = after("rule.set", place="form/fields/hr_note/visible_when", rule=rule)
    assert [(one.sort.noun, one.owner) for one, _ in rules_in(found)][-1] == ("When the field is shown", "“Note of HR”")
    assert after("rule.set", found, place="form/fields/hr_note/visible_when", rule=None) == leave()
    assert rule_place(leave(), "graph/transitions/hr_approves/condition").owner == "“Approved” out of “HR review”"


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (
            "call",
            {"method": "POST", "url": "https://a.example/x", "headers": {"X-A": "5"}, "body": {"a": [1]}, "ok": [200]},
        ),
        ("call", {"url": "https://a.example", "query": {"a": "5", "b": 5, "c": "x"}, "follow_redirects": True}),
        ("formula", {"values": {"total": "record.a * 2"}}),
        ("set_fields", {"values": {"a": "{{ record.b }}", "b": True, "c": "12"}}),
        ("delay", {"for": "2h"}),
        ("notify", {"to": ["owner", "requester"], "subject": "Hello", "text": "One\nTwo"}),
    ],
)
def test_settings_go_through_their_form_unchanged(kind: str, params: dict[str, Any]) -> None:
    schema = KINDS[kind].params.model_json_schema(by_alias=True)
    texts: dict[str, list[str]] = {}
    for name, one in schema["properties"].items():
        shown = control(name, name, one, params.get(name, one.get("default")))
        if shown.kind == "box":
            texts |= {name: ["on"]} if shown.checked else {}
        elif shown.kind == "pairs":
            texts |= {
                f"{name}.key": [key for key, _ in shown.pairs],
                f"{name}.value": [value for _, value in shown.pairs],
            }
        else:
            texts[name] = [shown.value]
    found = {name: value_of(name, one, texts) for name, one in schema["properties"].items()}
    made = {name: value for name, value in found.items() if value is not MISSING}
    model = KINDS[kind].params
    assert model.model_validate(made) == model.model_validate(params)
    assert errors_of(entry(kind), made) == []


def test_wrong_settings_are_kept_and_told() -> None:
    class Data(dict[str, list[str]]):
        def getlist(self, key: str) -> list[str]:
            return self[key]

    schemas = {one.name: one.schema for one in entry("pdf").settings}
    made = params_posted(schemas, Data({"set.file": ["Scan it"], "set.pages": ["many"], "other": ["x"]}))
    assert made == {"file": "Scan it", "pages": "many"}
    assert {path for path, _ in errors_of(entry("pdf"), made)} == {"file", "pages"}
