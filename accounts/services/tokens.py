"""Tokens of API clients: a login starts a family, each refresh replaces its token, a token used twice ends it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.audit.record import SYSTEM, record
from accounts.authentication import FAMILY, MEMBERSHIP, ORGANISATION, PROOF, proof_of
from accounts.events import TokenReused, TokenRevoked
from accounts.models import Membership, RefreshFamily
from accounts.tenancy.errors import DomainError
from accounts.tenancy.models import new_id
from accounts.tenancy.scope import organisation_scope


class TokenRefused(DomainError):
    """One answer for a forged, expired, used or revoked token and for a person who may no longer enter."""

    status = 401
    code = "token.invalid"
    message = "The refresh token is invalid, expired or was used before. Sign in again."


@dataclass(frozen=True, slots=True)
class TokenPair:
    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class _Presented:
    """What a well-signed refresh token says."""

    organisation_id: UUID
    family_id: UUID
    jti: UUID
    proof: str


def tokens_issue(member: Membership) -> TokenPair:
    """A new family for a person who has just signed in; ``member.user`` is loaded."""
    with organisation_scope(member.organisation_id):
        token = _token(member, new_id())
        RefreshFamily.objects.create(
            id=UUID(token[FAMILY]),
            organisation_id=member.organisation_id,
            membership_id=member.id,
            jti=UUID(token["jti"]),
            expires_at=_expiry(token),
        )
    return TokenPair(str(token.access_token), str(token))


def tokens_refresh(text: str, *, slug: str | None, arrived: datetime) -> TokenPair:
    """Trade the newest refresh token of a family for a new pair. Raises TokenRefused.

    A token that was replaced before the request ``arrived`` was copied by somebody: the family ends, and with it every
    access token made from it. Of requests that present the newest token at the same time one wins; the others are only
    refused. ``slug`` is the organisation of the host, if the host is one's.
    """
    presented = _read(text)
    with organisation_scope(presented.organisation_id):
        pair = _rotate(presented, slug, arrived)
    # After the scope: what a refusal has written is to stay.
    if pair is None:
        raise TokenRefused
    return pair


def tokens_revoke(text: str) -> None:
    """End the family of the refresh token; silently nothing for a token that is worth nothing anyway (RFC 7009)."""
    try:
        presented = _read(text)
    except TokenRefused:
        return
    with organisation_scope(presented.organisation_id):
        families = RefreshFamily.objects.filter(
            organisation_id=presented.organisation_id, id=presented.family_id, revoked_at__isnull=True
        )
        family = families.first()
        if family is not None and families.update(revoked_at=timezone.now()):
            revoked = TokenRevoked(subject_id=family.membership_id, family_id=family.id)
            record(revoked, actor=SYSTEM, organisation_id=family.organisation_id)


def families_sweep(organisation_id: UUID) -> int:
    """Drop the families whose last token has expired; returns how many."""
    expired = RefreshFamily.objects.filter(organisation_id=organisation_id, expires_at__lt=timezone.now())
    return expired.delete()[0]


def _rotate(presented: _Presented, slug: str | None, arrived: datetime) -> TokenPair | None:
    family = (
        RefreshFamily.objects.select_for_update()
        .filter(organisation_id=presented.organisation_id, id=presented.family_id, revoked_at__isnull=True)
        .first()
    )
    if family is None:
        return None
    if family.jti != presented.jti:
        if family.rotated_at < arrived:
            _end(family)
        return None
    member = (
        Membership.objects.filter(organisation_id=family.organisation_id, id=family.membership_id, is_active=True)
        .filter(user__is_active=True, organisation__is_active=True)
        .select_related("user", "organisation")
        .first()
    )
    if member is None or not constant_time_compare(presented.proof, proof_of(member.user, member)):
        return None
    if slug is not None and slug != member.organisation.slug:
        return None
    token = _token(member, family.id)
    family.jti, family.rotated_at, family.expires_at = UUID(token["jti"]), timezone.now(), _expiry(token)
    family.save(update_fields=["jti", "rotated_at", "expires_at"])
    return TokenPair(str(token.access_token), str(token))


@transaction.atomic
def _end(family: RefreshFamily) -> None:
    family.revoked_at = timezone.now()
    family.save(update_fields=["revoked_at"])
    reused = TokenReused(subject_id=family.membership_id, family_id=family.id)
    record(reused, actor=SYSTEM, organisation_id=family.organisation_id)


def _token(member: Membership, family_id: UUID) -> RefreshToken:
    token = RefreshToken()
    token[ORGANISATION], token[MEMBERSHIP] = str(member.organisation_id), str(member.id)
    token[FAMILY], token[PROOF] = str(family_id), proof_of(member.user, member)
    return token


def _expiry(token: RefreshToken) -> datetime:
    expiry: datetime = token.current_time + settings.REFRESH_TOKEN_LIFETIME
    return expiry


def _read(text: str) -> _Presented:
    try:
        token: Any = RefreshToken(text)  # type: ignore[arg-type]  # annotated for Token, documented for text
        return _Presented(UUID(token[ORGANISATION]), UUID(token[FAMILY]), UUID(token["jti"]), str(token[PROOF]))
    except (TokenError, KeyError, ValueError, TypeError, AttributeError):
        raise TokenRefused from None
