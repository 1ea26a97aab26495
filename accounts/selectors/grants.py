"""Which rights can be granted on single rows, and which are."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from accounts.tenancy.models import OrganisationOwned

MOST = 500
DEFAULTS = ("add_", "change_", "delete_", "view_")


def grantable_permissions() -> QuerySet[Permission]:
    """The permissions that models of tenants declare themselves; Django's own four per model are not asked anywhere."""
    kinds = [
        kind.pk
        for kind in ContentType.objects.all()
        if (model := kind.model_class()) is not None and issubclass(model, OrganisationOwned)
    ]
    found = Permission.objects.filter(content_type__in=kinds).select_related("content_type")
    for prefix in DEFAULTS:
        found = found.exclude(codename__startswith=prefix)
    return found.order_by("content_type__app_label", "content_type__model", "codename")


def target_of(permission: Permission, object_id: str, organisation_id: UUID) -> OrganisationOwned | None:
    """The row that a grant is about, if it is one of the organisation."""
    model: Any = permission.content_type.model_class()
    try:
        wanted = UUID(object_id)
    except ValueError:
        return None
    row: OrganisationOwned | None = model.objects.filter(organisation_id=organisation_id, id=wanted).first()
    return row


def grant_choices(organisation_id: UUID) -> list[tuple[str, str]]:
    """Every right on every row that an admin may hand out, as ``permission:row`` with its words; at most 500 rows a kind."""
    found = []
    for permission in grantable_permissions():
        model: Any = permission.content_type.model_class()
        rows = model.objects.filter(organisation_id=organisation_id).order_by("id")[:MOST]
        found += [(f"{permission.pk}:{row.pk}", f"{permission.name}: {row}") for row in rows]
    return found
