"""Four eyes where somebody stands in: through a substitute nobody decides what they could not, and no voice counts twice.

The doors are those of ``test_four_eyes_everywhere``.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Absence, Membership
from accounts.services.absences import absence_end
from flows.models import ApprovalSide, Vote
from flows.proposals.selectors import my_permissions, pending_count, pending_of
from flows.proposals.services.act import proposal_approve, proposal_reject, proposal_retry
from flows.proposals.services.resubmit import proposal_resubmit
from flows.proposals.states import GuardFailed
from tests.accounts.clients import signed_in
from tests.cast import Acme
from tests.factories.accounts import be_away
from tests.factories.flows import allow, involve, speak_by_role
from tests.flows.proposals.world import World, make_world
from tests.flows.test_four_eyes_everywhere import DOORS, NOT_MINE, ONLY_REJECT, Case

NOT_FOR_OTHERS = "You proposed this yourself, so you do not approve it on behalf of somebody else either."
NOT_FOR_THE_MAKER = "Ravi proposed this, so nobody approves it on their behalf."
ANOTHER = "a different person must approve this one."


@pytest.fixture
def world(acme: Acme) -> World:
    """Outside of any scope, so that requests open their own."""
    with acme.scope():
        return make_world(acme)


def away(member: Membership, substitute: Membership, *, begins: int = -1, **more: Any) -> Absence:
    """From yesterday on, for a week."""
    first = timezone.localdate() + timedelta(days=begins)
    return be_away(member, first, first + timedelta(days=7), substitute, **more)


def two_for_the_source() -> None:
    ApprovalSide.objects.filter(code="source").update(quorum=2)


def maker_stands_in(world: World) -> Case:
    away(world.acme.ravi, world.acme.asha)
    return Case(world.propose(), world.acme.asha, NOT_FOR_OTHERS)


def maker_stands_in_where_makers_may(world: World) -> Case:
    allow(world.acme.organisation, maker_may_approve=True)
    return maker_stands_in(world)


def for_the_maker(world: World) -> Case:
    away(world.acme.ravi, world.acme.farid)
    return Case(world.propose(maker=world.acme.ravi), world.acme.farid, NOT_FOR_THE_MAKER)


def for_the_maker_where_makers_may(world: World) -> Case:
    allow(world.acme.organisation, maker_may_approve=True)
    return for_the_maker(world)


def for_the_maker_after_revising(world: World) -> Case:
    acme, case = world.acme, for_the_maker(world)
    proposal_reject(proposal_id=case.proposal.id, actor=acme.meera, reason="No")
    proposal_resubmit(proposal_id=case.proposal.id, actor=acme.ravi, flow_def=world.command("PARTY"))
    return case


def two_sides_for_two_people(world: World) -> Case:
    acme, proposal = world.acme, world.propose()
    for person in (acme.ravi, acme.meera):
        away(person, acme.farid)
    proposal_approve(proposal_id=proposal.id, actor=acme.farid, side="source")
    return Case(proposal, acme.farid, f"You have approved another side on behalf of Ravi; {ANOTHER}", "target")


def own_side_and_another_for_somebody(world: World) -> Case:
    acme, proposal = world.acme, world.propose()
    away(acme.ravi, acme.meera)
    proposal_approve(proposal_id=proposal.id, actor=acme.meera)
    assert Vote.objects.get().approval.side_code == "target", "what is their own comes first"
    return Case(proposal, acme.meera, f"You have approved another side; {ANOTHER}", "source")


def other_side_of_the_absent(world: World) -> Case:
    acme, proposal = world.acme, world.propose()
    involve(acme.ravi, world.ledger)
    away(acme.ravi, acme.farid)
    proposal_approve(proposal_id=proposal.id, actor=acme.ravi, side="source")
    return Case(proposal, acme.farid, f"Ravi has approved another side; {ANOTHER}", "target")


def other_side_after_the_substitute(world: World) -> Case:
    acme, proposal = world.acme, world.propose()
    involve(acme.ravi, world.ledger)
    away(acme.ravi, acme.farid)
    proposal_approve(proposal_id=proposal.id, actor=acme.farid, side="source")
    return Case(proposal, acme.ravi, f"Farid has approved another side on your behalf; {ANOTHER}", "target")


def same_side_as_the_absent(world: World) -> Case:
    two_for_the_source()
    acme, proposal = world.acme, world.propose()
    away(acme.ravi, acme.farid)
    proposal_approve(proposal_id=proposal.id, actor=acme.ravi)
    return Case(proposal, acme.farid, "Ravi has approved the side Source (Orders) already.", "source")


def same_side_as_the_substitute(world: World) -> Case:
    two_for_the_source()
    acme, proposal = world.acme, world.propose()
    away(acme.ravi, acme.farid)
    proposal_approve(proposal_id=proposal.id, actor=acme.farid)
    return Case(proposal, acme.ravi, "Farid has approved the side Source (Orders) already on your behalf.", "source")


def same_side_for_themselves_and_for_somebody(world: World) -> Case:
    two_for_the_source()
    acme, proposal = world.acme, world.propose()
    involve(acme.farid, world.orders)
    away(acme.ravi, acme.farid)
    proposal_approve(proposal_id=proposal.id, actor=acme.farid)
    assert Vote.objects.get().on_behalf_of is None, "who has a voice of their own uses that"
    return Case(proposal, acme.farid, "You have approved the side Source (Orders) already.", "source")


def same_side_for_two_people(world: World) -> Case:
    two_for_the_source()
    acme, proposal = world.acme, world.propose()
    involve(acme.hari, world.orders)
    for person in (acme.ravi, acme.hari):
        away(person, acme.farid)
    proposal_approve(proposal_id=proposal.id, actor=acme.farid)
    return Case(proposal, acme.farid, "You have approved the side Source (Orders) already on behalf of Hari.", "source")


def not_accepted(world: World) -> Case:
    away(world.acme.ravi, world.acme.farid, accepts=False)
    return Case(world.propose(), world.acme.farid, NOT_MINE)


def for_other_work(world: World) -> Case:
    absence = away(world.acme.ravi, world.acme.farid)
    Absence.objects.filter(id=absence.id).update(scope=["workflow:something"])
    return Case(world.propose(), world.acme.farid, NOT_MINE)


def not_begun(world: World) -> Case:
    away(world.acme.ravi, world.acme.farid, begins=2)
    return Case(world.propose(), world.acme.farid, NOT_MINE)


def back_early(world: World) -> Case:
    absence_end(actor=world.acme.ravi, absence_id=away(world.acme.ravi, world.acme.farid).id)
    return Case(world.propose(), world.acme.farid, NOT_MINE)


def a_chain(world: World) -> Case:
    acme = world.acme
    away(acme.ravi, acme.farid)
    away(acme.farid, acme.fiona)
    return Case(world.propose(), acme.fiona, NOT_MINE)


def for_whoever_has_left(world: World) -> Case:
    acme, proposal = world.acme, world.propose()
    away(acme.ravi, acme.farid)
    acme.ravi.user.is_active = False
    acme.ravi.user.save(update_fields=["is_active"])
    return Case(proposal, acme.farid, NOT_MINE)


def for_who_may_only_reject(world: World) -> Case:
    speak_by_role(world.acme.omar, "source", may_approve=False)
    away(world.acme.omar, world.acme.farid)
    return Case(world.propose(), world.acme.farid, ONLY_REJECT)


CASES: dict[str, Callable[[World], Case]] = {
    one.__name__: one
    for one in (
        *(maker_stands_in, maker_stands_in_where_makers_may),
        *(for_the_maker, for_the_maker_where_makers_may, for_the_maker_after_revising),
        *(two_sides_for_two_people, own_side_and_another_for_somebody),
        *(other_side_of_the_absent, other_side_after_the_substitute),
        *(same_side_as_the_absent, same_side_as_the_substitute),
        *(same_side_for_themselves_and_for_somebody, same_side_for_two_people),
        *(not_accepted, for_other_work, not_begun, back_early, a_chain, for_whoever_has_left, for_who_may_only_reject),
    )
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("case", CASES)
def test_no_door_lets_them_approve(world: World, case: str, door: str) -> None:
    with world.acme.scope():
        found = CASES[case](world)
        before = list(Vote.objects.order_by("id").values_list("id", flat=True))
    said = DOORS[door](found)
    assert found.why in said, said
    with found.scope():
        assert list(Vote.objects.order_by("id").values_list("id", flat=True)) == before
        permissions = my_permissions(found.person, found.proposal)
        assert not permissions.approve
        assert found.why in permissions.why_not["approve"]
        if found.why != ONLY_REJECT:
            assert (pending_count(found.person), list(pending_of(found.person))) == (0, [])


@pytest.mark.parametrize("case", ["maker_stands_in", "for_the_maker", "same_side_as_the_absent", "back_early"])
def test_a_retry_is_no_way_around(world: World, case: str) -> None:
    with world.acme.scope():
        found = CASES[case](world)
        before = Vote.objects.count()
        row = found.proposal
        row.refresh_from_db()
        vote = {"schema_version": 1, "member_id": str(found.person.id), "name": "X", "reason": "", "side": found.side}
        row.failed_vote, row.failure, row.failed_at = vote, "The disk was full.", timezone.now()
        row.save(update_fields=["failed_vote", "failure", "failed_at"])
        with pytest.raises(GuardFailed):
            proposal_retry(proposal_id=row.id, actor=found.person)
        assert Vote.objects.count() == before


@pytest.mark.parametrize("case", ["maker_stands_in", "for_the_maker"])
def test_nobody_rejects_for_the_maker_and_the_maker_for_nobody(world: World, case: str) -> None:
    with world.acme.scope():
        found = CASES[case](world)
        with pytest.raises(GuardFailed):
            proposal_reject(proposal_id=found.proposal.id, actor=found.person, reason="No")


def test_the_administration_has_no_door(world: World) -> None:
    with world.acme.scope():
        case = for_the_maker(world)
    values = {"proposal": case.proposal.id, "decision": "approve", "on_behalf_of": world.acme.ravi.id}
    assert signed_in(world.acme.tess).post("/admin/flows/vote/add/", values).status_code in (403, 404)
    with case.scope():
        assert not Vote.objects.exists()


def test_one_person_for_two_on_both_sides_where_the_policy_says_so(world: World) -> None:
    """One act is on behalf of one person, so it takes two; the second use of the policy is noted."""
    acme = world.acme
    with acme.scope():
        allow(acme.organisation, same_person_both_sides=True)
        proposal = world.propose()
        for person in (acme.ravi, acme.meera):
            away(person, acme.farid)
        states = [proposal_approve(proposal_id=proposal.id, actor=acme.farid).proposal.state for _ in range(2)]
        assert states == ["SOURCE_APPROVED", "FULLY_APPROVED"]
        votes = Vote.objects.order_by("at").values_list("member_name", "on_behalf_of_name", "policy")
        assert list(votes) == [("Farid", "Ravi", ""), ("Farid", "Meera", "same_person_both_sides")]
