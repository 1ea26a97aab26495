"""Talk about a proposal and follow it. Everybody of the organisation may; nothing here changes where it stands."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from flows import policies
from flows.events import ProposalCommented, ProposalWatched
from flows.models import ProposalComment, ProposalWatcher
from flows.proposals.selectors.doors import access_proposal
from flows.proposals.selectors.standing import situation_of
from flows.proposals.services.acting import Held, TextInvalid, clean_text, event_facts
from flows.setup import settings_of

MAX_COMMENT: Final = 5_000


@transaction.atomic
def proposal_comment(*, proposal_id: UUID, actor: Membership, text: str, at: datetime | None = None) -> ProposalComment:
    """Write to the proposal; maker, approvers and followers are told. A comment does not put off the time limit.

    Raises ProposalNotFound, Denied (``proposal.comment.denied``), TextInvalid at ``text``.
    """
    held, moment = _looked_at(actor, proposal_id), at or timezone.now()
    policies.proposals.require(actor, "comment", held.proposal)
    said = clean_text(text, "text", most=MAX_COMMENT)
    if not said:
        raise TextInvalid({"text": ["Write something."]})
    comment: ProposalComment = ProposalComment.objects.create(
        organisation_id=actor.organisation_id,
        proposal_id=proposal_id,
        author_id=actor.id,
        author_name=actor.name,
        text=said,
        created_at=moment,
        created_by_id=actor.id,
        modified_at=moment,
        modified_by_id=actor.id,
    )
    event = ProposalCommented(
        **event_facts(held, moment), comment_id=comment.id, author_id=actor.id, author_name=actor.name, text=said
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return comment


def proposal_watch(*, proposal_id: UUID, actor: Membership, at: datetime | None = None) -> None:
    """Follow a proposal. Doing so twice changes nothing. Raises ProposalNotFound."""
    _follow(actor, proposal_id, at, wanted=True)


def proposal_unwatch(*, proposal_id: UUID, actor: Membership, at: datetime | None = None) -> None:
    """Stop following. Not having followed changes nothing. Raises ProposalNotFound."""
    _follow(actor, proposal_id, at, wanted=False)


@transaction.atomic
def _follow(actor: Membership, proposal_id: UUID, at: datetime | None, *, wanted: bool) -> None:
    held, moment = _looked_at(actor, proposal_id), at or timezone.now()
    policies.proposals.require(actor, "watch", held.proposal)
    own = {"organisation_id": actor.organisation_id, "proposal_id": proposal_id, "member_id": actor.id}
    if wanted:
        stamp = {"created_at": moment, "created_by_id": actor.id, "modified_at": moment, "modified_by_id": actor.id}
        _, changed = ProposalWatcher.objects.get_or_create(**own, defaults=stamp)
    else:
        gone, _ = ProposalWatcher.objects.filter(**own).delete()
        changed = gone > 0
    if changed:
        event = ProposalWatched(
            **event_facts(held, moment), member_id=actor.id, member_name=actor.name, is_watching=wanted
        )
        record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)


def _looked_at(actor: Membership, proposal_id: UUID) -> Held:
    """Not locked: what is written here does not depend on where the proposal stands."""
    row = access_proposal(actor, proposal_id)
    return Held(situation_of(row), settings_of(actor.organisation_id))
