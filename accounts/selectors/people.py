"""Who somebody is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.authentication import proof_of
from accounts.models import Membership, MembershipRole, Organisation, RefreshFamily
from accounts.selectors.entering import active_member
from accounts.selectors.platform import acting_admin_of
from accounts.tenancy.middleware import Claim, TenantRequest
from accounts.tenancy.scope import organisation_scope

DEMO_PEOPLE = 12


def member_of_claim(request: TenantRequest, claim: Claim) -> Membership | None:
    """The active membership that the credentials name, or None when they no longer hold.

    One query, in the claim's scope, that brings the codes of the person's roles along. On an organisation's host only
    its own members are let in. A person who was deactivated, or changed the password since, is nobody from the next
    request on.
    """
    if claim.via == "platform":
        acting = acting_admin_of(request.session) if request.organisation_slug is None else None
        request.claim = claim
        return acting
    family_id = claim.proof["family"] if claim.via == "bearer" else None
    membership = active_member(claim.organisation_id, claim.membership_id, family_id)
    if membership is None or not constant_time_compare(claim.proof["proof"], proof_of(membership.user, membership)):
        return None
    slug = request.organisation_slug
    if slug is not None and slug != membership.organisation.slug:
        return None
    request.claim = claim
    return membership


def active_people(organisation_id: UUID) -> QuerySet[Membership]:
    """The people of the organisation who may act, with department and designation."""
    return Membership.objects.filter(
        organisation_id=organisation_id, is_active=True, user__is_active=True
    ).select_related("department", "designation")


def time_zone_of(member: Membership) -> str:
    """The IANA name of the person's time zone: of the place, else of the organisation."""
    place_zone = member.place.time_zone if member.place is not None else ""
    return place_zone or member.organisation.time_zone


@dataclass(frozen=True, slots=True)
class ApiSession:
    """One login over the API that can still be refreshed."""

    id: UUID
    created_at: datetime
    last_used_at: datetime


def api_sessions(member: Membership) -> list[ApiSession]:
    """The person's logins over the API, newest first."""
    families = RefreshFamily.objects.filter(
        organisation_id=member.organisation_id,
        membership_id=member.id,
        revoked_at__isnull=True,
        expires_at__gt=timezone.now(),
        rotated_at__gte=member.user.credentials_at,
    )
    return [ApiSession(f.id, f.created_at, f.rotated_at) for f in families.order_by("-created_at")]


def role_names(member: Membership) -> list[str]:
    links = MembershipRole.objects.filter(organisation_id=member.organisation_id, membership_id=member.id)
    return sorted(links.values_list("role__name", flat=True))


SHORT_LIST = 100
"""An organisation up to this size is offered as a list; in a larger one names are typed."""


def short_list(actor: Membership) -> list[tuple[UUID, str]]:
    """The other active people of a small organisation by name, addresses with namesakes; nobody of a large one."""
    people = active_people(actor.organisation_id).exclude(id=actor.id).order_by("name", "id")
    rows = list(people.values_list("id", "name", "email")[: SHORT_LIST + 1])
    names = [name for _, name, _ in rows]
    found = [(one, f"{name} ({email})" if names.count(name) > 1 else name) for one, name, email in rows]
    return found if len(found) <= SHORT_LIST else []


def demo_people(slug: str) -> list[tuple[str, str, str]]:
    """Name, address and department of the first people of an organisation, for the login page of the demo only."""
    organisation = Organisation.objects.filter(slug=slug, is_active=True).first()
    if organisation is None:
        return []
    with organisation_scope(organisation.id):
        people = active_people(organisation.id).order_by("created_at", "id").select_related("user", "department")
        return [(p.name, p.user.email, p.department.name if p.department else "") for p in people[:DEMO_PEOPLE]]


def roles_held(member: Membership) -> list[UUID]:
    links = MembershipRole.objects.filter(organisation_id=member.organisation_id, membership_id=member.id)
    return list(links.values_list("role_id", flat=True))
