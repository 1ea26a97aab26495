"""People of an organisation: added, changed, deactivated."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.events import MemberAdded, MemberChanged, MemberReactivated, MembersDeactivated, RolesChanged
from accounts.models import AccessLink, Membership, MembershipRole, RefreshFamily, Role, User
from accounts.policies import policy_for
from accounts.services.absences import absences_of_leavers
from accounts.services.directory import check, differences, entry_remove, lock_directory, shown
from accounts.services.passwords import LINKS_AN_HOUR, password_link_queue
from accounts.tenancy.errors import Conflict, Invalid, NotFound

OPEN = frozenset({"name", "email", "department", "designation", "place", "manager", "attributes"})
# Who may do everything is for tenant admins to say.
GUARDED = frozenset({"is_tenant_admin"})


class LastAdmin(Conflict):
    code = "people.last_admin"
    message = "The organisation would be left without an administrator."


class NotActive(Conflict):
    code = "people.not_active"
    message = "This person is deactivated, and a link would open nothing. Reactivate them first."


class LinksUsedUp(Conflict):
    code = "people.links_used_up"
    message = f"This person was sent {LINKS_AN_HOUR} links within the hour. Wait before sending another one."


def access_member(actor: Membership, member_id: UUID, *, lock: bool = False) -> Membership:
    """The person of the actor's organisation; ``lock`` keeps others from changing, not from pointing to them. Raises NotFound."""
    people = Membership.objects.filter(organisation_id=actor.organisation_id, id=member_id)
    member: Membership | None = (people.select_for_update(no_key=True) if lock else people).first()
    if member is None:
        raise NotFound
    return member


@transaction.atomic
def member_add(*, actor: Membership, values: Mapping[str, Any], invite: bool = True) -> Membership:
    """Add a person and, unless told otherwise, mail them a link to set a password.

    ``values`` are fields of the membership; ``name`` and ``email`` are required, references are instances or None. A
    login that exists already is joined: whether it did, nothing tells. Raises Denied and Invalid.
    """
    _require(actor, values)
    lock_directory(actor.organisation_id)
    user = new_user(values.get("email"), values.get("name"), field="email")
    email = user.email
    member = Membership(organisation_id=actor.organisation_id, user=user, created_by_id=actor.id)
    for name, value in {**values, "email": email}.items():
        setattr(member, name, value)
    _check(member, values)
    member.touch(actor.id)
    member.save(force_insert=True)
    added = MemberAdded(subject_id=member.id, name=member.name, email=email, invited=invite)
    record(added, actor=actor, organisation_id=actor.organisation_id)
    if invite:
        password_link_queue(member, AccessLink.INVITE)
    return member


@transaction.atomic
def member_update(*, actor: Membership, member_id: UUID, values: Mapping[str, Any]) -> Membership:
    """Change fields of a person. Raises NotFound, Denied, Invalid (a circle of managers too) and LastAdmin."""
    _require(actor, values)
    if "email" in values:
        values = {**values, "email": _address(values["email"])}
    lock_directory(actor.organisation_id)
    member = access_member(actor, member_id, lock=True)
    before = {name: shown(member, name) for name in values}
    for name, value in values.items():
        setattr(member, name, value)
    _check(member, values)
    if "is_tenant_admin" in values and not member.is_tenant_admin:
        _keep_an_admin(actor.organisation_id, [member.id])
    member.save(update_fields=[*values, *member.touch(actor.id)])
    changed = MemberChanged(subject_id=member.id, name=member.name, changes=differences(before, member))
    record(changed, actor=actor, organisation_id=actor.organisation_id)
    return member


@transaction.atomic
def members_deactivate(*, actor: Membership, member_ids: Iterable[UUID]) -> int:
    """End the access of people at once; their sessions and tokens are worth nothing from the next request on, and their
    absences and substitutions end.

    Returns how many were active. Raises NotFound for an id that is not of this organisation, and LastAdmin.
    """
    policy_for(Membership).require(actor, "manage")
    lock_directory(actor.organisation_id)
    wanted = sorted(set(member_ids))
    people = list(
        Membership.objects.select_for_update(no_key=True)
        .filter(organisation_id=actor.organisation_id, id__in=wanted)
        .order_by("id")
    )
    if len(people) != len(wanted):
        raise NotFound
    leaving = [person for person in people if person.is_active]
    if not leaving:
        return 0
    _keep_an_admin(actor.organisation_id, [person.id for person in leaving])
    for person in leaving:
        person.is_active = False
        person.save(update_fields=["is_active", *person.touch(actor.id)])
    absences_of_leavers(actor=actor, people=leaving, at=timezone.now())
    RefreshFamily.objects.filter(
        organisation_id=actor.organisation_id, membership__in=leaving, revoked_at__isnull=True
    ).update(revoked_at=timezone.now())
    gone = MembersDeactivated(
        subject_id=actor.organisation_id, members=[p.id for p in leaving], names=[p.name for p in leaving]
    )
    record(gone, actor=actor, organisation_id=actor.organisation_id)
    return len(leaving)


