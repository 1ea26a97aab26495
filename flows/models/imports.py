"""Long work on the catalogue: files that are read in, and the loader of the beginning."""

from django.db import models

from accounts.tenancy.models import OrganisationOwned
from workflows.models.states import one_of


class ImportState(models.TextChoices):
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked"
    APPLYING = "applying", "Being applied"
    APPLIED = "applied", "Applied"
    FAILED = "failed", "Failed"


class CatalogueImport(OrganisationOwned):
    """One file. It is checked first, which changes nothing, and applied when somebody says so.

    ``key`` is where the file lies in the storage, ``errors`` a list of objects with ``row``, ``column`` and ``message``, of
    which the first are kept; ``error_count`` counts all. ``report`` says what was or would be done, by name of the count.
    """

    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=255)
    key = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.CHECKING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    error_count = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    reason = models.TextField(max_length=4_000, blank=True)
    by_name = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "catalogue import"
        constraints = (one_of("catalogueimport_state", "state", ImportState.values),)
        indexes = (
            # The list, newest first.
            models.Index(fields=("organisation", "-created_at"), name="catalogueimport_list"),
            # What a worker has still to do.
            models.Index(
                fields=("organisation", "created_at"),
                condition=models.Q(state__in=["checking", "applying"]),
                name="catalogueimport_waiting",
            ),
        )

    def __str__(self) -> str:
        return self.file_name


class BackfillState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Backfill(OrganisationOwned):
    """One run of the loader that gives each logical flow without a physical one a definition; ``cursor`` is how far it is."""

    state = models.CharField(max_length=10, choices=BackfillState.choices, default=BackfillState.RUNNING)
    dry_run = models.BooleanField(default=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    cursor = models.UUIDField(null=True)
    report = models.JSONField(default=dict)
    by_name = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "run of the loader"
        verbose_name_plural = "runs of the loader"
        constraints = (
            one_of("backfill_state", "state", BackfillState.values),
            # Two runs that change something do not overlap.
            models.UniqueConstraint(
                fields=("organisation",),
                condition=models.Q(state="running", dry_run=False),
                name="backfill_one_running",
            ),
        )
        indexes = (
            # The list, newest first.
            models.Index(fields=("organisation", "-created_at"), name="backfill_list"),
        )

    def __str__(self) -> str:
        return f"{'dry run' if self.dry_run else 'run'} of {self.created_at:%Y-%m-%d}"
