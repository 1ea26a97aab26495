"""The dashboard of proposals: tabs, filters with counts, order, pages, views under a name, and the export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.models import Membership
from accounts.views.base import MemberRequired, refusals_as_messages
from flows import filters
from flows.filters import ProposalFilter
from flows.forms import SavedViewForm
from flows.policies import proposals as policy
from flows.proposals.selectors import board
from flows.proposals.selectors.asker import Asker, Proposals, proposals_of
from flows.proposals.selectors.board import Place, Sort
from flows.proposals.selectors.counts import Counts, counts_of
from flows.proposals.selectors.drafts import drafts_of, saved_views_of
from flows.proposals.selectors.gathering import COUNT_CAP
from flows.proposals.services.saved_views import view_delete, view_save
from flows.setup import PROPOSAL_WORKFLOW, settings_of
from flows.views.export import export_response
from workflows.selectors.tracking import Life, life_of
from workflows.views.base import Tab, page, shown_count

ACTIVE, COMPLETED = "active", "completed"
TABS: Final[Mapping[str, str]] = {ACTIVE: "Active", COMPLETED: "Completed"}
LEGENDS: Final[Mapping[str, str]] = {
    "actionable": "My actionables",
    "mine": "Proposals",
    "state": "State",
    "type": "Operation",
    "side": "Waits for",
}
HEADS: Final = (
    ("number", "Proposal"),
    ("source", "Source"),
    ("target", "Target"),
    ("state", "Status"),
    ("type", "Change"),
    ("maker", "Proposed by"),
    ("acted", "Last action"),
)
KEPT: Final = ("tab", *filters.GROUPS, "q", "sort")
"""What of the address makes a view; the page it stands on is none of it."""


@dataclass(frozen=True, slots=True)
class Pill:
    """One value of a filter that can be on or off."""

    name: str
    value: str
    label: str
    count: str
    """Empty where it was not counted."""
    on: bool


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: a link that sorts by it, the other way round when it does already."""

    key: str
    label: str
    url: str
    sorted: str
    """ "ascending", "descending" or empty."""


