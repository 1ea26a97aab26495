"""The notices that a person reads in the product."""

from django.db import models
from django.utils import timezone

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationRow


class InboxItem(OrganisationRow):
    """One notice for one person. At most one per event and person, however often the event is planned.

    ``event_id`` and ``run_id`` are no foreign keys: a notice outlives the outbox event, which is dropped after a month.
    """

    recipient = OrganisationForeignKey("accounts.Membership", on_delete=models.CASCADE, related_name="notices")
    event_id = models.UUIDField()
    kind = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    # Who did it, by the name of then; empty where a clock did.
    actor = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    path = models.CharField(max_length=300, blank=True)
    run_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "notice"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "event_id", "recipient"), name="inboxitem_once"),
        )
        indexes = (
            # The notifications page, newest first.
            models.Index(fields=("organisation", "recipient", "-at", "-id"), name="inboxitem_page"),
            # The number on the bell, and "unread only".
            models.Index(
                fields=("organisation", "recipient", "-at", "-id"),
                condition=models.Q(read_at=None),
                name="inboxitem_unread",
            ),
        )

    def __str__(self) -> str:
        return self.title
