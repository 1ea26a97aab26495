"""Rights of one person on one row, as data that tenant admins edit; django-guardian reads and writes them."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionAbstract

from accounts.tenancy.models import OrganisationManager, OrganisationOwned
from accounts.tenancy.scope import current_organisation_id


class GrantManager(OrganisationManager["ObjectGrant"], UserObjectPermissionManager):
    """Guardian's manager, whose grants belong to the organisation of the open scope."""

    def assign_perm(self, perm: Permission | str, user_or_group: Any, obj: models.Model) -> "ObjectGrant":
        """Grant once; raises Permission.DoesNotExist for a codename that the model does not declare."""
        content_type = ContentType.objects.get_for_model(obj)
        if isinstance(perm, str):
            perm = Permission.objects.get(content_type=content_type, codename=perm.rpartition(".")[2])
        organisation_id: UUID = current_organisation_id()
        grant, _ = self.get_or_create(
            organisation_id=organisation_id,
            user=user_or_group,
            permission=perm,
            content_type=content_type,
            object_pk=str(obj.pk),
        )
        return grant


class ObjectGrant(OrganisationOwned, UserObjectPermissionAbstract):
    """``user`` may do ``permission`` with the row ``object_pk``, in this organisation."""

    objects: ClassVar[GrantManager] = GrantManager()

    class Meta:
        verbose_name = "grant"
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "user", "permission", "object_pk"), name="objectgrant_once"
            ),
        )
        indexes = (
            # Who may do something with one row.
            models.Index(fields=("organisation", "object_pk", "permission"), name="objectgrant_object"),
        )

    def __str__(self) -> str:
        return f"{self.permission_id} on {self.object_pk} for {self.user_id}"
