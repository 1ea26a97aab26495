"""The breaker of the mail server: while it is away nobody's attempts are spent, and few connections are tried.

Its state is one row that all senders share. Open: nobody connects. When the pause is over one sender may try, and
moves the pause on in the same statement, so that there is one at a time. The first success closes it.
"""

import random
from datetime import timedelta

import structlog
from django.db.models import F, Q
from django.db.models.functions import Now

from notifications.models import MailTransport

PAUSES = (5, 15, 30, 60, 120)
"""Seconds until the next try after the first, second ... failure in a row; the last one from then on."""
PROBE = timedelta(seconds=60)
"""A sender that tries and dies keeps the others waiting so long."""

logger = structlog.get_logger(__name__)


def may_try(name: str) -> bool:
    """Whether the caller may connect now: the way is well, or the caller is the one to find out."""
    if not MailTransport.objects.filter(name=name, failures__gt=0).exists():
        return True
    ready = MailTransport.objects.filter(Q(open_until=None) | Q(open_until__lte=Now()), name=name)
    return ready.update(open_until=Now() + PROBE) == 1


def trip(name: str, error: str) -> timedelta:
    """The server did not take us. Returns how long everybody waits now."""
    row, _ = MailTransport.objects.get_or_create(name=name)
    pause = timedelta(seconds=PAUSES[min(row.failures, len(PAUSES) - 1)] * random.uniform(0.9, 1.1))
    MailTransport.objects.filter(name=name).update(
        failures=F("failures") + 1, open_until=Now() + pause, error=error[:2000].replace("\0", "")
    )
    logger.warning("mail.outage", failures=row.failures + 1, pause=pause.total_seconds(), error=error)
    return pause


def reset(name: str) -> None:
    """The server took us; everything that waits may go."""
    if MailTransport.objects.filter(name=name, failures__gt=0).update(failures=0, open_until=None, error=""):
        logger.info("mail.recovered")
