"""What the stories ask the database, to see what really happened."""

from typing import Any

from accounts.audit.models import AuditEntry
from accounts.tenancy.scope import organisation_scope
from tests.cast import Acme, Globex
from workflows.models import Comment, Participant, Task, TaskCandidate, TransitionLog, WorkflowRun

ASKED = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}
CLAIM: dict[str, Any] = {
    "purpose": "Customer visit",
    "billable": "no",
    "lines": [
        {
            "day": "2025-09-26",
            "description": "Train",
            "category": "travel",
            "amount": {"amount": "450.00", "currency": "INR"},
        }
    ],
}
TABLES = (WorkflowRun, Task, TaskCandidate, Comment, Participant, TransitionLog)


def snapshot(organisation: Acme | Globex) -> Any:
    """Every row about requests, and the audit without logins; two are equal when nothing has changed."""
    with organisation_scope(organisation.organisation.id):
        entries = AuditEntry.objects.exclude(subject_kind__startswith="accounts.").order_by("id")
        return [*(list(model.objects.order_by("id").values()) for model in TABLES), list(entries.values())]


def stored(acme: Acme, run_id: Any) -> dict[str, Any]:
    """The values of a request as they are kept."""
    with acme.scope():
        data: dict[str, Any] = WorkflowRun.objects.get(id=run_id).data
    return data


def recorded(acme: Acme, kind: str) -> list[dict[str, Any]]:
    """The payloads of what was recorded under this kind, oldest first."""
    with acme.scope():
        return list(AuditEntry.objects.filter(kind=kind).order_by("at", "id").values_list("payload", flat=True))
