"""The person's work."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views import View

from accounts.models import Membership
from accounts.views.base import MemberRequired
from workflows.selectors.inbox import CAP, InboxTab, inbox_counts, inbox_page, tabs_of
from workflows.selectors.paging import Cursor
from workflows.views.base import Tab, page, shown_count, words

LABELS: Final[Mapping[InboxTab, str]] = {
    InboxTab.DECIDE: "To decide",
    InboxTab.TEAM: "Team queue",
    InboxTab.BEHALF: "On behalf of",
    InboxTab.MINE: "Mine",
    InboxTab.FOLLOWING: "Following",
    InboxTab.UNASSIGNED: "Without assignee",
}


class InboxView(MemberRequired, View):
    """``?tab=decide|team|mine|following`` (who stands in for somebody: also ``behalf``; tenant admins: ``unassigned``), ``q``
    and ``cursor``."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        tabs = tabs_of(self.actor)
        tab = next((one for one in tabs if one == request.GET.get("tab")), InboxTab.DECIDE)
        q = words(request)
        rows = inbox_page(self.actor, tab, q=q, cursor=Cursor.parse(request.GET.get("cursor", "")))
        context = {"tabs": _tabs(self.actor, tab), "tab": tab.value, "q": q, "page": rows}
        return page(request, "workflows/inbox.html", context, fragment="workflows/inbox_list.html")


class BadgesView(MemberRequired, View):
    """Fresh numbers for the navigation; the context processor puts them in."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        return page(request, "components/badges.html", {})


def _tabs(actor: Membership, current: InboxTab) -> list[Tab]:
    counts, address = inbox_counts(actor), reverse("inbox")
    return [
        Tab(
            tab.value,
            LABELS[tab],
            f"{address}?{urlencode({'tab': tab.value})}",
            shown_count(counts[tab], CAP),
            tab is current,
        )
        for tab in tabs_of(actor)
    ]
