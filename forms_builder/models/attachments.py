"""Files that belong to answers."""

from django.db import models

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned


class Attachment(OrganisationOwned):
    """A stored file. The row is written after the object, so there is no row without an object.

    ``key`` is where it lies in the storage: ``<prefix>/<organisation>/<workflow group>/<run>/<uuid>``, nothing of it
    from the person's own words but the group. ``run_id`` is the workflow run (this app lies below ``workflows``, so it is
    no foreign key), empty until the request that the file was chosen for has started. ``size`` in bytes.
    ``uploaded_by`` is empty for what an automatic step has made.
    """

    run_id = models.UUIDField(null=True, blank=True)
    field = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=300)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = OrganisationForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "key"), name="attachment_key"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="attachment_not_empty"),
        )
        indexes = (
            # The files of a request.
            models.Index(fields=("organisation", "run_id"), name="attachment_run"),
            # Files whose request never started, for the sweeper.
            models.Index(
                fields=("organisation", "created_at"), condition=models.Q(run_id=None), name="attachment_unclaimed"
            ),
        )

    def __str__(self) -> str:
        return self.name
