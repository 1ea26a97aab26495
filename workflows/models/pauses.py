"""When the clock of a task stands still, and why."""

from django.db import models

from accounts.models import Membership
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned
from workflows.models.runs import Task, WorkflowRun
from workflows.models.states import one_of


class PauseKind(models.TextChoices):
    """``hold``: somebody waits for something; ``question``: the requester was asked and has not answered yet."""

    HOLD = "hold", "On hold"
    QUESTION = "question", "Waiting for an answer"


class HoldReason(OrganisationOwned):
    """A reason for which tasks of the organisation may be put on hold; without any row those of the product are offered."""

    name = models.CharField(max_length=120)
    position = models.SmallIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="holdreason_name"),)

    def __str__(self) -> str:
        return self.name


class TaskPause(OrganisationOwned):
    """One time in which a task's clock stood still.

    ``reason`` is one of the organisation's reasons, ``text`` the question or a note. It ends when the task goes on; that of a
    task which was closed meanwhile stays as it is. ``lost_seconds`` is the working time by which the due time was moved.
    """

    task = OrganisationForeignKey(Task, on_delete=models.PROTECT, related_name="pauses")
    run = OrganisationForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=PauseKind.choices)
    reason = models.CharField(max_length=120, blank=True)
    text = models.TextField(max_length=5_000, blank=True)
    by = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="questions")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.TextField(max_length=5_000, blank=True)
    lost_seconds = models.IntegerField(default=0)

    class Meta:
        constraints = (
            # A clock that stands still cannot be stopped again.
            models.UniqueConstraint(
                fields=("organisation", "task"), condition=models.Q(ended_at=None), name="taskpause_one_open"
            ),
            one_of("taskpause_kind", "kind", PauseKind.values),
            models.CheckConstraint(
                condition=models.Q(kind=PauseKind.HOLD, asked=None)
                | models.Q(kind=PauseKind.QUESTION, asked__isnull=False),
                name="taskpause_question_asks",
            ),
        )
        indexes = (
            # The pauses of a request in order.
            models.Index(fields=("organisation", "run", "started_at"), name="taskpause_run"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.reason}".strip()
