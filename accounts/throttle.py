"""How often somebody may guess a password: django-axes keeps the counts, this module says what is counted.

Counted is the account as it was typed, whether it exists or not, so being refused tells nothing about it. Guesses from
anywhere share one count, since addresses are cheap. A browser that has signed in to the account before has a count of
its own: nobody can lock a person out of it. A second count per address, of IPv6 per network, slows one password tried on
many accounts.
"""

import secrets
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.tenancy.errors import DomainError
from accounts.tenancy.hosts import client_address

COOKIE, SALT = "device", "accounts.device"
COOKIE_AGE = 180 * 24 * 3600
PER_ADDRESS = "address"


class TooManyAttempts(DomainError):
    status = 429
    code = "login.too_many"
    message = "Too many attempts. Wait, or reset the password."

    def __init__(self) -> None:
        super().__init__(retry_after=int(settings.AXES_COOLOFF_TIME.total_seconds()))


class TooManyLinks(TooManyAttempts):
    code = "password_link.too_many"
    message = "Too many links were asked for from your network. Wait an hour."


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it was typed: the organisation's slug (empty for the platform) and the e-mail address."""

    slug: str
    email: str

    @classmethod
    def typed(cls, slug: str, email: str) -> "Account":
        return cls(slug.strip().lower(), unicodedata.normalize("NFKC", email).strip().lower())

    def __str__(self) -> str:
        return f"{self.slug}:{self.email}"


def check(request: HttpRequest, account: Account) -> None:
    """Raises TooManyAttempts when the account, or the address, is refused for now."""
    device = _device(request, account)
    if _is_locked(request, _key(account, device)) or (not device and _is_locked(request, _address(request))):
        raise TooManyAttempts


def check_address(request: HttpRequest) -> None:
    """Raises TooManyAttempts when the address is refused for now, whatever it asks for."""
    if _is_locked(request, _address(request)):
        raise TooManyAttempts


def count_stray(request: HttpRequest) -> None:
    """Somebody tries addresses that we never gave out."""
    AxesProxyHandler.user_login_failed(sender=__name__, credentials={"username": _address(request)}, request=request)


def count_link(request: HttpRequest) -> None:
    """Somebody asks for a link to set a password. Raises TooManyLinks when the address has asked too often.

    Counted apart from the guesses: whom those have locked out may still ask.
    """
    key = f"{PER_ADDRESS}#links#{_network(request)}"
    if _is_locked(request, key):
        raise TooManyLinks
    AxesProxyHandler.user_login_failed(sender=__name__, credentials={"username": key}, request=request)


def serialise(account: Account) -> None:
    """Let the attempts on one account be judged one after the other until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"login:{account}"])


def count_failure(request: HttpRequest, account: Account) -> None:
    device = _device(request, account)
    for key in [_key(account, device)] if device else [_key(account, ""), _address(request)]:
        AxesProxyHandler.user_login_failed(sender=__name__, credentials={"username": key}, request=request)


def forget_failures(request: HttpRequest | None, account: Account) -> None:
    """Start the account's count anew: its owner has shown up."""
    for device in {"", _device(request, account) if request else ""}:
        AxesProxyHandler.reset_attempts(username=_key(account, device))


def forget_old_failures() -> None:
    """Drop the counts that no longer refuse anybody."""
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()


def remember_device(request: HttpRequest, response: HttpResponse, account: Account) -> None:
    """Mark the browser as one that has signed in to the account."""
    device = _device(request, account) or secrets.token_urlsafe(12)
    response.set_cookie(
        COOKIE,
        signing.dumps([str(account), device], salt=SALT),
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def failure_limit(request: HttpRequest, credentials: dict[str, Any]) -> int:
    """How many failures within ``AXES_COOLOFF_TIME`` are borne (``AXES_FAILURE_LIMIT``)."""
    is_address = str(credentials.get("username", "")).startswith(f"{PER_ADDRESS}#")
    return settings.LOGIN_FAILURES_PER_ADDRESS if is_address else settings.LOGIN_FAILURES_PER_ACCOUNT


def keep_response(request: HttpRequest, response: HttpResponse, credentials: Any) -> HttpResponse:
    """Axes would replace the answer to a refused attempt by its own (``AXES_LOCKOUT_CALLABLE``); ours stays."""
    return response


def _is_locked(request: HttpRequest, key: str) -> bool:
    return not AxesProxyHandler.is_allowed(request, {"username": key})


def _key(account: Account, device: str) -> str:
    return f"account#{account}#{device}"[:255]


def _address(request: HttpRequest) -> str:
    return f"{PER_ADDRESS}#{_network(request)}"


def _network(request: HttpRequest) -> str:
    """The client's address; of IPv6 the part that a provider gives out as one, since each has 2**64 addresses to try from."""
    text = client_address(request)
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv4Address) or address.ipv4_mapped is not None:
        return text
    return str(ip_network((address, 64), strict=False))


def _device(request: HttpRequest, account: Account) -> str:
    try:
        owner, device = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(device) if owner == str(account) else ""
