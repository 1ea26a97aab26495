"""For tenant admins: what the organisation chooses about its requests, and the decisions about many at once."""

from typing import Any

from django.contrib import admin

from accounts.admin_base import MachineOwnedAdmin, OrganisationModelAdmin
from accounts.models import Membership
from accounts.tenancy.models import OrganisationOwned
from workflows.models import BulkAct, WorkflowSettings
from workflows.services.publishing import settings_save


@admin.register(WorkflowSettings)
class WorkflowSettingsAdmin(OrganisationModelAdmin):
    list_display = ("__str__", "undo_seconds", "cases_gate", "figures_from", "publish_approval", "forbid_outside")
    list_select_related = ("publish_approval",)
    fields = ("undo_seconds", "cases_gate", "figures_from", "publish_approval", "forbid_outside")
    ordering = ("id",)

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> OrganisationOwned:
        return settings_save(actor=actor, row=row, values=values)


@admin.register(BulkAct)
class BulkActAdmin(MachineOwnedAdmin):
    """Without the wish's rows, which hold form values until it is done, and without its results, which name requests."""

    list_display = ("created_at", "actor", "action", "transition", "state", "asked", "done")
    list_select_related = ("actor",)
    list_filter = ("state", "action")
    ordering = ("-created_at", "-id")
    fields = (
        "actor",
        "action",
        "transition",
        "state",
        "attempts",
        "asked",
        "done",
        "created_at",
        "run_at",
        "finished_at",
    )
