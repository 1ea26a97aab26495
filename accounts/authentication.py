"""Credentials: the session of a browser, or the access token of an API client."""

import time
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from rest_framework import authentication, exceptions
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import Membership, User
from accounts.tenancy.middleware import Claim, TenantRequest

ORGANISATION, MEMBERSHIP, PROOF, FAMILY = "organisation_id", "membership_id", "proof", "family"
PLATFORM, ACTING, ACTING_WRITES = "platform_user", "acting_in", "acting_writes"
ADMIN = "/admin/"
# Where credentials are made, none are looked at: a client may send an old token along.
FRONT_DOOR = "/api/v1/auth/"


class LoginBackend(ModelBackend):
    """E-mail and password. Rights come from the membership, so Django's own permission tables are not asked."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False


def claim_of_request(request: HttpRequest) -> Claim | None:
    """The bearer token if there is one, else the session; None when neither says who this is."""
    if request.path_info.startswith(FRONT_DOOR):
        return None
    if bearer := bearer_of(request):
        return _claim_of_token(bearer)
    return _claim_of_session(request.session) or _claim_of_platform(request)


def bearer_of(request: HttpRequest) -> str:
    """The token of ``Authorization: Bearer``, or an empty text."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _claim_of_session(session: SessionBase) -> Claim | None:
    if not session.get(MEMBERSHIP):
        return None
    return Claim(UUID(session[ORGANISATION]), UUID(session[MEMBERSHIP]), "session", {"proof": session.get(PROOF, "")})


def _claim_of_platform(request: HttpRequest) -> Claim | None:
    """A platform admin who has stepped into an organisation: in its administration only, nowhere else."""
    session = request.session
    if not (session.get(ACTING) and session.get(PLATFORM) and request.path_info.startswith(ADMIN)):
        return None
    return Claim(UUID(session[ACTING]), UUID(session[PLATFORM]), "platform")


def _claim_of_token(text: str) -> Claim | None:
    try:
        claim, expires_at = _verified(text)
    except (TokenError, KeyError, ValueError, TypeError, AttributeError):
        return None
    return claim if time.time() < expires_at else None


@lru_cache(10_000)
def _verified(text: str) -> tuple[Claim, int]:
    """What a token says and when it expires, in Unix seconds. The signature of a text never changes, so it is checked
    once; that the token has been revoked or its person deactivated is asked of the database each time."""
    token = AccessToken(text)  # type: ignore[arg-type]  # annotated for Token, documented for text
    proof = {"proof": str(token[PROOF]), "family": UUID(token[FAMILY])}
    return Claim(UUID(token[ORGANISATION]), UUID(token[MEMBERSHIP]), "bearer", proof), int(token["exp"])


def proof_of(user: User, membership: Membership) -> str:
    """What a session or token was issued for; it changes with the login's proof, and when the person comes back after having
    been deactivated."""
    proof = user_proof(user)
    return f"{proof}:{_micros(membership.credentials_at)}" if membership.credentials_at else proof


def user_proof(user: User) -> str:
    """The same for a login in all of its organisations; it changes with the password and with "log out everywhere"."""
    return f"{user.get_session_auth_hash()[:32]}:{_micros(user.credentials_at)}"


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


class TenantAuthentication(authentication.SessionAuthentication):
    """Takes over what the tenancy middleware found out; a session needs the CSRF token, a bearer token does not."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        membership = getattr(request._request, "membership", None)
        if membership is None:
            if bearer_of(request._request):
                raise exceptions.AuthenticationFailed("The access token is invalid or expired.", code="token.invalid")
            return None
        claim: Claim = cast(TenantRequest, request._request).claim
        if claim.via == "session":
            self.enforce_csrf(request)
        return request._request.user, claim

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="countersign"'
