"""Add a workflow: a name, and the designers open on a draft with its start."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.views.base import MemberRequired, refusals_on
from workflows.forms import NewWorkflowForm
from workflows.selectors.definitions import may_see_all
from workflows.selectors.landing import group_names, may_add
from workflows.services.definitions import definition_import
from workflows.views.base import page

EMPTY: Final[dict[str, Any]] = {
    "schema_version": 1,
    "form": {"schema_version": 1, "fields": []},
    "graph": {"schema_version": 1, "steps": [], "transitions": []},
}


class DesignNewView(MemberRequired, View):
    """GET the form; POST ``name``, ``group``, ``description``."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        self._require()
        return self._shown(request, NewWorkflowForm(groups=group_names(self.actor)))

    def post(self, request: HttpRequest) -> HttpResponse:
        self._require()
        form = NewWorkflowForm(request.POST, groups=group_names(self.actor))
        if form.is_valid():
            with refusals_on(form):
                made = definition_import(actor=self.actor, document={**EMPTY, **form.cleaned_data})
            if form.is_valid():
                messages.success(request, f"“{made.definition.name}” is a draft of yours. Add its first step.")
                return redirect("design", made.definition.id)
        return self._shown(request, form, 422)

    def _shown(self, request: HttpRequest, form: NewWorkflowForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "import_url": reverse("definition_import"),
            "library_url": reverse("library") if may_see_all(self.actor) else "",
        }
        return page(request, "workflows/design/new.html", context, status=status)

    def _require(self) -> None:
        if not may_add(self.actor):
            raise PermissionDenied("You do not have the right to make workflows.")
