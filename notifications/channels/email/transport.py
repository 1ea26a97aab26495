"""The connection to the mail server, and what its answers mean."""

import smtplib
from dataclasses import dataclass
from types import TracebackType

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from notifications.models import Attempt

Outcome = Attempt.Outcome

PER_CONNECTION = 50
"""Messages after which a new connection is made; many servers limit them."""


class Outage(Exception):
    """The server cannot be reached, or takes no mail from us at all. It says nothing about a single message."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message. ``ambiguous``: the server may have taken it without our hearing so."""

    outcome: Attempt.Outcome
    error: str = ""
    ambiguous: bool = False


class Transport:
    """One connection for many messages. Entering it raises Outage when the server does not answer."""

    def __init__(self) -> None:
        self.connection: BaseEmailBackend = get_connection()
        self._sent = 0

    def __enter__(self) -> "Transport":
        self._open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def send(self, mail: EmailMultiAlternatives) -> Result:
        """Hand one mail over. Raises Outage, before anything was handed over, when a new connection is refused."""
        if self._sent >= PER_CONNECTION:
            self.reopen()
        self._sent += 1
        try:
            mail.connection = self.connection
            mail.send()
        except (OSError, ValueError) as error:
            return result_of(error)
        return Result(Outcome.SENT)

    def reopen(self) -> None:
        """Start over on a new connection. Raises Outage."""
        self._close()
        self._open()

    def _open(self) -> None:
        self._sent = 0
        try:
            self.connection.open()
        except OSError as error:  # smtplib's errors are OSErrors
            self._close()
            raise Outage(describe(error)) from error

    def _close(self) -> None:
        try:
            self.connection.close()
        except OSError:
            # The server is gone; what it took, it has said before.
            return


def result_of(error: Exception) -> Result:
    """The meaning of an exception of ``smtplib`` (RFC 5321 section 4.2.1: 4yz try again, 5yz do not)."""
    text = describe(error)
    code = code_of(error)
    if code == 421:
        return Result(Outcome.OUTAGE, text)
    match error:
        case smtplib.SMTPRecipientsRefused():
            return Result(Outcome.SUPPRESSED if code >= 500 else Outcome.RETRY, text)
        case smtplib.SMTPSenderRefused() | smtplib.SMTPHeloError() | smtplib.SMTPAuthenticationError():
            # Our own address or login: no fault of this message.
            return Result(Outcome.OUTAGE if code >= 500 else Outcome.RETRY, text)
        case smtplib.SMTPDataError():
            return Result(Outcome.DEAD if code >= 500 else Outcome.RETRY, text)
        case smtplib.SMTPNotSupportedError():
            return Result(Outcome.DEAD, text)
        case OSError():
            return Result(Outcome.RETRY, text, ambiguous=True)
    return Result(Outcome.DEAD, text)


def code_of(error: Exception) -> int:
    """The SMTP reply code, or 0."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((int(code) for code, _ in error.recipients.values()), default=0)
    return int(error.smtp_code) if isinstance(error, smtplib.SMTPResponseException) else 0


def describe(error: Exception) -> str:
    """One line for the log and the admin, without addresses of other people or credentials."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        parts = [f"{code} {_text(reply)}" for code, reply in error.recipients.values()]
        return "; ".join(parts)[:500]
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"[:500]
    return f"{type(error).__name__}: {error}"[:500]


def _text(reply: bytes | str) -> str:
    text = reply.decode("utf-8", errors="replace") if isinstance(reply, bytes) else reply
    return " ".join(text.replace("\0", "").split())
