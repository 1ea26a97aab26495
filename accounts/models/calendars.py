"""Working time. ``workflows.sla`` does the arithmetic."""

import re
from itertools import chain, pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from accounts.models.organisations import validate_time_zone
from accounts.public_holidays import countries, subdivisions
from accounts.tenancy.errors import Conflict
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned


def office_hours() -> dict[str, Any]:
    """Monday to Friday, nine to six, by local wall clock."""
    return {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")


def validate_hours(hours: Any) -> None:
    """Raises ValidationError unless ``hours`` are spans of a day, in order and apart, by weekday."""
    if not isinstance(hours, dict) or not set(hours) <= set(WEEKDAYS):
        raise ValidationError(f"Give working hours by weekday: {', '.join(WEEKDAYS)}.")
    for day, spans in hours.items():
        if not isinstance(spans, list) or not all(isinstance(span, list) and len(span) == 2 for span in spans):
            raise ValidationError(f'{day}: give a list of spans such as ["09:00", "18:00"].')
        clock = list(chain.from_iterable(spans))
        if not all(isinstance(time, str) and CLOCK.fullmatch(time) for time in clock):
            raise ValidationError(f"{day}: give times from 00:00 to 24:00 as HH:MM.")
        if any(later <= earlier for earlier, later in pairwise(clock)):
            raise ValidationError(f"{day}: the spans must be in order and must not touch or overlap.")


class WorkingCalendar(OrganisationOwned):
    """Working hours by weekday, in the calendar's time zone: ``{"mon": [["09:00", "13:00"], ["14:00", "18:00"]]}``.

    ``country`` and ``subdivision`` bring the public holidays, of every year; ``holidays`` are the organisation's own days.
    The default counts wherever a person's place names no calendar.
    """

    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    hours = models.JSONField(default=office_hours, validators=[validate_hours])
    is_default = models.BooleanField(default=False)
    country = models.CharField(
        "public holidays of", max_length=2, blank=True, default="", db_default="", help_text="A country, or nothing."
    )
    subdivision = models.CharField(
        "part of the country", max_length=10, blank=True, default="", db_default="", help_text="Such as a state."
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "name"), name="workingcalendar_name"),
            models.UniqueConstraint(
                fields=("organisation",), condition=models.Q(is_default=True), name="workingcalendar_one_default"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raises Conflict for the default, without which time limits would vanish unsaid."""
        if self.is_default:
            raise Conflict(
                f"{self.name} is the default calendar, by which most time limits are counted. Take that away from it first.",
                code="directory.default",
            )
        return super().delete(*args, **kwargs)

    def clean(self) -> None:
        """Raises ValidationError for a second default, and for a country or a part of it whose holidays nobody knows."""
        default = WorkingCalendar.objects.filter(organisation_id=self.organisation_id, is_default=True).exclude(
            id=self.id
        )
        if self.is_default and (other := default.first()) is not None:
            raise ValidationError({"is_default": f"{other.name} is the default calendar. Take that away there first."})
        if self.country and self.country not in countries():
            raise ValidationError({"country": f"No holidays are known for {self.country!r}."})
        parts = subdivisions(self.country)
        if self.subdivision and self.subdivision not in parts:
            known = f"Choose one of: {', '.join(parts)}." if parts else "Leave it empty."
            why = f"{self.country} has no part {self.subdivision!r}." if self.country else "There is no country."
            raise ValidationError({"subdivision": f"{why} {known}"})


class Holiday(OrganisationOwned):
    """A day of the organisation's own: nobody works, or (``is_worked``) people work although it is a public holiday."""

    calendar = OrganisationForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.CharField(max_length=120)
    is_worked = models.BooleanField("people work", default=False, db_default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "calendar", "date"), name="holiday_date"),)

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
