"""Look at a workflow, copy it, publish it, bring one in."""

import json
from collections.abc import Mapping
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

from accounts.tenancy.errors import Conflict, Denied, Invalid
from accounts.views.base import MemberRequired, refusals_as_messages, refusals_as_pages
from workflows.forms import ImportForm
from workflows.graph.layout import Direction
from workflows.selectors.definition_changes import version_changes
from workflows.selectors.definition_page import DefinitionView as Shown
from workflows.selectors.definition_page import definition_view, facts_of, preferences, versions_of
from workflows.selectors.landing import may_add
from workflows.selectors.library import newer_version
from workflows.services.cases import NotPlayable, cases_play
from workflows.services.definitions import (
    definition_clone,
    definition_delete,
    definition_export,
    definition_import,
    definition_publish,
    definition_restore,
    definition_retire,
)
from workflows.services.publishing import publishing_request
from workflows.views.base import Tab, page
from workflows.views.idempotency import Once, key_of

TABS: Final = {"graph": "Graph", "form": "Form", "preferences": "Preferences", "versions": "Versions"}
CHANGES: Final = {"changes": "Changes", "cases": "Cases"}
"""For those who may compare versions."""
MAX_NUMBER: Final = 9
MOST_TOLD: Final = 20
"""Notes of an import that are shown."""


class DefinitionView(MemberRequired, View):
    """``?tab=graph|form|preferences|versions|changes|cases`` and ``version``, the published one by default; ``with`` is the
    version that the changes are told against."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        number = request.GET.get("version", "")
        with refusals_as_pages():
            shown = definition_view(self.actor, definition_id, _number(number))
        tabs = TABS | (CHANGES if shown.may_compare else {})
        tab = request.GET.get("tab", "graph")
        tab = tab if tab in tabs else "graph"
        publish = reverse("design_publish", args=[definition_id]) if shown.may_publish else ""
        context: dict[str, Any] = {
            "definition": facts_of(shown.definition),
            "version": shown.version_facts,
            "tabs": _tabs(definition_id, tabs, tab, number),
            "tab": tab,
            "can_start": shown.can_start and not shown.definition.deleted_at,
            "edit_url": reverse("design", args=[definition_id]) if self._may_edit(shown) else "",
            "publish_url": publish,
            "export_url": reverse("definition_export", args=[definition_id]) if shown.may_edit else "",
            "ask_url": reverse("definition_ask", args=[definition_id]) if shown.may_ask else "",
            "asked": shown.asked if shown.may_edit else None,
            "restore_url": reverse("definition_restore", args=[definition_id]) if shown.may_restore else "",
            "newer": newer_version(shown.definition) if shown.may_edit else None,
            **self._part(request, shown, tab),
        }
        return page(request, "workflows/definition.html", context)

    def _part(self, request: HttpRequest, shown: Shown, tab: str) -> dict[str, Any]:
        if tab == "changes":
            with refusals_as_pages():
                against = _number(request.GET.get("with", ""))
                move = reverse("definition_migration", args=[shown.definition.id]) if shown.may_retire else ""
                compared = version_changes(self.actor, shown.definition.id, shown.version.number, against)
                return {"compared": compared, "move_url": move}
        if tab == "cases":
            with refusals_as_pages():
                try:
                    found = cases_play(actor=self.actor, definition_id=shown.definition.id, number=shown.version.number)
                except NotPlayable as refusal:
                    return {"not_playable": refusal.message}
                return {"played": found}
        if tab == "form":
            return {"steps": shown.steps, "matrix": shown.matrix}
        if tab == "preferences":
            wanted = preferences(shown)
            return {
                "sla": wanted.sla,
                "sla_default": wanted.sla_default,
                "visibility": wanted.visibility,
                "stakeholders": wanted.stakeholders,
                "preferences_url": self._preferences_url(shown),
            }
        if tab == "versions":
            args = [shown.definition.id]
            return {
                "versions": versions_of(self.actor, shown),
                "may_compare": shown.may_compare,
                "retire_url": reverse("definition_retire", args=args) if shown.may_retire else "",
                "delete_url": reverse("definition_delete", args=args) if shown.may_delete else "",
            }
        wide, narrow = (mark_safe(shown.drawing(way)) for way in (Direction.RIGHT, Direction.DOWN))  # noqa: S308 - made and escaped by us
        return {"graph_svg": wide, "graph_svg_narrow": narrow, "outline": shown.outline}

    def _preferences_url(self, shown: Shown) -> str:
        return reverse("definition_preferences", args=[shown.definition.id]) if self._may_edit(shown) else ""

    def _may_edit(self, shown: Shown) -> bool:
        return shown.may_edit and shown.definition.deleted_at is None


class DefinitionCloneView(MemberRequired, View):
    """A copy as a draft of one's own."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        answer: HttpResponse = redirect("home")
        with refusals_as_messages(request):
            once = Once(request, self.actor)
            if (earlier := once.earlier()) is not None:
                messages.info(request, "It was copied already; this is the copy.")
                return earlier
            made = definition_clone(definition_id=definition_id, actor=self.actor)
            copy = made.definition
            messages.success(request, f"“{copy.name}” is a draft of yours now.")
            if made.blanked:
                messages.info(request, f"Fill in again: {'; '.join(made.blanked)}.")
            answer = once.keep(reverse("definition", args=[copy.id]))
        return answer  # noqa: RET504 - after a refusal it is the first one


