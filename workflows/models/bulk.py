"""Decisions about many tasks at once."""

from django.db import models
from django_fsm import transition as fsm

from accounts.models import Membership
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned
from workflows.models.states import Stateful, one_of, state_field


class BulkState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Undone"
    FAILED = "failed", "Failed"


class BulkAction(models.TextChoices):
    DECIDE = "decide", "Decide"
    REASSIGN = "reassign", "Hand over"
    CLAIM = "claim", "Claim"


class BulkAct(Stateful, OrganisationOwned):
    """One person's wish for many tasks. Until ``run_at`` nothing has happened and it can be undone; then each row succeeds
    or is left by itself.

    ``attempts`` counts what workers have begun, each before it is made; ``run_at`` is when the next one is, should it break off.

    ``rows`` is the wish, ``{"schema": 1, "rows": [{"task", "version", "data", "comment", "shown"}]}``, emptied
    when it is done: form values live in the requests.

    ``results`` is ``{"schema": 1, "rows": [...]}``, see ``services.bulk.RowResult``.
    """

    actor = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=20, choices=BulkAction.choices)
    transition = models.CharField(max_length=120, blank=True)
    assignee = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    comment = models.TextField(max_length=5_000, blank=True)
    state = state_field(BulkState, BulkState.WAITING)
    rows = models.JSONField(default=dict)
    results = models.JSONField(default=dict)
    asked = models.PositiveSmallIntegerField()
    done = models.PositiveSmallIntegerField(default=0)
    run_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "bulk action"
        constraints = (
            one_of("bulkact_action", "action", BulkAction.values),
            models.CheckConstraint(
                condition=models.Q(state=BulkState.WAITING, finished_at=None)
                | models.Q(
                    state__in=[BulkState.DONE, BulkState.CANCELLED, BulkState.FAILED], finished_at__isnull=False
                ),
                name="bulkact_finished_at",
            ),
        )
        indexes = (
            # What is due, and which organisations have something due.
            models.Index(
                fields=("organisation", "run_at"), condition=models.Q(state=BulkState.WAITING), name="bulkact_due"
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.asked}"

    @fsm(field="state", source=BulkState.WAITING, target=BulkState.DONE)
    def finish(self) -> None:
        """Every row was tried."""

    @fsm(field="state", source=BulkState.WAITING, target=BulkState.CANCELLED)
    def cancel(self) -> None:
        """Undone before anything happened."""

    @fsm(field="state", source=BulkState.WAITING, target=BulkState.FAILED)
    def give_up(self) -> None:
        """Every attempt broke off; nothing has happened."""
