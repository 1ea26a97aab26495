"""Who hears of what, from the proposal to the notice."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.audit.events import Event
from accounts.models import AuditEntry
from flows.models import ProposedFlow
from flows.proposals.services.act import (
    proposal_approve,
    proposal_cancel,
    proposal_comment,
    proposal_reject,
    proposal_watch,
)
from flows.proposals.services.resubmit import proposal_resubmit
from flows.proposals.services.timeouts import proposals_sweep, unattended_sweep
from notifications.models import InboxItem, OutboxEvent
from notifications.planning import plan
from notifications.recipients import RULES, Around, told
from tests.factories.flows import involve
from tests.flows.proposals.world import World


def reject(world: World, proposal: ProposedFlow) -> None:
    proposal_reject(proposal_id=proposal.id, actor=world.acme.ravi, reason="No")


def revise(world: World, proposal: ProposedFlow) -> None:
    reject(world, proposal)
    proposal_resubmit(proposal_id=proposal.id, actor=world.acme.asha, flow_def=world.command())


def sweep(days: int) -> Callable[[World, ProposedFlow], None]:
    def act(world: World, proposal: ProposedFlow) -> None:
        proposals_sweep(organisation_id=proposal.organisation_id, at=timezone.now() + timedelta(days=days))

    return act


def leave(world: World, proposal: ProposedFlow) -> None:
    world.acme.meera.is_active = False
    world.acme.meera.save(update_fields=["is_active"])
    unattended_sweep(organisation_id=proposal.organisation_id, at=timezone.now())


def retire(world: World, proposal: ProposedFlow) -> None:
    world.ledger.lifecycle_status = "RETIRED"
    world.ledger.save(update_fields=["lifecycle_status"])
    world.approve_both(proposal)


CASES: dict[str, tuple[Callable[[World, ProposedFlow], object], dict[str, str]]] = {
    "proposal.created": (lambda world, proposal: None, {"ravi": "", "meera": ""}),
    "proposal.side_approved": (
        lambda w, p: proposal_approve(proposal_id=p.id, actor=w.acme.ravi),
        {"asha": "", "omar": "watching"},
    ),
    "proposal.approved": (lambda w, p: w.approve_both(p), {"asha": "", "omar": "watching"}),
    "proposal.rejected": (reject, {"asha": "", "omar": "watching"}),
    "proposal.cancelled": (
        lambda w, p: proposal_cancel(proposal_id=p.id, actor=w.acme.asha),
        {"ravi": "", "meera": "", "omar": "watching"},
    ),
    "proposal.resubmitted": (revise, {"ravi": "", "meera": ""}),
    "proposal.timed_out": (sweep(31), {"asha": "", "ravi": "", "meera": "", "omar": "watching"}),
    "proposal.reminded": (sweep(28), {"asha": "", "ravi": "", "meera": ""}),
    "proposal.sent_back": (retire, {"asha": "", "omar": "watching"}),
    "proposal.commented": (
        lambda w, p: proposal_comment(proposal_id=p.id, actor=w.acme.meera, text="Why?"),
        {"asha": "", "ravi": "", "omar": "watching"},
    ),
    "proposal.unattended": (leave, {"tess": ""}),
}


def fact(kind: str, proposal_id: UUID) -> tuple[Event, UUID | None]:
    entry = AuditEntry.objects.filter(kind=kind, subject_id=proposal_id).latest("at", "id")
    return Event.kinds()[kind].model_validate({**entry.payload, "subject_id": entry.subject_id}), entry.actor_id


@pytest.mark.parametrize("kind", CASES)
def test_who_is_told(world: World, kind: str) -> None:
    proposal = world.propose()
    proposal_watch(proposal_id=proposal.id, actor=world.acme.omar)
    act, expected = CASES[kind]
    act(world, proposal)
    event, actor_id = fact(kind, proposal.id)
    names = {getattr(person, "id", None): name for name, person in vars(world.acme).items()}
    found = {names[one.member_id]: "watching" if one.watching else "" for one in told(event, actor_id, Around())}
    assert found == expected


def test_every_kind_has_a_case() -> None:
    elsewhere = {"proposal.failed"}  # tests/flows/proposals/test_failure.py
    assert {kind for kind in RULES if kind.startswith("proposal.")} == {*CASES, *elsewhere}


def test_the_last_approval_is_told_once(world: World) -> None:
    proposal = world.propose()
    world.approve_both(proposal)
    event, actor_id = fact("proposal.side_approved", proposal.id)
    assert told(event, actor_id, Around()) == []


def test_notices_lead_to_the_proposal_and_are_read_by_acting(world: World) -> None:
    acme, proposal = world.acme, world.propose()
    involve(acme.hari, world.orders)
    proposal_approve(proposal_id=proposal.id, actor=acme.ravi)
    plan(acme.organisation, list(OutboxEvent.objects.order_by("seq")))
    asked = InboxItem.objects.get(recipient=acme.meera)
    assert asked.path == f"/flows/proposals/{proposal.id}/"
    assert asked.title == "To approve: proposal #1, create Orders → Ledger"
    assert asked.read_at is None
    assert InboxItem.objects.get(recipient=acme.ravi).read_at is not None
    assert InboxItem.objects.get(recipient=acme.asha).title == "Proposal #1 approved for Source (Orders)"
