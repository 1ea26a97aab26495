"""The tenant."""

from typing import Final
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from accounts.tenancy.models import new_id

# A DNS label: the slug is the first part of the organisation's host name.
slug_is_dns_label = RegexValidator(
    r"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z",
    "Use 1 to 63 lower-case letters, digits and hyphens; no hyphen at either end.",
)

OF_THE_SERVER: Final = frozenset({"localtime", "posixrules", "Factory"})
"""Found among the zones of some systems: whatever the server's own time is, or none."""


def validate_time_zone(name: str) -> None:
    """Raises ValidationError unless ``name`` is an IANA time zone."""
    if name not in available_timezones() or name in OF_THE_SERVER:
        raise ValidationError("%(name)s is no IANA time zone, such as Asia/Kolkata.", params={"name": name})


class Organisation(models.Model):
    """A customer. The table is the list of tenants itself, so it has no row-level security."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.CharField(max_length=63, unique=True, validators=[slug_is_dns_label])
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    settings = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name
