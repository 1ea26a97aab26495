"""Look at a workflow, copy it, publish it, bring one in."""

import json
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views import View

from accounts.tenancy.errors import Denied, Invalid
from accounts.views.base import MemberRequired, refusals_as_messages, refusals_as_pages
from workflows.forms import ImportForm
from workflows.graph.layout import Direction
from workflows.selectors.definition_page import DefinitionView as Shown
from workflows.selectors.definition_page import definition_view, facts_of, preferences, versions_of
from workflows.selectors.landing import may_add
from workflows.services.definitions import (
    definition_clone,
    definition_export,
    definition_import,
    definition_publish,
    definition_retire,
)
from workflows.views.base import Tab, page

TABS: Final = {"graph": "Graph", "form": "Form", "preferences": "Preferences", "versions": "Versions"}
MAX_NUMBER: Final = 9


class DefinitionView(MemberRequired, View):
    """``?tab=graph|form|preferences|versions`` and ``version``, the published one by default."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        number = request.GET.get("version", "")
        with refusals_as_pages():
            shown = definition_view(
                self.actor, definition_id, int(number) if number.isdecimal() and len(number) <= MAX_NUMBER else None
            )
        tab = request.GET.get("tab", "graph")
        tab = tab if tab in TABS else "graph"
        publish = reverse("definition_publish", args=[definition_id]) if shown.may_publish else ""
        context: dict[str, Any] = {
            "definition": facts_of(shown.definition),
            "version": shown.version_facts,
            "tabs": _tabs(definition_id, tab, number),
            "tab": tab,
            "can_start": shown.can_start,
            "edit_url": "",
            "publish_url": publish,
            "export_url": reverse("definition_export", args=[definition_id]) if shown.may_edit else "",
            **self._part(shown, tab),
        }
        return page(request, "workflows/definition.html", context)

    def _part(self, shown: Shown, tab: str) -> dict[str, Any]:
        if tab == "form":
            return {"steps": shown.steps, "matrix": shown.matrix}
        if tab == "preferences":
            wanted = preferences(shown)
            return {
                "sla": wanted.sla,
                "sla_default": wanted.sla_default,
                "visibility": wanted.visibility,
                "stakeholders": wanted.stakeholders,
            }
        if tab == "versions":
            retire = reverse("definition_retire", args=[shown.definition.id]) if shown.may_retire else ""
            return {"versions": versions_of(self.actor, shown), "retire_url": retire}
        wide, narrow = (mark_safe(shown.drawing(way)) for way in (Direction.RIGHT, Direction.DOWN))  # noqa: S308 - made and escaped by us
        return {"graph_svg": wide, "graph_svg_narrow": narrow, "outline": shown.outline}


class DefinitionCloneView(MemberRequired, View):
    """A copy as a draft of one's own."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        target = reverse("home")
        with refusals_as_messages(request):
            copy = definition_clone(definition_id=definition_id, actor=self.actor)
            messages.success(request, f"“{copy.name}” is a draft of yours now.")
            target = reverse("definition", args=[copy.id])
        return redirect(target)


class DefinitionPublishView(MemberRequired, View):
    """Publish the draft; problems that block are listed on the next page."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_messages(request):
            version = definition_publish(definition_id=definition_id, actor=self.actor)
            messages.success(request, f"Version {version.number} is published. New requests start on it.")
        return redirect("definition", definition_id)


class DefinitionRetireView(MemberRequired, View):
    """Take the published version back."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_messages(request):
            version = definition_retire(definition_id=definition_id, actor=self.actor)
            messages.success(request, f"Version {version.number} is retired. Open requests finish on it.")
        return redirect("definition", definition_id)


class DefinitionExportView(MemberRequired, View):
    """The workflow as a JSON file, as the import takes it."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            try:
                document = definition_export(definition_id=definition_id, actor=self.actor)
            except Denied as error:
                raise PermissionDenied(error.message) from None
        return HttpResponse(
            json.dumps(document, ensure_ascii=False, indent=2),
            content_type="application/json",
            headers={
                "Content-Disposition": f'attachment; filename="workflow-{definition_id}.json"',
                "Cache-Control": "no-store, private",
            },
        )


class DefinitionImportView(MemberRequired, View):
    """Take a JSON document as the draft of a new workflow."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        self._require()
        return page(request, "workflows/import.html", {"form": ImportForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        self._require()
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                made = definition_import(actor=self.actor, document=form.cleaned_data["document"])
            except Invalid as error:
                for path, texts in (error.fields or {"": [error.message]}).items():
                    form.add_error(None, [f"{path}: {text}".removeprefix(": ") for text in texts])
            else:
                messages.success(request, f"“{made.definition.name}” is a draft now.")
                return redirect("definition", made.definition.id)
        return page(request, "workflows/import.html", {"form": form}, status=422)

    def _require(self) -> None:
        if not may_add(self.actor):
            raise PermissionDenied("You do not have the right to make workflows.")


def _tabs(definition_id: UUID, current: str, number: str) -> list[Tab]:
    address = reverse("definition", args=[definition_id])
    kept = {"version": number} if number else {}
    return [
        Tab(key, label, f"{address}?{urlencode({'tab': key} | kept)}", "", key == current)
        for key, label in TABS.items()
    ]
