"""What the platform's own admins do: open organisations, and step into one with a reason that stays on record there."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import throttle
from accounts.audit.record import record
from accounts.events import MemberAdded, OrganisationCreated, OrganisationSwitched, PlatformEntered, PlatformLeft
from accounts.models import AccessLink, Membership, Organisation, User, WorkingCalendar
from accounts.services.directory import lock_directory
from accounts.services.login import LoginRefused, user_of
from accounts.services.passwords import password_link_queue
from accounts.services.people import new_user
from accounts.tenancy.errors import Denied, Invalid, NotFound
from accounts.tenancy.hosts import client_address
from accounts.tenancy.scope import organisation_scope
from accounts.throttle import Account

MIN_REASON = 10

logger = structlog.get_logger(__name__)

_preparations: list[Callable[[UUID], None]] = []


def register_preparation(prepare: Callable[[UUID], None]) -> None:
    """Have each new organisation made ready by ``prepare(organisation_id)``, which is called inside its scope and may be
    called again without harm. Each app does so in ``apps.py``."""
    if prepare not in _preparations:
        _preparations.append(prepare)


def organisation_made(organisation_id: UUID) -> None:
    """Let the apps put in what every organisation has. Needs the scope."""
    for prepare in _preparations:
        prepare(organisation_id)


@dataclass(frozen=True, slots=True)
class PlatformActor:
    """A platform admin in an organisation's audit."""

    actor_id: UUID
    actor_label: str
    actor_kind: str = "platform_admin"


def platform_actor(user: User) -> PlatformActor:
    """Raises Denied for a login that is no platform admin."""
    if not (user.is_platform_admin and user.is_active):
        raise Denied(code="platform.denied")
    return PlatformActor(user.id, user.name)


@transaction.atomic
def organisation_create(
    *, user: User, slug: str, name: str, time_zone: str, admin_name: str, admin_email: str
) -> Organisation:
    """A new organisation with a working calendar and its first administrator, who is mailed a link.

    Raises Denied and Invalid. Call outside of a scope.
    """
    actor = platform_actor(user)
    organisation = Organisation(slug=slug.strip().lower(), name=name.strip(), time_zone=time_zone)
    try:
        organisation.full_clean()
    except ValidationError as error:
        raise Invalid(error.message_dict) from None
    organisation.save(force_insert=True)
    with organisation_scope(organisation.id):
        WorkingCalendar.objects.create(
            organisation=organisation, name="Office", time_zone=organisation.time_zone, is_default=True
        )
        organisation_made(organisation.id)
        login = new_user(admin_email, admin_name, field="admin_email")
        admin = Membership.objects.create(
            organisation=organisation, user=login, name=admin_name, email=login.email, is_tenant_admin=True
        )
        facts = [
            OrganisationCreated(subject_id=organisation.id, slug=organisation.slug, name=organisation.name),
            MemberAdded(subject_id=admin.id, name=admin.name, email=admin.email, invited=True),
        ]
        record(facts, actor=actor, organisation_id=organisation.id)
        password_link_queue(admin, AccessLink.INVITE)
    return organisation


@transaction.atomic
def organisation_switch(*, user: User, organisation_id: UUID, is_active: bool) -> bool:
    """Open or close an organisation for all of its people, from their next request on; once it is open again they sign in anew.
    Returns whether it was not so already, which leaves no trace. Raises Denied and NotFound."""
    actor = platform_actor(user)
    lock_directory(organisation_id)
    # Others may point to the row: who adds to the directory does so at the commit, and holds the stamp that this change draws.
    organisation = Organisation.objects.select_for_update(no_key=True).filter(id=organisation_id).first()
    if organisation is None:
        raise NotFound
    if organisation.is_active is is_active:
        return False
    organisation.is_active = is_active
    organisation.save(update_fields=["is_active"])
    with organisation_scope(organisation.id):
        if is_active:
            Membership.objects.filter(organisation_id=organisation.id).update(credentials_at=timezone.now())
        switched = OrganisationSwitched(subject_id=organisation.id, is_active=is_active)
        record(switched, actor=actor, organisation_id=organisation.id)
    return True


def organisation_enter(
    *, user: User, organisation_id: UUID, reason: str, may_write: bool, address: str
) -> Organisation:
    """Step into an organisation's administration. Raises Denied, NotFound, and Invalid without a reason in words."""
    actor = platform_actor(user)
    organisation = Organisation.objects.filter(id=organisation_id).first()
    if organisation is None:
        raise NotFound
    if len(reason.strip()) < MIN_REASON:
        raise Invalid({"reason": [f"Say why in at least {MIN_REASON} characters; the organisation can read it."]})
    with organisation_scope(organisation.id):
        entered = PlatformEntered(
            subject_id=organisation.id, reason=reason.strip()[:500], may_write=may_write, address=address
        )
        record(entered, actor=actor, organisation_id=organisation.id)
    return organisation


def platform_sign_in(request: HttpRequest, *, email: str, password: str) -> User:
    """The platform admin with these credentials. Raises LoginRefused and TooManyAttempts like any login."""
    account = Account.typed("", email)
    throttle.check(request, account)
    user = user_of(account.email, password)
    with transaction.atomic():
        throttle.serialise(account)
        throttle.check(request, account)
        admitted = user is not None and user.is_platform_admin
        if admitted:
            throttle.forget_failures(request, account)
        else:
            throttle.count_failure(request, account)
    # No organisation's audit is concerned; the log keeps it.
    logger.info("platform.login", email=account.email, admitted=admitted, address=client_address(request))
    if user is None or not admitted:
        raise LoginRefused
    User.objects.filter(id=user.id).update(last_login=timezone.now())
    return user


def organisation_leave(*, user: User, organisation_id: UUID) -> None:
    """Step out again. Raises Denied."""
    actor = platform_actor(user)
    with organisation_scope(organisation_id):
        record(PlatformLeft(subject_id=organisation_id), actor=actor, organisation_id=organisation_id)
