"""A workflow whose form has one of each plug-in type of field."""

from typing import Any

VISIT_FIELDS: list[dict[str, Any]] = [
    {
        "type": "lookup", "name": "host", "label": "Whom you visited", "choices": {"source": "people", "detail": "department"},
        "fills": [{"field": "host_mail", "attribute": "email"}], "access": {"report": "required"}, "default_access": "read",
    },
    {
        "type": "text", "name": "host_mail", "label": "Their address", "access": {"report": "write"}, "default_access": "read",
    },
    {"type": "location", "name": "place", "label": "Where", "map_link": True, "access": {"report": "write"},
     "default_access": "read"},
    {"type": "money", "name": "fare", "label": "Fare", "access": {"report": "required"}, "default_access": "read"},
    {"type": "number", "name": "rides", "label": "Rides", "access": {"report": "required"}, "default_access": "read"},
    {
        "type": "computed", "name": "total", "label": "To be paid back", "formula": "form.fare * form.rides", "result": "money",
        "default_access": "read",
    },
    {"type": "photo", "name": "photo", "label": "Photo of the meter", "access": {"report": "write"}, "default_access": "read"},
    {
        "type": "rating", "name": "went", "label": "How it went", "lowest": "Badly", "highest": "Well",
        "access": {"report": "required"}, "default_access": "read",
    },
    {"type": "signature", "name": "signed", "label": "Signature", "access": {"report": "required"}, "default_access": "read"},
    {"type": "rating", "name": "trust", "label": "Of the manager", "access": {"review": "required"}},
]  # fmt: skip

VISIT: dict[str, Any] = {
    "schema_version": 1,
    "name": "Site visit",
    "group": "HR",
    "graph": {
        "schema_version": 1,
        "steps": [
            {"key": "report", "name": "Report", "kind": "start"},
            {
                "key": "review",
                "name": "Review",
                "kind": "task",
                "assignee": {
                    "rule": {"field": "candidate.id", "op": "eq", "value_field": "requester.manager"},
                    "mode": "one",
                    "fallback": ["workflow_owner"],
                },
            },
            {"key": "done", "name": "Done", "kind": "end", "outcome": "Done"},
        ],
        "transitions": [
            {"key": "send", "from": "report", "to": "review"},
            {"key": "accept", "from": "review", "to": "done"},
        ],
    },
    "form": {"schema_version": 1, "title": "Site visit", "fields": VISIT_FIELDS},
}
