"""One request on its way: the run, its tasks, and what was said and done."""

from collections.abc import Sequence
from uuid import UUID

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django_fsm import transition as fsm

from accounts.models import Membership
from accounts.tenancy.constraints import CompiledCheck
from accounts.tenancy.fields import OrganisationForeignKey, WholeJSONField
from accounts.tenancy.models import OrganisationOwned, OrganisationRow
from workflows.models.definitions import WorkflowDefinition, WorkflowVersion
from workflows.models.states import FINAL_RUN, OPEN_TASK, RunStatus, Stateful, TaskState, one_of, state_field

OPEN = models.Q(state__in=[str(state) for state in OPEN_TASK])


def _but(states: type[models.TextChoices], some: Sequence[models.TextChoices]) -> list[str]:
    """The other states."""
    return [value for value in states.values if value not in some]


class RunCounter(OrganisationRow):
    """The last number given to a run. Starting a run holds this row until its commit; deciding never touches it."""

    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation",), name="runcounter_one"),)

    def __str__(self) -> str:
        return str(self.last)


class WorkflowRun(Stateful, OrganisationOwned):
    """One request, pinned to the version it was started on.

    ``data`` holds the form's values by field name, ``labels`` what was picked is called, ``context`` facts that steps
    hand on. ``tokens`` says where each branch is (see ``graph.tokens``; empty while there is one), ``superseded`` keeps the
    values that a way back has gone over until they are given again. ``subject_kind`` and ``subject_id`` name what the request
    is about, where it is about a row of the product, see ``workflows.subjects``. ``version_no`` is the number of the newest
    ``TransitionLog`` entry and grows with every change.
    """

    number = models.BigIntegerField()
    definition = OrganisationForeignKey(WorkflowDefinition, on_delete=models.PROTECT, related_name="runs")
    version = OrganisationForeignKey(WorkflowVersion, on_delete=models.PROTECT, related_name="runs")
    requester = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="requests")
    status = state_field(RunStatus, RunStatus.QUEUED)
    outcome = models.CharField(max_length=120, blank=True)
    subject_kind = models.CharField(max_length=60, blank=True, default="", db_default="")
    subject_id = models.UUIDField(null=True)
    title = models.CharField(max_length=300)
    data = models.JSONField(default=dict)
    labels = models.JSONField(default=dict)
    context = models.JSONField(default=dict)
    tokens = models.JSONField(default=list, db_default=[])
    superseded = models.JSONField(default=dict, db_default={})
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    version_no = models.IntegerField(default=0)

    class Meta:
        verbose_name = "request"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "number"), name="workflowrun_number"),
            CompiledCheck(
                condition=models.Q(status__in=_but(RunStatus, FINAL_RUN), finished_at=None)
                | models.Q(status__in=[str(s) for s in FINAL_RUN], finished_at__isnull=False),
                name="workflowrun_finished_at",
            ),
        )
        indexes = (
            # Runs of a workflow in a period.
            models.Index(fields=("organisation", "definition", "started_at"), name="workflowrun_period"),
            # My requests, newest first.
            models.Index(fields=("organisation", "requester", "started_at"), name="workflowrun_requester"),
            # The open request about something.
            models.Index(
                fields=("organisation", "subject_id"),
                condition=models.Q(subject_id__isnull=False, finished_at=None),
                name="workflowrun_subject",
            ),
            # All runs, newest first, for those who may see all.
            models.Index(fields=("organisation", "started_at"), name="workflowrun_started"),
            # Search by words of the title, the organisation as one more of them.
            GinIndex(
                models.Func("organisation", "title", function="workflows_words", output_field=SearchVectorField()),
                name="workflowrun_words",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def about(self) -> tuple[str, UUID | None]:
        return self.subject_kind, self.subject_id

    @fsm(field="status", source=RunStatus.QUEUED, target=RunStatus.RUNNING)
    def begin(self) -> None:
        """The first step is done."""

    @fsm(field="status", source=RunStatus.RUNNING, target=RunStatus.COMPLETED)
    def complete(self) -> None:
        """An end step is reached."""

    @fsm(field="status", source=(RunStatus.QUEUED, RunStatus.RUNNING), target=RunStatus.FAILED)
    def fail(self) -> None:
        """A machine's step gave up."""

    @fsm(field="status", source=(RunStatus.QUEUED, RunStatus.RUNNING), target=RunStatus.KILLED)
    def kill(self) -> None:
        """Somebody ended the run before an end step."""


class Task(Stateful, OrganisationOwned):
    """One stay of a run at a step.

    Who must decide: ``assignee``; without one, any of the open ``candidates``; with neither it is ``unassigned`` and
    waits for a tenant admin. ``on_behalf_of`` is in whose place ``completed_by`` decided, where the task was not theirs.
    ``definition`` and ``requester`` repeat the run's for the inbox. ``version`` grows with every change. ``superseded``:
    decided, but a way back has gone over it since.

    ``check_at`` is when the SLA sweep looks next, for the first rung of the step's ladder that is not among the bits of
    ``rungs_done``; nothing while the clock stands still (``paused_at``, and in ``pause`` why, see ``TaskPause``).
    ``stood_still`` is for how many seconds of working time it did so until now.
    """

    run = OrganisationForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="tasks")
    definition = OrganisationForeignKey(
        WorkflowDefinition, on_delete=models.PROTECT, related_name="+", copied_from="run"
    )
    requester = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="+", copied_from="run")
    step = models.CharField(max_length=60)
    step_name = models.CharField(max_length=120)
    state = state_field(TaskState, TaskState.WAITING)
    assignee = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="tasks")
    unassigned = models.BooleanField(default=False, db_default=False)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)
    reminded = models.BooleanField(default=False, db_default=False)
    overdue = models.BooleanField(default=False, db_default=False)
    escalations = models.SmallIntegerField(default=0, db_default=0)
    rungs_done = models.SmallIntegerField(default=0, db_default=0)
    paused_at = models.DateTimeField(null=True)
    pause = models.CharField(max_length=10, blank=True, db_default="")
    stood_still = models.IntegerField(default=0, db_default=0)
    completed_at = models.DateTimeField(null=True)
    completed_by = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    on_behalf_of = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    transition = models.CharField(max_length=120, blank=True, db_default="")
    superseded = models.BooleanField(default=False, db_default=False)
    version = models.IntegerField(default=1, db_default=1)
    panel = models.JSONField(null=True, default=None)
    """Members and votes of an approval step, see ``workflows.approval.Panel``; null where one person decides."""

    class Meta:
        constraints = (
            # The last wall against two decisions: a step is open once in a run.
            models.UniqueConstraint(fields=("organisation", "run", "step"), condition=OPEN, name="task_one_open"),
            # What is open is undecided, and what waits for an assignment has nobody. One check: each is asked for by itself.
            CompiledCheck(
                condition=(
                    OPEN & models.Q(completed_at=None, completed_by=None)
                    | models.Q(state__in=_but(TaskState, OPEN_TASK))
                )
                & (models.Q(unassigned=False) | models.Q(assignee=None)),
                name="task_is_consistent",
            ),
        )
        indexes = (
            # Inbox "to decide": my open tasks, oldest first.
            models.Index(fields=("organisation", "assignee", "opened_at"), condition=OPEN, name="task_inbox"),
            # The sweep: open tasks whose reminder or due time has come.
            models.Index(
                fields=("organisation", "check_at"),
                condition=OPEN & models.Q(check_at__isnull=False),
                name="task_sla_sweep",
            ),
            # The tenant admin's list of tasks that wait for an assignment.
            models.Index(
                fields=("organisation", "opened_at"), condition=OPEN & models.Q(unassigned=True), name="task_unassigned"
            ),
            # The tasks of a run, and who held them.
            models.Index(fields=("organisation", "run", "opened_at"), name="task_run"),
            # What somebody decided, newest first; who may see a run because of it.
            models.Index(
                fields=("organisation", "completed_by", "completed_at"),
                condition=models.Q(completed_by__isnull=False),
                name="task_decided_by",
            ),
        )

    def __str__(self) -> str:
        return self.step_name

    @fsm(field="state", source=TaskState.WAITING, target=TaskState.SUCCESS)
    def decide(self) -> None:
        """A person chose the next step."""

    @fsm(field="state", source=OPEN_TASK, target=TaskState.FAILURE)
    def fail(self) -> None:
        """Its time was up, and that ends it."""

    @fsm(field="state", source=TaskState.RUNNING, target=TaskState.SUCCESS)
    def succeed(self) -> None:
        """A machine has done its work."""

    @fsm(field="state", source=TaskState.RUNNING, target=TaskState.FAILURE_RETRY)
    def falter(self) -> None:
        """An attempt failed; another one follows."""

    @fsm(field="state", source=TaskState.FAILURE_RETRY, target=TaskState.RUNNING)
    def resume(self) -> None:
        """The next attempt begins."""

    @fsm(field="state", source=(TaskState.RUNNING, TaskState.FAILURE_RETRY), target=TaskState.FAILURE)
    def give_up(self) -> None:
        """No attempt is left: the request goes another way, or waits for an admin."""

    @fsm(field="state", source=TaskState.FAILURE, target=TaskState.RUNNING)
    def retry(self) -> None:
        """An admin has it tried again."""

    @fsm(
        field="state",
        source=(TaskState.WAITING, TaskState.RUNNING, TaskState.FAILURE_RETRY, TaskState.FAILURE),
        target=TaskState.SKIPPED,
    )
    def skip(self) -> None:
        """The run ended without this task, or its branch was not needed any more."""


