"""What designers did to a draft, one numbered row per operation."""

from typing import Final

import pgtrigger
from django.db import models

from accounts.models import Membership
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationRow
from workflows.models.definitions import WorkflowVersion

LONGEST_PLACE: Final = 500


class DraftOperation(OrganisationRow):
    """One operation on a draft; append-only. ``key`` is the id that the client gave it: sent again it is not done again.

    ``of`` is the key of the operation that this one takes back or makes again. ``typed`` is the place whose text it replaced,
    where that is all it did; the history joins such operations.
    """

    version = OrganisationForeignKey(WorkflowVersion, on_delete=models.CASCADE, related_name="operations")
    number = models.PositiveIntegerField()
    key = models.UUIDField()
    actor = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=4)
    of = models.UUIDField(null=True)
    label = models.CharField(max_length=200)
    typed = models.CharField(max_length=LONGEST_PLACE, blank=True)
    changes = models.JSONField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "version", "number"), name="draftoperation_number"),
            models.UniqueConstraint(fields=("organisation", "version", "key"), name="draftoperation_key"),
            models.CheckConstraint(
                condition=models.Q(kind="do", of=None) | models.Q(kind__in=["undo", "redo"], of__isnull=False),
                name="draftoperation_of",
            ),
        )
        indexes = (
            # The history of one person.
            models.Index(fields=("organisation", "version", "actor", "number"), name="draftoperation_history"),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update),)

    def __str__(self) -> str:
        return f"{self.number}: {self.label}"
