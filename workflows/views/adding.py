"""Add a workflow: on a blank canvas, from the library, or from a file."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views import View

from accounts.views.base import MemberRequired, refusals_on
from workflows.graph.blank import blank_document
from workflows.selectors.landing import may_add
from workflows.services.definitions import MAX_NAME, definition_import
from workflows.views.base import page
from workflows.views.idempotency import Once, key_of


class NewForm(forms.Form):
    name = forms.CharField(max_length=MAX_NAME, label="What is asked for", help_text="Such as “Leave” or “New laptop”.")


class WorkflowNewView(MemberRequired, View):
    """POST ``name``: a draft with nothing in it, open in the designer."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        self._require()
        return self._page(NewForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        self._require()
        form = NewForm(request.POST)
        if form.is_valid():
            with refusals_on(form):
                once = Once(request, self.actor)
                if (earlier := once.earlier()) is not None:
                    messages.info(request, "The workflow was added already.")
                    return earlier
                made = definition_import(actor=self.actor, document=blank_document(form.cleaned_data["name"]))
                return once.keep(reverse("design", args=[made.definition.id]))
        return self._page(form, status=422)

    def _page(self, form: NewForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "idempotency_key": key_of(self.request)}
        return page(self.request, "workflows/new.html", context, status=status)

    def _require(self) -> None:
        if not may_add(self.actor):
            raise PermissionDenied("You do not have the right to make workflows.")
