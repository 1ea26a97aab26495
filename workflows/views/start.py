"""Begin a request."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views import View

from accounts.models import Membership
from accounts.tenancy.errors import Invalid
from accounts.views.base import MemberRequired, refusals_as_pages
from forms_builder.html_input import PAGE_CONTROLS
from forms_builder.rendering import StepForm, form_class
from forms_builder.schema.display import NOTHING, display
from forms_builder.sources import OrganisationSources
from workflows.engine.definition import RunningDefinition
from workflows.forms import DecisionForm
from workflows.models import WorkflowDefinition
from workflows.selectors.definitions import DefinitionNotFound, access_start, definition_of, earlier_version
from workflows.selectors.desk import ways_of_start
from workflows.services.runs import VersionMoved, run_start, start_values
from workflows.substitution import subjects_of
from workflows.views.action_bar import (
    ActionBar,
    Errors,
    bar_errors,
    fields_of_refusal,
    filled_bar,
    form_errors,
    fresh_bar,
)
from workflows.views.base import page
from workflows.views.idempotency import Once
from workflows.views.request_page import address_of
from workflows.views.uploads import NO_UPLOADS, Uploads


class StartPage:
    """The form of the first step and where it may go."""

    def __init__(self, definition: WorkflowDefinition, actor: Membership) -> None:
        if definition.published_version_id is None:
            raise DefinitionNotFound
        self.definition = definition
        self.actor = actor
        self.running = definition_of(actor.organisation_id, definition.published_version_id)
        self.values = start_values(actor, self.running)
        self.sources = OrganisationSources(actor)

    def form(self, posted: Any = None, uploads: Uploads = NO_UPLOADS) -> StepForm:
        made = form_class(self.running.form, self.running.graph.start.key)
        return made(
            posted,
            values=self.values,
            labels={},
            sources=self.sources,
            uploaded=uploads.stored,
            upload_problems=uploads.problems,
        )

    def bar(self) -> ActionBar:
        """The ways on from the start; their conditions are judged by the prefilled values."""
        ways = ways_of_start(
            self.actor,
            self.running,
            self.definition.owner_id,
            self.values,
            subjects=subjects_of(self.definition.id, self.definition.group_id),
        )
        return fresh_bar(ways, self.running, None, shown=str(self.running.version_id))

    def earlier(self, shown: str | None) -> RunningDefinition | None:
        """The version whose form the person filled in, where the form has become another one meanwhile."""
        if not shown or shown == str(self.running.version_id):
            return None
        found = earlier_version(self.definition, shown)
        return found if found is not None and found.form != self.running.form else None

    def gone(self, earlier: RunningDefinition, posted: Any) -> list[tuple[str, str]]:
        """What was answered to fields of the earlier form that nobody fills in any more, under their labels."""
        made = form_class(earlier.form, earlier.graph.start.key)
        form = made(posted, values=self.values, labels={}, sources=self.sources)
        form.is_valid()
        here = self.running.form.plan(self.running.graph.start.key).writable_names
        fields = [field for field in form.plan.writable if field.name not in here and field.keeps_value]
        answers = [(field.label, display(field, form.intake.written.get(field.name), form.picked)) for field in fields]
        return [(label, text) for label, text in answers if text != NOTHING]

    def response(
        self, request: HttpRequest, form: StepForm, bar: ActionBar, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        context = {"definition": self.definition, "form": form, "actions": bar, **more}
        return page(request, "workflows/request_start.html", context, status=status)


class RequestStartView(MemberRequired, View):
    """GET shows the form with what is known already; POST sends it. Twice the same key makes one request."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        start = self._page(slug)
        if start.definition.slug != slug:
            return redirect("request_start", start.definition.slug)
        return start.response(request, start.form(), start.bar())

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        try:
            return self._send(request, StartPage(access_start(self.actor, slug), self.actor))
        except DefinitionNotFound:
            # Whoever filled in the form while the workflow was closed has nothing to go back to but what they sent.
            # Drawn without the request, so that a foreign address reads as a missing one.
            text = render_to_string("workflows/request_gone.html", {"typed": _typed(request)})
            return HttpResponse(text, status=404, headers={"Cache-Control": "no-store, private"})

    def _send(self, request: HttpRequest, start: StartPage) -> HttpResponse:
        posted = DecisionForm(request.POST)
        redraws = "redraw" in request.POST
        try:
            once = Once(request, self.actor)
            earlier = None if redraws else once.earlier()
        except Invalid as error:
            return _again(request, start, start.form(request.POST), posted, {"all": [error.message]})
        if earlier is not None:
            messages.info(request, "Your request was sent already.")
            return earlier
        first = start.running.graph.start.key
        uploads = Uploads.of(request, self.actor, start.running.form, first, start.definition.group)
        shown = posted["shown"].value()
        if earlier_form := start.earlier(shown):
            return _changed(request, start, uploads, posted, start.gone(earlier_form, request.POST))
        if redraws or not posted.is_valid():
            return _again(request, start, start.form(request.POST, uploads), posted, None)
        try:
            result = run_start(
                definition_id=start.definition.id,
                actor=self.actor,
                data=request.POST,
                transition=posted.cleaned_data["transition"],
                assignee=posted.cleaned_data["assignee"],
                assignees=posted.cleaned_data["assignees"],
                comment=posted.cleaned_data["comment"],
                uploaded=uploads.stored,
                upload_problems=uploads.problems,
                version_id=start.running.version_id if shown else None,
            )
        except VersionMoved:
            fresh = StartPage(access_start(self.actor, start.definition.slug), self.actor)
            return _changed(request, fresh, uploads, posted, fresh.gone(start.running, request.POST))
        except Invalid as error:
            errors = bar_errors(fields_of_refusal(error))
            return _again(request, start, start.form(request.POST, uploads), posted, errors)
        messages.success(request, f"Request {result.number} has been sent.")
        return once.keep(address_of(result.run_id))

    def _page(self, slug: str) -> StartPage:
        with refusals_as_pages():
            return StartPage(access_start(self.actor, slug), self.actor)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent, under the names of the page: the form itself may be nothing for the person any more."""
    controls = PAGE_CONTROLS - {"comment"}
    return [
        (name, text)
        for name, texts in request.POST.lists()
        for text in texts
        if text.strip() and name not in controls and not name.startswith("assignees.")
    ]


def _changed(
    request: HttpRequest, start: StartPage, uploads: Uploads, posted: DecisionForm, gone: list[tuple[str, str]]
) -> HttpResponse:
    """The form as it is now with what was typed into the earlier one."""
    form = start.form(request.POST, uploads).without_judgement()
    bar = filled_bar(start.bar(), posted, {}, key=request.POST.get("idempotency_key", ""))
    return start.response(request, form, bar, status=409, conflict=VersionMoved.message, gone=gone)


def _again(
    request: HttpRequest, start: StartPage, form: StepForm, posted: DecisionForm, errors: Errors | None
) -> HttpResponse:
    """The page with what was typed: after "add rows" without any blame, else with all that is wrong."""
    key = request.POST.get("idempotency_key", "")
    if form.redraws:
        return start.response(request, form.without_judgement(), filled_bar(start.bar(), posted, {}, key=key))
    wrong = errors if errors is not None else form_errors(posted)
    bar = filled_bar(start.bar(), posted, wrong, key=key)
    form.problems_beside = bar.problems
    return start.response(request, form, bar, status=422)
