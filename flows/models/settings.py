"""What an organisation chooses about its proposals."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.tenancy.models import OrganisationOwned


class FlowSettings(OrganisationOwned):
    """One row per organisation. The three policies open what four eyes would refuse; each use is recorded."""

    maker_may_approve = models.BooleanField(
        default=False, help_text="Who proposes may approve too, where they speak for a side."
    )
    same_person_both_sides = models.BooleanField(
        default=False, help_text="One person may approve several sides of a proposal."
    )
    auto_approve_external_actors = models.BooleanField(
        default=False, help_text="A side whose end is an external actor is approved by the product."
    )
    timeout_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Days after the last action until an open proposal is closed.",
    )
    remind_days = models.PositiveSmallIntegerField(
        default=3,
        validators=[MaxValueValidator(3649)],
        help_text="Days before that when those who must act are reminded; 0: never.",
    )

    class Meta:
        verbose_name = "proposal settings"
        verbose_name_plural = "proposal settings"
        constraints = (
            models.UniqueConstraint(fields=("organisation",), name="flowsettings_one"),
            models.CheckConstraint(
                condition=models.Q(timeout_days__gte=1, timeout_days__lte=3650), name="flowsettings_timeout"
            ),
            models.CheckConstraint(
                condition=models.Q(remind_days__lt=models.F("timeout_days")),
                name="flowsettings_remind_before",
                violation_error_message="Remind earlier than the proposal is closed.",
            ),
        )

    def __str__(self) -> str:
        return "Proposal settings"
