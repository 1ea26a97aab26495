"""A browser's session: bound to one organisation and one membership, new at each login."""

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from accounts.authentication import (
    ACTING,
    ACTING_WRITES,
    MEMBERSHIP,
    ORGANISATION,
    PLATFORM,
    PROOF,
    proof_of,
    user_proof,
)
from accounts.models import Membership, Organisation, User


def session_open(request: HttpRequest, member: Membership) -> None:
    """Sign the browser in; whatever the session held before, its key included, is gone."""
    request.session.flush()
    request.session[ORGANISATION] = str(member.organisation_id)
    request.session[MEMBERSHIP] = str(member.id)
    session_renew(request, member)
    rotate_token(request)


def session_renew(request: HttpRequest, member: Membership) -> None:
    """Let this session live on after its person has ended all others; ``member.user`` is up to date."""
    request.session[PROOF] = proof_of(member.user, member)


def platform_session_open(request: HttpRequest, user: User) -> None:
    """Sign a platform admin in: on the bare domain, in no organisation."""
    request.session.flush()
    request.session[PLATFORM] = str(user.id)
    request.session[PROOF] = user_proof(user)
    rotate_token(request)


def session_step_in(request: HttpRequest, organisation: Organisation, *, may_write: bool) -> None:
    """From now on the platform admin's requests to the administration run in this organisation.

    A form that another tab still shows from the organisation before is refused: it would be saved in this one.
    """
    request.session[ACTING], request.session[ACTING_WRITES] = str(organisation.id), may_write
    rotate_token(request)


def session_step_out(request: HttpRequest) -> None:
    request.session.pop(ACTING, None)
    request.session.pop(ACTING_WRITES, None)


def session_close(request: HttpRequest) -> None:
    request.session.flush()
