"""Stop the mails of one request, asked for by the link in one of them."""

from accounts.models import Membership
from accounts.tenancy.errors import NotFound
from accounts.tenancy.scope import organisation_scope
from notifications.channels.email.unsubscribe import Unwatch
from workflows.services.participants import run_unwatch


def unsubscribe(wish: Unwatch) -> None:
    """Have the person no longer watch the request; again changes nothing.

    The link is the proof, so there need be no session. Somebody who has left or may not see the request any more gets
    no mails about it anyway.
    """
    with organisation_scope(wish.organisation_id):
        member = Membership.objects.filter(
            organisation_id=wish.organisation_id, id=wish.member_id, is_active=True
        ).first()
        if member is None:
            return
        try:
            run_unwatch(run_id=wish.run_id, actor=member)
        except NotFound:
            return
