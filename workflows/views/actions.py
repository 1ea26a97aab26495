"""What else can be done with a request: hand over, take over, withdraw, comment, watch, name a stakeholder.

Each is a form that goes to one service. What the service refuses is shown where the form stands, on the page of the request.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views import View

from accounts.tenancy.errors import Denied, DomainError, Invalid, NotFound
from accounts.views.base import MemberRequired, refusals_as_pages
from workflows.forms import CommentForm, HandOverForm, NoteForm, StakeholderForm, WatchForm
from workflows.selectors.doors import open_run, open_task
from workflows.selectors.request_page import member_called
from workflows.selectors.runs import RunView
from workflows.services.participants import run_unwatch, run_watch, stakeholder_add
from workflows.services.runs import run_comment, run_withdraw
from workflows.services.tasks import task_assign, task_claim, task_reassign, task_take_over
from workflows.views.idempotency import Once
from workflows.views.request_page import RequestPage, address_of

Attempted = Callable[[], Any]


class ActionView(MemberRequired, View):
    """A form of the request page. ``place`` is the part of the page that shows what is wrong."""

    http_method_names = ("post", "options")
    place = ""

    def attempt(self, request: HttpRequest, view: RunView, form: forms.Form, act: Attempted, done: str) -> HttpResponse:
        """Call the service and go back to the request, or show the page with what was refused.

        A second click on a form with a key finds the first one's work done, and just goes back.
        """
        if not form.is_valid():
            return self.refused(request, view, [str(text) for texts in form.errors.values() for text in texts], 422)
        try:
            with transaction.atomic():
                once = Once(request, self.actor)
                if once.earlier() is None:
                    act()
                    once.keep(address_of(view.run.id))
        except NotFound:
            raise Http404 from None
        except Denied as error:
            raise PermissionDenied(error.message) from None
        except DomainError as error:
            texts = [one for some in error.fields.values() for one in some] if isinstance(error, Invalid) else []
            return self.refused(request, view, texts or [error.message], error.status)
        messages.success(request, done)
        return redirect(address_of(view.run.id))

    def refused(self, request: HttpRequest, view: RunView, texts: list[str], status: int) -> HttpResponse:
        with refusals_as_pages():
            fresh = open_run(self.actor, view.run.id)
        more: dict[str, Any] = {"secondary": self.place, "secondary_errors": texts}
        if status == 409:
            more["conflict"] = texts[0]
        return RequestPage(fresh, self.actor).response(request, status=status, **more)


class TaskReassignView(ActionView):
    """Hand the task to somebody else within its step; a tenant admin gives a task that nobody holds to somebody."""

    place = "reassign"

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            door = open_task(self.actor, task_id)
        form = HandOverForm(request.POST)

        def act() -> None:
            data = form.cleaned_data
            if door.task.unassigned:
                task_assign(task_id=task_id, actor=self.actor, assignee=data["assignee"], comment=data["comment"])
            else:
                task_reassign(
                    task_id=task_id,
                    actor=self.actor,
                    assignee=data["assignee"],
                    comment=data["comment"],
                    version=data["version"],
                )

        return self.attempt(request, door.view, form, act, "The task has been handed over.")


class TaskTakeOverView(ActionView):
    """Make the task one's own: out of the team queue, or from an absent colleague."""

    place = "take_over"

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            door = open_task(self.actor, task_id)
        form = NoteForm(request.POST)
        task = door.task

        def act() -> None:
            version = form.cleaned_data["version"]
            in_queue = task.assignee is None and not task.unassigned
            if in_queue and (task.is_held_by(self.actor.id) or door.view.acts_for(task)):
                task_claim(task_id=task_id, actor=self.actor, version=version)
            else:
                comment = form.cleaned_data["comment"]
                task_take_over(task_id=task_id, actor=self.actor, comment=comment, version=version)

        return self.attempt(request, door.view, form, act, "The task is yours now.")


class RunActionView(ActionView):
    """An action on the request itself."""

    def door(self, run_id: UUID) -> RunView:
        with refusals_as_pages():
            return open_run(self.actor, run_id)


class RunWithdrawView(RunActionView):
    place = "withdraw"

    def post(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        view, form = self.door(run_id), NoteForm(request.POST)

        def act() -> None:
            run_withdraw(run_id=run_id, actor=self.actor, comment=form.cleaned_data["comment"])

        return self.attempt(request, view, form, act, "The request has been withdrawn.")


class RunCommentView(RunActionView):
    """Write a comment; a refused one stays in its box."""

    def post(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        view, form = self.door(run_id), CommentForm(request.POST)

        def act() -> None:
            run_comment(run_id=run_id, actor=self.actor, text=form.cleaned_data["text"])

        return self.attempt(request, view, form, act, "Your comment has been added.")

    def refused(self, request: HttpRequest, view: RunView, texts: list[str], status: int) -> HttpResponse:
        box = {"text": request.POST.get("text", ""), "errors": texts}
        return RequestPage(view, self.actor).response(request, status=status, comment_form=box)


class RunWatchView(RunActionView):
    """``action=watch`` or ``unwatch``."""

    def post(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        view, form = self.door(run_id), WatchForm(request.POST)
        stops = request.POST.get("action") == "unwatch"

        def act() -> None:
            (run_unwatch if stops else run_watch)(run_id=run_id, actor=self.actor)

        return self.attempt(
            request,
            view,
            form,
            act,
            "You do not follow this request any more." if stops else "You follow this request.",
        )


class RunStakeholderView(RunActionView):
    place = "stakeholder"

    def post(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        view, form = self.door(run_id), StakeholderForm(request.POST)

        def act() -> None:
            member = member_called(self.actor.organisation_id, form.cleaned_data["member"])
            if member is None:
                raise Invalid({"member": ["There is no one active person of that name or address."]})
            stakeholder_add(run_id=run_id, actor=self.actor, member=member)

        return self.attempt(request, view, form, act, "The stakeholder has been added.")