class TaskCandidate(OrganisationOwned):
    """One of several people who see a task in their team queue; the first to decide or claim it wins.

    The rows stay when the task leaves the queue, closed: a candidate who came second is told who was first.
    """

    task = OrganisationForeignKey(Task, on_delete=models.CASCADE, related_name="candidates")
    member = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="candidacies")
    is_open = models.BooleanField(default=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "task", "member"), name="taskcandidate_once"),)
        indexes = (
            # Inbox "team queue": tasks that I may decide, oldest first; and who may see a run because of it.
            models.Index(fields=("organisation", "member", "is_open", "opened_at"), name="taskcandidate_queue"),
        )

    def __str__(self) -> str:
        return "open" if self.is_open else "closed"


class CommentKind(models.TextChoices):
    COMMENT = "comment", "Comment"
    REASON = "reason", "Reason"


class Comment(OrganisationOwned):
    """What somebody wrote: a remark, or the reason given with a decision."""

    run = OrganisationForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="comments")
    author = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField(max_length=5_000)
    kind = models.CharField(max_length=20, choices=CommentKind.choices, default=CommentKind.COMMENT)
    task = OrganisationForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="comments")

    class Meta:
        constraints = (one_of("comment_kind", "kind", CommentKind.values),)
        indexes = (
            # The comments of a request in order.
            models.Index(fields=("organisation", "run", "created_at"), name="comment_run"),
        )

    def __str__(self) -> str:
        return self.text[:60]


