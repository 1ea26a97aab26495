"""Forms and files for tenant admins, read-only: forms change through their services, files through requests."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from forms_builder.models import Attachment, Form, FormVersion

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(_ModelAdmin):
    """Rows of the admin's organisation to look at."""

    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        member = getattr(request, "membership", None)
        rows = super().get_queryset(request)
        return rows.filter(organisation_id=member.organisation_id) if member else rows.none()

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        member = getattr(request, "membership", None)
        return member is not None and member.is_tenant_admin

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Form)
class FormAdmin(ReadOnlyAdmin):
    list_display = ("name", "slug", "created_at")
    search_fields = ("name", "slug")
    ordering = ("name", "id")


@admin.register(FormVersion)
class FormVersionAdmin(ReadOnlyAdmin):
    list_display = ("form", "number", "state", "published_at")
    list_filter = ("state",)
    list_select_related = ("form",)
    search_fields = ("form__name",)
    ordering = ("form__name", "-number")


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    """What is stored about a file; the file itself is read in its request."""

    list_display = ("name", "content_type", "size", "uploaded_by", "created_at")
    list_select_related = ("uploaded_by",)
    search_fields = ("name",)
    ordering = ("-created_at", "-id")
    exclude = ("key",)
