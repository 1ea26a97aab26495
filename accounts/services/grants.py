"""Rights of one person on one row, given and taken by tenant admins."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import transaction
from guardian.shortcuts import assign_perm

from accounts.audit.record import record
from accounts.events import GrantGiven, GrantTaken
from accounts.models import Membership, ObjectGrant
from accounts.policies import policy_for
from accounts.selectors.grants import grantable_permissions, target_of
from accounts.tenancy.errors import Invalid, NotFound


@transaction.atomic
def grant_give(*, actor: Membership, member: Membership, permission: Permission, object_id: str) -> ObjectGrant:
    """Let the person do this with the row. Raises Denied, and Invalid for a person, right or row that is not ours."""
    policy_for(ObjectGrant).require(actor, "administer")
    if member.organisation_id != actor.organisation_id:
        raise Invalid({"member": ["Choose one of the list."]})
    if not grantable_permissions().filter(pk=permission.pk).exists():
        raise Invalid({"permission": ["Choose one of the list."]})
    target = target_of(permission, object_id, actor.organisation_id)
    if target is None:
        raise Invalid({"object_id": ["There is no such row."]})
    name = f"{permission.content_type.app_label}.{permission.codename}"
    grant: Any = assign_perm(name, member.user, target)
    given = GrantGiven(
        subject_id=member.id, permission=name, object_kind=target._meta.label_lower, object_id=str(target.pk)
    )
    record(given, actor=actor, organisation_id=actor.organisation_id)
    return cast(ObjectGrant, grant)


@transaction.atomic
def grant_take(*, actor: Membership, grant_id: UUID) -> None:
    """Take the right back. Raises NotFound and Denied."""
    policy_for(ObjectGrant).require(actor, "administer")
    grants = ObjectGrant.objects.select_related("permission__content_type").select_for_update(of=("self",))
    grant = grants.filter(organisation_id=actor.organisation_id, id=grant_id).first()
    if grant is None:
        raise NotFound
    member = Membership.objects.filter(organisation_id=actor.organisation_id, user_id=grant.user_id).first()
    kind = grant.permission.content_type
    taken = GrantTaken(
        subject_id=member.id if member else grant.user_id,
        permission=f"{kind.app_label}.{grant.permission.codename}",
        object_kind=f"{kind.app_label}.{kind.model}",
        object_id=grant.object_pk,
    )
    grant.delete()
    record(taken, actor=actor, organisation_id=actor.organisation_id)


def grant_give_choice(*, actor: Membership, member: Membership, choice: str) -> ObjectGrant:
    """``grant_give`` for one of ``selectors.grants.grant_choices``."""
    number, _, object_id = choice.partition(":")
    permission = grantable_permissions().filter(pk=number if number.isdecimal() else 0).first()
    if permission is None:
        raise Invalid({"right": ["Choose one of the list."]})
    return grant_give(actor=actor, member=member, permission=permission, object_id=object_id)
