"""Passwords: changed by their owner, or set by a link that only the owner's mailbox gets."""

from datetime import timedelta
from uuid import UUID

from django.contrib.auth.tokens import default_token_generator
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import throttle
from accounts.audit.record import SYSTEM, record
from accounts.events import LoggedOutEverywhere, PasswordChanged, PasswordLinkRefused, PasswordLinkRequested
from accounts.models import AccessLink, AuditEntry, Membership, Organisation, User
from accounts.tenancy.errors import Conflict, Invalid
from accounts.tenancy.scope import organisation_scope
from accounts.throttle import Account

HOUR = timedelta(hours=1)
LINKS_AN_HOUR = 5
REFUSALS_AN_HOUR = 20


class LinkEnded(Conflict):
    code = "password.link_ended"
    message = "This link was used already, or it is too old. Ask for a new one."


class WrongPassword(Invalid):
    code = "password.wrong"
    message = "This is not your current password."


def password_link_request(request: HttpRequest, *, organisation: str, email: str) -> None:
    """Have a link mailed if the address is a member's. The caller cannot tell whether it is. Raises TooManyLinks."""
    throttle.count_link(request)
    account = Account.typed(organisation, email)
    tenant = Organisation.objects.filter(slug=account.slug, is_active=True).first()
    if tenant is None:
        return
    with organisation_scope(tenant.id):
        member = Membership.objects.filter(
            organisation_id=tenant.id, user__email=account.email, is_active=True, user__is_active=True
        ).first()
        if member is None:
            _note_refusal(tenant, account)
        else:
            password_link_queue(member, AccessLink.RESET)


def _note_refusal(tenant: Organisation, account: Account) -> None:
    """Once an hour per address and a few per organisation: anybody may ask, and what is noted stays for ever."""
    throttle.serialise(account)
    refused = PasswordLinkRefused(subject_id=tenant.id, email=account.email[:254])
    entries = AuditEntry.objects.filter(
        organisation_id=tenant.id, subject_id=tenant.id, kind=refused.kind, at__gt=timezone.now() - HOUR
    )
    noted = [payload["email"] for payload in entries.values_list("payload", flat=True)]
    if len(noted) < REFUSALS_AN_HOUR and refused.email not in noted:
        record(refused, actor=SYSTEM, organisation_id=tenant.id)


def password_link_queue(member: Membership, purpose: str) -> bool:
    """Note that a link is to be mailed, and say so; beyond a handful in an hour nothing is sent or noted. Needs the scope."""
    # One after the other: of requests sent together each would find room for one more.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('password_link:' || %s, 0))", [str(member.id)])
    recent = AccessLink.objects.filter(
        organisation_id=member.organisation_id, membership_id=member.id, requested_at__gt=timezone.now() - HOUR
    )
    if recent.count() >= LINKS_AN_HOUR:
        return False
    AccessLink.objects.create(organisation_id=member.organisation_id, membership=member, purpose=purpose)
    requested = PasswordLinkRequested(subject_id=member.id, purpose=purpose)
    record(requested, actor=SYSTEM, organisation_id=member.organisation_id)
    return True


def member_of_link(*, user: User, organisation: str) -> Membership | None:
    """The membership that a link on the organisation's host is for, while the person may enter there."""
    tenant = Organisation.objects.filter(slug=organisation, is_active=True).first()
    if tenant is None:
        return None
    with organisation_scope(tenant.id):
        found: Membership | None = Membership.objects.filter(
            organisation_id=tenant.id, user_id=user.id, is_active=True, user__is_active=True
        ).first()
        return found


@transaction.atomic
def password_set_by_link(*, member: Membership, token: str, password: str) -> None:
    """Set the password if the link's token still holds, once. Raises LinkEnded. Ends every session and token."""
    user = User.objects.select_for_update().get(id=member.user_id)
    # Looked at again under the lock: of two submits with one link the second finds it used.
    if not default_token_generator.check_token(user, token):
        raise LinkEnded
    _set(user, password)
    with organisation_scope(member.organisation_id):
        changed = PasswordChanged(subject_id=member.id, by_link=True)
        record(changed, actor=member, organisation_id=member.organisation_id)
        slug = Organisation.objects.values_list("slug", flat=True).get(id=member.organisation_id)
        throttle.forget_failures(None, Account(slug, user.email))


def password_change(request: HttpRequest, *, actor: Membership, old_password: str, password: str) -> None:
    """Set a new password. Ends every session and token; the face renews its own session.

    Raises WrongPassword, counted together with the guesses at the login, and TooManyAttempts before the old password is
    looked at; the caller must not roll the count back. ``actor.user`` is up to date afterwards.
    """
    account = Account.typed(actor.organisation.slug, actor.user.email)
    with transaction.atomic():
        throttle.serialise(account)
        throttle.check(request, account)
        user = User.objects.select_for_update().get(id=actor.user_id)
        is_owner = user.check_password(old_password)
        if is_owner:
            throttle.forget_failures(request, account)
            _set(user, password)
            actor.user = user
            changed = PasswordChanged(subject_id=actor.id, by_link=False)
            record(changed, actor=actor, organisation_id=actor.organisation_id)
        else:
            throttle.count_failure(request, account)
    if not is_owner:
        raise WrongPassword({"old_password": [WrongPassword.message]})


@transaction.atomic
def log_out_everywhere(*, actor: Membership) -> None:
    """End every session and token of the login, in every organisation, this one included."""
    User.objects.filter(id=actor.user_id).update(credentials_at=timezone.now())
    record(LoggedOutEverywhere(subject_id=actor.id), actor=actor, organisation_id=actor.organisation_id)


def _set(user: User, password: str) -> None:
    user.set_password(password)
    user.credentials_at = timezone.now()
    user.save(update_fields=["password", "credentials_at"])


def token_for(user_id: UUID) -> tuple[User, str]:
    """The login and a fresh token for a link to set its password."""
    user = User.objects.get(id=user_id)
    return user, default_token_generator.make_token(user)
