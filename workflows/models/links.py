"""Decisions asked by a link: of people without an account, and by automatic steps of anybody."""

from django.db import models

from accounts.models import Membership
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned
from workflows.models.runs import Task, WorkflowRun
from workflows.models.states import one_of


class LinkEnd(models.TextChoices):
    """Why a link decides nothing any more. One whose task is closed, or whose time is over, is dead without being marked."""

    OPEN = "", "Open"
    DECIDED = "decided", "Decided"
    OTHER = "other", "Somebody else decided"
    REVOKED = "revoked", "Revoked"
    REPLACED = "replaced", "A new one was sent"
    EXPIRED = "expired", "Expired"


class DecisionLink(OrganisationOwned):
    """One mailbox that was asked to decide one task, and what became of it.

    The link itself is not here: each mail brings its own, of which ``hashes`` keep SHA-256 (the newest few), as ``code_hash``
    keeps a keyed one of the one-time code. ``content`` is the digest of what the step showed when it was asked
    (``workflows.shown``), with the version of the workflow in it. ``member`` is who was asked where the mailbox is a member's.
    ``turn`` counts how often an automatic step has asked, ``key`` is that step's own. ``field`` names the field of the form
    that the address comes from.
    """

    run = OrganisationForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="links")
    task = OrganisationForeignKey(Task, on_delete=models.PROTECT, related_name="links")
    member = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    medium = models.CharField(max_length=20, default="email")
    address = models.CharField(max_length=254)
    field = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    content = models.CharField(max_length=64)
    turn = models.PositiveSmallIntegerField(default=1)
    key = models.UUIDField(null=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    hashes = models.JSONField(default=list)
    needs_code = models.BooleanField(default=False)
    codes_asked = models.PositiveSmallIntegerField(default=0)
    code_asked_at = models.DateTimeField(null=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=LinkEnd.choices, blank=True, default=LinkEnd.OPEN)
    name = models.CharField(max_length=120, blank=True)
    transition = models.CharField(max_length=120, blank=True)
    comment = models.TextField(max_length=5_000, blank=True)

    class Meta:
        constraints = (
            # The last wall against two decisions of one task by links.
            models.UniqueConstraint(
                fields=("organisation", "task"),
                condition=models.Q(outcome=LinkEnd.DECIDED),
                name="decisionlink_one_decides",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", ended_at=None)
                | (~models.Q(outcome="") & models.Q(ended_at__isnull=False)),
                name="decisionlink_ended",
            ),
            one_of("decisionlink_outcome", "outcome", LinkEnd.values),
        )
        indexes = (
            # The links of a request in their order.
            models.Index(fields=("organisation", "run", "sent_at"), name="decisionlink_run"),
            # The links of a task, asked before it is decided in another way.
            models.Index(fields=("organisation", "task"), name="decisionlink_task"),
            # The sweep: links whose time is over.
            models.Index(
                fields=("organisation", "expires_at"), condition=models.Q(outcome=""), name="decisionlink_expiry"
            ),
        )

    def __str__(self) -> str:
        return self.address
