"""For tenant admins: who did what in the drafts of workflows."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import MachineOwnedAdmin
from workflows.drafting.words import shown, where
from workflows.models import DraftOperation
from workflows.selectors.drafts import changes_of, document_in


@admin.register(DraftOperation)
class DraftOperationAdmin(MachineOwnedAdmin):
    """Each with its changes in words; the designers undo them, nobody changes them."""

    list_display = ("definition", "version", "number", "label", "actor", "at")
    list_filter = ("kind", "at")
    list_select_related = ("version__definition", "actor")
    search_fields = ("label", "version__definition__name", "actor__name")
    ordering = ("-at", "-id")
    fields = ("definition", "version", "number", "kind", "label", "actor", "at", "told")
    readonly_fields = ("definition", "told")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A list of a hundred does not read the document a hundred times."""
        return super().get_queryset(request).defer("changes", "version__graph", "version__cases")

    @admin.display(description="workflow", ordering="version__definition__name")
    def definition(self, row: Any) -> str:
        return str(row.version.definition)

    @admin.display(description="changes")
    def told(self, row: Any) -> str:
        document = document_in(row.version)
        lines = [
            f"{where(document, one.place)}: {shown(one.before) or '–'} → {shown(one.after) or '–'}"
            for one in changes_of(row)[:100]
        ]
        return "\n".join(lines)
