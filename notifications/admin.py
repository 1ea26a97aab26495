"""For tenant admins: the wording of notices, and what became of messages. Rows of the machine are to look at."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.admin_base import MachineOwnedAdmin, OrganisationModelAdmin, acting, admin_of, each
from accounts.models import Membership
from notifications.forms import TemplateForm
from notifications.models import Attempt, Delivery, OutboxEvent, SuppressedAddress, Template
from notifications.services.replay import address_allow, replay_delivery, replay_event
from notifications.services.templates import preview, template_change, template_remove, template_save
from notifications.wording import WORDINGS

if TYPE_CHECKING:
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _TabularInline = admin.TabularInline


@admin.register(Template)
class TemplateAdmin(OrganisationModelAdmin):
    form = TemplateForm
    list_display = ("kind", "channel", "subject", "is_active", "modified_at")
    list_filter = ("channel", "is_active")
    ordering = ("kind", "channel")
    readonly_fields = ("preview",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("kind", "channel", "preview") if obj is not None else ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Below the organisation's wording the product's, each a start for one's own."""
        return super().changelist_view(request, {**(extra_context or {}), "product_texts": WORDINGS.items()})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """``?kind=&channel=``: begin with what the product says."""
        given: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        wording = WORDINGS.get(given.get("kind", ""))
        if wording is None:
            return given
        in_app = given.get("channel") == Template.Channel.IN_APP
        subject, body = (wording.title, wording.line) if in_app else (wording.subject, wording.body)
        return {"subject": subject, "body": body, **given}

    @admin.display(description="With sample data")
    def preview(self, row: Template) -> str:
        shown = preview(kind=row.kind, subject=row.subject, body=row.body)
        return f"{shown.subject}\n\n{shown.body}"

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> Template:
        if row._state.adding:
            return template_save(**values, actor=actor)
        return template_change(template_id=row.pk, values=values, actor=actor)

    def remove_row(self, actor: Membership, row: Any) -> None:
        template_remove(template_id=row.pk, actor=actor)


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
class DeliveryAdmin(MachineOwnedAdmin):
    list_display = (
        "subject",
        "recipient",
        "address",
        "state",
        "attempts",
        "possible_duplicate",
        "created_at",
        "reason",
    )
    list_filter = ("state", "kind", "possible_duplicate")
    list_select_related = ("recipient",)
    search_fields = ("subject", "recipient__name", "address")
    ordering = ("-created_at", "-id")
    exclude = ("lease_token",)
    inlines = (AttemptInline,)
    actions = ("send_again",)

    @admin.action(description="Send again what has failed")
    def send_again(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        actor = acting(request)
        each(request, rows, lambda row: replay_delivery(delivery_id=row.pk, actor=actor), "will be sent again.")


@admin.register(OutboxEvent)
class OutboxEventAdmin(MachineOwnedAdmin):
    list_display = ("kind", "seq", "state", "attempts", "at", "error")
    list_filter = ("state", "kind")
    ordering = ("-at", "-id")
    exclude = ("lease_token",)
    actions = ("plan_again",)

    @admin.action(description="Plan again what was quarantined")
    def plan_again(self, request: HttpRequest, rows: QuerySet[OutboxEvent]) -> None:
        actor = acting(request)
        each(request, rows, lambda row: replay_event(event_id=row.pk, actor=actor), "will be planned again.")


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(MachineOwnedAdmin):
    list_display = ("address", "until", "reason")
    actions = ()
    search_fields = ("address",)
    ordering = ("address",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """To let mails to the address go out again before its time."""
        return admin_of(request) is not None

    def delete_model(self, request: HttpRequest, obj: SuppressedAddress) -> None:
        address_allow(address_id=obj.pk, actor=acting(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SuppressedAddress]) -> None:
        for row in queryset:
            address_allow(address_id=row.pk, actor=acting(request))
