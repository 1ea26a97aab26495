"""Who speaks for a side: involvements, roles, owners of data types, quorums, and sides of the organisation's own."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from flows.configuration import side_save
from flows.models import ApprovalSide, Involvement, SideKind
from flows.proposals.selectors import approvers, my_permissions, pending_count, pending_of
from flows.proposals.services.act import proposal_approve, proposal_reject
from flows.proposals.services.acting import Outcome
from flows.proposals.services.timeouts import unattended_sweep
from flows.proposals.states import GuardFailed
from tests.factories.flows import involve, own_type, speak_by_role
from tests.flows.proposals.world import World, kinds_of, states_of
from workflows.models import EntityStateKind
from workflows.services.tracking import StateKept, state_remove


def add_side(world: World, **values: Any) -> ApprovalSide:
    row = ApprovalSide(organisation=world.acme.organisation)
    return side_save(actor=world.acme.tess, row=row, values={"position": 30, "quorum": 1, **values})


def names(world: World, side: str) -> dict[str, tuple[bool, bool]]:
    """Who is listed for the side, and what they may."""
    found = next(one for one in approvers(world.propose()) if one.approval.side_code == side)
    return {person.name: (person.may_approve, person.may_reject) for person in found.people}


def test_lists_name_who_may_and_only_who_is_active(world: World) -> None:
    acme = world.acme
    involve(acme.hari, world.ledger, kind="CONTACT")
    involve(acme.hema, world.ledger, kind="FLOW_APPROVER")
    involve(acme.farid, world.ledger)
    acme.farid.is_active = False
    acme.farid.save(update_fields=["is_active"])
    speak_by_role(acme.omar, "target", may_approve=False)
    assert names(world, "target") == {"Hema": (True, True), "Meera": (True, True), "Omar": (False, True)}


def test_approving_and_rejecting_are_two_rights(world: World) -> None:
    acme = world.acme
    speak_by_role(acme.omar, "target", "Watchdog", may_approve=False)
    speak_by_role(acme.hari, "target", "Stamp", may_reject=False)
    proposal = world.propose()
    with pytest.raises(GuardFailed, match="you may reject, but not approve"):
        proposal_approve(proposal_id=proposal.id, actor=acme.omar)
    with pytest.raises(GuardFailed):
        proposal_reject(proposal_id=proposal.id, actor=acme.hari, reason="No")
    assert {proposal in pending_of(person) for person in (acme.omar, acme.hari)} == {True}
    assert proposal_reject(proposal_id=proposal.id, actor=acme.omar, reason="No").proposal.state == "TARGET_REJECTED"


def test_a_kind_of_involvement_may_speak_for_one_kind_of_end_only(world: World) -> None:
    SideKind.objects.filter(side__code="target", involvement_kind__code="OWNER").update(entity_kind="actor")
    assert names(world, "target") == {}
    SideKind.objects.filter(side__code="target", involvement_kind__code="OWNER").update(entity_kind="application")
    involved = my_permissions(world.acme.meera, world.propose("PARTY", flowAttributes=other(world)))
    assert involved.approve


def other(world: World) -> dict[str, Any]:
    return {**world.command()["flowAttributes"], "name": "another"}


def test_a_quorum_of_two(world: World) -> None:
    acme = world.acme
    involve(acme.hari, world.orders)
    ApprovalSide.objects.filter(code="source").update(quorum=2)
    proposal = world.propose()
    assert proposal_approve(proposal_id=proposal.id, actor=acme.ravi).outcome is Outcome.VOTED
    with pytest.raises(GuardFailed, match="already"):
        proposal_approve(proposal_id=proposal.id, actor=acme.ravi)
    assert pending_count(acme.ravi) == 0
    assert proposal_approve(proposal_id=proposal.id, actor=acme.hari).proposal.state == "SOURCE_APPROVED"
    assert proposal_approve(proposal_id=proposal.id, actor=acme.meera).proposal.state == "FULLY_APPROVED"


def test_owners_of_data_types_are_a_side_of_their_own(world: World) -> None:
    acme = world.acme
    add_side(world, code="data_owner", name="Data owner", anchor="data_type")
    own_type(acme.fiona, world.types["TRADE"])
    own_type(acme.fritz, world.types["PARTY"])
    proposal = world.propose("TRADE")
    assert [list(pending_of(person)) for person in (acme.fiona, acme.fritz)] == [[proposal], []]
    proposal_approve(proposal_id=proposal.id, actor=acme.fiona)
    assert world.approve_both(proposal).state == "FULLY_APPROVED"
    assert states_of(proposal.id)[2:] == ["DATA_OWNER_APPROVED", "SOURCE_APPROVED", "FULLY_APPROVED"]


def test_a_side_of_roles_rejects_into_its_own_state(world: World) -> None:
    add_side(world, code="legal", name="Legal", anchor="none")
    speak_by_role(world.acme.omar, "legal")
    proposal = world.propose()
    acted = proposal_reject(proposal_id=proposal.id, actor=world.acme.omar, reason="Not lawful")
    assert (acted.proposal.state, acted.proposal.is_open) == ("LEGAL_REJECTED", False)
    assert my_permissions(world.acme.asha, acted.proposal).resubmit


def change_side(world: World, code: str, **values: Any) -> None:
    side_save(actor=world.acme.tess, row=ApprovalSide.objects.get(code=code), values=values)


def test_whom_an_open_proposal_asks_stays_as_it_was_asked(world: World) -> None:
    acme = world.acme
    add_side(world, code="data_owner", name="Data owner", anchor="data_type")
    add_side(world, code="legal", name="Legal", anchor="none")
    own_type(acme.fiona, world.types["TRADE"])
    speak_by_role(acme.omar, "legal")
    proposal = world.propose("TRADE")
    change_side(world, "data_owner", anchor="none")
    change_side(world, "legal", anchor="data_type")
    sides = {one.approval.side_code: [person.name for person in one.people] for one in approvers(proposal)}
    assert (sides["data_owner"], sides["legal"]) == (["Fiona"], ["Omar"])
    assert list(pending_of(acme.fiona)) == [proposal]
    assert unattended_sweep(organisation_id=acme.organisation.id, at=timezone.now()) == 0
    proposal_approve(proposal_id=proposal.id, actor=acme.fiona)
    proposal_approve(proposal_id=proposal.id, actor=acme.omar)
    assert world.approve_both(proposal).state == "FULLY_APPROVED"
    later = world.propose("TRADE", flowAttributes=other(world))
    sides = {one.approval.side_code: [person.name for person in one.people] for one in approvers(later)}
    assert (sides["data_owner"], sides["legal"]) == ([], ["Fiona", "Omar"])


def test_the_states_and_the_order_of_an_open_proposal_stay_as_they_were_asked(world: World) -> None:
    acme = world.acme
    add_side(world, code="legal", name="Legal", anchor="none")
    speak_by_role(acme.omar, "legal")
    first, second = world.propose(), world.propose(flowAttributes=other(world))
    states = {"approved_state": "TARGET_APPROVED", "rejected_state": "TARGET_REJECTED"}
    change_side(world, "legal", position=0, **states)
    assert [one.approval.side_code for one in approvers(first)] == ["source", "target", "legal"]
    for code in ("LEGAL_APPROVED", "LEGAL_REJECTED"):
        with pytest.raises(StateKept):
            state_remove(actor=acme.tess, row=EntityStateKind.objects.select_related("workflow").get(code=code))
    assert proposal_approve(proposal_id=first.id, actor=acme.omar).proposal.state == "LEGAL_APPROVED"
    acted = proposal_reject(proposal_id=second.id, actor=acme.omar, reason="Not lawful")
    assert acted.proposal.state == "LEGAL_REJECTED"
    later = world.propose(flowAttributes={**other(world), "name": "third"})
    assert [one.approval.side_code for one in approvers(later)] == ["legal", "source", "target"]
    assert proposal_approve(proposal_id=later.id, actor=acme.omar).proposal.state == "TARGET_APPROVED"


def test_pending_lists_counts_and_permissions_agree(world: World) -> None:
    acme = world.acme
    involve(acme.ravi, world.ledger)
    proposals = [world.propose(), world.propose(flowAttributes=other(world), maker=acme.ravi)]
    proposal_approve(proposal_id=proposals[0].id, actor=acme.meera)
    for person in (acme.asha, acme.ravi, acme.meera, acme.hema, acme.tess):
        waiting = set(pending_of(person))
        assert pending_count(person) == len(waiting)
        for proposal in proposals:
            proposal.refresh_from_db()
            assert my_permissions(person, proposal).approve == (proposal in waiting), person.name


def test_permissions_take_the_same_queries_for_any_number_of_sides(world: World) -> None:
    acme, proposal = world.acme, world.propose()
    with CaptureQueriesContext(
        connection,
    ) as before:
        my_permissions(acme.ravi, proposal)
    for number in range(5):
        add_side(world, code=f"side_{number}", name=f"Side {number}", anchor="none")
    many = world.propose(flowAttributes=other(world))
    with CaptureQueriesContext(connection) as after:
        my_permissions(acme.ravi, many)
    assert len(after) == len(before) <= 5


def test_admins_are_told_once_when_nobody_is_left(world: World) -> None:
    acme, proposal = world.acme, world.propose()
    own = acme.organisation.id
    assert unattended_sweep(organisation_id=own, at=timezone.now()) == 0
    acme.meera.is_active = False
    acme.meera.save(update_fields=["is_active"])
    told = [unattended_sweep(organisation_id=own, at=timezone.now()) for _ in range(2)]
    assert told == [1, 0]
    involve(acme.hari, world.ledger)
    unattended_sweep(organisation_id=own, at=timezone.now())
    Involvement.objects.filter(member=acme.hari).delete()
    assert unattended_sweep(organisation_id=own, at=timezone.now()) == 1
    assert kinds_of(proposal.id).count("proposal.unattended") == 2


def test_who_approved_one_side_does_not_attend_the_other(world: World) -> None:
    acme = world.acme
    involve(acme.ravi, world.ledger)
    proposal = world.propose()
    acme.meera.is_active = False
    acme.meera.save(update_fields=["is_active"])
    assert unattended_sweep(organisation_id=acme.organisation.id, at=timezone.now()) == 0
    proposal_approve(proposal_id=proposal.id, actor=acme.ravi)
    assert kinds_of(proposal.id)[-1] == "proposal.unattended"
