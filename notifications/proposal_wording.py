"""What notices about proposed data flows say: label, mail subject, mail body, title and line of each kind."""

from collections.abc import Mapping
from typing import Final

Texts = tuple[str, str, str, str, str]

_ABOUT: Final = "\n\nProposal #{number}: {change} {title}\nProposed by {requester}"
_REASON: Final = "\n\nReason: {reason}"

TEXTS: Final[Mapping[str, Texts]] = {
    "proposal.created": (
        "A proposed data flow waits for your approval",
        "To approve: proposal #{number}, {title}",
        "{requester} proposes to {change} a data flow, and you are asked to approve or reject it.\nPlease decide by {due}."
        + _ABOUT
        + _REASON,
        "To approve: proposal #{number}, {change} {title}",
        "Proposed by {requester}.\nDue {due}.\n{reason}",
    ),
    "proposal.resubmitted": (
        "A revised proposal waits for your approval",
        "To approve: proposal #{number} revised, {title}",
        "{requester} has revised the proposal, and everybody is asked anew.\nPlease decide by {due}."
        + _ABOUT
        + _REASON,
        "To approve: proposal #{number} revised, {title}",
        "Revised by {requester}.\nDue {due}.\n{reason}",
    ),
    "proposal.created.on_behalf": (
        "A proposed data flow waits for somebody for whom you stand in",
        "To approve on behalf of {assignee}: proposal #{number}, {title}",
        "{requester} proposes to {change} a data flow. {assignee}, for whom you stand in, is asked to approve or reject it, "
        "and you may on their behalf.\nPlease decide by {due}." + _ABOUT + _REASON,
        "To approve on behalf of {assignee}: proposal #{number}, {change} {title}",
        "Proposed by {requester}.\nDue {due}.\n{reason}",
    ),
    "proposal.resubmitted.on_behalf": (
        "A revised proposal waits for somebody for whom you stand in",
        "To approve on behalf of {assignee}: proposal #{number} revised, {title}",
        "{requester} has revised the proposal, and everybody is asked anew. {assignee}, for whom you stand in, is asked, "
        "and you may decide on their behalf.\nPlease decide by {due}." + _ABOUT + _REASON,
        "To approve on behalf of {assignee}: proposal #{number} revised, {title}",
        "Revised by {requester}.\nDue {due}.\n{reason}",
    ),
    "proposal.reminded.on_behalf": (
        "A reminder before a proposal times out that waits for somebody for whom you stand in",
        "Reminder, on behalf of {assignee}: proposal #{number} times out on {due}",
        "The proposal waits for {assignee}, for whom you stand in. Without any action it is closed on {due}." + _ABOUT,
        "Reminder, on behalf of {assignee}: proposal #{number}, {title}",
        "Times out {due}.",
    ),
    "proposal.side_approved": (
        "A side of a proposal has approved",
        "Approved for {step}: proposal #{number}, {title}",
        "{person} has approved for {step}. Others are still asked." + _ABOUT + _REASON,
        "Proposal #{number} approved for {step}",
        "By {person}.\n{reason}",
    ),
    "proposal.approved": (
        "A proposal is fully approved",
        "Fully approved: proposal #{number}, {title}",
        "Everybody has approved, and the catalogue is changed. The last approval was by {person}." + _ABOUT + _REASON,
        "Proposal #{number} is fully approved",
        "By {person}.\n{reason}",
    ),
    "proposal.rejected": (
        "A proposal was rejected",
        "Rejected: proposal #{number}, {title}",
        "{person} has rejected the proposal for {step}. Its maker can revise it." + _ABOUT + _REASON,
        "Proposal #{number} was rejected for {step}",
        "By {person}.\n{reason}",
    ),
    "proposal.cancelled": (
        "A proposal was cancelled",
        "Cancelled: proposal #{number}, {title}",
        "{person} has cancelled the proposal. Nothing is left to decide." + _ABOUT + _REASON,
        "{person} cancelled proposal #{number}",
        "{reason}",
    ),
    "proposal.timed_out": (
        "A proposal timed out",
        "Timed out: proposal #{number}, {title}",
        "Nobody has acted on the proposal for {days} days, so it is closed. It can be proposed again." + _ABOUT,
        "Proposal #{number} timed out",
        "No action for {days} days.",
    ),
    "proposal.reminded": (
        "A reminder before a proposal times out",
        "Reminder: proposal #{number} times out on {due}",
        "The proposal waits for its approvers. Without any action it is closed on {due}." + _ABOUT,
        "Reminder: proposal #{number}, {title}",
        "Times out {due}.",
    ),
    "proposal.sent_back": (
        "A proposal was sent back",
        "Sent back: proposal #{number}, {title}",
        "The catalogue has changed since this was proposed, so it was not approved. Its maker can revise it.\n{why}"
        + _ABOUT,
        "Proposal #{number} was sent back",
        "{why}",
    ),
    "proposal.failed": (
        "An approved proposal could not be carried out",
        "Failed: proposal #{number}, {title}",
        "The last approval could not change the catalogue. Nothing of it stays, and it can be retried.\n{why}" + _ABOUT,
        "Proposal #{number} could not be carried out",
        "{why}",
    ),
    "proposal.commented": (
        "Somebody commented on a proposal",
        "{person} commented on proposal #{number}",
        "{person} wrote:\n\n{comment}" + _ABOUT,
        "{person} commented on proposal #{number}",
        "{comment}",
    ),
    "proposal.unattended": (
        "A proposal has nobody to approve it",
        "Nobody can approve: proposal #{number}, {step}",
        "Too few people are left who may approve for {step}. Please give somebody the involvement or the role."
        + _ABOUT,
        "Nobody can approve proposal #{number} for {step}",
        "",
    ),
}
