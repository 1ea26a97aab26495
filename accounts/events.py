"""The facts that this app publishes."""

from typing import ClassVar
from uuid import UUID

from accounts.audit.events import Event


class MemberEvent(Event):
    """A fact about one person of the organisation."""

    subject_kind: ClassVar[str] = "accounts.membership"


class LoggedIn(MemberEvent):
    kind: ClassVar[str] = "person.logged_in"
    via: str
    address: str
    user_agent: str


class LoginFailed(Event):
    """Somebody was not let in. The subject is the organisation: whether the account exists is not told."""

    kind: ClassVar[str] = "login.failed"
    subject_kind: ClassVar[str] = "accounts.organisation"
    email: str
    via: str
    address: str
    user_agent: str


class LoggedOut(MemberEvent):
    kind: ClassVar[str] = "person.logged_out"


class LoggedOutEverywhere(MemberEvent):
    """Every session and token of the login ended."""

    kind: ClassVar[str] = "person.logged_out_everywhere"


class PasswordChanged(MemberEvent):
    """``by_link`` tells a reset by mail from a change by somebody who knew the old password."""

    kind: ClassVar[str] = "person.password_changed"
    by_link: bool


class PasswordLinkRequested(MemberEvent):
    kind: ClassVar[str] = "person.password_link_requested"
    purpose: str


class PasswordLinkRefused(Event):
    """Somebody asked for a link with an address that is no member's."""

    kind: ClassVar[str] = "password_link.refused"
    subject_kind: ClassVar[str] = "accounts.organisation"
    email: str


class OrganisationEntered(MemberEvent):
    """A person came over from another of their organisations without typing the password again."""

    kind: ClassVar[str] = "person.organisation_entered"


class TokenReused(MemberEvent):
    """A refresh token was presented a second time: it was copied. Its family is revoked."""

    kind: ClassVar[str] = "token.reused"
    family_id: UUID


class TokenRevoked(MemberEvent):
    kind: ClassVar[str] = "token.revoked"
    family_id: UUID
