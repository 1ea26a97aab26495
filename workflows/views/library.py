"""The library: look at shipped workflows, install them, bring a copy to a newer version."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views import View

from accounts.tenancy.errors import Conflict
from accounts.views.base import MemberRequired, refusals_as_messages, refusals_as_pages
from workflows.graph.layout import Direction
from workflows.graph.merge import Side
from workflows.graph.problems import blocking
from workflows.selectors.definition_page import facts_of
from workflows.selectors.landing import may_add
from workflows.selectors.library import Shown, library_list, library_look, library_update_of
from workflows.services.library import library_install, library_update
from workflows.views.base import page
from workflows.views.idempotency import Once, key_of

PREFIX: Final = "choice-"
TOLD: Final = 5
"""Problems that are told at once; the page of the draft shows them again."""


class LibraryView(MemberRequired, View):
    """All shipped workflows, by group."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        with refusals_as_pages():
            found = library_list(self.actor)
        groups: dict[str, list[Shown]] = {}
        for one in found:
            groups.setdefault(one.item.document.group, []).append(one)
        context = {
            "groups": sorted(groups.items()),
            "may_install": may_add(self.actor),
            "idempotency_key": key_of(request),
        }
        return page(request, "workflows/library.html", context)


class LibraryItemView(MemberRequired, View):
    """One of them, before it is installed."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        with refusals_as_pages():
            shown = library_look(self.actor, key)
        wide, narrow = (mark_safe(shown.drawing(way)) for way in (Direction.RIGHT, Direction.DOWN))  # noqa: S308 - made and escaped by us
        context = {
            "shown": shown,
            "graph_svg": wide,
            "graph_svg_narrow": narrow,
            "outline": shown.outline,
            "steps": shown.form_steps,
            "matrix": shown.matrix,
            "install_url": reverse("library_install", args=[key]) if may_add(self.actor) else "",
            "idempotency_key": key_of(request),
        }
        return page(request, "workflows/library_item.html", context)


class LibraryInstallView(MemberRequired, View):
    """Make a draft from it."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        answer: HttpResponse = redirect("library")
        with refusals_as_messages(request):
            once = Once(request, self.actor)
            if (earlier := once.earlier()) is not None:
                messages.info(request, "It was installed already; this is the draft.")
                return earlier
            made = library_install(actor=self.actor, key=key)
            messages.success(request, f"“{made.definition.name}” is a draft of yours now. Look at it, then publish it.")
            answer = once.keep(reverse("definition", args=[made.definition.id]))
        return answer  # noqa: RET504 - after a refusal it is the first one


class LibraryUpdateView(MemberRequired, View):
    """GET: what a newer version changes in a workflow. POST ``choice-<place>``, ``seen``: the two brought together as a draft."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            try:
                update = library_update_of(self.actor, definition_id)
            except Conflict as error:
                messages.info(request, error.message)
                return redirect("definition", definition_id)
        context = {"definition": facts_of(update.definition), "update": update, "prefix": PREFIX}
        return page(request, "workflows/library_update.html", context)

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        target = reverse("definition_library_update", args=[definition_id])
        with refusals_as_messages(request):
            made = library_update(
                actor=self.actor,
                definition_id=definition_id,
                choices=_choices(request.POST),
                seen=request.POST.get("seen", ""),
            )
            number = made.version.number
            messages.success(request, f"Version {number} is a draft with both. Look at it, then publish it.")
            for problem in blocking(made.problems)[:TOLD]:
                messages.error(request, f"{problem.message} {problem.hint}")
            target = f"{reverse('definition', args=[definition_id])}?tab=changes&version={number}"
        return redirect(target)


def _choices(data: QueryDict) -> dict[str, Side]:
    named = {key.removeprefix(PREFIX): str(value) for key, value in data.items() if key.startswith(PREFIX)}
    return {place: Side(value) for place, value in named.items() if value in set(Side)}
