"""What stands around a tab: the head, the tabs, the problems; and the parts of it that htmx swaps."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.tenancy.hosts import parts_of_address
from workflows.drafting.places import parts_of
from workflows.selectors.drafts import Draft
from workflows.views.base import Tab
from workflows.views.design.base import Desk
from workflows.views.design.form import query_of_field
from workflows.views.design.item import item_context
from workflows.views.design.registry import TABS

FIRST: Final = "graph"
WHOLE: Final = "graph"
"""The place of the panel without a selection."""
ANCHORS: Final[Mapping[tuple[str, ...], str]] = {
    ("graph", "steps"): "step",
    ("graph", "transitions"): "way",
}
"""How the rows of tables are called, by the list that they show."""


def frame(desk: Desk, key: str) -> dict[str, Any]:
    """What head, tabs and problems are given."""
    draft, tab = desk.draft, TABS[key]
    address = reverse("design", args=[draft.definition.id])
    problems = desk.problems
    return {
        "desk": desk,
        "draft": draft,
        "definition": draft.definition,
        "tabs": [
            Tab(one.key, one.label, f"{address}?{urlencode({'tab': one.key})}", "", one is tab) for one in TABS.values()
        ],
        "tab": key,
        "here": f"{address}?{urlencode({'tab': key})}",
        "tab_template": tab.template,
        "edit_url": reverse("design_edit", args=[draft.definition.id]),
        "problems": [one | {"url": url_of(draft, one["at"])} for one in problems],
        "blocking": sum(one["level"] == "blocks" for one in problems),
        "refused": desk.refused,
    }


def shell(desk: Desk, key: str) -> dict[str, Any]:
    """What the page of a tab is given."""
    context = frame(desk, key)
    return {**context, **TABS[key].context(desk)}


def panel(desk: Desk, posted: Mapping[str, Any]) -> dict[str, Any]:
    """What the settings panel is given; without its item that of the workflow."""
    try:
        return item_context(desk, str(posted.get("panel", WHOLE)))
    except Http404:
        return item_context(desk, WHOLE)


def fragment(desk: Desk, posted: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """What htmx swaps: the tab, or the panel that was edited in, and out of band the head and the problems."""
    key = tab_of(posted)
    if posted.get("panel"):
        context = {**frame(desk, key), **panel(desk, posted), "part": "workflows/design/item.html"}
    else:
        context = {**shell(desk, key), "part": "workflows/design/tab.html"}
    context["is_alone"] = _is_alone(desk)
    response = render(desk.request, "workflows/design/changed.html", context, status=status)
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _is_alone(desk: Desk) -> bool:
    """Whether the page that asks is not the designers' own but that of one item, which has neither head nor problems."""
    path = parts_of_address(desk.request.headers.get("HX-Current-URL", "")).path
    return path not in ("", reverse("design", args=[desk.draft.definition.id]))


def tab_of(given: Mapping[str, Any]) -> str:
    wanted = str(given.get("tab", FIRST))
    return wanted if wanted in TABS else FIRST


def url_of(draft: Draft, place: str) -> str:
    """Where the place is changed without a canvas."""
    parts = parts_of(place)
    if parts[:2] == ("form", "fields") and len(parts) > 2:
        return reverse("design", args=[draft.definition.id]) + query_of_field(parts[2], parts[3:4])
    tab = parts[0] if parts[0] in TABS and parts[0] != FIRST else "outline"
    query, anchor = {"tab": tab}, ""
    if parts[:2] in ANCHORS and len(parts) > 2:
        query["open"], anchor = parts[2], f"#{ANCHORS[parts[:2]]}-{parts[2]}"
    return f"{reverse('design', args=[draft.definition.id])}?{urlencode(query)}{anchor}"
