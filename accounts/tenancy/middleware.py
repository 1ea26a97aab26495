"""Host -> organisation, credentials -> membership, and one transaction per request in that organisation's scope."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import DisallowedHost
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.tenancy.scope import organisation_scope


@dataclass(frozen=True, slots=True)
class Claim:
    """Who the credentials say they are; nothing is believed until ``TENANCY_MEMBER`` has looked them up."""

    organisation_id: UUID
    membership_id: UUID
    via: str
    proof: dict[str, Any] = field(default_factory=dict)


class TenantRequest(HttpRequest):
    """A request as views get it behind the middleware."""

    organisation_slug: str | None
    membership: Any  # accounts.models.Membership, which the kernel cannot import
    claim: Claim


class TenancyMiddleware(AuthenticationMiddleware):
    """Sets ``request.membership``, ``request.organisation_slug``, ``request.user``.

    A signed-in request runs in one transaction inside its organisation's scope, rendering included; a server error
    rolls it back. An anonymous request has no scope: row-level security shows it nothing. The organisation of the
    scope comes from the authenticated membership, never from the host or a header.
    """

    get_response: Callable[[HttpRequest], HttpResponse]

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self.claim_of: Callable[[TenantRequest], Claim | None] = import_string(settings.TENANCY_CLAIM)
        self.member_of: Callable[[TenantRequest, Claim], Any] = import_string(settings.TENANCY_MEMBER)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._serve(cast(TenantRequest, request))
        # Whatever passes here may be somebody's: no cache between us and the person keeps it.
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def _serve(self, request: TenantRequest) -> HttpResponse:
        request.organisation_slug = slug_of_host(request)
        request.membership = None
        request.user = AnonymousUser()
        claim = self.claim_of(request)
        if claim is None:
            return self.get_response(request)
        with organisation_scope(claim.organisation_id):
            membership = self.member_of(request, claim)
            if membership is not None:
                request.membership = membership
                request.user = membership.user
                # Pages tell and take times by the organisation's clocks; REST stays in UTC.
                with timezone.override(membership.organisation.time_zone):
                    response = self.get_response(request)
                if response.status_code >= 500:
                    transaction.set_rollback(True)
                return response
        return self.get_response(request)


def slug_of_host(request: HttpRequest) -> str | None:
    """The organisation's slug if the host is ``<slug>.<domain>``."""
    try:
        host = request.get_host().rpartition(":")[0] or request.get_host()
    except DisallowedHost:
        return None
    label, dot, domain = host.lower().partition(".")
    return label if dot and domain == settings.DOMAIN else None