class DefinitionPublishView(MemberRequired, View):
    """Publish the draft; problems that block are listed on the next page."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_messages(request):
            version = definition_publish(definition_id=definition_id, actor=self.actor)
            messages.success(request, f"Version {version.number} is published. New requests start on it.")
        return redirect("definition", definition_id)


class DefinitionAskView(MemberRequired, View):
    """Ask that the draft be published; the request is started with what it changes."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        target = reverse("definition", args=[definition_id])
        with refusals_as_messages(request):
            asked = publishing_request(
                definition_id=definition_id, actor=self.actor, comment=request.POST.get("comment", "")
            )
            messages.success(request, f"Request {asked.number} asks for it. You hear when it is decided.")
            target = reverse("request", args=[asked.run_id])
        return redirect(target)


class DefinitionRetireView(MemberRequired, View):
    """Take the published version back."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_messages(request):
            version = definition_retire(definition_id=definition_id, actor=self.actor)
            messages.success(request, f"Version {version.number} is retired. Open requests finish on it.")
        return redirect("definition", definition_id)


class DefinitionDeleteView(MemberRequired, View):
    """Take the workflow off the landing page; its open requests finish."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        target = redirect("definition", definition_id)
        with refusals_as_messages(request):
            gone = definition_delete(definition_id=definition_id, actor=self.actor)
            messages.success(request, f"“{gone.name}” is deleted. Open requests finish; you can restore it here.")
        return target


class DefinitionRestoreView(MemberRequired, View):
    """Bring a deleted workflow back."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_messages(request):
            back = definition_restore(definition_id=definition_id, actor=self.actor)
            messages.success(request, f"“{back.name}” is back.")
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
    """Take a JSON document, or BPMN 2.0, as the draft of a new workflow."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        self._require()
        return self._page(ImportForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        self._require()
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                once = Once(request, self.actor)
                if (earlier := once.earlier()) is not None:
                    messages.info(request, "It was added already; this is the draft.")
                    return earlier
                made = definition_import(actor=self.actor, document=form.cleaned_data["document"])
            except (Conflict, Invalid) as error:
                places = error.fields if isinstance(error, Invalid) else {}
                for path, texts in (places or {"": [error.message]}).items():
                    form.add_error(None, [f"{path}: {text}".removeprefix(": ") for text in texts])
            else:
                messages.success(request, f"“{made.definition.name}” is a draft now.")
                for text in form.cleaned_data["report"][:MOST_TOLD]:
                    messages.info(request, text)
                if len(form.cleaned_data["report"]) > MOST_TOLD:
                    messages.info(
                        request, f"{len(form.cleaned_data['report']) - MOST_TOLD} more notes are left out here."
                    )
                return once.keep(reverse("definition", args=[made.definition.id]))
        return self._page(form, status=422)

    def _page(self, form: ImportForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "idempotency_key": key_of(self.request)}
        return page(self.request, "workflows/import.html", context, status=status)

    def _require(self) -> None:
        if not may_add(self.actor):
            raise PermissionDenied("You do not have the right to make workflows.")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_NUMBER else None


def _tabs(definition_id: UUID, labels: Mapping[str, str], current: str, number: str) -> list[Tab]:
    address = reverse("definition", args=[definition_id])
    kept = {"version": number} if number else {}
    return [
        Tab(key, label, f"{address}?{urlencode({'tab': key} | kept)}", "", key == current)
        for key, label in labels.items()
    ]
