"""The audit as tenant admins read it: what happened, about what, and what happened to request 44."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.admin_base import MachineOwnedAdmin, acting, admin_of
from accounts.audit.events import Event
from accounts.audit.models import AuditEntry
from accounts.audit.subjects import about, details, words_of
from accounts.models import ActingAdmin
from accounts.selectors.audit import NEWEST, matching, names_in


class KindFilter(admin.SimpleListFilter):
    """By kind of fact; the list is the product's, so that no table is scanned for it."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, words_of(kind)) for kind in sorted(Event.kinds())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class AuditEntryAdmin(MachineOwnedAdmin):
    list_display = ("at", "what", "subject", "actor_label", "actor_kind")
    list_filter = (KindFilter, "actor_kind", "at")
    # For the search box; ``get_search_results`` looks for more.
    search_fields = ("subject_id",)
    search_help_text = f"A request's number, the id of what changed, or words of the {NEWEST:,} newest entries."
    ordering = ("-at", "-id")
    readonly_fields = ("details",)
    fields = (
        "at",
        "actor_label",
        "details",
        "kind",
        "actor_kind",
        "actor_id",
        "subject_kind",
        "subject_id",
        "payload",
        "request_id",
    )

    def get_list_display(self, request: HttpRequest) -> Any:
        # Who stepped in from the platform has no pages but these.
        shown = {"subject": "subject_text"} if isinstance(admin_of(request), ActingAdmin) else {}
        return [shown.get(name, name) for name in self.list_display]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        return matching(queryset, acting(request).organisation_id, search_term), False

    def recorded_about(self, row: AuditEntry) -> Q:
        """What else was recorded about the same thing."""
        return Q(subject_id=row.subject_id)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With the names of the people on the page."""
        shown: Any = super().get_changelist_instance(request)
        self._name(request, shown.result_list)
        return shown

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        entry = super().get_object(request, object_id, from_field)
        self._name(request, [entry] if entry is not None else [])
        return entry

    def _name(self, request: HttpRequest, entries: Iterable[Any]) -> None:
        shown = list(entries)
        names = names_in(acting(request).organisation_id, shown)
        for entry in shown:
            entry.names = names

    @admin.display(description="details")
    def details(self, entry: Any) -> SafeString:
        return format_html_join("", "<div>{}: {}</div>", details(entry.payload, entry.names))

    @admin.display(description="what")
    def what(self, entry: AuditEntry) -> SafeString:
        return format_html('{}<br><small class="quiet">{}</small>', words_of(entry.kind), entry.kind)

    @admin.display(description="about")
    def subject(self, entry: AuditEntry) -> SafeString | str:
        found = about(entry.payload)
        if not found.url:
            return self.subject_text(entry)
        return format_html('<a href="{}">{}</a>{}', found.url, found.text, found.more and f", {found.more}")

    @admin.display(description="about")
    def subject_text(self, entry: Any) -> str:
        found = about(entry.payload)
        words = ", ".join(filter(None, (found.text, found.more)))
        return words or entry.names.get(str(entry.subject_id)) or f"{entry.subject_kind} {entry.subject_id}"
