"""Facts that somebody is to be told of, written in the transaction of the change itself."""

from django.db import models
from django.utils import timezone

from accounts.tenancy.models import OrganisationRow, machine_organisation

SEQUENCE = "notifications_outbox_seq"


class OutboxEvent(OrganisationRow):
    """That an audit entry is to be told: ``id``, ``kind``, ``subject_id`` and ``at`` are the entry's own, which says the rest.

    ``seq`` is drawn while the writer holds its subject, so the events of one subject are in order. ``attempts`` is
    counted when the event is leased, before it is planned: a crash counts. ``lease_until`` with a token means that a
    relay is at work until then; without one it means a pause after a failure.
    """

    class State(models.TextChoices):
        NEW = "new"
        PLANNED = "planned"
        POISON = "poison"

    organisation = machine_organisation()
    kind = models.TextField()
    subject_id = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)
    seq = models.BigIntegerField(
        db_default=models.Func(models.Value(SEQUENCE), function="nextval", output_field=models.BigIntegerField())
    )
    state = models.TextField(choices=State.choices, default=State.NEW, db_default=State.NEW)
    attempts = models.SmallIntegerField(default=0, db_default=0)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    planned_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, db_default="")

    class Meta:
        verbose_name = "outbox event"
        indexes = (
            # The relay's next batch, and which organisations have one.
            models.Index(fields=("organisation", "seq"), condition=models.Q(state="new"), name="outboxevent_waiting"),
            # The admin's list of what could not be planned.
            models.Index(fields=("organisation", "at"), condition=models.Q(state="poison"), name="outboxevent_poison"),
            # The admin's list, and the sweeper that drops old events.
            models.Index(fields=("organisation", "at"), name="outboxevent_at"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"
