"""Who somebody is."""

from django.utils.crypto import constant_time_compare

from accounts.authentication import proof_of
from accounts.models import Membership
from accounts.tenancy.middleware import Claim, TenantRequest


def member_of_claim(request: TenantRequest, claim: Claim) -> Membership | None:
    """The active membership that the credentials name, or None when they no longer hold.

    One query, in the claim's scope. On an organisation's host only its own members are let in. A person who was
    deactivated, or changed the password since, is nobody from the next request on.
    """
    membership: Membership | None = (
        Membership.objects.filter(organisation_id=claim.organisation_id, id=claim.membership_id, is_active=True)
        .filter(user__is_active=True, organisation__is_active=True)
        .select_related("user", "organisation", "department", "designation")
        .first()
    )
    if membership is None or not constant_time_compare(claim.proof["proof"], proof_of(membership.user, membership)):
        return None
    slug = request.organisation_slug
    if slug is not None and slug != membership.organisation.slug:
        return None
    request.claim = claim
    return membership
