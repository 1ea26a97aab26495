"""Long work on the catalogue: files that are read in, and the loader of the beginning."""

from django.db import models

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned, OrganisationRow
from workflows.models.states import one_of


class ImportState(models.TextChoices):
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked"
    APPLYING = "applying", "Being applied"
    APPLIED = "applied", "Applied"
    FAILED = "failed", "Failed"


class CatalogueImport(OrganisationOwned):
    """One file. It is checked first, which changes nothing, and applied when somebody says so.

    ``errors`` is a list of objects with ``row``, ``column`` and ``message``, of which the first are kept; ``error_count``
    counts all. ``report`` says how many rows are new, changed, unchanged or wrong, by these names. ``actor_id`` is who asked
    for what is going on, ``lease`` who does it and ``leased_until`` since when somebody else may.
    """

    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.CHECKING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    error_count = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    reason = models.TextField(max_length=4_000, blank=True)
    skip_errors = models.BooleanField(default=False)
    failure = models.TextField(max_length=1_000, blank=True)
    by_name = models.CharField(max_length=200, blank=True)
    actor_id = models.UUIDField(null=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
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

    @property
    def is_waiting(self) -> bool:
        return self.state in (ImportState.CHECKING, ImportState.APPLYING)


class CatalogueImportFile(OrganisationRow):
    """What was uploaded, until it is applied or no longer wanted. In the database, so that it comes and goes with its import."""

    catalogue_import = OrganisationForeignKey(CatalogueImport, on_delete=models.CASCADE, related_name="files")
    content = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "catalogue_import"), name="catalogueimportfile_once"),
        )

    def __str__(self) -> str:
        return f"file of {self.catalogue_import_id}"


class RowAction(models.TextChoices):
    NEW = "new", "New"
    CHANGED = "changed", "Changed"
    WRONG = "wrong", "Wrong"


class CatalogueImportRow(OrganisationRow):
    """What the check found about one row of the file; rows that change nothing are only counted.

    ``values`` are the cells by column, ``before`` what the catalogue said of the same attributes, ``problems`` a list of
    pairs of column and message. Applying judges the values again and stops where it comes to something else.
    """

    catalogue_import = OrganisationForeignKey(CatalogueImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=RowAction.choices)
    subject_id = models.UUIDField(null=True)
    values = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    problems = models.JSONField(default=list)

    class Meta:
        constraints = (
            # The rows of a file in their order.
            models.UniqueConstraint(
                fields=("organisation", "catalogue_import", "number"), name="catalogueimportrow_once"
            ),
            one_of("catalogueimportrow_action", "action", RowAction.values),
        )

    def __str__(self) -> str:
        return f"row {self.number}: {self.action}"


class BackfillState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Backfill(OrganisationOwned):
    """One run of the loader that gives each logical flow without a physical one a definition.

    ``cursor`` is the logical flow up to which everything is done, written in the transaction of the batch; ``done`` of
    ``total`` logical flows are looked at. ``report`` says what became of them, by name of the count. A run ``in_background``
    is carried on by the workers until it is done; ``attempts`` counts how often it stood still.
    """

    state = models.CharField(max_length=10, choices=BackfillState.choices, default=BackfillState.RUNNING)
    dry_run = models.BooleanField(default=True)
    in_background = models.BooleanField(default=False)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    batches = models.PositiveIntegerField(default=0)
    cursor = models.UUIDField(null=True)
    report = models.JSONField(default=dict)
    failure = models.TextField(max_length=1_000, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
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
