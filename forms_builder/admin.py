"""Forms and files for tenant admins, read-only: forms change through their services, files through requests. And what an
organisation chooses about them."""

from django.contrib import admin

from accounts.admin_base import MachineOwnedAdmin, OrganisationModelAdmin
from forms_builder.models import Attachment, Form, FormSettings, FormVersion


@admin.register(Form)
class FormAdmin(MachineOwnedAdmin):
    list_display = ("name", "slug", "created_at")
    search_fields = ("name", "slug")
    ordering = ("name", "id")


@admin.register(FormVersion)
class FormVersionAdmin(MachineOwnedAdmin):
    list_display = ("form", "number", "state", "published_at")
    list_filter = ("state",)
    list_select_related = ("form",)
    search_fields = ("form__name",)
    ordering = ("form__name", "-number")


@admin.register(Attachment)
class AttachmentAdmin(MachineOwnedAdmin):
    """What is stored about a file; the file itself is read in its request."""

    list_display = ("name", "content_type", "size", "uploaded_by", "created_at")
    list_select_related = ("uploaded_by",)
    search_fields = ("name",)
    ordering = ("-created_at", "-id")
    exclude = ("key",)


@admin.register(FormSettings)
class FormSettingsAdmin(OrganisationModelAdmin):
    list_display = ("__str__", "map_links")
    fields = ("map_links",)
    ordering = ("id",)
