"""For tenant admins: how long a decision about many requests can be undone, and which there were."""

from django.contrib import admin

from accounts.admin_base import MachineOwnedAdmin, OrganisationModelAdmin
from workflows.models import BulkAct, WorkflowSettings


@admin.register(WorkflowSettings)
class WorkflowSettingsAdmin(OrganisationModelAdmin):
    list_display = ("__str__", "undo_seconds")
    fields = ("undo_seconds",)
    ordering = ("id",)


@admin.register(BulkAct)
class BulkActAdmin(MachineOwnedAdmin):
    """Without the wish's rows, which hold form values until it is done, and without its results, which name requests."""

    list_display = ("created_at", "actor", "action", "transition", "state", "asked", "done")
    list_select_related = ("actor",)
    list_filter = ("state", "action")
    ordering = ("-created_at", "-id")
    fields = ("actor", "action", "transition", "state", "asked", "done", "created_at", "run_at", "finished_at")
