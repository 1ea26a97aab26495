"""Add a workflow: on a blank canvas, from the library, or from a file."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views import View

from accounts.views.base import MemberRequired, refusals_on
from workflows.graph.blank import blank_document
from workflows.selectors.landing import may_add
from workflows.services.definitions import MAX_NAME, definition_import
from workflows.views.base import page


class NewForm(forms.Form):
    name = forms.CharField(max_length=MAX_NAME, label="What is asked for", help_text="Such as “Leave” or “New laptop”.")


class WorkflowNewView(MemberRequired, View):
    """POST ``name``: a draft with nothing in it, open in the designer."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        self._require()
        return page(request, "workflows/new.html", {"form": NewForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        self._require()
        form = NewForm(request.POST)
        if form.is_valid():
            with refusals_on(form):
                made = definition_import(actor=self.actor, document=blank_document(form.cleaned_data["name"]))
                return redirect("design", made.definition.id)
        return page(request, "workflows/new.html", {"form": form}, status=422)

    def _require(self) -> None:
        if not may_add(self.actor):
            raise PermissionDenied("You do not have the right to make workflows.")
