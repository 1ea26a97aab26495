"""Moving a login to another address, for somebody who cannot read the mail of the old one any more.

An organisation's admin edits the address that the organisation writes to, never the one that opens the door: with it they
could have a link to the person's password mailed to themselves, for every other organisation of that person too.
"""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.events import LoginMoved
from accounts.models import User
from accounts.selectors.organisations import homes_of
from accounts.services.platform import MIN_REASON, platform_actor
from accounts.tenancy.errors import Invalid, NotFound
from accounts.tenancy.scope import organisation_scope


@transaction.atomic
def login_move(*, user: User, login_id: UUID, email: str, reason: str) -> User:
    """Give the login another address; the password stays. Each organisation of the person has it on record.

    ``user`` is the platform admin. Raises Denied, NotFound, and Invalid for an address that is none or somebody else's,
    and without a reason in words. Call outside of a scope.
    """
    actor = platform_actor(user)
    address = _address(email)
    if len(reason.strip()) < MIN_REASON:
        raise Invalid({"reason": [f"Say why in at least {MIN_REASON} characters; the organisations can read it."]})
    login: User | None = User.objects.select_for_update().filter(id=login_id).first()
    if login is None:
        raise NotFound
    before, login.email, login.credentials_at = login.email, address, timezone.now()
    try:
        with transaction.atomic():
            login.save(update_fields=["email", "credentials_at"])
    except IntegrityError:
        raise Invalid({"email": ["Another login has this address."]}) from None
    for home in homes_of(login.id):
        with organisation_scope(home.organisation_id):
            moved = LoginMoved(subject_id=home.membership_id, before=before, after=address, reason=reason.strip()[:500])
            record(moved, actor=actor, organisation_id=home.organisation_id)
    return login


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid({"email": error.messages}) from None
    return address
