"""The policy object and its registry.

A right is written once, as a filter over the memberships of the organisation: ``who_may`` is that filter, and ``may`` asks
whether the actor is in it. A subclass may answer ``may`` in memory where it already holds what the answer needs.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models
from django.db.models import Q, QuerySet
from guardian.shortcuts import get_objects_for_user

from accounts.models import ActingAdmin, Membership, MembershipRole, ObjectGrant
from accounts.tenancy.errors import Denied
from accounts.tenancy.models import OrganisationOwned

M = TypeVar("M", bound=models.Model)
_registry: dict[type[models.Model], "Policy[Any]"] = {}


class Policy(Generic[M]):
    """Rights over the rows of one model. Subclasses name their actions and the filter of each.

    ``noun`` makes the codes (``task.complete.denied``); ``codes`` are the permission codes that a role may carry, with a
    sentence each for the admin.
    """

    noun: ClassVar[str]
    actions: ClassVar[tuple[str, ...]]
    codes: ClassVar[dict[str, str]] = {}

    def holders(self, action: str, obj: M | None) -> Q:
        """The memberships with the right, as a filter. Raises KeyError for an action that is not declared."""
        raise KeyError(action)

    def who_may(self, action: str, obj: M | None, *, organisation_id: Any) -> QuerySet[Membership]:
        """The active people of the organisation with the right."""
        people = Membership.objects.filter(organisation_id=organisation_id, is_active=True)
        return people.filter(self.holders(action, obj)).distinct()

    def may(self, actor: Membership, action: str, obj: M | None = None) -> bool:
        """Whether the person has the right. A platform admin who stepped in to work has what tenant admins have."""
        if isinstance(actor, ActingAdmin):
            admins = self.who_may(action, obj, organisation_id=actor.organisation_id).filter(is_tenant_admin=True)
            return actor.may_write and admins.exists()
        return self.who_may(action, obj, organisation_id=actor.organisation_id).filter(id=actor.id).exists()

    def require(self, actor: Membership, action: str, obj: M | None = None) -> None:
        """Raises Denied with the code ``<noun>.<action>.denied`` when the person has not the right."""
        if not self.may(actor, action, obj):
            raise Denied(code=f"{self.noun}.{action}.denied")


def has_code(code: str) -> Q:
    """People with a role that carries the permission code, and the tenant admins."""
    return Q(is_tenant_admin=True) | Q(role_links__role__permissions__contains=[code])


def roles_of(actor: Membership) -> frozenset[str]:
    """The permission codes of the person's roles; read once per request."""
    cached: frozenset[str] | None = actor.__dict__.get("_codes")
    if cached is None:
        lists = MembershipRole.objects.filter(
            organisation_id=actor.organisation_id, membership_id=actor.id
        ).values_list("role__permissions", flat=True)
        cached = keep_roles(actor, lists)
    return cached


def keep_roles(actor: Membership, lists: Iterable[Sequence[str]]) -> frozenset[str]:
    """Note the permission codes of the person's roles, for whoever has read them along with the person."""
    codes = frozenset(code for codes in lists for code in codes)
    actor.__dict__["_codes"] = codes
    return codes


def carries(actor: Membership, code: str) -> bool:
    """Whether the person is a tenant admin or has a role with the code; ``has_code`` in memory."""
    return actor.is_tenant_admin or code in roles_of(actor)


def granted(permission: str, obj: OrganisationOwned) -> Q:
    """People whom a grant gives the permission on this very row; ``permission`` is declared in its model's ``Meta``.

    One filter for both directions, as in ``Policy.holders``. The other way round, from a person to the rows, is
    ``granted_rows``.
    """
    grants = ObjectGrant.objects.filter(
        organisation_id=obj.organisation_id,
        object_pk=str(obj.pk),
        permission__codename=permission,
        permission__content_type__app_label=obj._meta.app_label,
        permission__content_type__model=obj._meta.model_name,
    )
    return Q(user_id__in=grants.values("user_id"))


def granted_rows(actor: Membership, permission: str, rows: QuerySet[M]) -> QuerySet[M]:
    """Those of ``rows`` on which the person has the permission by a grant; ``rows`` are of the actor's organisation."""
    found: QuerySet[M] = get_objects_for_user(
        actor.user,
        f"{rows.model._meta.app_label}.{permission}",
        klass=rows,
        use_groups=False,
        with_superuser=False,
        accept_global_perms=False,
    )
    return found


def register(model: type[M], policy: Policy[M]) -> None:
    """Make the policy the one of the model. Each app does so in ``apps.py``."""
    _registry[model] = policy


def policy_for(model: type[M]) -> Policy[M]:
    """The registered policy. Raises KeyError for a model without one."""
    return _registry[model]


def permission_codes() -> dict[str, str]:
    """Every code that a role may carry, with its sentence."""
    return {code: text for policy in _registry.values() for code, text in sorted(policy.codes.items())}
