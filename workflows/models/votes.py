"""What the members of a panel said."""

import pgtrigger
from django.db import models

from accounts.models import Membership
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned
from workflows.models.runs import Task, WorkflowRun


class Vote(OrganisationOwned):
    """One vote on a task; append-only. ``seat`` is whose place on the panel it was given for, as a rule the voter's own.

    Where the panel stands is kept with the task (``Task.panel``), under the lock of every decision; these rows are the last
    wall: nobody votes twice on a task and no seat has two votes, whatever the code above them believes.
    """

    run = OrganisationForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="votes")
    task = OrganisationForeignKey(Task, on_delete=models.PROTECT, related_name="votes")
    member = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    seat = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    approve = models.BooleanField()
    transition = models.CharField(max_length=120)
    shown = models.CharField(max_length=64, blank=True, db_default="")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "task", "member"), name="taskvote_once"),
            models.UniqueConstraint(fields=("organisation", "task", "seat"), name="taskvote_seat_once"),
        )
        indexes = (
            # Who decided a step by a vote, for the separation of duties.
            models.Index(fields=("organisation", "run"), name="taskvote_run"),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return "approved" if self.approve else "rejected"
