"""For tenant admins: who was asked to decide by a link, and withdrawing what was sent."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import MachineOwnedAdmin, acting
from accounts.models import ActingAdmin
from accounts.tenancy.errors import DomainError
from workflows.models import DecisionLink
from workflows.services.links import link_revoke


@admin.register(DecisionLink)
class DecisionLinkAdmin(MachineOwnedAdmin):
    """Without what was said in it: that may be the values of fields."""

    list_display = ("sent_at", "run", "address", "outcome", "name", "transition", "expires_at", "ended_at")
    list_filter = ("outcome", "needs_code", "sent_at")
    list_select_related = ("run",)
    search_fields = ("=run__number", "address", "name")
    ordering = ("-sent_at", "-id")
    fields = (
        *("run", "task", "address", "member", "medium", "turn", "needs_code", "sent_at", "expires_at"),
        *("outcome", "ended_at", "name", "transition", "codes_asked", "code_tries"),
    )
    actions = ("withdraw",)

    @admin.action(description="Withdraw the links that are out")
    def withdraw(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        actor, done = acting(request), 0
        if isinstance(actor, ActingAdmin):
            messages.error(request, "Only the organisation's own admins withdraw links.")
            return
        for row in rows.filter(outcome=""):
            try:
                link_revoke(link_id=row.id, actor=actor)
                done += 1
            except DomainError as error:
                messages.error(request, f"{row}: {error.message}")
        messages.success(request, f"{done} withdrawn.")
