"""A delivery as a mail: plain text and HTML with one button, which shows and never decides."""

from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from accounts.tenancy.hosts import organisation_url
from notifications.channels.email.unsubscribe import unsubscribe_path
from notifications.models import Delivery
from notifications.rendering import paragraphs, render_line


@dataclass(frozen=True, slots=True)
class Keys:
    """What a mail brings that is kept nowhere in clear: the path of a link that decides a task at once, beside the page; the
    path of one for somebody without an account; a one-time code."""

    quick_path: str = ""
    path: str = ""
    code: str = ""


NO_KEYS = Keys()


class BadAddress(ValueError):
    """The text is not exactly one mailbox."""


def one_mailbox(text: str) -> str:
    """The address if ``text`` is exactly one ``local@domain`` (RFC 5322 addr-spec) and nothing else.

    Raises BadAddress for names, lists and line breaks: a comma would make two recipients of one.
    """
    try:
        parsed = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise BadAddress("The address is not a single e-mail address.") from error
    if parsed.addr_spec != text or not parsed.username or "." not in parsed.domain or not text.isprintable():
        raise BadAddress("The address is not a single e-mail address.")
    return text


def compose(
    delivery: Delivery, address: str, connection: BaseEmailBackend, keys: Keys = NO_KEYS
) -> EmailMultiAlternatives:
    """The mail of a delivery. Needs its recipient and organisation loaded. Raises BadAddress."""
    organisation = delivery.organisation
    path = keys.path or delivery.path
    context: dict[str, Any] = {
        "organisation": organisation.name,
        "outside": delivery.link_id is not None,
        "code": keys.code,
        "subject": delivery.subject,
        "paragraphs": paragraphs(delivery.body),
        "url": organisation_url(organisation.slug, path) if path else "",
        "quick_url": organisation_url(organisation.slug, keys.quick_path) if keys.quick_path else "",
        "unsubscribe_url": "",
    }
    headers = {
        "Message-ID": delivery.message_id,
        # RFC 3834: no vacation note answers this.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if delivery.watching and delivery.run_id is not None:
        context["unsubscribe_url"] = organisation_url(organisation.slug, unsubscribe_path(delivery))
        # RFC 8058: the mail program's own button, without a visit.
        headers["List-Unsubscribe"] = f"<{context['unsubscribe_url']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail = EmailMultiAlternatives(
        subject=render_line(delivery.subject, {}, most=250),
        body=render_to_string("notifications/mail/notice.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[one_mailbox(address)],
        headers=headers,
        connection=connection,
    )
    mail.attach_alternative(render_to_string("notifications/mail/notice.html", context), "text/html")
    return mail
