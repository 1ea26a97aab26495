"""Requests of a workflow in a period."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views import View

from accounts.views.base import MemberRequired, refusals_as_pages
from workflows.filters import RunFilter, default_period
from workflows.selectors.definition_page import facts_of
from workflows.selectors.paging import Cursor, Page
from workflows.selectors.runs_page import Bucket, access_runs_of, figures, runs_page, step_figures
from workflows.views.base import page

HOUR = timedelta(hours=1)


class RunsView(MemberRequired, View):
    """``?since``, ``until``, ``status``, ``cursor``; the last thirty days by default. A period that cannot be read is 422."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            door = access_runs_of(self.actor, definition_id)
        zone = ZoneInfo(self.actor.organisation.time_zone)
        given = {name: request.GET[name] for name in ("since", "until", "status") if name in request.GET}
        data = default_period(timezone.now().astimezone(zone).date()) | given
        chosen = RunFilter(data, door.runs(), zone=zone)
        context: dict[str, Any] = {"definition": facts_of(door.definition), "filter_form": chosen.form}
        if not chosen.is_valid():
            empty = Bucket("", 0, 0, 0, 0, None, None)
            context |= {"period": "", "figures": empty, "chart": None, "page": Page()}
            return page(request, "workflows/runs.html", context, status=422)
        runs = chosen.qs
        whole, weeks = figures(runs, zone)
        context |= {
            "period": _period(chosen.form.cleaned_data, own=door.own),
            "figures": whole,
            "chart": _chart(weeks) if weeks else None,
            "buckets": weeks,
            "steps": [] if door.own else step_figures(runs, self.actor.organisation_id),
            "page": runs_page(runs, self.actor.organisation_id, Cursor.parse(request.GET.get("cursor", ""))),
        }
        return page(request, "workflows/runs.html", context)


def _period(chosen: dict[str, Any], *, own: bool) -> str:
    since, until = chosen.get("since"), chosen.get("until")
    days = [f"{word} {day.day} {day:%b %Y}" for word, day in (("from", since), ("to", until)) if day]
    return f"{'Your requests' if own else 'Requests'} started {' '.join(days)}" if days else "All requests"


def _chart(weeks: Sequence[Bucket]) -> dict[str, Any]:
    """The numbers of the table for the chart: counts as bars, durations as lines in hours."""

    def hours(values: list[timedelta | None]) -> list[float | None]:
        return [None if value is None else round(value / HOUR, 2) for value in values]

    return {
        "labels": [week.label for week in weeks],
        "series": [
            {"label": "Started", "kind": "bar", "values": [week.started for week in weeks]},
            {"label": "Completed", "kind": "bar", "values": [week.completed for week in weeks]},
            {"label": "Half done within, hours", "kind": "line", "values": hours([week.p50 for week in weeks])},
            {"label": "Nine of ten within, hours", "kind": "line", "values": hours([week.p90 for week in weeks])},
        ],
    }
