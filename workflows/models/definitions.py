"""What can be asked for: definitions, who sees them, and their versions."""

import pgtrigger
from django.db import models
from django_fsm import transition as fsm

from accounts.models import Department, Designation, Membership, Place
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned, OrganisationRow
from forms_builder.models import FormVersion
from workflows.models.states import Stateful, VersionState, one_of, state_field

TAKE_OVER = "take_over_task"


class WorkflowGroup(OrganisationOwned):
    """A tab of the landing page."""

    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="workflowgroup_name"),)

    def __str__(self) -> str:
        return self.name


class WorkflowDefinition(OrganisationOwned):
    """A workflow under its name. What a run does is said by the version it is pinned to.

    ``published_version`` is where new runs start; it repeats the one version in state published, so that starting needs
    no search. ``library_key`` names the shipped definition that this one was made from.
    """

    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    group = OrganisationForeignKey(
        WorkflowGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="definitions"
    )
    owner = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_version = OrganisationForeignKey(
        "workflows.WorkflowVersion", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    library_key = models.CharField(max_length=80, blank=True, editable=False)

    class Meta:
        verbose_name = "workflow"
        # Object permissions that tenant admins give to single people.
        permissions = ((TAKE_OVER, "Can take over tasks of this workflow"),)
        constraints = (
            # A deleted workflow gives its name free.
            models.UniqueConstraint(
                fields=("organisation", "slug"), condition=models.Q(deleted_at=None), name="workflowdefinition_slug"
            ),
        )
        indexes = (
            # The landing page, by tab.
            models.Index(
                fields=("organisation", "group", "name"),
                condition=models.Q(deleted_at=None),
                name="workflowdefinition_landing",
            ),
        )

    def __str__(self) -> str:
        return self.name


class WorkflowVisibility(OrganisationOwned):
    """Who may start a definition, as a list of rules: one admits, or with ``excludes`` bars, who fits all that it names.

    Without an admitting rule everybody is admitted; who is barred by any rule may not start, whoever else admits them.
    ``level_from`` is the lowest level of a designation ("M5 and above").
    """

    definition = OrganisationForeignKey(WorkflowDefinition, on_delete=models.CASCADE, related_name="visibilities")
    department = OrganisationForeignKey(Department, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    designation = OrganisationForeignKey(Designation, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    place = OrganisationForeignKey(Place, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    level_from = models.PositiveSmallIntegerField("level from", null=True, blank=True)
    excludes = models.BooleanField("may not", default=False, db_default=False)

    class Meta:
        verbose_name_plural = "workflow visibilities"
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "definition", "department", "designation", "place", "level_from", "excludes"),
                nulls_distinct=False,
                name="workflowvisibility_once",
            ),
            models.CheckConstraint(
                condition=models.Q(department__isnull=False)
                | models.Q(designation__isnull=False)
                | models.Q(place__isnull=False)
                | models.Q(level_from__isnull=False),
                name="workflowvisibility_says_something",
            ),
        )

    def __str__(self) -> str:
        return f"{self.definition_id}: {self.department_id or 'any'}, {self.designation_id or 'any'}"


class WorkflowAddress(OrganisationRow):
    """An address that a workflow had before; it still leads there."""

    definition = OrganisationForeignKey(WorkflowDefinition, on_delete=models.CASCADE, related_name="addresses")
    slug = models.CharField(max_length=80)

    class Meta:
        verbose_name = "former address"
        verbose_name_plural = "former addresses"
        constraints = (models.UniqueConstraint(fields=("organisation", "slug"), name="workflowaddress_slug"),)

    def __str__(self) -> str:
        return self.slug


class WorkflowVersion(Stateful, OrganisationOwned):
    """One edition of a definition: the graph document, the form, and the cases that it must play. Never changed once
    published. ``revision`` is the number of the last operation on it, see ``DraftOperation``."""

    definition = OrganisationForeignKey(WorkflowDefinition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = state_field(VersionState, VersionState.DRAFT)
    graph = models.JSONField()
    form = OrganisationForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    cases = models.JSONField(default=list, db_default=[])
    revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = OrganisationForeignKey(
        Membership, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = "workflow version"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "definition", "number"), name="workflowversion_number"),
            models.UniqueConstraint(
                fields=("organisation", "definition"),
                condition=models.Q(state="published"),
                name="workflowversion_one_published",
            ),
            models.UniqueConstraint(
                fields=("organisation", "definition"),
                condition=models.Q(state="draft"),
                name="workflowversion_one_draft",
            ),
            one_of("workflowversion_state", "state", VersionState.values),
            models.CheckConstraint(
                condition=models.Q(state="draft", published_at=None)
                | models.Q(state__in=["published", "retired"], published_at__isnull=False),
                name="workflowversion_published_at",
            ),
        )
        triggers = (
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'draft' AND (NEW.id, NEW.organisation_id, NEW.definition_id, NEW.number, NEW.graph,"
                    " NEW.form_id, NEW.cases, NEW.revision, NEW.published_at, NEW.published_by_id) IS DISTINCT FROM"
                    " (OLD.id, OLD.organisation_id, OLD.definition_id, OLD.number, OLD.graph, OLD.form_id, OLD.cases,"
                    " OLD.revision, OLD.published_at, OLD.published_by_id)"
                ),
            ),
            pgtrigger.Protect(
                name="kept", operation=pgtrigger.Delete, condition=pgtrigger.Condition("OLD.state <> 'draft'")
            ),
            pgtrigger.FSM(
                name="lifecycle", field="state", transitions=[("draft", "published"), ("published", "retired")]
            ),
        )

    def __str__(self) -> str:
        return f"version {self.number}"

    @fsm(field="state", source=VersionState.DRAFT, target=VersionState.PUBLISHED)
    def publish(self) -> None:
        """New runs start here from now on."""

    @fsm(field="state", source=VersionState.PUBLISHED, target=VersionState.RETIRED)
    def retire(self) -> None:
        """No new run starts here; the open ones finish here."""
