"""A workflow in which a rule can stand at every place where rules stand."""

from typing import Any

from workflows.library import library_item

HR = {"field": "candidate.department", "op": "eq", "value": "HR"}
STAYS = {"field": "form.reason", "op": "ne", "value": "-"}
PLACES = (
    "graph/steps/hr_review/assignee/rule",
    "graph/steps/hr_review/approval/veto",
    "graph/steps/hr_review/approval/groups/0/rule",
    "graph/steps/manager_review/approval/weights/0/rule",
    "graph/steps/meet/join/condition",
    "graph/transitions/manager_to_hr/condition",
    "form/fields/reason/visible_when",
    "form/fields/reason/rules/0/rule",
    "form/fields/colleague/filter",
    "form/fields/deputy/choices/filter",
)
"""One of each sort."""


def ruled(name: str) -> dict[str, Any]:
    document = library_item("leave_application").to_json() | {"name": name, "cases": []}
    steps = {step["key"]: step for step in document["graph"]["steps"]}
    for key in ("manager_review", "hr_review"):
        steps[key]["assignee"]["mode"] = "panel"
    groups, weights = [{"name": "HR", "rule": HR, "count": 1}], [{"rule": HR, "weight": 1}]
    steps["hr_review"]["approval"] = ways("hr_approves", "hr_rejects") | {"rule": "per_group", "groups": groups}
    steps["manager_review"]["approval"] = ways("manager_to_hr", "manager_rejects") | {
        "rule": "weights", "count": 1, "weights": weights,
    }  # fmt: skip
    document["graph"]["steps"].append({"key": "meet", "name": "Meet", "kind": "join"})
    fields = document["form"]["fields"]
    next(one for one in fields if one["name"] == "reason")["rules"] = [{"rule": STAYS, "message": "Say why."}]
    fields.append({"name": "colleague", "type": "user", "label": "Colleague"})
    fields.append({"name": "deputy", "type": "choice", "label": "Deputy", "choices": {"source": "people"}})
    return document


def ways(approve: str, reject: str) -> dict[str, Any]:
    return {"approve": approve, "reject": reject}
