"""The platform's own admins: who is signed in on the bare domain, and into which organisation they have stepped."""

from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from accounts.authentication import ACTING, ACTING_WRITES, PLATFORM, PROOF, user_proof
from accounts.models import ActingAdmin, Organisation, User


def platform_user(session: SessionBase) -> User | None:
    """The platform admin whom the session belongs to, while the credentials hold."""
    user_id = session.get(PLATFORM)
    if not user_id:
        return None
    user = User.objects.filter(id=user_id, is_active=True, is_platform_admin=True).first()
    holds = user is not None and constant_time_compare(session.get(PROOF, ""), user_proof(user))
    return user if holds else None


def acting_admin_of(session: SessionBase) -> ActingAdmin | None:
    """The actor that stands for the platform admin in the organisation that the session has stepped into."""
    user = platform_user(session)
    wanted = session.get(ACTING)
    organisation = Organisation.objects.filter(id=wanted).first() if wanted else None
    if user is None or organisation is None:
        return None
    return acting_admin(user, organisation, may_write=bool(session.get(ACTING_WRITES)))


def acting_admin(user: User, organisation: Organisation, *, may_write: bool) -> ActingAdmin:
    """Never stored: the id is the login's, so that what is recorded names the person."""
    acting = ActingAdmin(
        id=user.id,
        organisation=organisation,
        user=user,
        name=f"{user.name} (platform)",
        email=user.email,
        is_tenant_admin=True,
    )
    acting.may_write = may_write
    return acting
