"""Conditions that an organisation keeps under a name, for use in the rules of all its workflows."""

import pgtrigger
from django.db import models

from accounts.models import Membership
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned, OrganisationRow
from workflows.models.states import one_of


class ConditionKind(models.TextChoices):
    """What a condition may speak about, and so in which rules it can be used."""

    ASSIGNEE = "assignee", "People who are asked"
    TRANSITION = "transition", "Ways and joins"
    FORM = "form", "Fields of forms"


class SavedCondition(OrganisationOwned):
    """The newest version of a condition. Rules that use it keep the version that they took, with what it says."""

    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2_000, blank=True)
    kind = models.CharField(max_length=10, choices=ConditionKind.choices)
    version = models.PositiveIntegerField(default=1)
    rule = models.JSONField()

    class Meta:
        verbose_name = "saved condition"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "name"), name="savedcondition_name"),
            one_of("savedcondition_kind", "kind", ConditionKind.values),
        )

    def __str__(self) -> str:
        return self.name


class SavedConditionVersion(OrganisationRow):
    """What a saved condition said from then on; append-only."""

    condition = OrganisationForeignKey(SavedCondition, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    rule = models.JSONField()
    at = models.DateTimeField()
    actor = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            # The versions of a condition in their order.
            models.UniqueConstraint(
                fields=("organisation", "condition", "number"), name="savedconditionversion_number"
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update),)

    def __str__(self) -> str:
        return f"version {self.number}"
