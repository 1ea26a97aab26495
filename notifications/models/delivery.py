"""Messages that leave the product: one row per event, person and channel, and one per attempt to send it."""

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationRow


class Delivery(OrganisationRow):
    """A message to one person over one channel, written in full when it is planned: every attempt sends the same text.

    ``next_at`` is when a sender may take the row: now, after the retry's pause, or when the lease of a sender that
    never came back has run out. ``attempts`` counts them all; ``charged`` those that count towards giving up, which a
    replay sets back to zero and an outage of the mail server does not raise. ``possible_duplicate`` means that an
    earlier attempt may have been accepted without our knowing; receivers see the same Message-ID.

    A message to somebody without an account has no ``recipient``: ``link`` is the decision link that it brings, which knows
    the address, and each attempt brings a key of its own.
    """

    class State(models.TextChoices):
        PLANNED = "planned"
        LEASED = "leased"
        RETRY = "retry"
        SENT = "sent"
        SUPPRESSED = "suppressed"
        DEAD = "dead"
        UNKNOWN = "unknown"

    OPEN = (State.PLANNED, State.LEASED, State.RETRY)
    FAILED = (State.DEAD, State.SUPPRESSED, State.UNKNOWN)

    recipient = OrganisationForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    link = OrganisationForeignKey("workflows.DecisionLink", on_delete=models.CASCADE, null=True, related_name="+")
    event_id = models.UUIDField()
    kind = models.CharField(max_length=80)
    channel = models.CharField(max_length=20)
    run_id = models.UUIDField(null=True)
    path = models.CharField(max_length=300, blank=True)
    subject = models.CharField(max_length=250)
    body = models.TextField()
    watching = models.BooleanField(default=False)
    message_id = models.CharField(max_length=300)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    reason = models.TextField(blank=True)
    address = models.CharField(max_length=254, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    charged = models.PositiveSmallIntegerField(default=0)
    possible_duplicate = models.BooleanField(default=False)
    next_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "event_id", "recipient", "channel"), name="delivery_once"),
            models.UniqueConstraint(
                fields=("organisation", "event_id", "link"),
                condition=models.Q(link__isnull=False),
                name="delivery_link_once",
            ),
            models.CheckConstraint(
                condition=models.Q(recipient__isnull=False, link=None) | models.Q(recipient=None, link__isnull=False),
                name="delivery_to_one",
            ),
        )
        indexes = (
            # The sender's next message, and which organisations have one.
            models.Index(
                fields=("organisation", "next_at"),
                condition=models.Q(state__in=("planned", "leased", "retry")),
                name="delivery_due",
            ),
            # The admin's list of what never arrived.
            models.Index(
                fields=("organisation", "-created_at"),
                condition=models.Q(state__in=("dead", "suppressed", "unknown")),
                name="delivery_failed",
            ),
            models.Index(fields=("organisation", "-created_at"), name="delivery_list"),
        )

    def __str__(self) -> str:
        return self.subject


class Attempt(OrganisationRow):
    """One try to send. The row is committed before the mail server is contacted, so a crash in between leaves a trace."""

    class Outcome(models.TextChoices):
        STARTED = "started"
        SENT = "sent"
        RETRY = "retry"
        OUTAGE = "outage"
        SUPPRESSED = "suppressed"
        DEAD = "dead"
        UNKNOWN = "unknown"

    delivery = OrganisationForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempt_rows")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.STARTED)
    error = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "delivery", "number"), name="attempt_number"),)

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.outcome}"


class SuppressedAddress(OrganisationRow):
    """An address that the receiving server has refused for good. After ``until`` one more message may try it."""

    address = models.EmailField(max_length=254)
    reason = models.TextField()
    until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "suppressed addresses"
        constraints = (models.UniqueConstraint(fields=("organisation", "address"), name="suppressedaddress_once"),)

    def __str__(self) -> str:
        return self.address


class MailTransport(models.Model):
    """The breaker of a way out of the product, shared by all senders; belongs to no organisation.

    While ``open_until`` lies ahead nobody contacts the server. Afterwards one sender tries, and moves ``open_until`` on.
    """

    name = models.CharField(max_length=20, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name
