"""For tenant admins: the wording of notices, and what became of messages. Rows of the machine are to look at."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.models import Membership
from accounts.tenancy.errors import DomainError
from notifications.forms import TemplateForm
from notifications.models import Attempt, Delivery, OutboxEvent, SuppressedAddress, Template
from notifications.services.replay import replay_delivery, replay_event
from notifications.services.templates import preview, template_remove, template_save

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _TabularInline = admin.TabularInline


def admin_of(request: HttpRequest) -> Membership | None:
    """The acting tenant admin, if there is one."""
    member: Membership | None = getattr(request, "membership", None)
    return member if member is not None and member.is_tenant_admin else None


class OwnRows(_ModelAdmin):
    """Rows of the admin's organisation, to look at."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        member = admin_of(request)
        rows = super().get_queryset(request)
        return rows.filter(organisation_id=member.organisation_id) if member else rows.none()

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin_of(request) is not None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return admin_of(request) is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def _each(self, request: HttpRequest, rows: QuerySet[Any], act: Any, done: str) -> None:
        """Run a service for each chosen row; say how many, and why not for the others."""
        well, refusals = 0, []
        for row in rows:
            try:
                act(row)
                well += 1
            except DomainError as refusal:
                refusals.append(f"{row}: {refusal.message}")
        if well:
            self.message_user(request, f"{well} {done}", messages.SUCCESS)
        for refusal_text in refusals[:5]:
            self.message_user(request, refusal_text, messages.ERROR)


@admin.register(Template)
class TemplateAdmin(OwnRows):
    form = TemplateForm
    list_display = ("kind", "channel", "subject", "is_active", "modified_at")
    list_filter = ("channel", "is_active")
    ordering = ("kind", "channel")
    readonly_fields = ("preview",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin_of(request) is not None

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin_of(request) is not None

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin_of(request) is not None

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("kind", "channel", "preview") if obj is not None else ()

    @admin.display(description="With sample data")
    def preview(self, row: Template) -> str:
        shown = preview(subject=row.subject, body=row.body)
        return f"{shown.subject}\n\n{shown.body}"

    def save_model(self, request: HttpRequest, obj: Template, form: Any, change: bool) -> None:
        saved = template_save(
            kind=obj.kind,
            channel=obj.channel,
            subject=obj.subject,
            body=obj.body,
            is_active=obj.is_active,
            actor=_actor(request),
        )
        obj.pk, obj.organisation_id = saved.pk, saved.organisation_id

    def delete_model(self, request: HttpRequest, obj: Template) -> None:
        template_remove(template_id=obj.pk, actor=_actor(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Template]) -> None:
        for row in queryset:
            template_remove(template_id=row.pk, actor=_actor(request))


class AttemptInline(_TabularInline):
    model = Attempt
    fields = readonly_fields = ("number", "started_at", "finished_at", "outcome", "error")
    ordering = ("number",)
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin_of(request) is not None


@admin.register(Delivery)
class DeliveryAdmin(OwnRows):
    list_display = ("subject", "recipient", "state", "attempts", "possible_duplicate", "created_at", "reason")
    list_filter = ("state", "kind", "possible_duplicate")
    list_select_related = ("recipient",)
    search_fields = ("subject", "recipient__name", "address")
    ordering = ("-created_at", "-id")
    exclude = ("lease_token",)
    inlines = (AttemptInline,)
    actions = ("send_again",)
    show_full_result_count = False

    @admin.action(description="Send again what has failed")
    def send_again(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        actor = _actor(request)
        self._each(request, rows, lambda row: replay_delivery(delivery_id=row.pk, actor=actor), "will be sent again.")


@admin.register(OutboxEvent)
class OutboxEventAdmin(OwnRows):
    list_display = ("kind", "seq", "state", "attempts", "actor_label", "at", "error")
    list_filter = ("state", "kind")
    ordering = ("-at", "-id")
    # What the event says may be more than the admin may read.
    exclude = ("payload", "lease_token")
    actions = ("plan_again",)
    show_full_result_count = False

    @admin.action(description="Plan again what was quarantined")
    def plan_again(self, request: HttpRequest, rows: QuerySet[OutboxEvent]) -> None:
        actor = _actor(request)
        self._each(request, rows, lambda row: replay_event(event_id=row.pk, actor=actor), "will be planned again.")


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(OwnRows):
    list_display = ("address", "until", "reason")
    search_fields = ("address",)
    ordering = ("address",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """To let mails to the address go out again before its time."""
        return admin_of(request) is not None


def _actor(request: HttpRequest) -> Membership:
    member = admin_of(request)
    if member is None:
        raise PermissionDenied
    return member
