"""Reading proposals. Rights, lists and counts come from one expression, see ``rights``."""

from flows.proposals.selectors.doors import ProposalNotFound, access_proposal
from flows.proposals.selectors.listing import pending_count, pending_counted, pending_of, revisions_of
from flows.proposals.selectors.standing import (
    ApprovalRow,
    ApprovalSpeakers,
    Permissions,
    SidePermission,
    Situation,
    approvers,
    my_permissions,
    situation_of,
)

__all__ = [
    "ApprovalRow",
    "ApprovalSpeakers",
    "Permissions",
    "ProposalNotFound",
    "SidePermission",
    "Situation",
    "access_proposal",
    "approvers",
    "my_permissions",
    "pending_count",
    "pending_counted",
    "pending_of",
    "revisions_of",
    "situation_of",
]
