"""The catalogue in the administration: ends, data types and who is involved are kept here; flows are to look at.

Flows and specifications change by proposals, by the loader, or by break-glass, never here.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import MachineOwnedAdmin, OrganisationInline, OrganisationModelAdmin, ShownInline, admin_of
from accounts.models import Membership
from accounts.tenancy.models import OrganisationOwned
from flows.configuration import data_type_save, enum_remove
from flows.models import (
    CatalogueEntity,
    DataType,
    DataTypeOwner,
    EnumValue,
    Involvement,
    InvolvementKind,
    LogicalFlow,
    LogicalFlowDataType,
    PhysicalFlow,
    PhysicalSpecification,
    SpecificationDataType,
)
from flows.setup import settings_of


class PreparedAdmin(OrganisationModelAdmin):
    """Rows of which some are there from the beginning, also in an organisation that is older than this app."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        member = admin_of(request)
        if member is not None:
            settings_of(member.organisation_id)
        return super().get_queryset(request)


class InvolvementInline(OrganisationInline):
    model = Involvement
    fields = ("member", "kind")
    autocomplete_fields = ("member",)
    ordering = ("kind__name", "member__name", "id")


@admin.register(CatalogueEntity)
class CatalogueEntityAdmin(OrganisationModelAdmin):
    list_display = ("name", "external_id", "kind", "lifecycle_status", "is_external", "department")
    list_filter = ("kind", "lifecycle_status", "is_external")
    list_select_related = ("department",)
    search_fields = ("name", "external_id")
    ordering = ("name_key", "id")
    fields = ("kind", "external_id", "name", "description", "lifecycle_status", "is_external", "department")
    autocomplete_fields = ("department",)
    inlines = (InvolvementInline,)


class OwnerInline(OrganisationInline):
    model = DataTypeOwner
    fields = ("member",)
    autocomplete_fields = ("member",)
    ordering = ("member__name", "id")


@admin.register(DataType)
class DataTypeAdmin(PreparedAdmin):
    list_display = ("name", "code", "parent", "concrete", "deprecated", "is_unknown")
    list_filter = ("concrete", "deprecated")
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    ordering = ("name", "id")
    fields = ("code", "name", "description", "parent", "concrete", "deprecated", "is_unknown")
    autocomplete_fields = ("parent",)
    inlines = (OwnerInline,)

    def save_row(self, actor: Membership, row: Any, values: dict[str, Any], form: Any) -> OrganisationOwned:
        return data_type_save(actor=actor, row=row, values=values)


@admin.register(EnumValue)
class EnumValueAdmin(PreparedAdmin):
    """What the attributes of a flow may be. A code is for good, since flows carry it."""

    list_display = ("name", "code", "kind", "position", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "code")
    ordering = ("kind", "position", "id")
    fields = ("kind", "code", "name", "position", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("kind", "code") if obj is not None else ()

    def remove_row(self, actor: Membership, row: Any) -> None:
        enum_remove(actor=actor, row=row)


@admin.register(InvolvementKind)
class InvolvementKindAdmin(PreparedAdmin):
    list_display = ("name", "code")
    ordering = ("name", "id")
    fields = ("code", "name")


@admin.register(Involvement)
class InvolvementAdmin(OrganisationModelAdmin):
    list_display = ("entity", "member", "kind")
    list_filter = (("kind", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("entity", "member", "kind")
    search_fields = ("entity__name", "entity__external_id", "member__name")
    ordering = ("entity__name_key", "member__name", "id")
    fields = ("entity", "member", "kind")
    autocomplete_fields = ("entity", "member")


class LogicalTypeInline(ShownInline):
    model = LogicalFlowDataType
    fields = ("data_type", "rating", "is_readonly")
    ordering = ("data_type__name", "id")
    related = ("data_type",)


class PhysicalInline(ShownInline):
    model = PhysicalFlow
    fields = ("name", "specification", "transport", "frequency", "criticality", "lifecycle_status", "is_removed")
    ordering = ("name", "id")
    related = ("specification",)


@admin.register(LogicalFlow)
class LogicalFlowAdmin(MachineOwnedAdmin):
    list_display = ("external_id", "source", "target", "lifecycle_status", "is_removed", "is_readonly")
    list_filter = ("lifecycle_status", "is_removed", "is_readonly")
    list_select_related = ("source", "target")
    search_fields = ("=external_id", "source__name", "target__name")
    ordering = ("-id",)
    fields = (
        *("source", "target", "external_id", "lifecycle_status", "is_removed", "is_readonly"),
        *("proposal", "author", "created_at", "modified_at"),
    )
    inlines = (PhysicalInline, LogicalTypeInline)


@admin.register(PhysicalFlow)
class PhysicalFlowAdmin(MachineOwnedAdmin):
    list_display = ("name", "logical_flow", "specification", "transport", "frequency", "criticality", "is_removed")
    list_filter = ("lifecycle_status", "is_removed", "is_readonly")
    list_select_related = ("logical_flow", "specification")
    search_fields = ("=external_id", "name")
    ordering = ("-id",)


class SpecificationTypeInline(ShownInline):
    model = SpecificationDataType
    fields = ("data_type", "is_readonly")
    ordering = ("data_type__name", "id")
    related = ("data_type",)


@admin.register(PhysicalSpecification)
class PhysicalSpecificationAdmin(MachineOwnedAdmin):
    list_display = ("name", "owner", "format", "external_id", "is_removed")
    list_filter = ("is_removed", "is_readonly")
    list_select_related = ("owner",)
    search_fields = ("=external_id", "name")
    ordering = ("-id",)
    inlines = (SpecificationTypeInline,)
