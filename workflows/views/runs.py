"""Requests of a workflow in a period: the list, its figures, a file of them, and where they lose time."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views import View

from accounts.models import Membership
from accounts.tenancy.scope import organisation_scope
from accounts.views.base import MemberRequired, refusals_as_pages
from accounts.views.sheets import MARK, csv_response, lines
from workflows.filters import RunFilter, RunPageFilter, WhatIf, default_period
from workflows.graph.layout import Direction
from workflows.selectors.bottlenecks import Bottlenecks, Figures, bottlenecks, overlay
from workflows.selectors.definition_page import facts_of
from workflows.selectors.drawings import figures_svg
from workflows.selectors.paging import Cursor
from workflows.selectors.runs_export import Sheet, batch_of, cells, sheet_of
from workflows.selectors.runs_page import Bucket, RunsOf, access_runs_of, figures, holding, open_versions, runs_page
from workflows.services.migration import may_move
from workflows.views.base import Tab, page

HOUR: Final = timedelta(hours=1)
NAMES: Final = ("since", "until", "status", "step", "assignee", "sla")
PERIOD: Final = ("since", "until")


class RunsOfWorkflow(MemberRequired, View):
    """What the addresses around the requests of one workflow share."""

    http_method_names = ("get", "head", "options")
    door: RunsOf
    zone: ZoneInfo

    def enter(self, definition_id: UUID) -> None:
        """Everybody else gets the 404 of a workflow that does not exist."""
        with refusals_as_pages():
            self.door = access_runs_of(self.actor, definition_id)
        self.zone = ZoneInfo(self.actor.organisation.time_zone)

    def given(self, names: Sequence[str]) -> dict[str, str]:
        """The filters of the address; the last thirty days where it names no period."""
        found = {name: self.request.GET[name] for name in names if name in self.request.GET}
        return default_period(timezone.now().astimezone(self.zone).date()) | found

    def tabs(self, given: dict[str, str], current: str) -> list[Tab]:
        if not self.door.sees_figures:
            return []
        query = urlencode({name: given[name] for name in PERIOD})
        names = {"runs": "Requests", "bottlenecks": "Bottlenecks"}
        args = [self.door.definition.id]
        return [
            Tab(name, label, f"{reverse(name, args=args)}?{query}", "", name == current)
            for name, label in names.items()
        ]


class RunsView(RunsOfWorkflow):
    """``?since``, ``until``, ``status``, ``step``, ``assignee``, ``sla``, ``cursor``; the last thirty days by default. A
    period that cannot be read is 422."""

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        self.enter(definition_id)
        given = self.given(NAMES)
        chosen = self.filtered(given)
        tabs = self.tabs(given, "runs")
        context: dict[str, Any] = {
            "definition": facts_of(self.door.definition),
            "filter_form": chosen.form,
            "tabs": tabs,
        }
        if not chosen.is_valid():
            return page(request, "workflows/runs.html", context, status=422)
        runs = chosen.qs
        whole, weeks = figures(runs, self.zone)
        steps = bottlenecks(runs, self.actor.organisation_id).steps if self.door.sees_figures else ()
        context |= {
            "period": _period(chosen.form.cleaned_data, own=self.door.own),
            "figures": whole,
            "chart": _chart(weeks) if weeks else None,
            "buckets": weeks,
            "steps": steps,
            "step_chart": _step_chart(steps),
            "versions": open_versions(self.door),
            "move_url": reverse("definition_migration", args=[definition_id]) if self.may_move() else "",
            "export_url": f"{reverse('runs_export', args=[definition_id])}?{urlencode(given)}",
            "page": runs_page(runs, self.actor.organisation_id, Cursor.parse(request.GET.get("cursor", ""))),
        }
        return page(request, "workflows/runs.html", context)

    def filtered(self, given: dict[str, str]) -> RunPageFilter:
        steps, people = holding(self.door)
        return RunPageFilter(given, self.door.runs(), zone=self.zone, steps=steps, people=people)

    def may_move(self) -> bool:
        return may_move(self.actor, self.door.definition)


class RunsExportView(RunsView):
    """The filtered requests as CSV, with the answers that the person may read of each."""

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponseBase:  # type: ignore[override]  # it streams
        self.enter(definition_id)
        chosen = self.filtered(self.given(NAMES))
        if not chosen.is_valid():
            return HttpResponse("The filter cannot be read.", content_type="text/plain; charset=utf-8", status=422)
        sheet = sheet_of(self.door, chosen.qs, self.zone)
        return csv_response(f"requests-{self.door.definition.slug}", _lines(self.actor, sheet))


class BottlenecksView(RunsOfWorkflow):
    """Waiting and working time by step and way, on the drawing and as tables. ``?since``, ``until``, ``any_of``."""

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        self.enter(definition_id)
        if not self.door.sees_figures:
            raise Http404
        given = self.given(PERIOD)
        chosen = RunFilter(given, self.door.runs(), zone=self.zone)
        for name in set(chosen.form.fields) - set(PERIOD):
            del chosen.form.fields[name]
        what_if = WhatIf(request.GET)
        context: dict[str, Any] = {
            "definition": facts_of(self.door.definition),
            "filter_form": chosen.form,
            "what_if": what_if,
            "tabs": self.tabs(given, "bottlenecks"),
        }
        status = 200 if all((chosen.is_valid(), what_if.is_valid())) else 422
        found = Bottlenecks()
        if status == 200:
            found = bottlenecks(chosen.qs, self.actor.organisation_id, any_of=what_if.cleaned_data["any_of"])
        context |= {"found": found, "period": _period(chosen.form.cleaned_data, own=False) if status == 200 else ""}
        painted = overlay(found)
        version = self.door.definition.published_version
        if version is not None and found.steps:
            wide, narrow = (figures_svg(version, painted, way) for way in (Direction.RIGHT, Direction.DOWN))
            context |= {"graph_svg": mark_safe(wide), "graph_svg_narrow": mark_safe(narrow)}  # noqa: S308 - made and escaped by us
        return page(request, "workflows/bottlenecks.html", context, status=status)


class BottlenecksOverlayView(RunsOfWorkflow):
    """The same for the canvas of the designer: ``{"nodes": {key: {label, tone, value}}, "edges": {...}}``."""

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        self.enter(definition_id)
        chosen, what_if = RunFilter(self.given(PERIOD), self.door.runs(), zone=self.zone), WhatIf(request.GET)
        if not (self.door.sees_figures and chosen.is_valid() and what_if.is_valid()):
            raise Http404
        any_of = what_if.cleaned_data["any_of"]
        answer = JsonResponse(overlay(bottlenecks(chosen.qs, self.actor.organisation_id, any_of=any_of)))
        answer["Cache-Control"] = "no-store, private"
        return answer


def _lines(actor: Membership, sheet: Sheet) -> Iterator[str]:
    """Each batch is read in a scope of its own: no transaction stays open while a client is slow."""
    yield MARK
    yield from lines([sheet.heading])
    after: tuple[datetime, UUID] | None = None
    while True:
        with organisation_scope(actor.organisation_id):
            batch = batch_of(sheet, after)
            found = "".join(lines(cells(sheet, batch)))
        if not batch:
            return
        yield found
        after = batch[-1].started_at, batch[-1].id


def _period(chosen: dict[str, Any], *, own: bool) -> str:
    since, until = chosen.get("since"), chosen.get("until")
    days = [f"{word} {day.day} {day:%b %Y}" for word, day in (("from", since), ("to", until)) if day]
    return f"{'Your requests' if own else 'Requests'} started {' '.join(days)}" if days else "All requests"


def _hours(values: list[timedelta | None]) -> list[float | None]:
    return [None if value is None else round(value / HOUR, 2) for value in values]


def _chart(weeks: Sequence[Bucket]) -> dict[str, Any]:
    """The numbers of the table for the chart: counts as bars, durations as lines in hours."""
    return {
        "labels": [week.label for week in weeks],
        "series": [
            {"label": "Started", "kind": "bar", "values": [week.started for week in weeks]},
            {"label": "Completed", "kind": "bar", "values": [week.completed for week in weeks]},
            {"label": "Median time, hours", "kind": "line", "values": _hours([week.p50 for week in weeks])},
            {"label": "90 % within, hours", "kind": "line", "values": _hours([week.p90 for week in weeks])},
        ],
    }


def _step_chart(steps: Sequence[Figures]) -> dict[str, Any] | None:
    """How long requests stayed at the steps, as bars in hours; None where no time is told."""
    told = [one for one in steps if one.lasting]
    if not told:
        return None
    spans = [one.lasting for one in told if one.lasting]
    return {
        "labels": [one.name for one in told],
        "unit": "h",
        "series": [
            {"label": "Median time, hours", "kind": "bar", "values": _hours([half for half, _ in spans])},
            {"label": "90 % within, hours", "kind": "bar", "values": _hours([most for _, most in spans])},
        ],
    }
