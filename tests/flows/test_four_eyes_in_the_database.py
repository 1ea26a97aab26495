"""What the database refuses, whoever writes: votes that four eyes forbid, and changes of what was said."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership
from flows.models import Approval, ProposedFlow, Vote
from tests.cast import Acme
from tests.factories.flows import allow, ask, make_actor, make_entity, make_proposal, make_vote


@pytest.fixture
def proposal(acme: Acme) -> ProposedFlow:
    """Asha proposes a flow from an exchange, which is an external actor, to a ledger."""
    with acme.scope():
        source, target = make_actor(acme.organisation), make_entity(acme.organisation, "Ledger")
        return make_proposal(acme.asha, source, target)


def refused(name: str, proposal: ProposedFlow, member: Membership | None, side: str, **more: Any) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make_vote(proposal, member, side, **more)


@pytest.mark.parametrize("side", ["source", "target"])
def test_the_maker_approves_no_side(acme: Acme, proposal: ProposedFlow, side: str) -> None:
    with acme.scope():
        refused("vote_not_the_maker", proposal, acme.asha, side)
        refused("vote_not_the_maker", proposal, acme.asha, side, policy="maker_may_approve")
        allow(acme.organisation, same_person_both_sides=True, auto_approve_external_actors=True)
        refused("vote_not_the_maker", proposal, acme.asha, side)
        allow(acme.organisation, maker_may_approve=True)
        assert make_vote(proposal, acme.asha, side, policy="maker_may_approve").member_id == acme.asha.id


def test_one_person_approves_one_side(acme: Acme, proposal: ProposedFlow) -> None:
    with acme.scope():
        make_vote(proposal, acme.ravi, "source")
        refused("vote_one_side", proposal, acme.ravi, "target")
        allow(acme.organisation, maker_may_approve=True)
        refused("vote_one_side", proposal, acme.ravi, "target")
        make_vote(proposal, acme.meera, "target")
        allow(acme.organisation, same_person_both_sides=True)
        make_vote(proposal, acme.ravi, "target", policy="same_person_both_sides")
        assert Vote.objects.filter(member=acme.ravi, decision="approve").count() == 2


def test_who_approved_one_side_may_reject_the_other(acme: Acme, proposal: ProposedFlow) -> None:
    with acme.scope():
        make_vote(proposal, acme.ravi, "source")
        make_vote(proposal, acme.ravi, "target", decision="reject", reason="Not with this ledger")
        assert Vote.objects.filter(member=acme.ravi).count() == 2


def test_a_new_revision_asks_everybody_anew(acme: Acme, proposal: ProposedFlow) -> None:
    with acme.scope():
        make_vote(proposal, acme.ravi, "source")
        proposal.revision = 2
        proposal.save(update_fields=["revision"])
        ask(proposal)
        make_vote(proposal, acme.ravi, "target")
        refused("vote_one_side", proposal, acme.ravi, "source")
        assert list(Vote.objects.order_by("revision").values_list("revision", flat=True)) == [1, 2]


def test_the_product_approves_for_external_actors_only_where_the_policy_says_so(
    acme: Acme, proposal: ProposedFlow
) -> None:
    with acme.scope():
        refused("vote_external_actor", proposal, None, "source", policy="external_actor")
        refused("vote_of_somebody", proposal, None, "source")
        allow(acme.organisation, auto_approve_external_actors=True)
        make_vote(proposal, None, "source", policy="external_actor")
        assert Vote.objects.get().member_id is None
        refused("vote_once", proposal, None, "source", policy="external_actor")


def test_a_vote_is_given_once_with_a_reason_where_it_rejects(acme: Acme, proposal: ProposedFlow) -> None:
    with acme.scope():
        refused("vote_rejects_with_reason", proposal, acme.ravi, "source", decision="reject")
        make_vote(proposal, acme.ravi, "source")
        refused("vote_once", proposal, acme.ravi, "source")


def test_a_vote_belongs_to_the_approval_and_the_revision_of_its_proposal(acme: Acme, proposal: ProposedFlow) -> None:
    with acme.scope():
        other = make_proposal(acme.asha, proposal.target, proposal.source)
        approval = Approval.objects.get(proposal=other, side_code="source")
        with pytest.raises(IntegrityError, match="vote_of_its_approval"), transaction.atomic():
            Vote.objects.create(
                organisation=acme.organisation,
                approval=approval,
                proposal=proposal,
                revision=1,
                member=acme.ravi,
                member_name="Ravi",
                decision="approve",
                at=proposal.acted_at,
            )
        ProposedFlow.objects.filter(id=proposal.id).update(revision=2)
        old = {"organisation": acme.organisation, "proposal": proposal, "revision": 1, "member": acme.ravi}
        approval = Approval.objects.get(proposal=proposal, side_code="source")
        with pytest.raises(IntegrityError, match="vote_of_its_approval"), transaction.atomic():
            Vote.objects.create(**old, approval=approval, member_name="Ravi", decision="approve", at=proposal.acted_at)


def test_votes_stay_as_they_were_given(acme: Acme, proposal: ProposedFlow) -> None:
    with acme.scope():
        make_vote(proposal, acme.ravi, "source")
        for change in (lambda: Vote.objects.update(decision="reject"), lambda: Vote.objects.all().delete()):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                change()


def test_a_proposal_keeps_its_maker_and_is_never_deleted(acme: Acme, proposal: ProposedFlow) -> None:
    with acme.scope():
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            ProposedFlow.objects.filter(id=proposal.id).update(maker=acme.ravi)
        Approval.objects.all().delete()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            proposal.delete()


def test_two_open_proposals_of_one_identity_are_refused(acme: Acme, proposal: ProposedFlow) -> None:
    ends = (acme.asha, proposal.source, proposal.target)
    with acme.scope():
        with pytest.raises(IntegrityError, match="proposedflow_one_open"), transaction.atomic():
            make_proposal(*ends, identity=proposal.identity)
        ended: dict[str, Any] = {"identity": proposal.identity, "state": "CANCELLED", "is_open": False}
        make_proposal(*ends, **ended)
        ProposedFlow.objects.filter(id=proposal.id).update(state="TIMED_OUT", is_open=False)
        make_proposal(*ends, identity=proposal.identity, number=9)
        assert ProposedFlow.objects.filter(identity=proposal.identity, is_open=True).count() == 1


@pytest.mark.parametrize(("state", "is_open"), [("CANCELLED", True), ("SENT_BACK", True), ("SOURCE_APPROVED", False)])
def test_the_open_mark_agrees_with_the_state(acme: Acme, proposal: ProposedFlow, state: str, is_open: bool) -> None:
    with acme.scope(), pytest.raises(IntegrityError, match="proposedflow_"), transaction.atomic():
        ProposedFlow.objects.filter(id=proposal.id).update(state=state, is_open=is_open)


def test_the_state_of_an_instance_changes_by_its_transition_only(acme: Acme, proposal: ProposedFlow) -> None:
    with pytest.raises(AttributeError):
        proposal.state = "FULLY_APPROVED"
    proposal.advance("SOURCE_APPROVED")
    assert proposal.state == "SOURCE_APPROVED"
    with acme.scope():
        proposal.refresh_from_db()
    assert proposal.state == "PENDING_APPROVALS"


def test_no_side_is_approved_without_the_votes_that_it_needs(acme: Acme, proposal: ProposedFlow) -> None:
    done = {"status": "approved", "is_asked": False, "decided_at": timezone.now()}
    with acme.scope():
        side = Approval.objects.filter(proposal=proposal, side_code="target")
        side.update(quorum=2)
        for person in (acme.ravi, acme.meera):
            with pytest.raises(IntegrityError, match="approval_counted"), transaction.atomic():
                side.update(**done)
            make_vote(proposal, person, "target")
        assert side.update(**done) == 1


def test_only_what_is_pending_is_asked(acme: Acme, proposal: ProposedFlow) -> None:
    with acme.scope():
        side = Approval.objects.filter(proposal=proposal, side_code="source")
        with pytest.raises(IntegrityError, match="approval_asked"), transaction.atomic():
            side.update(status="rejected", decided_at=timezone.now())
