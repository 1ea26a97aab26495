"""The admin of one organisation: open to its tenant admins, and to a platform admin who picked it."""

from django.contrib import admin
from django.http import HttpRequest


class OrganisationAdminSite(admin.AdminSite):
    site_header = "Countersign administration"
    site_title = "Countersign administration"
    index_title = "Administration"

    def has_permission(self, request: HttpRequest) -> bool:
        membership = getattr(request, "membership", None)
        return membership is not None and membership.is_tenant_admin
