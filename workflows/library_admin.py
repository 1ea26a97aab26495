"""For tenant admins: which workflows came from the library, and at which version they stand."""

from typing import Any

from django.contrib import admin

from accounts.admin_base import MachineOwnedAdmin
from workflows.library import NoSuchItem, shipped
from workflows.models import LibraryCopy


@admin.register(LibraryCopy)
class LibraryCopyAdmin(MachineOwnedAdmin):
    """Without the document as it was shipped, which the page of the workflow compares with."""

    list_display = ("definition", "key", "version", "newest", "modified_at")
    list_filter = ("key",)
    list_select_related = ("definition",)
    search_fields = ("definition__name", "key")
    ordering = ("definition__name", "id")
    fields = ("definition", "key", "version", "newest", "created_at", "modified_at")
    readonly_fields = ("newest",)

    @admin.display(description="newest version")
    def newest(self, row: Any) -> str:
        try:
            return str(shipped(row.key).version)
        except NoSuchItem:
            return "no longer shipped"
