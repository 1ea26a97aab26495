"""The base of every tenant table."""

from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.tenancy.scope import current_organisation_id

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): opaque to clients, and rows written together stay together in the index."""
    return uuid7()


class OrganisationManager(models.Manager[M_co]):
    """Raises MissingScope outside of an organisation scope; inside, row-level security keeps to the organisation."""

    def get_queryset(self) -> models.QuerySet[M_co]:
        current_organisation_id()
        return super().get_queryset()

    def none(self) -> models.QuerySet[M_co]:
        """No rows, which needs no scope; the description of the API asks for the model this way."""
        return super().get_queryset().none()


def machine_organisation() -> "models.ForeignKey[Any, Any]":
    """The ``organisation`` of a table that every write of the product adds to: without the key to the organisation's own row.

    Looking it up for each entry locks the one row that all writers of the organisation share. Row-level security lets
    nobody write for another organisation than the declared one, and organisations are never deleted.
    """
    return models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        editable=False,
    )


class OrganisationRow(models.Model):
    """A row of one organisation, kept by the machine: audit entries, outbox rows and the like.

    The database backend gives the table row-level security and composite foreign keys.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )

    objects: ClassVar[OrganisationManager[Any]] = OrganisationManager()

    class Meta:
        abstract = True


class OrganisationOwned(OrganisationRow):
    """A row of one organisation that people make and change.

    ``created_by_id`` and ``modified_by_id`` are membership ids, or empty for the system; they are history, so no
    constraint ties them.
    """

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by_id = models.UUIDField(null=True, editable=False)
    modified_at = models.DateTimeField(default=timezone.now, editable=False)
    modified_by_id = models.UUIDField(null=True, editable=False)

    class Meta:
        abstract = True

    def touch(self, by: UUID | None, at: datetime | None = None) -> list[str]:
        """Note who changed the row; returns the columns to name in ``save(update_fields=...)``."""
        self.modified_by_id = by
        self.modified_at = at or timezone.now()
        return ["modified_by_id", "modified_at"]