class Board:
    """What the address asks for: the tab, the filters, the order."""

    def __init__(self, actor: Membership, query: QueryDict) -> None:
        self.actor = actor
        self.query = query
        self.tab = COMPLETED if query.get("tab") == COMPLETED else ACTIVE
        settings_of(actor.organisation_id)
        self.life: Life = life_of(actor.organisation_id, PROPOSAL_WORKFLOW)
        self.sides = board.sides_asked(actor.organisation_id)
        self.states = [
            (state.code, state.name)
            for state in self.life.states.values()
            if state.is_end == (self.tab == COMPLETED) and not state.is_start
        ]
        self.sort = Sort.parse(query.get("sort", ""))
        self.asker = Asker(actor, is_open=self.tab == ACTIVE)
        given = QueryDict(mutable=True)
        for name in (*filters.GROUPS, "q"):
            given.setlist(name, query.getlist(name))
        self.rows = proposals_of(actor.organisation_id).filter(is_open=self.tab == ACTIVE)
        self.filter = ProposalFilter(
            given, self.rows, actor=actor, states=self.states, sides=self.sides, asker=self.asker
        )

    def found(self) -> Proposals:
        """The proposals that all filters leave; a filter that cannot be read leaves none."""
        rows: Proposals = self.filter.qs if self.filter.is_valid() else self.rows.none()
        return rows

    def query_string(self, **changed: str) -> str:
        """The address of the same view, without the place on it."""
        kept = [(name, value) for name in KEPT for value in self.query.getlist(name) if name not in changed and value]
        return urlencode([*kept, *((name, value) for name, value in changed.items() if value)])

    @property
    def narrowed(self) -> bool:
        return any(self.query.get(name, "").strip() for name in (*filters.GROUPS, "q"))

    def context(self, place: Place | None) -> dict[str, Any]:
        """See templates/flows/dashboard.html."""
        counts = self._counts()
        rows = board.listed_page(self.actor, self.found(), self.life, self.sort, place)
        return {
            "tabs": self._tabs(counts),
            "tab": self.tab,
            "groups": self._groups(counts),
            "narrowed": self.narrowed,
            "filtered": _shown(counts.found, counts.found_cap),
            "q": self.query.get("q", ""),
            "sort": self.sort,
            "heads": self._heads(),
            "page": rows,
            "decides": any(row.needs_me for row in rows.rows),
            "views": [_view(view, self.query_string()) for view in saved_views_of(self.actor)],
            "query": self.query_string(),
            "clear_url": _address(urlencode({"tab": self.tab})),
            "filter_errors": _texts(self.filter),
            "may_propose": policy.may(self.actor, "propose", None),
            "drafts": drafts_of(self.actor).count(),
        }

    def _counts(self) -> Counts:
        """Per tab and per pill, each over what the search box leaves of the tab; and what all filters leave."""
        choices = [(name, value) for name, values in self._choices() for value, _ in values]
        chosen = [(name, value) for name in filters.GROUPS for value in self.query.getlist(name)]
        return counts_of(self.asker, self.query.get("q", "").strip(), choices, self.found(), chosen)

    def _choices(self) -> list[tuple[str, Sequence[tuple[str, str]]]]:
        found: list[tuple[str, Sequence[tuple[str, str]]]] = [
            ("actionable", [one for one in filters.ACTIONABLE if one != filters.BEHALF or self._offers_behalf]),
            ("mine", filters.MINE),
            ("state", self.states),
            ("type", filters.TYPES),
        ]
        return [*found, ("side", self.sides)] if self.tab == ACTIVE else found

    @property
    def _offers_behalf(self) -> bool:
        """Who stands in for nobody has no use for the filter, unless they ask for it."""
        is_asked = filters.BEHALF[0] in self.query.getlist("actionable")
        return is_asked or (self.tab == ACTIVE and self.asker.behind)

    def _groups(self, counts: Counts) -> list[tuple[str, list[Pill]]]:
        return [
            (
                LEGENDS[name],
                [
                    Pill(
                        name,
                        value,
                        label,
                        "" if counts.values is None else _shown(counts.values[name, value]),
                        value in self.query.getlist(name),
                    )
                    for value, label in choices
                ],
            )
            for name, choices in self._choices()
        ]

    def _tabs(self, counts: Counts) -> list[Tab]:
        # A state belongs to one tab, a side is asked in one: these filters do not come along.
        return [
            Tab(
                tab,
                label,
                _address(self.query_string(tab=tab, state="", side="")),
                _shown(counts.tabs[tab == ACTIVE]),
                tab == self.tab,
            )
            for tab, label in TABS.items()
        ]

    def _heads(self) -> list[Head]:
        heads = []
        for key, label in HEADS:
            here = key == self.sort.key
            down = not self.sort.descending if here else key in ("number", "acted")
            way = ("descending" if self.sort.descending else "ascending") if here else ""
            heads.append(Head(key, label, _address(self.query_string(sort=str(Sort(key, down)))), way))
        return heads


class DashboardView(MemberRequired, View):
    """``?tab=active|completed``, the filters of ``flows.filters``, ``sort``, ``cursor``."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = Board(self.actor, request.GET)
        place = Place.parse(request.GET.get("cursor", ""), asked.sort)
        status = 200 if asked.filter.is_valid() else 422
        return page(
            request,
            "flows/dashboard.html",
            asked.context(place),
            fragment="flows/dashboard_list.html",
            status=status,
        )


class DashboardExportView(MemberRequired, View):
    """What the filters leave, as a file for a spreadsheet."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        asked = Board(self.actor, request.GET)
        return export_response(self.actor, asked.found(), asked.life, asked.sort, asked.sides)


class SavedViewsView(MemberRequired, View):
    """Keep the filters of the address under a name."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SavedViewForm(request.POST)
        query = ""
        if form.is_valid():
            query = Board(self.actor, QueryDict(form.cleaned_data["query"])).query_string()
            with refusals_as_messages(request):
                kept = view_save(actor=self.actor, name=form.cleaned_data["name"], query=query)
                messages.success(request, f"The view “{kept.name}” is kept.")
        else:
            for texts in form.errors.values():
                messages.error(request, " ".join(map(str, texts)))
        return redirect(_address(query))


class SavedViewDeleteView(MemberRequired, View):
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, view_id: UUID) -> HttpResponse:
        with refusals_as_messages(request):
            view_delete(actor=self.actor, view_id=view_id)
            messages.success(request, "The view is gone.")
        return redirect("flows:dashboard")


def _address(query: str) -> str:
    return f"{reverse('flows:dashboard')}?{query}" if query else reverse("flows:dashboard")


def _shown(count: int, cap: int = COUNT_CAP) -> str:
    return shown_count(count, cap) or "0"


def _view(view: Any, query: str) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "url": _address(view.query),
        "current": view.query == query and bool(query),
    }


def _texts(chosen: ProposalFilter) -> list[str]:
    return [str(text) for texts in chosen.form.errors.values() for text in texts]
