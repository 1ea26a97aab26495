"""Which shipped workflow a definition was made from, and what it said then."""

from django.db import models

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned
from workflows.models.definitions import WorkflowDefinition


class LibraryCopy(OrganisationOwned):
    """The item and its version that a definition holds. ``base`` is the document as it was shipped: later versions of the
    product no longer have it, and without it nobody could tell the organisation's changes from new ones."""

    definition = OrganisationForeignKey(WorkflowDefinition, on_delete=models.CASCADE, related_name="library_copies")
    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    base = models.JSONField()

    class Meta:
        verbose_name_plural = "library copies"
        constraints = (models.UniqueConstraint(fields=("organisation", "definition"), name="librarycopy_definition"),)

    def __str__(self) -> str:
        return f"{self.key} {self.version}"
