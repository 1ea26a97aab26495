"""The settings of what is selected: a step, a way, or without a selection the workflow."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from accounts.views.base import MemberRequired, refusals_as_pages
from workflows.drafting.places import MISSING, PlaceError, parts_of, read
from workflows.graph.document import StepKind
from workflows.graph.sentences import KINDS
from workflows.selectors.drafts import Draft, access_draft
from workflows.views.base import page
from workflows.views.design.base import Desk
from workflows.views.design.panel import step_facts, way_facts, workflow_facts
from workflows.views.design.work import node_facts


class DesignItemView(MemberRequired, View):
    """``?place=graph/steps/<key>``, ``graph/transitions/<key>`` or ``graph``: a fragment for htmx, else a page."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            draft = access_draft(self.actor, definition_id)
        try:
            context = item_context(Desk(request, draft), request.GET.get("place", "graph"))
        except Http404:
            # Beside a canvas that does not know yet what others took away.
            if request.headers.get("HX-Request") != "true":
                raise
            return render(request, "workflows/design/item_gone.html")
        return page(request, "workflows/design/item_page.html", context, fragment="workflows/design/item.html")


def item_context(desk: Desk, place: str) -> dict[str, Any]:
    """What the panel is given. Raises Http404 for a place that is not there."""
    draft = desk.draft
    found = item_at(draft, place)
    parts = parts_of(place)
    is_step, is_way = parts[:2] == ("graph", "steps"), parts[:2] == ("graph", "transitions")
    facts: Mapping[str, Any] = workflow_facts(draft) if parts == ("graph",) else {}
    if is_step:
        facts = step_facts(draft, found) | (node_facts(draft, found) if found.get("kind") == "auto" else {})
    elif is_way:
        facts = way_facts(draft, found)
    return {
        "desk": desk,
        "draft": draft,
        "definition": draft.definition,
        "place": place,
        "is_step": is_step,
        "is_way": is_way,
        "item": found,
        "kinds": [(kind.value, KINDS[kind]) for kind in StepKind],
        "edit_url": reverse("design_edit", args=[draft.definition.id]),
        "here": f"{reverse('design_item', args=[draft.definition.id])}?{urlencode({'place': place})}",
        "back": f"{reverse('design', args=[draft.definition.id])}?tab=outline",
        "tab": "outline",
        "refused": desk.refused,
        "panel": place,
        **facts,
    }


def item_at(draft: Draft, place: str) -> Mapping[str, Any]:
    """The step, the way or the graph. Raises Http404 for a place that is none of them."""
    try:
        found = read(draft.document, place)
        depth = len(parts_of(place))
    except PlaceError:
        raise Http404 from None
    if found is MISSING or not isinstance(found, Mapping) or (place != "graph" and depth != 3):
        raise Http404
    return found
