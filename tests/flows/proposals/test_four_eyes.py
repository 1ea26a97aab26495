"""Four eyes, as services judge and as the database refuses; and the policies that open them, each use recorded."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Membership
from flows.models import Approval, ProposedFlow, Vote
from flows.proposals.selectors import my_permissions, pending_of
from flows.proposals.services.act import proposal_approve, proposal_reject, proposals_bulk
from flows.proposals.services.acting import Outcome
from flows.proposals.services.propose import proposal_create
from flows.proposals.services.resubmit import proposal_resubmit
from flows.proposals.states import GuardFailed
from tests.factories.flows import allow, involve, make_actor, speak_by_role
from tests.flows.proposals.world import World, states_of

OWN = "You proposed this yourself; others must approve it."
OTHER = "You have approved another side; a different person must approve this one."


def own_proposal(world: World) -> ProposedFlow:
    """Ravi proposes; he speaks for the source."""
    return world.propose(maker=world.acme.ravi)


def own_by_role(world: World) -> ProposedFlow:
    speak_by_role(world.acme.asha, "source")
    return world.propose()


def own_resubmitted(world: World) -> ProposedFlow:
    proposal = own_proposal(world)
    proposal_reject(proposal_id=proposal.id, actor=world.acme.meera, reason="No")
    proposal_resubmit(proposal_id=proposal.id, actor=world.acme.ravi, flow_def=world.command())
    proposal.refresh_from_db()
    return proposal


OWN_CASES: dict[str, tuple[Callable[[World], ProposedFlow], str]] = {
    "involved": (own_proposal, "ravi"),
    "by role": (own_by_role, "asha"),
    "resubmitted": (own_resubmitted, "ravi"),
}


@pytest.mark.parametrize("case", OWN_CASES)
def test_the_maker_approves_neither_alone_nor_in_bulk(world: World, case: str) -> None:
    make, name = OWN_CASES[case]
    proposal, maker = make(world), getattr(world.acme, name)
    permissions = my_permissions(maker, proposal)
    assert (permissions.approve, permissions.cancel) == (False, True)
    assert OWN in permissions.why_not["approve"]
    assert proposal not in pending_of(maker)
    with pytest.raises(GuardFailed) as refusal:
        proposal_approve(proposal_id=proposal.id, actor=maker)
    assert (refusal.value.status, refusal.value.code) == (403, "proposal.approve.denied")
    assert OWN in refusal.value.message
    (row,) = proposals_bulk(actor=maker, ids=[proposal.id], decision="approve")
    assert (row.ok, row.code) == (False, "proposal.approve.denied")
    assert not Vote.objects.filter(member=maker, revision=proposal.revision).exists()


@pytest.mark.parametrize("by_role", [False, True])
def test_one_person_does_not_approve_both_sides(world: World, by_role: bool) -> None:
    acme, proposal = world.acme, world.propose()
    speak_by_role(acme.ravi, "target") if by_role else involve(acme.ravi, world.ledger)
    proposal_approve(proposal_id=proposal.id, actor=acme.ravi)
    proposal.refresh_from_db()
    assert proposal.state == "SOURCE_APPROVED"
    assert proposal not in pending_of(acme.ravi)
    for side in (None, "target"):
        with pytest.raises(GuardFailed, match=OTHER):
            proposal_approve(proposal_id=proposal.id, actor=acme.ravi, side=side)
    assert my_permissions(acme.ravi, proposal).why_not["approve"].endswith(OTHER)


def insert(proposal: ProposedFlow, side: str, member: Membership, **more: Any) -> None:
    """A vote past the services."""
    approval = Approval.objects.get(proposal=proposal, side_code=side, revision=proposal.revision)
    values = {"decision": "approve", "revision": proposal.revision, "at": timezone.now(), "member_name": "X", **more}
    with transaction.atomic():
        Vote.objects.create(
            organisation_id=proposal.organisation_id, approval=approval, proposal=proposal, member=member, **values
        )


def test_the_database_refuses_what_four_eyes_refuse(world: World) -> None:
    acme, proposal = world.acme, own_proposal(world)
    with pytest.raises(IntegrityError, match="vote_not_the_maker"):
        insert(proposal, "source", acme.ravi, policy="maker_may_approve")
    insert(proposal, "source", acme.hema)
    with pytest.raises(IntegrityError, match="vote_one_side"):
        insert(proposal, "target", acme.hema, policy="same_person_both_sides")
    with pytest.raises(IntegrityError, match="vote_once"):
        insert(proposal, "source", acme.hema)
    with pytest.raises(IntegrityError, match="vote_external_actor"):
        insert(proposal, "target", acme.meera, policy="external_actor")
    with pytest.raises(IntegrityError, match="vote_of_its_approval"):
        insert(proposal, "target", acme.meera, revision=2)


def test_the_maker_approves_where_the_policy_says_so(world: World) -> None:
    allow(world.acme.organisation, maker_may_approve=True)
    proposal = own_proposal(world)
    assert my_permissions(world.acme.ravi, proposal).approve
    assert proposal in pending_of(world.acme.ravi)
    acted = proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi)
    assert acted.proposal.state == "SOURCE_APPROVED"
    assert Vote.objects.get().policy == "maker_may_approve"
    assert AuditEntry.objects.get(kind="proposal.side_approved").payload["policies"] == ["maker_may_approve"]


def test_one_person_approves_both_sides_where_the_policy_says_so(world: World) -> None:
    acme = world.acme
    allow(acme.organisation, same_person_both_sides=True)
    involve(acme.ravi, world.ledger)
    proposal = world.propose()
    acted = proposal_approve(proposal_id=proposal.id, actor=acme.ravi)
    assert acted.outcome is Outcome.FULLY_APPROVED
    assert states_of(proposal.id)[1:] == ["PENDING_APPROVALS", "SOURCE_APPROVED", "FULLY_APPROVED"]
    policies = Vote.objects.order_by("approval__side__position").values_list("policy", flat=True)
    assert list(policies) == ["", "same_person_both_sides"]
    assert AuditEntry.objects.get(kind="proposal.approved").payload["policies"] == ["same_person_both_sides"]


@pytest.mark.parametrize(("both", "state"), [(False, "TARGET_APPROVED"), (True, "FULLY_APPROVED")])
def test_external_actors_approve_by_themselves_where_the_policy_says_so(world: World, both: bool, state: str) -> None:
    acme = world.acme
    allow(acme.organisation, auto_approve_external_actors=True)
    exchange, vendor = make_actor(acme.organisation), make_actor(acme.organisation, "Vendor")
    source = vendor if both else world.orders
    command = world.command(target={"kind": "ACTOR", "id": str(exchange.id)})
    if both:
        ref = {"kind": "ACTOR", "id": str(source.id)}
        command = {**command, "source": ref, "specification": {**command["specification"], "owningEntity": ref}}
    proposal = proposal_create(actor=acme.asha, flow_def=command)
    assert proposal.state == state
    votes = Vote.objects.filter(proposal=proposal)
    assert {(vote.member, vote.policy, vote.member_name) for vote in votes} == {(None, "external_actor", "Countersign")}
    entry = AuditEntry.objects.filter(kind="proposal.side_approved").latest("at")
    assert (entry.actor_kind, entry.payload["policies"]) == ("system", ["external_actor"])


def test_without_the_policy_external_actors_wait_like_everybody(world: World) -> None:
    exchange = make_actor(world.acme.organisation)
    proposal = world.propose(target={"kind": "ACTOR", "id": str(exchange.id)})
    assert proposal.state == "PENDING_APPROVALS"
    assert Approval.objects.filter(proposal=proposal, unattended_at__isnull=False).count() == 1
