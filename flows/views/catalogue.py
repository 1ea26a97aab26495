"""The catalogue to browse: lists, one entity with its diagram, logical and physical flows, and the type-ahead."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views import View

from accounts.models import Membership
from accounts.views.base import MemberRequired, refusals_as_pages
from flows import policies
from flows.catalogue.diagram import Box, Side, flow_svg, flow_svg_narrow
from flows.catalogue.selectors import history
from flows.catalogue.selectors.browse import Shelf, Wanted, listing
from flows.catalogue.selectors.entities import EntityFacts, Neighbours, access_entity, neighbours_of, people_of
from flows.catalogue.selectors.finding import suggestions
from flows.catalogue.selectors.flows import (
    LogicalFacts,
    access_logical,
    access_physical,
    deliveries_of,
    flows_of_entity,
    sharing_flows,
)
from flows.catalogue.selectors.rows import types_of_logical
from flows.models import ProposedFlow
from flows.views.catalogue_export import FACETS, export_response, wanted_of
from workflows.views.base import Tab, page, words

SHELVES: Final[Mapping[Shelf, str]] = {
    Shelf.APPLICATIONS: "Applications",
    Shelf.ACTORS: "Actors",
    Shelf.END_USER_APPLICATIONS: "End-user applications",
    Shelf.LOGICAL: "Logical flows",
    Shelf.PHYSICAL: "Physical flows",
}
HINTS: Final[Mapping[Shelf, str]] = {
    Shelf.LOGICAL: "Source or target",
    Shelf.PHYSICAL: "Name, source or target",
}
DIRECTIONS: Final = {"": "All", "in": "Incoming", "out": "Outgoing"}
FIELD: Final = re.compile(r"[a-z_]{1,30}")
READING: Final = ("get", "head", "options")


class CatalogueView(MemberRequired, View):
    """``?tab``, ``q``, the facets of the list, ``cursor``."""

    http_method_names = READING

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = wanted_of(request)
        found = listing(self.actor.organisation_id, wanted)
        kept = wanted.words or any(wanted.values.values())
        context: dict[str, Any] = {
            "tabs": _shelf_tabs(wanted),
            "tab": wanted.shelf.value,
            "label": SHELVES[wanted.shelf],
            "q": wanted.words,
            "hint": HINTS.get(wanted.shelf, "Name or external id"),
            "page": found.page,
            "facets": found.facets,
            "chosen": sum(len(values) for values in wanted.values.values()),
            "narrowed": bool(kept),
            "clear_url": _address(wanted.shelf),
            "query": _query(wanted),
            "may_propose": policies.proposals.may(self.actor, "propose"),
            "may_import": policies.catalogue.may(self.actor, "import"),
        }
        return page(request, "flows/catalogue.html", context, fragment="flows/catalogue_list.html")


class CatalogueExportView(MemberRequired, View):
    """The list as CSV, with the filters of the address; the columns are those that the import takes."""

    http_method_names = READING

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return export_response(self.actor, wanted_of(request))


class SuggestView(MemberRequired, View):
    """``?q``, ``kind`` (many), ``without`` and ``field``: ends that begin with the words, as choices or as JSON."""

    http_method_names = READING

    def get(self, request: HttpRequest) -> HttpResponse:
        field = request.GET.get("field", "")
        found = suggestions(
            self.actor.organisation_id,
            words(request),
            kinds=request.GET.getlist("kind")[:3],
            without=uuid_or_none(request.GET.get("without", "")),
        )
        if request.headers.get("Accept", "").startswith("application/json"):
            rows = [{"value": str(one.id), "text": one.label, "kind": one.kind} for one in found]
            answer: HttpResponse = JsonResponse({"results": rows})
            answer.headers["Cache-Control"] = "no-store, private"
            return answer
        context = {"ends": found, "field": field if FIELD.fullmatch(field) else "entity", "q": words(request)}
        return page(request, "flows/suggest.html", context)


class EntityView(MemberRequired, View):
    """``?direction=in|out`` and ``cursor`` for the list of its flows."""

    http_method_names = READING

    def get(self, request: HttpRequest, entity_id: UUID) -> HttpResponse:
        own = self.actor.organisation_id
        direction = request.GET.get("direction", "")
        direction = direction if direction in DIRECTIONS else ""
        with refusals_as_pages():
            entity = access_entity(own, entity_id)
        upstream, downstream = neighbours_of(own, entity_id)
        proposals, more = history.open_proposals(own, history.about_entity(entity_id))
        context: dict[str, Any] = {
            "entity": entity,
            "upstream": upstream,
            "downstream": downstream,
            "people": people_of(own, entity),
            "page": flows_of_entity(own, entity_id, direction, request.GET.get("cursor", "")),
            "tabs": _direction_tabs(entity, direction),
            "direction": direction,
            "proposals": proposals,
            "more_proposals": more,
            **drawings(entity, upstream, downstream),
            **_rights(self.actor),
        }
        return page(request, "flows/entity.html", context)


class LogicalView(MemberRequired, View):
    http_method_names = READING

    def get(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        own = self.actor.organisation_id
        with refusals_as_pages():
            flow = access_logical(own, flow_id)
        also = Q(logical_flow_id=flow_id) | Q(source_id=flow.source.id, target_id=flow.target.id, is_open=True)
        proposals, more = history.proposals_about(own, flow_id, also)
        context: dict[str, Any] = {
            "flow": flow,
            "types": types_of_logical(own, [flow_id]).get(flow_id, ()),
            "deliveries": deliveries_of(own, flow_id),
            "proposals": proposals,
            "more_proposals": more,
            "history": history.history_of(own, [flow_id]),
            **_rights(self.actor, flow),
        }
        return page(request, "flows/logical.html", context)


class PhysicalView(MemberRequired, View):
    http_method_names = READING

    def get(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        own = self.actor.organisation_id
        with refusals_as_pages():
            flow = access_physical(own, flow_id)
        sharing, more_sharing = sharing_flows(own, flow)
        proposals, more = history.proposals_about(own, flow_id, Q(physical_flow_id=flow_id))
        context: dict[str, Any] = {
            "flow": flow,
            "sharing": sharing,
            "more_sharing": more_sharing,
            "proposals": proposals,
            "more_proposals": more,
            "history": history.history_of(own, [flow_id, flow.specification_id]),
            **_rights(self.actor, flow.logical),
        }
        return page(request, "flows/physical.html", context)


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def drawings(entity: EntityFacts, upstream: Neighbours, downstream: Neighbours) -> dict[str, SafeString]:
    """The diagram, wide and narrow."""
    address = reverse("flows:entity", args=[entity.id])
    centre = Box(entity.name, entity.kind, entity.kind_label)
    left, right = _side(upstream, f"{address}?direction=in#flows"), _side(downstream, f"{address}?direction=out#flows")
    wide, narrow = flow_svg(centre, left, right), flow_svg_narrow(centre, left, right)
    # Made and escaped by us.
    return {"diagram": mark_safe(wide), "diagram_narrow": mark_safe(narrow)}  # noqa: S308


def _side(found: Neighbours, more_url: str) -> Side:
    boxes = [
        Box(
            one.end.name,
            one.end.kind,
            "Proposed" if one.flow_id is None else f"{one.end.kind_label}, {one.physical_count} physical",
            reverse("flows:entity", args=[one.end.id]),
            is_proposed=one.flow_id is None,
        )
        for one in found.rows
    ]
    return Side(boxes, found.left, more_url)


def _rights(actor: Membership, flow: LogicalFacts | None = None) -> dict[str, bool]:
    """What is offered; of a flow, only what would not be refused at the end."""
    proposal = ProposedFlow(source_id=flow.source.id, target_id=flow.target.id) if flow else None
    return {
        "may_propose": policies.proposals.may(actor, "propose", proposal),
        "may_break_glass": policies.flows.may(actor, "break_glass"),
    }


def _shelf_tabs(wanted: Wanted) -> list[Tab]:
    """The words go along to the other list, the facets do not: each list has its own."""
    kept = {"q": wanted.words} if wanted.words else {}
    return [
        Tab(shelf.value, label, _address(shelf, **kept), "", shelf is wanted.shelf) for shelf, label in SHELVES.items()
    ]


def _direction_tabs(entity: EntityFacts, current: str) -> list[Tab]:
    address = reverse("flows:entity", args=[entity.id])
    return [
        Tab(key, label, f"{address}?direction={key}" if key else address, "", key == current)
        for key, label in DIRECTIONS.items()
    ]


def _address(shelf: Shelf, **more: str) -> str:
    return f"{reverse('flows:catalogue')}?{urlencode({'tab': shelf.value} | more)}"


def _query(wanted: Wanted) -> str:
    """The address of this list without its page."""
    pairs = [("tab", wanted.shelf.value), ("q", wanted.words)]
    pairs += [(name, value) for name in FACETS for value in wanted.values.get(name, ())]
    return urlencode([(name, value) for name, value in pairs if value])
