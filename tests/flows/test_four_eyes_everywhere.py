"""Four eyes as one table: by whatever way somebody speaks for a side, at no door may they decide what others must.

The cases say how the person came to be asked; the doors are every way to approve. The rows of the database that refuse past all
doors are in ``test_four_eyes_in_the_database``.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Membership, MembershipRole
from accounts.tenancy.scope import organisation_scope
from flows.models import Approval, Involvement, ProposedFlow, SideRole, Vote
from flows.proposals.selectors import my_permissions, pending_count, pending_of
from flows.proposals.services.act import (
    proposal_approve,
    proposal_cancel,
    proposal_reject,
    proposal_retry,
    proposals_bulk,
)
from flows.proposals.services.resubmit import proposal_resubmit
from flows.proposals.states import GuardFailed
from tests.accounts.clients import program, signed_in
from tests.cast import Acme, Globex
from tests.factories.flows import allow, involve, own_type, speak_by_role
from tests.flows.proposals.test_sides import add_side
from tests.flows.proposals.world import World, make_world

OWN = "You proposed this yourself; others must approve it."
OTHER = "You have approved another side; a different person must approve this one."
NOT_MINE = "You do not speak for the side"
ONLY_REJECT = "you may reject, but not approve"
REST = "/api/v1/flows/proposals/"
PAGES = "/flows/proposals/"


@pytest.fixture
def world(acme: Acme) -> World:
    """Outside of any scope, so that requests open their own."""
    with acme.scope():
        return make_world(acme)


@dataclass(frozen=True)
class Case:
    """Who must not decide the proposal, and what they are told. ``side`` is the one that they try for; None: whichever."""

    proposal: ProposedFlow
    person: Membership
    why: str
    side: str | None = None

    def scope(self) -> AbstractContextManager[None]:
        return organisation_scope(self.person.organisation_id)


def share(speaking: SideRole, person: Membership) -> None:
    """Give the role to one more person."""
    MembershipRole.objects.create(organisation_id=person.organisation_id, membership=person, role_id=speaking.role_id)


def maker_involved(world: World) -> Case:
    return Case(world.propose(maker=world.acme.ravi), world.acme.ravi, OWN)


def maker_by_role(world: World) -> Case:
    """The role is held by several; that others hold it too gives the maker nothing."""
    share(speak_by_role(world.acme.asha, "source"), world.acme.omar)
    return Case(world.propose(), world.acme.asha, OWN)


def maker_by_data_type(world: World) -> Case:
    add_side(world, code="data_owner", name="Data owner", anchor="data_type")
    own_type(world.acme.asha, world.types["TRADE"])
    return Case(world.propose(), world.acme.asha, OWN, "data_owner")


def maker_after_revising(world: World) -> Case:
    acme, proposal = world.acme, world.propose(maker=world.acme.ravi)
    proposal_reject(proposal_id=proposal.id, actor=acme.meera, reason="No")
    proposal_resubmit(proposal_id=proposal.id, actor=acme.ravi, flow_def=world.command("PARTY"))
    return Case(proposal, acme.ravi, OWN)


def second_side_involved(world: World) -> Case:
    involve(world.acme.ravi, world.ledger)
    return half(world, "target")


def second_side_by_role(world: World) -> Case:
    """Ravi approved the source as its owner; for the target he would speak by a role that Omar holds too."""
    share(speak_by_role(world.acme.omar, "target"), world.acme.ravi)
    return half(world, "target")


def second_side_by_data_type(world: World) -> Case:
    add_side(world, code="data_owner", name="Data owner", anchor="data_type")
    own_type(world.acme.ravi, world.types["TRADE"])
    return half(world, "data_owner")


def half(world: World, side: str) -> Case:
    proposal = world.propose()
    proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi, side="source")
    return Case(proposal, world.acme.ravi, OTHER, side)


def lost_the_involvement(world: World) -> Case:
    proposal = world.propose()
    Involvement.objects.filter(member=world.acme.ravi).delete()
    return Case(proposal, world.acme.ravi, NOT_MINE)


def lost_the_role(world: World) -> Case:
    speak_by_role(world.acme.omar, "source", "Desk")
    proposal = world.propose()
    world.acme.omar.role_links.filter(role__name="Desk").delete()
    return Case(proposal, world.acme.omar, NOT_MINE)


def never_asked(world: World) -> Case:
    return Case(world.propose(), world.acme.hema, NOT_MINE)


def tenant_admin(world: World) -> Case:
    return Case(world.propose(), world.acme.tess, NOT_MINE)


def may_only_reject(world: World) -> Case:
    speak_by_role(world.acme.omar, "source", may_approve=False)
    return Case(world.propose(), world.acme.omar, ONLY_REJECT)


CASES: dict[str, Callable[[World], Case]] = {
    one.__name__: one
    for one in (
        *(maker_involved, maker_by_role, maker_by_data_type, maker_after_revising),
        *(second_side_involved, second_side_by_role, second_side_by_data_type),
        *(lost_the_involvement, lost_the_role, never_asked, tenant_admin, may_only_reject),
    )
}


def by_service(case: Case) -> str:
    with case.scope(), pytest.raises(GuardFailed) as refusal:
        proposal_approve(proposal_id=case.proposal.id, actor=case.person, side=case.side)
    assert (refusal.value.status, refusal.value.code) == (403, "proposal.approve.denied")
    return refusal.value.message


def by_bulk_service(case: Case) -> str:
    with case.scope():
        (row,) = proposals_bulk(actor=case.person, ids=[case.proposal.id], decision="approve")
    assert (row.ok, row.code) == (False, "proposal.approve.denied")
    return row.message


def by_page(case: Case) -> str:
    answer = signed_in(case.person).post(f"{PAGES}{case.proposal.id}/approve/", {"side": case.side or ""})
    assert answer.status_code == 403
    return answer.content.decode()


def by_bulk_page(case: Case) -> str:
    data = {"decision": "approve", "ids": [str(case.proposal.id)], "reason": ""}
    answer = signed_in(case.person).post(f"{PAGES}bulk/", data)
    assert answer.status_code == 200
    return str(answer.context["rows"][0]["message"])


def by_rest(case: Case) -> str:
    body = {"side": case.side} if case.side else {}
    answer = program(case.person).post(f"{REST}{case.proposal.id}/approve/", body, content_type="application/json")
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (403, "proposal.approve.denied"), problem
    return str(problem["detail"])


def by_bulk_rest(case: Case) -> str:
    body = {"decision": "approve", "ids": [str(case.proposal.id)]}
    answer = program(case.person).post(f"{REST}bulk/", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


DOORS: dict[str, Callable[[Case], str]] = {
    one.__name__: one for one in (by_service, by_bulk_service, by_page, by_bulk_page, by_rest, by_bulk_rest)
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("case", CASES)
def test_no_door_lets_them_approve(world: World, case: str, door: str) -> None:
    with world.acme.scope():
        found = CASES[case](world)
        before = list(Vote.objects.order_by("id").values_list("id", flat=True))
    assert found.why in DOORS[door](found)
    with found.scope():
        assert list(Vote.objects.order_by("id").values_list("id", flat=True)) == before
        found.proposal.refresh_from_db()
        permissions = my_permissions(found.person, found.proposal)
        assert (found.proposal.is_open, permissions.approve) == (True, False)
        assert found.why in permissions.why_not["approve"]
        if found.why != ONLY_REJECT:
            assert (pending_count(found.person), list(pending_of(found.person))) == (0, [])


@pytest.mark.parametrize("case", ["maker_involved", "maker_by_role", "second_side_involved", "second_side_by_role"])
def test_a_retry_is_no_way_around(world: World, case: str) -> None:
    """After a failure the maker may press the button, and it stays the vote of whoever gave it."""
    with world.acme.scope():
        found = CASES[case](world)
        proposal = ProposedFlow.objects.get(id=found.proposal.id)
        member = str(found.person.id)
        proposal.failed_vote = {"schema_version": 1, "member_id": member, "name": "X", "reason": "", "side": found.side}
        proposal.failure, proposal.failed_at = "The disk was full.", timezone.now()
        proposal.save(update_fields=["failed_vote", "failure", "failed_at"])
        with pytest.raises(GuardFailed, match=found.why):
            proposal_retry(proposal_id=proposal.id, actor=found.person)
        assert not Vote.objects.filter(member=found.person).exclude(approval__side__code="source").exists()


@pytest.mark.parametrize("model", ["vote", "proposedflow", "approval"])
def test_the_administration_has_no_door(world: World, model: str) -> None:
    with world.acme.scope():
        case = maker_involved(world)
        approval = Approval.objects.get(proposal=case.proposal, side_code="source")
    admin = signed_in(world.acme.tess)
    values = {"approval": approval.id, "proposal": case.proposal.id, "decision": "approve", "status": "approved"}
    for path in (f"/admin/flows/{model}/add/", f"/admin/flows/{model}/{case.proposal.id}/change/"):
        assert admin.post(path, values).status_code in (403, 404)
    with case.scope():
        approval.refresh_from_db()
        assert (approval.status, Vote.objects.count()) == ("pending", 0)


@pytest.mark.parametrize("of_login", [False, True])
def test_whoever_has_left_has_no_right_at_any_side(world: World, of_login: bool) -> None:
    acme = world.acme
    with acme.scope():
        proposal = world.propose(maker=acme.ravi)
        speak_by_role(acme.meera, "source")
        for person in (acme.meera, acme.ravi):
            row = person.user if of_login else person
            row.is_active = False
            row.save(update_fields=["is_active"])
        assert by_service(Case(proposal, acme.meera, "")).startswith(NOT_MINE)
        with pytest.raises(GuardFailed):
            proposal_reject(proposal_id=proposal.id, actor=acme.meera, reason="No")
        with pytest.raises(GuardFailed):
            proposal_cancel(proposal_id=proposal.id, actor=acme.ravi)
        assert (pending_count(acme.meera), list(pending_of(acme.meera))) == (0, [])
        assert not my_permissions(acme.meera, proposal).approve


@pytest.mark.parametrize("door", ["page", "rest"])
def test_to_another_organisation_it_is_not_there(world: World, globex: Globex, door: str) -> None:
    with world.acme.scope():
        proposal = world.propose()
    if door == "page":
        answer = signed_in(globex.gus).post(f"{PAGES}{proposal.id}/approve/", {})
    else:
        path = f"{REST}{proposal.id}/approve/"
        answer = program(globex.gus).post(path, {}, content_type="application/json")
    assert answer.status_code == 404


def test_the_holders_of_a_role_are_two_people(world: World) -> None:
    """One role speaks for both sides; each side needs another of its holders, and none of them may be the maker."""
    acme = world.acme
    with acme.scope():
        for side in ("source", "target"):
            speaking = speak_by_role(acme.omar, side, f"Desk {side}")
            for person in (acme.asha, acme.hari):
                share(speaking, person)
        Involvement.objects.all().delete()
        proposal = world.propose()
        proposal_approve(proposal_id=proposal.id, actor=acme.omar)
        for person, why in ((acme.omar, OTHER), (acme.asha, OWN)):
            with pytest.raises(GuardFailed, match=why):
                proposal_approve(proposal_id=proposal.id, actor=person)
        assert proposal_approve(proposal_id=proposal.id, actor=acme.hari).proposal.state == "FULLY_APPROVED"


def test_each_use_of_a_switch_is_told(world: World) -> None:
    acme = world.acme
    with acme.scope():
        allow(acme.organisation, maker_may_approve=True, same_person_both_sides=True)
        involve(acme.ravi, world.ledger)
        proposal = world.propose(maker=acme.ravi)
        acted = proposal_approve(proposal_id=proposal.id, actor=acme.ravi)
        assert acted.proposal.state == "FULLY_APPROVED"
        assert set(Vote.objects.values_list("policy", flat=True)) == {"maker_may_approve"}
        entry = AuditEntry.objects.get(kind="proposal.approved", subject_id=proposal.id)
        assert entry.payload["policies"] == ["maker_may_approve"]
