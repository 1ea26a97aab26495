"""A mail server that does as told: accept, refuse for now or for good, take the message and hang up, be away."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Inbox:
    """What arrived and how often somebody called. ``rcpt`` and ``data`` are replies by address, ``hang_up`` after DATA."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0
    rcpt: dict[str, str] = field(default_factory=dict)
    mail: str = "250 OK"
    data: str = "250 OK"
    hang_up: int = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail.startswith("250"):
            envelope.mail_from = address
        return self.mail

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.rcpt.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if not self.data.startswith("250"):
            return self.data
        content: Any = envelope.content
        self.messages.append(message_from_bytes(content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        if self.hang_up:
            self.hang_up -= 1
            assert server.transport is not None
            server.transport.close()
        return self.data

    @property
    def by_id(self) -> Counter[str]:
        return Counter(message["Message-ID"] for message in self.messages)


@contextmanager
def mail_server(settings: Any, inbox: Inbox | None = None, port: int = 0) -> Iterator[Inbox]:
    """Run the server on a port of this machine and point the settings to it."""
    found = inbox or Inbox()
    port = port or free_port()
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    point_to(settings, port)
    try:
        yield found
    finally:
        controller.stop()


def point_to(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
