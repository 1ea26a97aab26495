"""The preferences of a workflow, to change them."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.tenancy.models import new_id
from accounts.views.base import MemberRequired, refusals_as_messages, refusals_as_pages, refusals_on
from workflows.preference_forms import PreferencesForm, RuleForm, preferences_form, rule_forms, wish_of
from workflows.selectors.definition_page import facts_of
from workflows.selectors.preferences import (
    PreferenceView,
    access_preferences,
    defaults_of,
    preference_choices,
    reach,
)
from workflows.services.drafts import draft_edit, draft_start
from workflows.services.preferences import DefinitionStale, definition_change
from workflows.views.base import page

DEFAULTS: Final = ("period", "remind_after", "escalate")


class PreferencesView(MemberRequired, View):
    """GET: names, address, tab, owner, and who may start it. POST: all of that, which counts at once. ``add_rule`` adds a row."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        view = self._view(definition_id)
        choices = preference_choices(view.definition)
        return self._page(view, preferences_form(view, choices), rule_forms(view.rules, choices))

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        view = self._view(definition_id)
        choices = preference_choices(view.definition)
        form, rules = preferences_form(view, choices, request.POST), rule_forms((), choices, request.POST)
        if not (form.is_valid() and rules.is_valid()):
            return self._page(view, form, rules, status=422)
        status = 422
        with refusals_on(form):
            try:
                made = definition_change(
                    definition_id=definition_id,
                    actor=self.actor,
                    wish=wish_of(form, rules.forms),
                    seen=form.cleaned_data["seen"],
                )
            except DefinitionStale:
                status = 409
                raise
            messages.success(request, f"The preferences of “{made.name}” are saved.")
        if form.errors:
            return self._page(view, form, rules, status=status)
        return redirect("definition_preferences", definition_id)

    def _view(self, definition_id: UUID) -> PreferenceView:
        with refusals_as_pages():
            return access_preferences(self.actor, definition_id)

    def _page(
        self, view: PreferenceView, form: PreferencesForm, rules: "BaseFormSet[RuleForm]", *, status: int = 200
    ) -> HttpResponse:
        context: dict[str, Any] = {
            "definition": facts_of(view.definition),
            "form": form,
            "rules": rules,
            "sentences": view.sentences,
            "reach": reach(view.definition, view.rules),
            "defaults": defaults_of(view.definition),
            "draft_url": reverse("definition_defaults", args=[view.definition.id]),
            "can_be_started": view.definition.is_active and view.definition.published_version_id is not None,
            "start_url": self.request.build_absolute_uri(reverse("request_start", args=[view.definition.slug])),
        }
        return page(self.request, "workflows/preferences.html", context, status=status)


class DefaultsView(MemberRequired, View):
    """Time limit and stakeholders of the workflow: an edit of its draft, which is started where there is none."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        params = {name: request.POST.get(name, "") for name in DEFAULTS} | {"told": request.POST.getlist("told")}
        with refusals_as_messages(request):
            draft = draft_start(actor=self.actor, definition_id=definition_id)
            draft_edit(actor=self.actor, definition_id=definition_id, name="defaults.set", params=params, key=new_id())
            messages.success(
                request, f"Saved in the draft of version {draft.number}. It counts once that is published."
            )
        return redirect(f"{reverse('definition_preferences', args=[definition_id])}#next-head")
