"""Working calendars in the administration: hours, a country's holidays, own days, and what they come to in a year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_base import OrganisationInline, OrganisationModelAdmin, OwnedForm
from accounts.models import Holiday, WorkingCalendar
from accounts.public_holidays import FIRST_YEAR, LAST_YEAR, countries, public_holidays, subdivisions


class CalendarForm(OwnedForm):
    """The parts to choose from are those of the country; another country offers its own after saving."""

    country = forms.ChoiceField(required=False, label="Public holidays of")
    subdivision = forms.ChoiceField(required=False, label="Part of the country")

    class Meta:
        model = WorkingCalendar
        fields = ("name", "time_zone", "hours", "is_default", "country", "subdivision")
        help_texts: ClassVar = {
            "is_default": "It counts where a person's place names no calendar; without a default their steps have no time limit."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "country" not in self.fields:
            return
        chosen = self.data.get("country") if self.is_bound else self.initial.get("country") or self.instance.country
        country: Any = self.fields["country"]
        country.choices = [("", "No country"), *countries().items()]
        country.help_text = "Its holidays count in every year. Save to choose a part of another country."
        parts: Any = self.fields["subdivision"]
        parts.choices = [
            ("", "The whole country" if chosen else "Choose a country first"),
            *subdivisions(chosen).items(),
        ]


class HolidayInline(OrganisationInline):
    model = Holiday
    fields = ("date", "name", "is_worked")
    ordering = ("date",)
    verbose_name = "own day"
    verbose_name_plural = "own days: off, or worked although it is a public holiday"


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """One line of the preview; ``kind`` says where it comes from."""

    day: date
    name: str
    kind: str
    is_off: bool = True


class WorkingCalendarAdmin(OrganisationModelAdmin):
    form = CalendarForm
    list_display = ("name", "time_zone", "country", "subdivision", "is_default")
    ordering = ("name", "id")
    inlines = (HolidayInline,)
    change_form_template = "admin/accounts/workingcalendar/change_form.html"

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """With the year's days: those of the calendar, or of a country that somebody looks at before choosing it."""
        year = _year(request.GET.get("year", ""))
        country = request.GET.get("country", obj.country if obj else "")
        part = request.GET.get("subdivision", obj.subdivision if obj else "")
        own = _own_days(obj.organisation_id, obj.id, year) if obj else []
        context |= {
            "preview": sorted(days_of_year(country, part, year, own), key=lambda one: one.day),
            "preview_year": year,
            "preview_country": country,
            "preview_part": part,
            "preview_place": ", ".join(filter(None, (subdivisions(country).get(part), countries().get(country)))),
            "countries": countries(),
            "parts": subdivisions(country),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)


def days_of_year(country: str, subdivision: str, year: int, own: list[Holiday]) -> Iterator[PreviewDay]:
    """The public holidays and the own days of a year, each once."""
    public = public_holidays(country, subdivision, year)
    changed = {row.date: row for row in own}
    for day, name in public.items():
        if day not in changed:
            yield PreviewDay(day, name, "public holiday")
    for day, row in changed.items():
        if not row.is_worked:
            yield PreviewDay(day, row.name, "own day off")
        elif day in public:
            yield PreviewDay(day, f"{public[day]}: {row.name}", "worked", is_off=False)


def _own_days(organisation_id: UUID, calendar_id: UUID, year: int) -> list[Holiday]:
    return list(Holiday.objects.filter(organisation_id=organisation_id, calendar_id=calendar_id, date__year=year))


def _year(text: str) -> int:
    this: int = timezone.now().year
    is_number = len(text) == 4 and text.isascii() and text.isdigit()
    return int(text) if is_number and FIRST_YEAR <= int(text) <= LAST_YEAR else this
