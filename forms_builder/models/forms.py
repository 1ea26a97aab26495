"""Forms and their versions."""

from datetime import datetime
from uuid import UUID

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django_fsm import FSMField, transition

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned
from forms_builder.models.lifecycle import ProtectedStates

slug_of_form = RegexValidator(r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z", "Use lower-case letters, digits and single hyphens.")


class Form(OrganisationOwned):
    """What one workflow asks; made in its context and not shared by several."""

    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=120, validators=[slug_of_form])

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "slug"), name="form_slug"),)

    def __str__(self) -> str:
        return self.name


class FormState(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"


class FormVersion(ProtectedStates, OrganisationOwned):
    """One version of a form. A run keeps the version it started with, so a published one never changes again.

    ``document`` is a ``forms_builder.schema.FormDocument`` as JSON; ``selectors.document_of`` reads it.
    """

    form = OrganisationForeignKey(Form, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = FSMField(default=FormState.DRAFT, choices=FormState.choices, protected=True, max_length=20)
    document = models.JSONField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "form", "number"), name="formversion_number"),
            models.UniqueConstraint(
                fields=("organisation", "form"), condition=models.Q(state="draft"), name="formversion_one_draft"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", published_at=None)
                | models.Q(state="published", published_at__isnull=False),
                name="formversion_published_at",
            ),
        )
        triggers = (
            pgtrigger.Protect(
                name="immutable_once_published",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="published"),
            ),
        )

    def __str__(self) -> str:
        return f"version {self.number}"

    @transition(field=state, source=FormState.DRAFT, target=FormState.PUBLISHED)
    def publish(self, *, by: UUID | None, at: datetime) -> None:
        """Close the version. Called by ``services.forms`` only, which saves the row."""
        self.published_at = at
        self.published_by_id = by
