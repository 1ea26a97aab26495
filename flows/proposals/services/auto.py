"""Approvals that the product gives by itself: for external actors, where the organisation's policy says so."""

from datetime import datetime
from typing import Final

from accounts.audit.record import SYSTEM
from flows.models import Anchor, CatalogueEntity, Decision, VotePolicy
from flows.proposals.services.acting import Acted, Held, Voting, again
from flows.proposals.services.approving import approve
from flows.proposals.states import Action, Rights, decide

REASON: Final = "Auto approved for external actor"


def approve_external(held: Held, *, at: datetime) -> Acted | None:
    """Approve every open side whose end is an external actor, the source before the target; None when there is none.

    With both ends external nobody is asked at all.
    """
    if not held.settings.auto_approve_external_actors:
        return None
    external = _external_slots(held)
    if not external:
        return None
    rights = Rights(approve=frozenset(external), one_side_only=False)
    step = decide(held.situation.standing, Action.APPROVE, rights)
    policy = VotePolicy.EXTERNAL_ACTOR.value
    voting = Voting(Decision.APPROVE, None, SYSTEM.actor_label, REASON, at, dict.fromkeys(step.voted, policy))
    return approve(again(held), step, voting, by=SYSTEM)


def _external_slots(held: Held) -> list[object]:
    """The open approvals of ends outside of the company; a quorum of several people is not met by the product."""
    rows = [
        row
        for row in held.situation.approvals
        if row.slot.is_pending and row.anchor in (Anchor.SOURCE, Anchor.TARGET) and row.quorum == 1
    ]
    outside = CatalogueEntity.objects.filter(
        organisation_id=held.proposal.organisation_id, id__in=[row.entity_id for row in rows], is_external=True
    ).values_list("id", flat=True)
    return [row.id for row in rows if row.entity_id in set(outside)]
