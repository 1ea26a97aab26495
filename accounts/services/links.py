"""Mails the links to set a password. The row is the work; a task only wakes this up.

A row is claimed by moving its next attempt ahead, in a transaction of its own; the mail server is spoken to outside of
any transaction. A sender that dies between the two causes a second mail at worst. Each is claimed only when it is its
turn: behind a slow server a batch would outlast its claims, and the next sender would send the rest of it, too.
"""

import smtplib
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import AccessLink
from accounts.selectors.organisations import active_organisation_ids
from accounts.services.passwords import token_for
from accounts.tenancy.faults import each_alone
from accounts.tenancy.hosts import organisation_url
from accounts.tenancy.scope import organisation_scope

LEASE = timedelta(minutes=4)
"""Longer than one mail takes: a dozen steps, each with the mail server's time limit of its own."""
MAX_ATTEMPTS = 8
BATCH = 20

logger = structlog.get_logger(__name__)


def links_send(organisation_id: UUID) -> int:
    """Send what is due, a batch at most; returns how many mails went out. Call outside of a scope."""
    sent = 0
    for _ in range(BATCH):
        link = _claim(organisation_id)
        if link is None:
            break
        if link.membership.is_active:
            sent += _send(link)
        else:
            _note(link, is_open=False, problem="The person was deactivated before it was sent.")
    return sent


def _claim(organisation_id: UUID) -> AccessLink | None:
    with organisation_scope(organisation_id):
        now = timezone.now()
        due = AccessLink.objects.filter(organisation_id=organisation_id, is_open=True, next_at__lte=now)
        link: AccessLink | None = (
            due.select_for_update(skip_locked=True, of=("self",))
            .select_related("membership", "organisation")
            .order_by("next_at")
            .first()
        )
        if link is not None:
            link.attempts += 1
            link.next_at = now + LEASE * 2 ** (link.attempts - 1)
            link.save(update_fields=["attempts", "next_at"])
    return link


def _send(link: AccessLink) -> bool:
    try:
        _mail(link).send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        problem = f"{type(error).__name__}: {error}"[:200]
        logger.warning("access_link_failed", link=str(link.id), attempt=link.attempts, error=type(error).__name__)
        # A ValueError is the address itself: no server will take it later.
        _note(link, problem=problem, is_open=link.attempts < MAX_ATTEMPTS and not isinstance(error, ValueError))
        return False
    _note(link, sent_at=timezone.now(), is_open=False, problem="")
    return True


def _note(link: AccessLink, **values: object) -> None:
    with organisation_scope(link.organisation_id):
        AccessLink.objects.filter(organisation_id=link.organisation_id, id=link.id, is_open=True).update(**values)


def _mail(link: AccessLink) -> EmailMultiAlternatives:
    user, token = token_for(link.membership.user_id)
    path = reverse("password_reset_confirm", args=[urlsafe_base64_encode(force_bytes(user.pk)), token])
    context = {
        "name": link.membership.name,
        "organisation": link.organisation,
        "url": organisation_url(link.organisation.slug, path),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    folder = f"accounts/mail/{link.purpose}"
    subject = " ".join(render_to_string(f"{folder}_subject.txt", context).split())
    # To the login's own address, never to the one that an organisation's admin may edit.
    mail = EmailMultiAlternatives(subject, render_to_string(f"{folder}.txt", context), to=[user.email])
    mail.attach_alternative(render_to_string(f"{folder}.html", context), "text/html")
    return mail


def links_send_all() -> int:
    """Send what is due in every organisation; returns how many mails went out."""
    return each_alone(links_send, active_organisation_ids(), "links.send_failed")
