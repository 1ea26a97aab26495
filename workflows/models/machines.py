"""What machines do at automatic steps: the work, its attempts, what they may know, and what comes in for them."""

from django.db import models

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned, OrganisationRow
from workflows.models.runs import Task, WorkflowRun
from workflows.models.states import one_of


class MachineStep(OrganisationRow):
    """The machine's side of a task at an automatic step; what people see of it is the task's state.

    ``next_at`` is when a worker takes it up: at once, after a failure or a pause, or, while somebody works on it, when the
    lease is over. None: nothing is to be done. ``key`` is what an effect outside is known by; it changes when the outcome
    of an attempt is known, and stays when it is not. ``link`` is where a saved task with several pieces of work stands; what
    follows is of this link, but for ``attempts``, which go on. They are counted before they are made, ``failures`` are those that
    said so, ``crashes`` those that never came to an end. ``params`` replace the document's, if an admin has edited
    them. ``paused_until`` is set once an attempt has decided to wait. ``woken``: what it may wait for has come since somebody
    took it up.
    """

    task = OrganisationForeignKey(Task, on_delete=models.CASCADE, related_name="machine_steps")
    run = OrganisationForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="machine_steps")
    step = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    next_at = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    key = models.UUIDField()
    link = models.PositiveSmallIntegerField(default=0, db_default=0)
    attempts = models.IntegerField(default=0)
    failures = models.IntegerField(default=0)
    crashes = models.IntegerField(default=0)
    params = models.JSONField(null=True)
    paused_until = models.DateTimeField(null=True)
    waits = models.BooleanField(default=False)
    woken = models.BooleanField(default=False, db_default=False)
    note = models.CharField(max_length=200, blank=True)
    quarantined = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "automatic step"
        constraints = (models.UniqueConstraint(fields=("organisation", "task"), name="machinestep_task"),)
        indexes = (
            # What a worker has to do, oldest first.
            models.Index(
                fields=("organisation", "next_at"),
                condition=models.Q(next_at__isnull=False),
                name="machinestep_due",
            ),
            # The steps of a run in their order.
            models.Index(fields=("organisation", "run", "opened_at"), name="machinestep_run"),
        )

    def __str__(self) -> str:
        return f"{self.kind} at {self.step}"


class AttemptOutcome(models.TextChoices):
    """``crashed`` says that whoever made the attempt never came back."""

    STARTED = "started", "Under way"
    DONE = "done", "Done"
    PAUSED = "paused", "Waits"
    FAILED = "failed", "Failed"
    TIMED_OUT = "timed_out", "Out of time"
    CRASHED = "crashed", "Broke off"


class TaskAttempt(OrganisationRow):
    """One attempt of a machine at a step, written down before it is made.

    ``result`` is what it answered, ``artifacts`` are the ids of the files that it made. ``link`` is the piece of a saved task
    that was tried, from 0.
    """

    machine_step = OrganisationForeignKey(MachineStep, on_delete=models.CASCADE, related_name="attempt_rows")
    number = models.IntegerField()
    link = models.PositiveSmallIntegerField(default=0, db_default=0)
    key = models.UUIDField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=AttemptOutcome.choices, default=AttemptOutcome.STARTED)
    error = models.TextField(blank=True)
    result = models.JSONField(null=True)
    artifacts = models.JSONField(default=list)

    class Meta:
        constraints = (
            # The attempts of a step in their order.
            models.UniqueConstraint(fields=("organisation", "machine_step", "number"), name="taskattempt_number"),
            one_of("taskattempt_outcome", "outcome", AttemptOutcome.values),
        )

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.outcome}"


class IncomingEvent(OrganisationRow):
    """What another system has sent for a waiting step, by its one-time address. It may come before the step is reached.

    ``round`` tells the visits of a step apart: a step that is reached again gets an address of its own.
    """

    run = OrganisationForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="incoming")
    step = models.CharField(max_length=60)
    round = models.IntegerField()
    payload = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "run", "step", "round"), name="incomingevent_once"),
        )

    def __str__(self) -> str:
        return f"for {self.step}"


class Secret(OrganisationOwned):
    """Something that automatic steps send and nobody reads: encrypted here, named in documents."""

    name = models.CharField(max_length=60)
    note = models.CharField(max_length=200, blank=True)
    sealed = models.BinaryField(editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="secret_name"),)

    def __str__(self) -> str:
        return self.name


class ConfiguredTask(OrganisationOwned):
    """A kind of automatic step, or several in a row, with settings that are filled in: the organisation's own library.

    Documents name it by ``key``, which never changes. ``nodes`` are its links, ``parameters`` the settings that each workflow
    may say anew. ``edition`` grows with every change of either.
    """

    key = models.CharField(max_length=60, editable=False)
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2_000, blank=True)
    nodes = models.JSONField()
    parameters = models.JSONField(default=list, db_default=[], blank=True)
    edition = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        verbose_name = "saved task"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "name"), name="configuredtask_name"),
            models.UniqueConstraint(fields=("organisation", "key"), name="configuredtask_key"),
        )

    def __str__(self) -> str:
        return self.name
