"""Publish: what the draft changes in words, open requests by step, the approval that it goes through, and the button."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.tenancy.errors import Denied, DomainError, Invalid, NotFound
from accounts.views.base import MemberRequired, refusals_as_pages
from workflows.selectors.drafts import Draft, DraftNotFound
from workflows.selectors.publish_page import Publishing, access_publishing
from workflows.services.cases import case_problems
from workflows.services.definitions import definition_publish
from workflows.services.draft_answers import told_problems
from workflows.services.publishing import publishing_request
from workflows.views.base import page
from workflows.views.design.pages import is_htmx, number_of
from workflows.views.design.shell import url_of


class DesignPublishView(MemberRequired, View):
    """GET: a page, to htmx a dialog. POST ``revision``, ``number``, ``comment``: publish, or ask for it, as it was shown."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        return self.shown(request, definition_id)

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        try:
            with refusals_as_pages(), transaction.atomic():
                target = self.go_on(request, definition_id)
        except (NotFound, Denied):
            raise
        except DomainError as error:
            fields = error.fields if isinstance(error, Invalid) and not error.params.get("problems") else {}
            texts = [text for one in fields.values() for text in one] or [error.message]
            return self.shown(request, definition_id, texts, error.status)
        if is_htmx(request):
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        return redirect(target)

    def go_on(self, request: HttpRequest, definition_id: UUID) -> str:
        """Publish or ask; where to go then."""
        found = access_publishing(self.actor, definition_id)
        seen: dict[str, Any] = {name: number_of(request.POST.get(name)) for name in ("revision", "number")}
        if found.approval is None:
            version = definition_publish(definition_id=definition_id, actor=self.actor, **seen)
            messages.success(request, f"Version {version.number} is published. New requests start on it.")
            return reverse("definition", args=[definition_id])
        asked = publishing_request(
            definition_id=definition_id, actor=self.actor, comment=request.POST.get("comment", ""), **seen
        )
        messages.success(request, f"Request {asked.number} asks for it. You hear when it is decided.")
        return reverse("request", args=[asked.run_id])

    def shown(
        self, request: HttpRequest, definition_id: UUID, refused: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        with refusals_as_pages():
            try:
                found = access_publishing(self.actor, definition_id)
            except DraftNotFound:
                return self.gone(request, definition_id)
        context = _context(self, request, found) | {"refused": refused or []}
        template, fragment = "workflows/design/publish.html", "workflows/design/publish_dialog.html"
        return page(request, template, context, fragment=fragment, status=status)

    def gone(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        """There is no draft any more: published meanwhile, by somebody else perhaps."""
        messages.info(request, "There is no draft to publish.")
        target = reverse("definition", args=[definition_id])
        return HttpResponse(status=204, headers={"HX-Redirect": target}) if is_htmx(request) else redirect(target)


def _context(view: MemberRequired, request: HttpRequest, found: Publishing) -> dict[str, Any]:
    draft = Draft(view.actor, found.definition, found.version)
    problems: list[Mapping[str, Any]] = [one | {"url": url_of(draft, one["at"])} for one in told_problems(draft)]
    blocking = [one for one in problems if one["level"] == "blocks"]
    if not blocking:
        cases = f"{reverse('design', args=[found.definition.id])}?tab=cases"
        played = [one.to_json() | {"url": cases} for one in case_problems(found.version)]
        problems = [*problems, *played]
        blocking = [one for one in played if one["level"] == "blocks"]
    return {
        "found": found,
        "definition": found.definition,
        "compared": found.compared,
        "blocking": blocking,
        "warnings": [one for one in problems if one["level"] != "blocks"],
        "comment": request.POST.get("comment", ""),
        "design_url": reverse("design", args=[found.definition.id]),
    }
