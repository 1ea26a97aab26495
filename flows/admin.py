"""For tenant admins: what the organisation chooses about proposals; and the proposals with their votes, to look at.

Being an administrator gives no right to approve: there is no action here that decides.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_base import MachineOwnedAdmin, OrganisationInline, ShownInline
from accounts.models import Membership
from accounts.tenancy.models import OrganisationOwned
from flows import admin_imports  # noqa: F401 - registers its pages
from flows.admin_catalogue import PreparedAdmin
from flows.configuration import settings_change, side_remove, side_save
from flows.models import (
    Approval,
    ApprovalSide,
    FlowSettings,
    ProposalComment,
    ProposalReason,
    ProposedFlow,
    SideKind,
    SideRole,
    Vote,
)


@admin.register(FlowSettings)
class FlowSettingsAdmin(PreparedAdmin):
    list_display = (
        *("__str__", "maker_may_approve", "same_person_both_sides", "auto_approve_external_actors"),
        *("timeout_days", "remind_days"),
    )
    ordering = ("id",)
    fields = (
        *("maker_may_approve", "same_person_both_sides", "auto_approve_external_actors"),
        *("timeout_days", "remind_days"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> OrganisationOwned:
        return settings_change(actor=actor, values=values)


class SideKindInline(OrganisationInline):
    model = SideKind
    fields = ("involvement_kind", "entity_kind", "may_approve", "may_reject")
    ordering = ("involvement_kind__name", "id")
    verbose_name = "involvement with that end"
    verbose_name_plural = "involvements with that end that speak for the side"


class SideRoleInline(OrganisationInline):
    model = SideRole
    fields = ("role", "may_approve", "may_reject")
    ordering = ("role__name", "id")
    verbose_name = "role"
    verbose_name_plural = "roles that speak for the side, whatever the end"


@admin.register(ApprovalSide)
class ApprovalSideAdmin(PreparedAdmin):
    """Who must approve. A side that is added here is asked by every proposal from then on."""

    list_display = ("name", "code", "anchor", "quorum", "position", "is_active")
    list_filter = ("is_active",)
    ordering = ("position", "id")
    fields = ("code", "name", "position", "anchor", "quorum", "approved_state", "rejected_state", "is_active")
    inlines = (SideKindInline, SideRoleInline)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj is not None else ()

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> OrganisationOwned:
        return side_save(actor=actor, row=row, values=values)

    def remove_row(self, actor: Membership, row: Any) -> None:
        side_remove(actor=actor, row=row)


@admin.register(ProposalReason)
class ProposalReasonAdmin(PreparedAdmin):
    list_display = ("name", "code", "description", "position", "is_active")
    list_filter = ("is_active",)
    ordering = ("position", "name", "id")
    fields = ("code", "name", "description", "position", "is_active")


class ApprovalInline(ShownInline):
    model = Approval
    fields = ("revision", "side_name", "entity", "quorum", "status", "decided_at")
    ordering = ("revision", "position", "id")
    related = ("entity",)


class VoteInline(ShownInline):
    model = Vote
    fields = ("at", "revision", "approval", "member_name", "on_behalf_of_name", "decision", "reason", "policy")
    ordering = ("at", "id")
    related = ("approval",)


class CommentInline(ShownInline):
    model = ProposalComment
    fields = ("created_at", "author_name", "text")
    ordering = ("created_at", "id")


@admin.register(ProposedFlow)
class ProposedFlowAdmin(MachineOwnedAdmin):
    list_display = ("number", "proposal_type", "source", "target", "state", "is_open", "maker_name", "acted_at")
    list_filter = ("is_open", "proposal_type", "acted_at")
    list_select_related = ("source", "target")
    search_fields = ("=number", "maker_name")
    ordering = ("-acted_at", "-id")
    fields = (
        *("number", "proposal_type", "state", "is_open", "revision", "source", "target", "maker_name"),
        *("reason_code", "reason", "logical_flow", "physical_flow", "specification", "flow_def"),
        *("created_at", "acted_at", "due_at", "reminded_at", "completed_at", "failure", "failed_at", "version"),
    )
    inlines = (ApprovalInline, VoteInline, CommentInline)


@admin.register(Vote)
class VoteAdmin(MachineOwnedAdmin):
    list_display = ("at", "proposal", "approval", "member_name", "on_behalf_of_name", "decision", "reason", "policy")
    list_filter = ("decision", "policy", "at")
    list_select_related = ("proposal", "approval")
    search_fields = ("=proposal__number", "member_name", "on_behalf_of_name")
    ordering = ("-at", "-id")
