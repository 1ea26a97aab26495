"""Signing in and out, by page and by API."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import throttle
from accounts.audit.record import SYSTEM, record
from accounts.events import LoggedIn, LoggedOut, LoginFailed
from accounts.models import AuditEntry, Membership, Organisation, User
from accounts.tenancy.errors import DomainError
from accounts.tenancy.hosts import client_address
from accounts.tenancy.scope import organisation_scope
from accounts.throttle import Account

NO_ORGANISATION = UUID(int=0)
HOUR = timedelta(hours=1)
STRANGERS_AN_HOUR = 50

logger = structlog.get_logger(__name__)


class LoginRefused(DomainError):
    """One answer for an unknown organisation or account, a wrong password, and a person who is not (or no longer) a member."""

    status = 401
    code = "login.refused"
    message = "This organisation, e-mail address and password do not belong together."


def sign_in(request: HttpRequest, *, organisation: str, email: str, password: str, via: str) -> Membership:
    """The membership that the credentials open, with ``user`` and ``organisation`` loaded.

    Raises LoginRefused, or TooManyAttempts before the password is looked at. Every refusal takes the same steps, so the
    time tells nothing either. Call outside of an organisation's scope, or inside that organisation's own.
    """
    account = Account.typed(organisation, email)
    throttle.check(request, account)
    tenant = Organisation.objects.filter(slug=account.slug, is_active=True).first()
    user = user_of(account.email, password)
    with transaction.atomic():
        throttle.serialise(account)
        # Guesses that were sent together were all let in above; here they are counted one by one.
        throttle.check(request, account)
        with organisation_scope(tenant.id if tenant else NO_ORGANISATION):
            member = _member(tenant, user)
            if member is None:
                throttle.count_failure(request, account)
            else:
                throttle.forget_failures(request, account)
                User.objects.filter(id=member.user_id).update(last_login=timezone.now())
            _record(request, tenant, member, account, via)
    if member is None:
        raise LoginRefused
    return member


def user_of(email: str, password: str) -> User | None:
    """The active login with this password. An unknown address costs as much time as a known one."""
    user = User.objects.filter(email=email).first()
    if user is None:
        User().set_password(password)
        return None
    return user if user.check_password(password) and user.is_active else None


def sign_out(actor: Membership) -> None:
    """Record that the person left; ending the session is the face's part."""
    record(LoggedOut(subject_id=actor.id), actor=actor, organisation_id=actor.organisation_id)


def _member(tenant: Organisation | None, user: User | None) -> Membership | None:
    wanted = Membership.objects.filter(
        organisation_id=tenant.id if tenant else NO_ORGANISATION,
        user_id=user.id if user else NO_ORGANISATION,
        is_active=True,
    )
    return wanted.select_related("user", "organisation").first()


def _record(
    request: HttpRequest, tenant: Organisation | None, member: Membership | None, account: Account, via: str
) -> None:
    address, agent = client_address(request), request.headers.get("User-Agent", "")[:200]
    if member is not None:
        entered = LoggedIn(subject_id=member.id, via=via, address=address, user_agent=agent)
        record(entered, actor=member, organisation_id=member.organisation_id)
    elif tenant is not None:
        refused = LoginFailed(
            subject_id=tenant.id, email=account.email[:254], via=via, address=address, user_agent=agent
        )
        _note_refusal(tenant, refused)


def _note_refusal(tenant: Organisation, refused: LoginFailed) -> None:
    """Guesses at the organisation's own people are all noted: they are few by the throttle. With made-up addresses anybody could
    fill the audit, which keeps for ever: of those the audit has so many in an hour, and the log the rest."""
    is_ours = Membership.objects.filter(organisation_id=tenant.id, user__email=refused.email).exists()
    entries = AuditEntry.objects.filter(
        organisation_id=tenant.id, subject_id=tenant.id, kind=refused.kind, at__gt=timezone.now() - HOUR
    )
    noted = len(entries.values_list("id")[:STRANGERS_AN_HOUR])
    said = refused.model_copy(update={"more_in_log": not is_ours and noted == STRANGERS_AN_HOUR - 1})
    with transaction.atomic():
        record(said, actor=SYSTEM, organisation_id=tenant.id)
        if not is_ours and noted >= STRANGERS_AN_HOUR:
            # Written and taken back: what is not noted takes as long as what is.
            transaction.set_rollback(True)
            logger.warning("login.failed", organisation=tenant.slug, email=refused.email, address=refused.address)
