"""How the lists of the API are narrowed; periods and states are those of the pages."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from rest_framework.request import Request

from accounts.api.base import actor_of
from accounts.filters import TruthFilter
from accounts.models import Membership
from accounts.tenancy.errors import Invalid
from workflows.filters import PeriodForm, RunFilter, held_by, waiting
from workflows.models import Task, WorkflowRun
from workflows.selectors.inbox import followed_by, words_in
from workflows.selectors.listing import (
    of_state,
    tasks_decided_by,
    tasks_listed,
    tasks_of,
    tasks_of_nobody,
    tasks_on_behalf,
    tasks_queued_for,
    tasks_waiting_for,
)

ME = "me"


class PersonField(forms.UUIDField):
    """The id of a person, or ``me``."""

    def to_python(self, value: Any) -> Any:
        return value if value == ME else super().to_python(value)


class PersonFilter(django_filters.Filter):
    field_class = PersonField


class OfCaller:
    """Filters that ask who calls."""

    request: Any

    @property
    def actor(self) -> Membership:
        return actor_of(self.request)


class RunListFilter(OfCaller, RunFilter):
    """``workflow`` is an id, ``requester`` and ``assignee`` (for whom it waits) are ids of people or ``me``, ``outcome`` is how
    it ended, ``search`` is a number or words of title and requester, ``following`` keeps what the caller follows without
    having asked for it."""

    workflow = django_filters.UUIDFilter(field_name="definition_id", label="The id of one of `workflows/`.")
    requester = PersonFilter(method="of_requester", label="Whose request it is: an id, or `me`.")
    assignee = PersonFilter(method="of_assignee", label="For whom it waits: an id, or `me`.")
    following = TruthFilter(method="of_followed", label="What the caller follows without having asked for it.")
    outcome = django_filters.CharFilter(
        lookup_expr="iexact", max_length=120, label="How it ended: the outcome of its end, `Withdrawn` or `Timed out`."
    )
    step: Any = django_filters.CharFilter(
        method="waiting_at", max_length=120, label="The step at which it waits: its name, or its `key`."
    )
    since = django_filters.DateFilter(method="started_since", label="The first day of its start.")
    until = django_filters.DateFilter(method="started_until", label="The last day of its start.")
    search = django_filters.CharFilter(
        method="with_words", max_length=200, label="A number, or words of title and requester."
    )

    class Meta:
        model = WorkflowRun
        fields = (
            "since", "until", "status", "outcome", "step", "sla", "workflow", "requester", "assignee", "following", "search",
        )  # fmt: skip
        form = PeriodForm

    def __init__(self, *args: Any, request: Request, **more: Any) -> None:
        zone = ZoneInfo(actor_of(request).organisation.time_zone)
        super().__init__(*args, request=request, zone=zone, **more)

    def of_requester(self, runs: QuerySet[Any], name: str, value: str | UUID) -> QuerySet[Any]:
        return runs.filter(requester_id=self.actor.id if value == ME else value)

    def of_assignee(self, runs: QuerySet[Any], name: str, value: str | UUID) -> QuerySet[Any]:
        return held_by(runs, self.actor.id if isinstance(value, str) else value)

    def of_followed(self, runs: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        followed = followed_by(self.actor)
        return runs.filter(id__in=followed) if value else runs.exclude(id__in=followed)

    def waiting_at(self, runs: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return waiting(runs, Q(step=value) | Q(step_name=value))

    def with_words(self, runs: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return runs.filter(words_in(value, ""))


class TaskListFilter(OfCaller, django_filters.FilterSet):
    """``assigned``: ``me`` for what waits for the caller, alone or in a queue, ``team`` for the queues alone, ``behalf`` for
    what waits for people who are away and for whom the caller stands in, ``nobody`` for what a tenant admin must assign.

    ``state`` is ``open`` (the default with ``assigned``), ``done`` or ``all``, the latter two of the caller or a ``run``.
    Without ``run`` and ``assigned`` the list is the caller's own work.
    """

    assigned = django_filters.ChoiceFilter(
        choices=[
            (ME, "what waits for the caller, alone or in a queue"),
            ("team", "in a queue of the caller's team"),
            ("behalf", "in the place of people who are away"),
            ("nobody", "for a tenant admin to assign"),
        ],
        method="kept",
        label="For whom it waits.",
    )
    state = django_filters.ChoiceFilter(
        choices=[("open", "open"), ("done", "done"), ("all", "all")],
        method="kept",
        label="Open with `assigned`, unless told.",
    )
    run = django_filters.UUIDFilter(field_name="run_id", label="The id of the request; alone: all of its tasks.")
    search = django_filters.CharFilter(
        method="with_words", max_length=200, label="Number of the request, or words of its title and requester."
    )

    class Meta:
        model = Task
        fields = ("assigned", "state", "run", "search")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.form.cleaned_data
        return super().filter_queryset(self._chosen(chosen["assigned"], chosen["state"], chosen["run"]))

    def _chosen(self, assigned: str, state: str, run: UUID | None) -> QuerySet[Any]:
        actor = self.actor
        if assigned not in ("", ME) and state not in ("", "open"):
            raise Invalid({"state": [f"What is assigned to {assigned} is open; leave the state out, or send open."]})
        if assigned == "team":
            return tasks_queued_for(actor)
        if assigned == "behalf":
            return tasks_on_behalf(actor)
        if assigned == "nobody":
            return tasks_of_nobody(actor)
        if not assigned and run is not None:
            return of_state(tasks_listed(actor), state or "all")
        if state in ("", "open"):
            return tasks_waiting_for(actor)
        return tasks_decided_by(actor) if state == "done" else tasks_of(actor)

    def kept(self, tasks: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Done in ``filter_queryset``, where the values are seen together."""
        return tasks

    def with_words(self, tasks: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return tasks.filter(words_in(value, "run__"))
