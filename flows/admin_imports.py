"""Long work in the administration: files that were read in, to look at, and the one-time loader, to start."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from accounts.admin_base import MachineOwnedAdmin, acting, may_write, refusals_told
from flows.loading.services import backfill_start
from flows.models import Backfill, BackfillState, CatalogueImport

WORDS: Final = {
    "wanted": "without a physical flow",
    "has_one": "with a physical flow",
    "read_only": "read-only, skipped",
    "pending": "not approved yet, skipped",
    "removed": "removed, skipped",
}


def progress_of(row: Any) -> str:
    """ "1,200 of 5,000 (24 %)"."""
    return f"{row.done:,} of {row.total:,} ({100 * row.done // row.total} %)" if row.total else "–"


@admin.register(CatalogueImport)
class CatalogueImportAdmin(MachineOwnedAdmin):
    list_display = ("created_at", "kind", "file_name", "state", "progress", "error_count", "by_name")
    list_filter = ("kind", "state")
    ordering = ("-created_at", "-id")
    fields = (
        *("kind", "file_name", "state", "progress", "skip_errors", "reason", "failure", "report"),
        *("error_count", "errors", "by_name", "created_at", "finished_at"),
    )
    readonly_fields = ("progress",)

    @admin.display(description="progress")
    def progress(self, obj: CatalogueImport) -> str:
        return progress_of(obj)


@admin.register(Backfill)
class BackfillAdmin(MachineOwnedAdmin):
    """Runs of the loader. A dry run is started here, and what it has found can be done from its page."""

    change_list_template = "admin/flows/backfill_list.html"
    change_form_template = "admin/flows/backfill.html"
    list_display = ("created_at", "state", "dry_run", "progress", "made", "by_name", "finished_at")
    list_filter = ("state", "dry_run")
    ordering = ("-created_at", "-id")
    fields = (
        *("state", "dry_run", "progress", "counts", "sample", "batches", "failure"),
        *("by_name", "created_at", "finished_at"),
    )
    readonly_fields = ("progress", "counts", "sample")

    @admin.display(description="progress")
    def progress(self, obj: Backfill) -> str:
        return progress_of(obj)

    @admin.display(description="physical flows made")
    def made(self, obj: Backfill) -> str:
        return "–" if obj.dry_run else f"{obj.report.get('wanted', 0):,}"

    @admin.display(description="logical flows")
    def counts(self, obj: Backfill) -> str:
        given = "given a physical flow"
        return "; ".join(
            f"{obj.report[fate]:,} {given if fate == 'wanted' and not obj.dry_run else words}"
            for fate, words in WORDS.items()
            if fate in obj.report
        )

    @admin.display(description="some of those without a physical flow")
    def sample(self, obj: Backfill) -> str:
        return "; ".join(f"{one['source']} to {one['target']}" for one in obj.report.get("sample", ())) or "–"

    def get_urls(self) -> list[Any]:
        start: Callable[..., Any] = self.admin_site.admin_view(require_POST(self.start))
        return [path("start/", start, name="flows_backfill_start"), *super().get_urls()]

    def start(self, request: HttpRequest) -> HttpResponse:
        """A dry run, or with ``apply`` the run itself; the workers do it."""
        found: HttpResponse = refusals_told(request, lambda: self._started(request))
        listed = reverse("admin:flows_backfill_changelist")
        return redirect(listed) if found.status_code == 302 and found.headers["Location"] == request.path else found

    def _started(self, request: HttpRequest) -> HttpResponse:
        actor, is_real = acting(request), "apply" in request.POST
        if not may_write(request):
            return redirect(request.path)
        run = backfill_start(
            organisation_id=actor.organisation_id, dry_run=not is_real, actor=actor, in_background=True
        )
        messages.success(
            request, "The loader runs. This page says how far it is." if is_real else "The dry run is started."
        )
        return redirect(reverse("admin:flows_backfill_change", args=[run.id]))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "may_start": may_write(request)})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """A page that tells of something going on looks again by itself."""
        context = {**(extra_context or {}), "may_start": may_write(request)}
        response = super().change_view(request, object_id, form_url, context)
        row = (getattr(response, "context_data", None) or {}).get("original")
        if row is not None and row.state == BackfillState.RUNNING:
            response.headers["Refresh"] = "5"
        return response
