"""What an organisation and its people decide about their notices."""

from django.db import models

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned


class Template(OrganisationOwned):
    """An organisation's own wording for one kind of event on one channel; without one the product's own is used.

    Texts with ``{names}`` from a fixed list, nothing else: see ``notifications.rendering``.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        IN_APP = "in_app", "In the product"

    kind = models.CharField(max_length=80)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    subject = models.CharField(max_length=200)
    body = models.TextField(max_length=10_000, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "kind", "channel"), name="template_once"),)

    def __str__(self) -> str:
        return f"{self.kind} ({self.channel})"


class Preference(OrganisationOwned):
    """Whether a person wants e-mail. Without a row: yes. The notices in the product always arrive."""

    member = OrganisationForeignKey("accounts.Membership", on_delete=models.CASCADE, related_name="+")
    email = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "member"), name="preference_once"),)

    def __str__(self) -> str:
        return f"{self.member_id}: {'e-mail' if self.email else 'no e-mail'}"
