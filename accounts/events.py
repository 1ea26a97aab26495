"""The facts that this app publishes."""

from datetime import date
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
    """Somebody was not let in. The subject is the organisation: whether the account exists is not told.

    ``more_in_log``: what else is tried within the hour with addresses of nobody here is in the log only.
    """

    kind: ClassVar[str] = "login.failed"
    subject_kind: ClassVar[str] = "accounts.organisation"
    email: str
    via: str
    address: str
    user_agent: str
    more_in_log: bool = False


class LoggedOut(MemberEvent):
    kind: ClassVar[str] = "person.logged_out"


class LoggedOutEverywhere(MemberEvent):
    """Every session and token of the login ended."""

    kind: ClassVar[str] = "person.logged_out_everywhere"


class PasswordChanged(MemberEvent):
    """``by_link`` tells a reset by mail from a change by somebody who knew the old password."""

    kind: ClassVar[str] = "person.password_changed"
    by_link: bool


class LoginMoved(MemberEvent):
    """The login has another address from now on; every session and token of it ended."""

    kind: ClassVar[str] = "person.login_moved"
    before: str
    after: str
    reason: str


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


class MemberAdded(MemberEvent):
    kind: ClassVar[str] = "people.added"
    name: str
    email: str
    invited: bool


class MemberChanged(MemberEvent):
    """``changes`` maps each field to what it was and what it is, as texts."""

    kind: ClassVar[str] = "people.changed"
    name: str
    changes: dict[str, tuple[str, str]]


class MembersDeactivated(Event):
    """People who can act no more; whoever keeps work for them finds it another owner."""

    kind: ClassVar[str] = "people.deactivated"
    subject_kind: ClassVar[str] = "accounts.organisation"
    members: list[UUID]
    names: list[str]


class MemberReactivated(MemberEvent):
    kind: ClassVar[str] = "people.reactivated"
    name: str


class RolesChanged(MemberEvent):
    kind: ClassVar[str] = "people.roles_changed"
    roles: list[str]


class AbsenceEvent(Event):
    """A fact about one absence. Days are both inclusive, by the clock of the person who is away."""

    subject_kind: ClassVar[str] = "accounts.absence"
    member_id: UUID
    member_name: str
    substitute_id: UUID | None
    substitute_name: str
    starts_on: date
    ends_on: date


class AbsenceSet(AbsenceEvent):
    kind: ClassVar[str] = "absence.set"
    scope: tuple[str, ...]


class SubstituteAsked(AbsenceEvent):
    """Somebody is asked to stand in; nothing is theirs to do until they accept. ``work``: for which, in words."""

    kind: ClassVar[str] = "absence.substitute_asked"
    work: str = "the work named on your profile"


class SubstituteAccepted(AbsenceEvent):
    kind: ClassVar[str] = "absence.substitute_accepted"


class SubstituteDeclined(AbsenceEvent):
    """They do not stand in, or not any longer. ``left``: because they can act no more."""

    kind: ClassVar[str] = "absence.substitute_declined"
    left: bool = False


class SubstituteReleased(AbsenceEvent):
    """The person who is away does without this substitute from now on."""

    kind: ClassVar[str] = "absence.substitute_released"


class AbsenceBegan(AbsenceEvent):
    kind: ClassVar[str] = "absence.began"
    accepted: bool


class AbsenceEnded(AbsenceEvent):
    """The person is back: what was not decided in their name is theirs alone. ``early``: before its last day was over.

    ``released``: the substitute was told that they need not stand in; nobody is back for them.
    """

    kind: ClassVar[str] = "absence.ended"
    accepted: bool
    early: bool
    released: bool = False


class EntryAdded(Event):
    """A row of the organisation's own directory: a department, a calendar, a role ... ``entry`` is its model."""

    kind: ClassVar[str] = "directory.added"
    subject_kind: ClassVar[str] = "accounts.directory"
    entry: str
    label: str


class EntryChanged(Event):
    kind: ClassVar[str] = "directory.changed"
    subject_kind: ClassVar[str] = "accounts.directory"
    entry: str
    label: str
    changes: dict[str, tuple[str, str]]


class EntryRemoved(Event):
    kind: ClassVar[str] = "directory.removed"
    subject_kind: ClassVar[str] = "accounts.directory"
    entry: str
    label: str


class GrantGiven(MemberEvent):
    """A right of one person on one row. The subject is the person."""

    kind: ClassVar[str] = "grant.given"
    permission: str
    object_kind: str
    object_id: str


class GrantTaken(MemberEvent):
    kind: ClassVar[str] = "grant.taken"
    permission: str
    object_kind: str
    object_id: str


class OrganisationEvent(Event):
    subject_kind: ClassVar[str] = "accounts.organisation"


class OrganisationCreated(OrganisationEvent):
    kind: ClassVar[str] = "organisation.created"
    slug: str
    name: str


class OrganisationSwitched(OrganisationEvent):
    """Opened or closed for all of its people."""

    kind: ClassVar[str] = "organisation.switched"
    is_active: bool


class PlatformEntered(OrganisationEvent):
    """A platform admin looks into the organisation, or works in it, for the reason they gave."""

    kind: ClassVar[str] = "platform.entered"
    reason: str
    may_write: bool
    address: str


class PlatformLeft(OrganisationEvent):
    kind: ClassVar[str] = "platform.left"
