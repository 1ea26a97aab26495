"""Automatic steps: the list of those that failed, and what an admin may do about one."""

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views import View

from accounts.views.base import MemberRequired, refusals_as_pages
from workflows import policies
from workflows.forms import StepRetryForm, StepSkipForm
from workflows.selectors.doors import open_run
from workflows.selectors.machines import access_machine_step, failed_page
from workflows.selectors.paging import Cursor
from workflows.services.machine_care import step_retry, step_skip
from workflows.views.actions import ActionView
from workflows.views.base import Tab, page

TABS: Final = {"stuck": "Failed", "quarantined": "Set aside", "retrying": "Trying again", "running": "Under way"}


class MachineStepsView(MemberRequired, View):
    """``?tab``: stuck (the first), quarantined, retrying, running; ``cursor``. For those who look after automatic steps."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        if not policies.machines.may(self.actor, "view"):
            raise PermissionDenied("Automatic steps are looked after by administrators.")
        wanted = request.GET.get("tab", "stuck")
        current = wanted if wanted in TABS else "stuck"
        tabs = [Tab(key, label, f"?tab={key}", current=key == current) for key, label in TABS.items()]
        found = failed_page(self.actor, current, Cursor.parse(request.GET.get("cursor", "")))
        return page(request, "workflows/machine_steps.html", {"tabs": tabs, "current": current, "page": found})


class StepActionView(ActionView):
    """A form about a failed step, on the page of its request."""

    place = "machine"

    def run_of(self, task_id: UUID) -> Any:
        with refusals_as_pages():
            return open_run(self.actor, access_machine_step(self.actor, task_id).run_id)


class StepRetryView(StepActionView):
    """Try it again, with the settings as they were edited."""

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        view, form = self.run_of(task_id), StepRetryForm(request.POST)

        def act() -> None:
            given = form.cleaned_data
            step_retry(task_id=task_id, actor=self.actor, reason=given["reason"], params=given["params"])

        return self.attempt(request, view, form, act, "The step is being tried again.")


class StepSkipView(StepActionView):
    """Let the request go on without it."""

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        view, form = self.run_of(task_id), StepSkipForm(request.POST)

        def act() -> None:
            step_skip(task_id=task_id, actor=self.actor, reason=form.cleaned_data["reason"])

        return self.attempt(request, view, form, act, "The step has been skipped.")