@transaction.atomic
def member_reactivate(*, actor: Membership, member_id: UUID) -> Membership:
    """Give the access back; who had signed in before does so anew. Raises NotFound and Denied."""
    policy_for(Membership).require(actor, "manage")
    lock_directory(actor.organisation_id)
    member = access_member(actor, member_id, lock=True)
    if not member.is_active:
        member.is_active, member.credentials_at = True, timezone.now()
        member.save(update_fields=["is_active", "credentials_at", *member.touch(actor.id)])
        back = MemberReactivated(subject_id=member.id, name=member.name)
        record(back, actor=actor, organisation_id=actor.organisation_id)
    return member


@transaction.atomic
def member_invite_again(*, actor: Membership, member_id: UUID) -> None:
    """Mail another link to set a password. Raises NotFound, Denied, NotActive, and LinksUsedUp after a handful in an hour."""
    policy_for(Membership).require(actor, "manage")
    member = access_member(actor, member_id)
    if not member.is_active:
        raise NotActive
    if not password_link_queue(member, AccessLink.INVITE):
        raise LinksUsedUp


@transaction.atomic
def member_set_roles(
    *, actor: Membership, member_id: UUID, roles: Sequence[Role], seen: Collection[UUID] | None = None
) -> None:
    """Make these the person's roles. Of roles that were not ``seen``, by their ids, those that the person has got since stay.

    Raises NotFound, Denied, and Invalid for a role of somebody else.
    """
    policy_for(Role).require(actor, "administer")
    lock_directory(actor.organisation_id)
    member = access_member(actor, member_id, lock=True)
    known = dict(Role.objects.filter(organisation_id=actor.organisation_id).values_list("id", "name"))
    wanted = {role.id for role in roles}
    if wanted - known.keys():
        raise Invalid({"roles": ["Choose from the list."]})
    links = MembershipRole.objects.filter(organisation_id=actor.organisation_id, membership_id=member.id)
    held = set(links.values_list("role_id", flat=True))
    if seen is not None:
        wanted = (held - set(seen)) | (wanted & held) | (wanted - set(seen))
    if held == wanted:
        return
    links.exclude(role_id__in=wanted).delete()
    MembershipRole.objects.bulk_create(
        MembershipRole(
            organisation_id=actor.organisation_id, membership=member, role_id=role_id, created_by_id=actor.id
        )
        for role_id in wanted - held
    )
    changed = RolesChanged(subject_id=member.id, roles=sorted(known[role_id] for role_id in wanted))
    record(changed, actor=actor, organisation_id=actor.organisation_id)


@transaction.atomic
def role_remove(*, actor: Membership, role: Role) -> None:
    """Remove a role. Who held it has its rights no longer, and each has that on record. Raises Denied and EntryStale."""
    lock_directory(actor.organisation_id)
    links = MembershipRole.objects.filter(organisation_id=actor.organisation_id)
    holders = list(links.filter(role_id=role.id).values_list("membership_id", flat=True))
    entry_remove(actor=actor, row=role)
    left: dict[UUID, list[str]] = {member: [] for member in holders}
    for member, name in links.filter(membership_id__in=holders).values_list("membership_id", "role__name"):
        left[member].append(name)
    facts = [RolesChanged(subject_id=member, roles=sorted(names)) for member, names in left.items()]
    if facts:
        record(facts, actor=actor, organisation_id=actor.organisation_id)


def _require(actor: Membership, values: Mapping[str, Any]) -> None:
    if unknown := set(values) - OPEN - GUARDED:
        raise Invalid({name: ["This cannot be set."] for name in sorted(unknown)})
    policy = policy_for(Membership)
    policy.require(actor, "administer" if GUARDED & set(values) else "manage")


def _address(email: Any) -> str:
    """One spelling for a mailbox, so that it stands in an organisation once."""
    return str(email or "").strip().lower()


def new_user(email: Any, name: Any, *, field: str) -> User:
    """The login with this address, made without a password if there is none. Raises Invalid at ``field``."""
    address = _address(email)
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid({field: error.messages}) from None
    made = User(email=address, name=str(name or "")[:200])
    made.set_unusable_password()
    # Two admins adding the same person: the second one waits here, and then sees the first one's row.
    user, _ = User.objects.get_or_create(email=address, defaults={"name": made.name, "password": made.password})
    return user


def _check(member: Membership, values: Mapping[str, Any]) -> None:
    check(member, values)
    if member.manager_id is not None and member.id in _chain_above(member.organisation_id, member.manager_id):
        raise Invalid({"manager": ["This person reports, directly or not, to the one you are changing."]})


def _chain_above(organisation_id: UUID, member_id: UUID) -> set[UUID]:
    """The person and everybody they report to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE above(id) AS (SELECT %s::uuid UNION SELECT m.manager_id FROM accounts_membership m"
            " JOIN above ON m.id = above.id WHERE m.organisation_id = %s AND m.manager_id IS NOT NULL)"
            " SELECT id FROM above",
            [member_id, organisation_id],
        )
        return {row[0] for row in cursor.fetchall()}


def _keep_an_admin(organisation_id: UUID, leaving: Sequence[UUID]) -> None:
    admins = Membership.objects.filter(
        organisation_id=organisation_id, is_active=True, is_tenant_admin=True, user__is_active=True
    )
    if admins.filter(id__in=leaving).exists() and not admins.exclude(id__in=leaving).exists():
        raise LastAdmin
