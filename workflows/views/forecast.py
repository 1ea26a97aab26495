"""What will be overdue soon."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views import View

from accounts.models import Membership
from accounts.views.base import MemberRequired
from workflows.selectors.forecast import (
    CAP,
    DEFAULT_HOURS,
    HOURS,
    forecast_page,
    horizon,
    late_count,
    late_soon,
    workflows_of,
)
from workflows.selectors.paging import Cursor, Page
from workflows.views.base import page, shown_count

WORDS = {4: "4 working hours", 9: "9 working hours", 18: "18 working hours", 45: "45 working hours"}


class ForecastForm(forms.Form):
    hours = forms.TypedChoiceField(coerce=int, choices=[(hours, WORDS[hours]) for hours in HOURS], label="Within")
    workflow = forms.TypedChoiceField(required=False, label="Workflow")

    def __init__(self, actor: Membership, data: dict[str, Any]) -> None:
        super().__init__(data)
        workflow: Any = self.fields["workflow"]
        workflow.choices = [("", "All"), *((str(key), name) for key, name in workflows_of(actor))]


class ForecastView(MemberRequired, View):
    """``?hours``, ``workflow``, ``cursor``; the next working day by default. A filter that cannot be read is 422."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        given = {name: request.GET[name] for name in ("hours", "workflow") if name in request.GET}
        form = ForecastForm(self.actor, {"hours": DEFAULT_HOURS} | given)
        if not form.is_valid():
            return page(request, "workflows/forecast.html", {"filter_form": form, "page": Page()}, status=422)
        chosen, now = form.cleaned_data, timezone.now()
        until = horizon(self.actor, chosen["hours"], now)
        tasks = late_soon(self.actor, until=until, now=now, workflow=chosen["workflow"] or None)
        rows = forecast_page(tasks, Cursor.parse(request.GET.get("cursor", "")))
        return page(request, "workflows/forecast.html", {"filter_form": form, "until": until, "page": rows})


class ForecastChipView(MemberRequired, View):
    """The chip of the inbox with its number, asked for when the page is there already."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        count = late_count(self.actor, until=horizon(self.actor, DEFAULT_HOURS, now), now=now)
        return page(request, "workflows/forecast_chip.html", {"count": shown_count(count, CAP), "counted": True})
