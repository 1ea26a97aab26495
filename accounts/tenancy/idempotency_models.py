"""Answers kept for retries."""

from django.db import models
from django.utils import timezone

from accounts.tenancy.models import OrganisationRow


class IdempotencyKey(OrganisationRow):
    """The answer to one POST, kept in the transaction of its effect; scoped to person and route."""

    member_id = models.UUIDField()
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "member_id", "route", "key"), name="idempotencykey_once"),
        )
        # The sweeper drops answers older than seven days.
        indexes = (models.Index(fields=("organisation", "created_at"), name="idempotencykey_age"),)

    def __str__(self) -> str:
        return self.key
