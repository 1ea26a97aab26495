"""When a request as a whole runs out of time; only requests of workflows with a timeout have a row."""

from django.db import models

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationRow
from workflows.models.runs import WorkflowRun


class RunTimer(OrganisationRow):
    """The timeouts of one run, reckoned when it started. ``check_at`` is when the sweep looks next: the soft one, then the hard
    one, then nothing. Deciding never touches the row; that of a run which has ended is closed when its time comes."""

    run = OrganisationForeignKey(WorkflowRun, on_delete=models.CASCADE, related_name="timers")
    soft_at = models.DateTimeField(null=True)
    hard_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "run"), name="runtimer_one"),)
        indexes = (
            # The sweep: requests whose soft or hard timeout has come.
            models.Index(
                fields=("organisation", "check_at"), condition=models.Q(check_at__isnull=False), name="runtimer_sweep"
            ),
        )

    def __str__(self) -> str:
        return str(self.check_at)
