"""The landing page."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views import View

from accounts.views.base import MemberRequired
from workflows.selectors.definitions import may_see_all
from workflows.selectors.landing import LandingRow, landing, may_add
from workflows.views.base import Tab, page
from workflows.views.idempotency import key_of

ALL: Final = "all"
OTHER: Final = "other"


class HomeView(MemberRequired, View):
    """``?group=<id of the group>``, ``other`` for workflows without one."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = landing(self.actor)
        wanted = request.GET.get("group", ALL)
        tabs = _tabs(rows, wanted)
        current = next((tab.key for tab in tabs if tab.current), ALL)
        adds = may_add(self.actor)
        context = {
            "tabs": tabs if len(tabs) > 1 else [],
            "workflows": [with_urls(row) for row in rows if current in (ALL, _key(row))],
            "can_add": adds,
            "add_url": reverse("definition_new") if adds else "",
            "library_url": reverse("library") if may_see_all(self.actor) else "",
            "idempotency_key": key_of(request),
        }
        return page(request, "workflows/home.html", context)


def with_urls(row: LandingRow) -> LandingRow:
    """The row with the addresses of what the person may do."""
    return replace(
        row,
        edit_url=reverse("design", args=[row.id]) if row.may_edit else "",
        form_url=form_url(row.id, may_edit=row.may_edit),
        clone_url=reverse("definition_clone", args=[row.id]) if row.may_clone else "",
        preferences_url=preferences_url(row.id, may_edit=row.may_edit),
    )


def preferences_url(definition_id: UUID, *, may_edit: bool) -> str:
    """Where the preferences are changed, or for others read."""
    if may_edit:
        return reverse("definition_preferences", args=[definition_id])
    return f"{reverse('definition', args=[definition_id])}?{urlencode({'tab': 'preferences'})}"


def form_url(definition_id: UUID, *, may_edit: bool) -> str:
    """Where the form is drawn, or for others read."""
    address = reverse("design" if may_edit else "definition", args=[definition_id])
    return f"{address}?{urlencode({'tab': 'form'})}"


def _key(row: LandingRow) -> str:
    return str(row.group_id) if row.group_id else OTHER


def _tabs(rows: Sequence[LandingRow], wanted: str) -> list[Tab]:
    groups = {_key(row): row.group or "Other" for row in rows}
    current = wanted if wanted in groups else ALL
    address = reverse("home")
    return [
        Tab(key, label, address if key == ALL else f"{address}?{urlencode({'group': key})}", "", key == current)
        for key, label in ({ALL: "All"} | groups).items()
    ]
