"""Look at a request, and decide it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views import View

from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Denied, Invalid, NotFound
from accounts.views.base import MemberRequired, refusals_as_pages
from forms_builder.html_input import html_name
from forms_builder.rendering import StepForm
from forms_builder.schema import fields as f
from workflows.engine.state import Opened
from workflows.forms import DecisionForm
from workflows.selectors.doors import open_run, open_task
from workflows.selectors.runs import RunView, TaskRow
from workflows.services.tasks import TaskResult, task_complete
from workflows.views.action_bar import Errors, bar_errors, fields_of_refusal, filled_bar, form_errors
from workflows.views.request_page import RequestPage, address_of
from workflows.views.uploads import NO_UPLOADS, Uploads


class RequestView(MemberRequired, View):
    """One request as the person may see it."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            view = open_run(self.actor, run_id)
        return RequestPage(view, self.actor).response(request)


class TaskCompleteView(MemberRequired, View):
    """Decide. A refusal answers with the page again: 422 with errors at their places, 409 with what happened meanwhile.

    A second click on the button finds the decision made, by the same person and the same way, and just leads to it.
    """

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        posted = DecisionForm(request.POST)
        uploads = NO_UPLOADS
        if "redraw" in request.POST or request.FILES or not posted.is_valid():
            page = self._page(task_id)
            if not page.decides or page.task is None or page.task.id != task_id:
                return self._decide(request, task_id, posted, uploads)
            run = page.view.run
            uploads = Uploads.of(request, self.actor, page.view.definition.form, page.task.step, run.definition.group)
            form = page.step_form(request.POST, uploads)
            if "redraw" in request.POST or not posted.is_valid():
                return _again(request, page, form, posted)
        return self._decide(request, task_id, posted, uploads)

    def _decide(self, request: HttpRequest, task_id: UUID, posted: DecisionForm, uploads: Uploads) -> HttpResponse:
        posted.is_valid()
        choice = posted.cleaned_data
        try:
            # Nothing is written before the last check, so a refusal needs no savepoint to undo.
            result = task_complete(
                task_id=task_id,
                actor=self.actor,
                transition=choice.get("transition", ""),
                assignee=choice.get("assignee"),
                assignees=choice.get("assignees"),
                data=request.POST,
                comment=choice.get("comment", ""),
                version=choice.get("version"),
                shown=choice.get("shown"),
                uploaded=uploads.stored,
                upload_problems=uploads.problems,
            )
        except NotFound:
            raise Http404 from None
        except Denied as error:
            raise PermissionDenied(error.message) from None
        except Conflict as error:
            return self._too_late(request, task_id, posted, error)
        except Invalid as error:
            page = self._page(task_id)
            form = page.step_form(request.POST, uploads)
            return _again(request, page, form, posted, bar_errors(fields_of_refusal(error)))
        messages.success(request, said(result, choice["transition"]))
        return redirect(address_of(result.run_id))

    def _too_late(self, request: HttpRequest, task_id: UUID, posted: DecisionForm, error: Conflict) -> HttpResponse:
        with refusals_as_pages():
            door = open_task(self.actor, task_id)
        view, task = door.view, door.task
        if _is_the_same(task, self.actor, posted):
            messages.info(request, "Your decision was stored already.")
            return redirect(address_of(view.run.id))
        page = RequestPage(view, self.actor)
        more: dict[str, Any] = {"conflict": error.message}
        if page.decides and page.task is not None and page.task.id == task_id:
            more["form"] = page.step_form(request.POST)
            more["actions"] = filled_bar(page.bar(), posted, {}, key="")
        else:
            more["typed"] = _typed(view, task, request, posted)
        return page.response(request, status=error.status, **more)

    def _page(self, task_id: UUID) -> RequestPage:
        with refusals_as_pages():
            door = open_task(self.actor, task_id)
        return RequestPage(door.view, self.actor, door.task if door.task.is_open else None)


def said(result: TaskResult, transition: str) -> str:
    """The message after a decision."""
    if result.tally:
        return f"Your vote “{transition}” is counted: {result.tally}."
    if result.opened:
        asked = [_whom(opened) for opened in result.opened]
        named = [whom for whom in asked if whom]
        if not named:
            return f"“{transition}”: nobody can be asked yet."
        verb = "has been asked" if len(named) == 1 else "have been asked"
        return f"“{transition}”: {' and '.join(named)} {verb}."
    if not result.outcome:
        return f"“{transition}”: the request goes on when the other branches are through."
    return f"The request is done: {result.outcome}."


def _whom(opened: Opened) -> str:
    return opened.assignee.name if opened.assignee else "the team" if opened.candidate_ids else ""


def _again(
    request: HttpRequest, page: RequestPage, form: StepForm, posted: DecisionForm, errors: Errors | None = None
) -> HttpResponse:
    """The page with what was typed: after "add rows" without any blame, else with all that is wrong."""
    bar = page.bar()
    key = request.POST.get("idempotency_key", "")
    if form.redraws:
        return page.response(request, form=form.without_judgement(), actions=filled_bar(bar, posted, {}, key=key))
    wrong = errors if errors is not None else form_errors(posted)
    filled = filled_bar(bar, posted, wrong, key=key)
    form.problems_beside = filled.problems
    return page.response(request, status=422, form=form, actions=filled)


def _is_the_same(task: TaskRow, actor: Membership, posted: DecisionForm) -> bool:
    mine = task.completed_by is not None and task.completed_by.id == actor.id
    return mine and task.transition == posted.cleaned_data.get("transition")


def _typed(view: RunView, task: TaskRow, request: HttpRequest, posted: DecisionForm) -> list[tuple[str, str]]:
    """What the person had typed into a step that is not theirs to decide any more, for them to copy."""
    found = []
    if task.step in view.held_steps:
        for one in view.definition.form.plan(task.step).writable:
            text = request.POST.get(html_name(one.name), "") if isinstance(one, f.TextField | f.LongTextField) else ""
            if text.strip() and text != view.run.data.get(one.name):
                found.append((one.label, text))
    if comment := (posted["comment"].value() or "").strip():
        found.append(("Reason", comment))
    return found
