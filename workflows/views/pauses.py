"""Stopping the clock of a task on its page, and letting it go on."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse

from accounts.views.base import refusals_as_pages
from workflows.forms import AnswerForm, AskForm, HoldForm, NoteForm
from workflows.selectors.doors import open_task
from workflows.selectors.runs import RunView
from workflows.services.pauses import task_answer, task_ask, task_hold, task_resume
from workflows.views.actions import ActionView
from workflows.views.request_page import RequestPage


class PauseView(ActionView):
    """One form about a task: ``form_class`` reads it, ``serve`` hands it to the service, ``done`` says that it worked."""

    form_class: type[forms.Form] = NoteForm
    done = ""

    def serve(self, task_id: UUID, data: dict[str, Any]) -> object:
        raise NotImplementedError

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            door = open_task(self.actor, task_id)
        form = self.form_class(request.POST)
        return self.attempt(request, door.view, form, lambda: self.serve(task_id, form.cleaned_data), self.done)

    def refused(self, request: HttpRequest, view: RunView, texts: list[str], status: int) -> HttpResponse:
        """As every action, and what was typed stays in its box."""
        typed = request.POST.get("question") or request.POST.get("answer") or request.POST.get("comment") or ""
        more: dict[str, Any] = {"secondary": self.place, "secondary_errors": texts, "secondary_text": typed}
        with refusals_as_pages():
            fresh = open_task(self.actor, self.kwargs["task_id"])
        if status == 409:
            more["conflict"] = texts[0]
        return RequestPage(fresh.view, self.actor).response(request, status=status, **more)


class TaskHoldView(PauseView):
    place, form_class, done = "hold", HoldForm, "The task is on hold; its time limit stands still."

    def serve(self, task_id: UUID, data: dict[str, Any]) -> object:
        return task_hold(
            task_id=task_id, actor=self.actor, reason=data["reason"], comment=data["comment"], version=data["version"]
        )


class TaskResumeView(PauseView):
    place, done = "resume", "The clock goes on."

    def serve(self, task_id: UUID, data: dict[str, Any]) -> object:
        return task_resume(task_id=task_id, actor=self.actor, comment=data["comment"], version=data["version"])


class TaskAskView(PauseView):
    place, form_class, done = "ask", AskForm, "The requester has been asked; the time limit stands still."

    def serve(self, task_id: UUID, data: dict[str, Any]) -> object:
        return task_ask(task_id=task_id, actor=self.actor, question=data["question"], version=data["version"])


class TaskAnswerView(PauseView):
    place, form_class, done = "answer", AnswerForm, "Your answer has been sent."

    def serve(self, task_id: UUID, data: dict[str, Any]) -> object:
        return task_answer(task_id=task_id, actor=self.actor, answer=data["answer"], version=data["version"])
