"""A browser's session: bound to one organisation and one membership, new at each login."""

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from accounts.authentication import MEMBERSHIP, ORGANISATION, PROOF, proof_of
from accounts.models import Membership


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


def session_close(request: HttpRequest) -> None:
    request.session.flush()
