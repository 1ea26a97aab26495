"""Whether somebody outside is asked about a task now, so that nobody inside decides it meanwhile."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from workflows.graph.compiled import CompiledStep
from workflows.models import DecisionLink, LinkEnd, WorkflowSettings

WITH_OTHERS: Final = "Somebody outside is asked to decide this step. Withdraw their links to decide it here."


def outside_forbidden(organisation_id: UUID) -> bool:
    """Whether nobody without an account may decide anything here. One query."""
    return WorkflowSettings.objects.filter(organisation_id=organisation_id, forbid_outside=True).exists()


def is_asked_outside(step: CompiledStep, organisation_id: UUID, task_id: UUID, at: datetime | None = None) -> bool:
    """Whether the step's decision is with somebody outside. No query where the step asks nobody there."""
    if step.outside is None:
        return False
    rows = DecisionLink.objects.filter(
        organisation_id=organisation_id, task_id=task_id, outcome=LinkEnd.OPEN, expires_at__gt=at or timezone.now()
    )
    return rows.exists() and not outside_forbidden(organisation_id)
