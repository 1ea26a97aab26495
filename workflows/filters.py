"""How lists of requests are narrowed, on pages and over REST."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict

from workflows.models import RunStatus, WorkflowRun

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 366
FIRST_YEAR, LAST_YEAR = 1980, 2200


class PeriodForm(forms.Form):
    """A period that can be looked at: not backwards, not longer than a year."""

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        for name, day in (("since", since), ("until", until)):
            if day is not None and not FIRST_YEAR <= day.year < LAST_YEAR:
                self.add_error(name, f"Choose a year between {FIRST_YEAR} and {LAST_YEAR - 1}.")
        if since and until and until < since:
            raise ValidationError("The period ends before it begins.")
        if since and until and (until - since).days > MOST_DAYS:
            raise ValidationError("Choose a period of at most a year.")
        return found


class RunFilter(django_filters.FilterSet):
    """``since`` and ``until`` are days in the organisation's time zone, both inclusive, of the start of the request."""

    since = django_filters.DateFilter(
        method="started_since", label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = django_filters.DateFilter(
        method="started_until", label="To", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    status = django_filters.ChoiceFilter(choices=RunStatus.choices, label="State", empty_label="All")

    class Meta:
        model = WorkflowRun
        fields = ("since", "until", "status")
        form = PeriodForm

    def __init__(
        self,
        data: QueryDict | dict[str, Any] | None = None,
        queryset: QuerySet[Any] | None = None,
        *,
        zone: ZoneInfo,
        **more: Any,
    ) -> None:
        super().__init__(data, queryset, **more)
        self.zone = zone

    def started_since(self, runs: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        return runs.filter(started_at__gte=midnight(value, self.zone))

    def started_until(self, runs: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        return runs.filter(started_at__lt=midnight(value + timedelta(days=1), self.zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there."""
    return datetime.combine(day, time.min, zone)


def default_period(today: date) -> dict[str, str]:
    """The last thirty days, as the form of the page is filled in."""
    return {"since": (today - timedelta(days=DEFAULT_DAYS - 1)).isoformat(), "until": today.isoformat()}
