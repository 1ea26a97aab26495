"""Going over from one organisation to another one without typing the password again.

Each host has a session of its own, so the person carries a ticket: signed, good for a minute and for one use.
"""

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.audit.record import record
from accounts.authentication import user_proof
from accounts.events import OrganisationEntered
from accounts.models import Membership, User
from accounts.selectors.organisations import homes_of, organisation_by_slug
from accounts.tenancy.errors import Conflict, NotFound
from accounts.tenancy.scope import organisation_scope

SALT, SECONDS = "accounts.ticket", 60


class TicketEnded(Conflict):
    code = "ticket.ended"
    message = "This took too long. Choose the organisation again."


def ticket_issue(*, actor: Membership, slug: str) -> str:
    """A ticket to the organisation. Raises NotFound when the person is no member there, or it does not exist."""
    if slug not in {home.slug for home in homes_of(actor.user_id)}:
        raise NotFound
    user = User.objects.get(id=actor.user_id)  # The login of the request may be from before the last sign-in.
    return signing.dumps([str(user.id), slug, user_proof(user), _last_login(user)], salt=SALT)


@transaction.atomic
def ticket_redeem(*, ticket: str, slug: str) -> Membership:
    """The membership that the ticket opens, once. Raises TicketEnded. Call outside of a scope."""
    try:
        user_id, wanted, proof, last_login = signing.loads(ticket, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        raise TicketEnded from None
    user = User.objects.select_for_update().filter(id=user_id, is_active=True).first()
    # Using a ticket is a login, and a login ends every ticket that was made before.
    if user is None or wanted != slug or last_login != _last_login(user):
        raise TicketEnded
    organisation = organisation_by_slug(slug)
    if organisation is None:
        raise TicketEnded
    with organisation_scope(organisation.id):
        member: Membership | None = (
            Membership.objects.filter(organisation_id=organisation.id, user_id=user.id, is_active=True)
            .select_related("user", "organisation")
            .first()
        )
        if member is None or not constant_time_compare(proof, user_proof(user)):
            raise TicketEnded
        user.last_login = timezone.now()
        user.save(update_fields=["last_login"])
        record(OrganisationEntered(subject_id=member.id), actor=member, organisation_id=organisation.id)
    return member


def _last_login(user: User) -> str:
    return user.last_login.isoformat() if user.last_login else ""
