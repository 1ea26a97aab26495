"""What an organisation chooses about its forms."""

from django.db import models

from accounts.tenancy.models import OrganisationOwned


class FormSettings(OrganisationOwned):
    """At most one row per organisation; without a row the defaults hold."""

    map_links = models.BooleanField(
        "locations lead to a map",
        default=True,
        db_default=True,
        help_text="Where a field asks for it, a link to openstreetmap.org stands beside a location. Nothing is loaded from it.",
    )

    class Meta:
        verbose_name = "form settings"
        verbose_name_plural = "form settings"
        constraints = (models.UniqueConstraint(fields=("organisation",), name="formsettings_one"),)

    def __str__(self) -> str:
        return "Form settings"
