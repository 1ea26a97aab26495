"""What outlives a request of somebody's credentials."""

from django.db import models
from django.utils import timezone

from accounts.models.people import Membership
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationRow


class RefreshFamily(OrganisationRow):
    """All tokens that descend from one login over the API. Only the newest refresh token, ``jti``, may be traded in."""

    membership = OrganisationForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    jti = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now)
    rotated_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            # The sweeper drops families whose last token has expired.
            models.Index(fields=("organisation", "expires_at"), name="refreshfamily_expiry"),
        )

    def __str__(self) -> str:
        return str(self.id)


class AccessLink(OrganisationRow):
    """A mail with a link to set a password, to be sent: an invitation or a forgotten password.

    The link itself is made when the mail is sent and is nowhere stored. A row is claimed by moving ``next_at`` ahead, so
    that a sender that dies is followed by the next one.
    """

    INVITE, RESET = "invite", "reset"

    membership = OrganisationForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=[(INVITE, "invitation"), (RESET, "forgotten password")])
    requested_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = (
            # The sender's next rows.
            models.Index(fields=("organisation", "next_at"), condition=models.Q(is_open=True), name="accesslink_due"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} for {self.membership_id}"
