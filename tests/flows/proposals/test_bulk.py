"""Many decisions at once: each by itself."""

from uuid import uuid4

import pytest

from accounts.tenancy.errors import Invalid
from flows.models import DataType, ProposedFlow
from flows.proposals.services.act import proposal_approve, proposal_cancel, proposals_bulk
from tests.flows.proposals.world import World


def propose(world: World, number: int, code: str = "TRADE") -> ProposedFlow:
    return world.propose(code, flowAttributes={**world.command()["flowAttributes"], "name": f"file {number}"})


def test_each_row_has_its_own_result(world: World) -> None:
    acme = world.acme
    fine, closed, own = propose(world, 1), propose(world, 2), world.propose(maker=acme.ravi)
    late = propose(world, 4, "PARTY")
    proposal_cancel(proposal_id=closed.id, actor=acme.asha)
    proposal_approve(proposal_id=late.id, actor=acme.meera)
    DataType.objects.filter(code="PARTY").update(deprecated=True)
    missing = uuid4()
    ids = [fine.id, closed.id, own.id, missing, late.id, fine.id]
    rows = proposals_bulk(actor=acme.ravi, ids=ids, decision="approve", reason="Checked")
    assert [row.id for row in rows] == ids[:-1]
    assert [(row.ok, row.code) for row in rows] == [
        (True, "proposal.side_approved"),
        (False, "proposal.transition_unknown"),
        (False, "proposal.approve.denied"),
        (False, "proposal.not_found"),
        (False, "proposal.sent_back"),
    ]
    assert all(row.message for row in rows)
    states = {row.id: row.state for row in ProposedFlow.objects.all()}
    assert (states[fine.id], states[own.id], states[late.id]) == ("SOURCE_APPROVED", "PENDING_APPROVALS", "SENT_BACK")


def test_rejecting_many_needs_one_reason(world: World) -> None:
    ids = [propose(world, number).id for number in range(3)]
    with pytest.raises(Invalid):
        proposals_bulk(actor=world.acme.ravi, ids=ids, decision="reject")
    rows = proposals_bulk(actor=world.acme.ravi, ids=ids, decision="reject", reason="Not this year")
    assert {row.outcome for row in rows} == {"rejected"}


@pytest.mark.parametrize(("count", "decision"), [(0, "approve"), (501, "approve"), (1, "shred")])
def test_what_is_no_bulk_decision(world: World, count: int, decision: str) -> None:
    with pytest.raises(Invalid):
        proposals_bulk(actor=world.acme.ravi, ids=[uuid4() for _ in range(count)], decision=decision)
