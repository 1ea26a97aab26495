"""Workflows with a panel, and with duties kept apart, for tests."""

from typing import Any

from accounts.models import Membership
from tests.factories.workflows import MONDAY, publish
from workflows.models import WorkflowDefinition
from workflows.services.runs import RunResult, run_start

FORM: dict[str, Any] = {
    "schema_version": 1,
    "title": "Purchase",
    "fields": [
        {"name": "what", "type": "text", "label": "What", "default_access": "read", "access": {"ask": "required"}},
        {"name": "note", "type": "text", "label": "Note", "default_access": "read", "access": {"panel": "write"}},
    ],
    "layout": [],
}


def of(department: str, **more: Any) -> dict[str, Any]:
    """Everybody of a department."""
    rule = {"field": "candidate.department", "op": "eq", "value": department}
    return {"rule": rule, "mode": "any", "fallback": ["workflow_owner"], **more}


def named(*people: Membership) -> dict[str, Any]:
    return {"field": "candidate.name", "op": "in", "value": [one.name for one in people]}


def purchase(approval: dict[str, Any], **assignee: Any) -> dict[str, Any]:
    """Ask, a panel of Finance (or whom ``assignee`` names), then buying by HR."""
    panel = of("FIN", mode="panel") | assignee
    return {
        "name": "Purchase",
        "form": FORM,
        "graph": {
            "steps": [
                {"key": "ask", "name": "Ask", "kind": "start"},
                {
                    "key": "panel",
                    "name": "Panel",
                    "kind": "task",
                    "assignee": panel,
                    "approval": {"approve": "to_buy", "reject": "to_end", **approval},
                },
                {"key": "buy", "name": "Buy", "kind": "task", "assignee": of("HR")},
                {"key": "bought", "name": "Bought", "kind": "end"},
                {"key": "refused", "name": "Refused", "kind": "end"},
            ],
            "transitions": [
                {"key": "asked", "from": "ask", "to": "panel"},
                {"key": "to_buy", "name": "Yes", "from": "panel", "to": "buy"},
                {"key": "to_end", "name": "No", "from": "panel", "to": "refused"},
                {"key": "back", "name": "Back", "from": "panel", "to": "ask", "return": True},
                {"key": "done", "from": "buy", "to": "bought"},
            ],
            "sla": {"period": "2d"},
        },
    }


def started(document: dict[str, Any], designer: Membership, requester: Membership) -> RunResult:
    definition: WorkflowDefinition = publish(document, designer)
    return run_start(definition_id=definition.id, actor=requester, data={"what": "Chairs"}, at=MONDAY)
