"""The page /dev/mail/: the mails that the demo has sent. Mounted in the demo only, since it shows everybody's mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

SHOWN = 100
NAME = re.compile(r"[0-9]{10,20}-[0-9a-f]{8}")
LINK = re.compile(r"https?://[^\s<>\"')]+")


@dataclass(frozen=True)
class Mail:
    """A kept mail as the page shows it."""

    name: str
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str = ""
    html: str = ""
    links: tuple[str, ...] = field(default=())


def mails(directory: Path, recipient: str = "") -> list[Mail]:
    """The newest mails first, of one recipient if named."""
    found: list[Mail] = []
    for file in sorted(directory.glob("*.eml"), reverse=True):
        mail = read(file)
        if not recipient or recipient.lower() in (address.lower() for address in mail.recipients):
            found.append(mail)
        if len(found) == SHOWN:
            break
    return found


def read(file: Path) -> Mail:
    """Parse one file; damaged mails are shown as far as they can be read."""
    message = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    text, html = _body(message, "plain"), _body(message, "html")
    return Mail(
        name=file.stem,
        at=datetime.fromtimestamp(int(file.stem.partition("-")[0]) / 1e9, UTC),
        sender=str(message.get("From", "")),
        recipients=tuple(str(value) for value in message.get_all("X-Envelope-To", [])),
        subject=str(message.get("Subject", "")),
        text=text,
        html=html,
        links=tuple(dict.fromkeys(LINK.findall(text))),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _directory() -> Path:
    directory: Path = settings.DATA_DIR / "mail"
    return directory


def _mail_or_404(name: str) -> Mail:
    file = _directory() / f"{name}.eml"
    if not NAME.fullmatch(name) or not file.is_file():
        raise Http404
    return read(file)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    recipient = request.GET.get("to", "")
    context = {"mails": mails(_directory(), recipient), "recipient": recipient, "shown": SHOWN}
    return render(request, "dev/mails.html", context)


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "dev/mail.html", {"mail": _mail_or_404(name)})


@require_safe
def show_html(_request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part by itself, in a sandbox: mails carry their styles inside and must run nothing."""
    response = HttpResponse(_mail_or_404(name).html)
    response["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


urlpatterns = [
    path("dev/mail/", index, name="dev_mails"),
    path("dev/mail/<str:name>/", show, name="dev_mail"),
    path("dev/mail/<str:name>/html/", show_html, name="dev_mail_html"),
]
