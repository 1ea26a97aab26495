"""Whose turn it is at steps that are given round."""

from django.db import models

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationRow
from workflows.models.definitions import WorkflowDefinition


class StepTurn(OrganisationRow):
    """Who got the last task of a step, in all versions of the workflow.

    Whoever draws holds this row from then until the commit, so that no two draw the same turn. It is the last thing that a
    decision locks; a start takes its number after it.
    """

    definition = OrganisationForeignKey(WorkflowDefinition, on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=60)
    last_member_id = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "definition", "step"), name="stepturn_one"),)

    def __str__(self) -> str:
        return self.step
