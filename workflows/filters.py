"""How lists of requests are narrowed, on pages and over REST."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.public_holidays import FIRST_YEAR, LAST_YEAR
from accounts.templatetags.ui import RUN_WORDS
from forms_builder.schema.clean import uuid_of
from workflows.models import OPEN_TASK, TIMED_OUT, RunStatus, Task, TaskCandidate, WorkflowRun

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 366
NOBODY: Final = str(UUID(int=0))
SOON: Final = timedelta(days=1)
SLA: Final = {
    "overdue": "Overdue now",
    "soon": "Due within a day",
    "in_time": "Waiting, in time",
    "late": "Was late at a step",
}
"""How requests stand with their time limits."""


STATES: Final = {**RUN_WORDS, "timed_out": TIMED_OUT}
"""What the list calls the requests: whatever became of one that timed out, it says that."""
ANY_OF: Final = (2, 3, 5, 10)


class PeriodForm(forms.Form):
    """A period that can be looked at: not backwards, not longer than a year."""

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        for name, day in (("since", since), ("until", until)):
            if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, f"Choose a year between {FIRST_YEAR} and {LAST_YEAR}.")
        if since and until and until < since:
            self.add_error("until", "The period ends before it begins.")
        elif since and until and (until - since).days > MOST_DAYS:
            self.add_error("until", "Choose a period of at most a year.")
        return found


class WhatIf(forms.Form):
    """What would be if the first of several people could decide each step: see ``selectors.bottlenecks``."""

    any_of = forms.TypedChoiceField(
        label="What if",
        required=False,
        choices=[("", "As it is"), *((number, f"Any of {number} decided") for number in ANY_OF)],
        coerce=int,
        empty_value=None,
    )

    def clean_any_of(self) -> int:
        return self.cleaned_data["any_of"] or 1


class RunFilter(django_filters.FilterSet):
    """``since`` and ``until`` are days in the organisation's time zone, both inclusive, of the start of the request.

    ``step`` is the key of the step at which it waits, ``sla`` how it stands with its time limits: see ``SLA``.
    """

    since = django_filters.DateFilter(
        method="started_since", label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = django_filters.DateFilter(
        method="started_until", label="To", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    status = django_filters.ChoiceFilter(choices=RunStatus.choices, label="State", empty_label="All")
    step: Any = django_filters.CharFilter(method="waiting_at", label="Waits at", max_length=60)
    sla = django_filters.ChoiceFilter(
        method="with_limit", choices=tuple(SLA.items()), label="Time limit", empty_label="All"
    )

    class Meta:
        model = WorkflowRun
        fields = ("since", "until", "status", "step", "sla")
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

    def waiting_at(self, runs: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return waiting(runs, Q(step=value))

    def with_limit(self, runs: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return runs.filter(Exists(_tasks().filter(_limits(value, timezone.now()))))


class RunPageFilter(RunFilter):
    """The same with lists to choose from: the steps and the people for whom requests of the page wait."""

    # In the words of the list; REST documents those of the model, and has the outcome besides.
    status = django_filters.ChoiceFilter(
        method="called", choices=tuple(STATES.items()), label="State", empty_label="All"
    )
    step: Any = django_filters.ChoiceFilter(method="waiting_at", label="Waits at", empty_label="All")
    assignee = django_filters.ChoiceFilter(method="waiting_for", label="Waits for", empty_label="All")

    class Meta:
        model = WorkflowRun
        fields = ("since", "until", "status", "step", "assignee", "sla")
        form = PeriodForm

    def __init__(
        self,
        data: dict[str, Any],
        queryset: QuerySet[Any],
        *,
        zone: ZoneInfo,
        steps: Mapping[str, str],
        people: Mapping[str, str],
    ) -> None:
        super().__init__(data, queryset, zone=zone)
        # What an address names stays a choice when nothing waits there any more.
        for name, known in (("step", steps), ("assignee", people)):
            wanted = str(data.get(name, ""))
            more = {} if not wanted or wanted in known else {wanted: f"{wanted} (nothing waits)"}
            self.filters[name].extra["choices"] = tuple({**known, **more}.items())

    def called(self, runs: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        late = Q(status__in=(RunStatus.FAILED, RunStatus.KILLED), outcome=TIMED_OUT)
        return runs.filter(late) if value == "timed_out" else runs.filter(Q(status=value) & ~late)

    def waiting_for(self, runs: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return held_by(runs, UUID(uuid_of(value) or NOBODY))


def waiting(runs: QuerySet[Any], at: Q) -> QuerySet[Any]:
    """Those of the requests of which such a task is open."""
    return runs.filter(Exists(_tasks().filter(at, state__in=OPEN_TASK)))


def held_by(runs: QuerySet[Any], member_id: UUID) -> QuerySet[Any]:
    """Those of the requests that wait for the person, alone or in a queue."""
    queue = TaskCandidate.objects.filter(
        organisation_id=OuterRef("organisation_id"), task_id=OuterRef("pk"), member_id=member_id, is_open=True
    )
    mine = Q(assignee_id=member_id) | Q(assignee=None) & Q(Exists(queue))
    return waiting(runs, mine)


def _tasks() -> QuerySet[Task]:
    """The tasks of a request."""
    tasks: QuerySet[Task] = Task.objects.filter(organisation_id=OuterRef("organisation_id"), run_id=OuterRef("pk"))
    return tasks


def _limits(value: str, now: datetime) -> Q:
    """Tasks that stand so with their time limit."""
    if value == "late":
        return Q(completed_at__gt=F("due_at"))
    running = Q(state__in=OPEN_TASK)
    passed = Q(overdue=True) | Q(due_at__lte=now, paused_at=None)
    if value == "soon":
        return running & ~passed & Q(due_at__lte=now + SOON, paused_at=None)
    return running & (passed if value == "overdue" else ~passed)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there."""
    return datetime.combine(day, time.min, zone)


def default_period(today: date) -> dict[str, str]:
    """The last thirty days, as the form of the page is filled in."""
    return {"since": (today - timedelta(days=DEFAULT_DAYS - 1)).isoformat(), "until": today.isoformat()}
