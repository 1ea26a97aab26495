"""The append-only record and the chain that seals it."""

import pgtrigger
from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.tenancy.fields import WholeJSONField
from accounts.tenancy.models import OrganisationRow, machine_organisation

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def _transaction_id() -> Cast:
    """The writing transaction's id: a ``bigint``, since ``xid8`` has no type in Django."""
    current = models.Func(function="pg_current_xact_id", output_field=models.TextField())
    return Cast(Cast(current, models.TextField()), models.BigIntegerField())


class AuditEntry(OrganisationRow):
    """One fact. ``xid`` orders the entries for the sealer; see ``accounts.audit.seal``.

    Short texts have no limit here, nor in other rows that only the product writes: what they copy is limited, and the server
    calls a function for each value that goes into a limited column.
    """

    organisation = machine_organisation()
    at = models.DateTimeField(default=timezone.now)
    kind = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.UUIDField()
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    actor_label = models.TextField()
    payload = WholeJSONField(default=dict)
    request_id = models.TextField(blank=True)
    xid = models.BigIntegerField(db_default=_transaction_id())

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        triggers = (APPEND_ONLY,)
        indexes = (
            # The sealer's next batch, and the admin's list.
            models.Index(fields=("organisation", "at"), name="auditentry_at"),
            # The history of one thing.
            models.Index(fields=("organisation", "subject_id", "at"), name="auditentry_subject"),
        )

    def __str__(self) -> str:
        return f"{self.kind} by {self.actor_label}"


class AuditSeal(OrganisationRow):
    """One link of an organisation's chain: the hash over the entry and the link before.

    ``entry_id`` is no foreign key: a seal must outlive a removed entry to tell of it.
    """

    seq = models.BigIntegerField()
    entry_id = models.UUIDField()
    entry_at = models.DateTimeField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        triggers = (APPEND_ONLY,)
        constraints = (
            models.UniqueConstraint(fields=("organisation", "seq"), name="auditseal_seq"),
            models.UniqueConstraint(fields=("organisation", "entry_id"), name="auditseal_entry"),
        )

    def __str__(self) -> str:
        return f"seal {self.seq}"
