"""Who is told of proposed data flows.

The facts are those of the app beside this one, which is not imported: kinds are strings here, and each fact carries the
people whom it concerns. Their words are in ``proposal_wording``.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

SUBJECT: Final = "flows.proposedflow"
FULLY_APPROVED: Final = "FULLY_APPROVED"

People = Iterable[tuple[UUID, bool]]
"""Ids, and whether somebody is told only because they follow."""


def _approvers(event: Any) -> People:
    return ((member, False) for member in event.approver_ids)


def behalf(event: Any, member_id: UUID) -> str:
    """The people who are away and in whose place the person could decide, where it is not for themselves."""
    return str(event.substitutes.get(member_id, "")) if event.kind in ASKING else ""


def _maker(event: Any) -> People:
    return [(event.maker_id, False)]


def _watchers(event: Any) -> People:
    return ((member, True) for member in event.watcher_ids)


def _admins(event: Any) -> People:
    return ((member, False) for member in event.admin_ids)


def _side_approved(event: Any) -> People:
    """The last approval is told as such, by the fact beside this one."""
    return () if event.state == FULLY_APPROVED else (*_maker(event), *_watchers(event))


def _decided(event: Any) -> People:
    return (*_maker(event), *_watchers(event))


def _everybody(event: Any) -> People:
    return (*_maker(event), *_approvers(event), *_watchers(event))


ASKING: Final = frozenset({"proposal.created", "proposal.resubmitted", "proposal.reminded"})
"""What asks somebody to decide: who would do so on behalf of somebody else is told with these words."""

PEOPLE: Final[Mapping[str, Callable[[Any], People]]] = {
    "proposal.created": _approvers,
    "proposal.resubmitted": _approvers,
    "proposal.side_approved": _side_approved,
    "proposal.approved": _decided,
    "proposal.rejected": _decided,
    "proposal.cancelled": lambda event: (*_approvers(event), *_watchers(event)),
    "proposal.timed_out": _everybody,
    "proposal.reminded": lambda event: (*_approvers(event), *_maker(event)),
    "proposal.sent_back": _decided,
    "proposal.failed": _everybody,
    "proposal.commented": _everybody,
    "proposal.unattended": _admins,
}
"""By kind of fact, in the order of what matters most to whom."""