class ParticipantKind(models.TextChoices):
    STAKEHOLDER = "stakeholder", "Stakeholder"
    WATCHER = "watcher", "Watcher"


class Participant(OrganisationOwned):
    """Somebody who follows a run: named as stakeholder, or watching by own choice."""

    run = OrganisationForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="participants")
    member = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="participations")
    kind = models.CharField(max_length=20, choices=ParticipantKind.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "run", "member", "kind"), name="participant_once"),
            one_of("participant_kind", "kind", ParticipantKind.values),
        )
        indexes = (
            # Inbox "following", and who may see a run.
            models.Index(fields=("organisation", "member", "run"), name="participant_member"),
        )

    def __str__(self) -> str:
        return self.kind


class LogKind(models.TextChoices):
    STARTED = "started", "Started"
    MOVED = "moved", "Moved"
    ASSIGNED = "assigned", "Assigned"
    REASSIGNED = "reassigned", "Handed over"
    TAKEN_OVER = "taken_over", "Taken over"
    CLAIMED = "claimed", "Claimed"
    VOTED = "voted", "Voted"
    REMINDED = "reminded", "Reminded"
    TOLD = "told", "Told the manager"
    WARNED = "warned", "Warned of the timeout"
    TIMED_OUT = "timed_out", "Timed out"
    ESCALATED = "escalated", "Escalated"
    OVERDUE = "overdue", "Overdue"
    UNASSIGNED = "unassigned", "Waiting for assignment"
    MIGRATED = "migrated", "Moved to another version"
    HELD = "held", "Put on hold"
    ASKED = "asked", "Asked the requester"
    ANSWERED = "answered", "Answered"
    RESUMED = "resumed", "Resumed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    COMPLETED = "completed", "Completed"
    SKIPPED = "skipped", "Branch not taken"
    JOIN_WAITING = "join_waiting", "Waits for other branches"
    JOINED = "joined", "Branches came together"
    CANCELLED = "cancelled", "Not needed any more"
    SUPERSEDED = "superseded", "Answers superseded"
    TRIED = "tried", "Attempt failed"
    FAILED = "failed", "Automatic step failed"
    RETRIED = "retried", "Tried again"
    PASSED = "passed", "Automatic step skipped"
    LINK_SENT = "link_sent", "Asked by a link"
    LINK_REFUSED = "link_refused", "Not asked by a link"
    LINK_DECIDED = "link_decided", "Decided by a link"
    LINK_ENDED = "link_ended", "Link ended"


class TransitionLog(OrganisationRow):
    """The history of a run, numbered without gaps and append-only.

    People are ids with the name they had then. ``for_member_id`` is in whose place ``by_id`` acted. ``from_member_id`` is who
    the task left without deciding it, and keeps the right to read the run. ``detail`` holds what a sentence of the timeline
    needs.
    """

    run = OrganisationForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="log")
    seq = models.IntegerField()
    kind = models.TextField(choices=LogKind.choices)
    task = OrganisationForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="+")
    from_step = models.TextField(blank=True, db_default="")
    to_step = models.TextField(blank=True, db_default="")
    transition = models.TextField(blank=True, db_default="")
    by_id = models.UUIDField(null=True)
    by_name = models.TextField()
    for_member_id = models.UUIDField(null=True)
    for_name = models.TextField(blank=True, db_default="")
    from_member_id = models.UUIDField(null=True)
    from_name = models.TextField(blank=True, db_default="")
    to_member_id = models.UUIDField(null=True)
    to_name = models.TextField(blank=True, db_default="")
    reason = models.TextField(blank=True, db_default="")
    detail = WholeJSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "history entry"
        verbose_name_plural = "history entries"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "run", "seq"), name="transitionlog_seq"),
            CompiledCheck(condition=models.Q(kind__in=LogKind.values), name="transitionlog_kind"),
        )
        indexes = (
            # Who may see a run because a task of it was once theirs.
            models.Index(
                fields=("organisation", "from_member_id"),
                condition=models.Q(from_member_id__isnull=False),
                name="transitionlog_left",
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"
