"""Working time. ``workflows.sla`` does the arithmetic."""

from typing import Any

from django.db import models

from accounts.models.organisations import validate_time_zone
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned


def office_hours() -> dict[str, Any]:
    """Monday to Friday, nine to six, by local wall clock."""
    return {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


class WorkingCalendar(OrganisationOwned):
    """Working hours by weekday, in the calendar's time zone: ``{"mon": [["09:00", "13:00"], ["14:00", "18:00"]]}``."""

    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    hours = models.JSONField(default=office_hours)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "name"), name="workingcalendar_name"),
            models.UniqueConstraint(
                fields=("organisation",), condition=models.Q(is_default=True), name="workingcalendar_one_default"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Holiday(OrganisationOwned):
    calendar = OrganisationForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.CharField(max_length=120)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "calendar", "date"), name="holiday_date"),)

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
