"""Counts of the dashboard beside what plain Python finds by looking at every proposal, for people with rights and absences drawn
at random."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from random import Random

import pytest
from django.utils import timezone

from accounts.models import Absence, Membership, MembershipRole
from flows.models import (
    Approval,
    CatalogueEntity,
    DataTypeOwner,
    Involvement,
    ProposalDataType,
    ProposedFlow,
    SideKind,
    SideRole,
    Vote,
)
from flows.proposals.selectors import counts, my_permissions, pending_count, pending_of, rights
from flows.proposals.selectors.asker import Asker, Proposals, proposals_of
from flows.proposals.selectors.counts import Choice, Counts, counts_of
from flows.proposals.selectors.gathering import COUNT_CAP, counted
from flows.proposals.services.act import proposal_approve, proposal_cancel, proposal_reject
from flows.proposals.services.resubmit import proposal_resubmit
from flows.setup import settings_of
from tests.factories.accounts import be_away
from tests.factories.flows import allow, flow_def, involve, make_entity, own_type, speak_by_role
from tests.flows.proposals.test_sides import add_side
from tests.flows.proposals.world import World

STATES = ("PENDING_APPROVALS", "SOURCE_APPROVED", "FULLY_APPROVED", "TARGET_REJECTED", "CANCELLED")
CHOICES: list[Choice] = [
    *(("actionable", "outstanding"), ("actionable", "behalf"), ("actionable", "completed")),
    *(("mine", "proposed"), ("mine", "approval")),
    *(("state", code) for code in STATES),
    *(("type", "CREATE"), ("type", "REMOVE"), ("side", "source"), ("side", "target"), ("side", "data_owner")),
]


def forget() -> None:
    """Something may have changed: what was found out holds no longer."""
    for one in (speaks, behind, waits_for):
        one.cache_clear()


@cache
def speaks(person: Membership, approval: Approval) -> list[tuple[bool, bool]]:
    """What each ground lets the person do, approve and reject."""
    if not person.is_active:
        return []
    found: list[tuple[bool, bool]] = []
    end = approval.entity.kind if approval.entity else "none"
    kinds = Involvement.objects.filter(member=person, entity=approval.entity_id).values_list("kind_id", flat=True)
    for kind in SideKind.objects.filter(side=approval.side_id, involvement_kind__in=kinds):
        found += [(kind.may_approve, kind.may_reject)] * (kind.entity_kind in ("", end))
    roles = MembershipRole.objects.filter(membership=person).values_list("role_id", flat=True)
    found += SideRole.objects.filter(side=approval.side_id, role__in=roles).values_list("may_approve", "may_reject")
    types = ProposalDataType.objects.filter(proposal=approval.proposal_id).values_list("data_type_id", flat=True)
    if approval.side.anchor == "data_type" and DataTypeOwner.objects.filter(member=person, data_type__in=types):
        found.append((True, True))
    return found


@cache
def behind(person: Membership) -> list[Membership]:
    """Those who are away and for whom the person stands in."""
    rows = Absence.objects.filter(substitute=person, accepted_at__isnull=False).select_related("member")
    return [row.member for row in rows if row.member.is_active]


def waits(person: Membership, row: ProposedFlow) -> bool:
    return person.is_active and any(waits_for(person, one, row) for one in (person, *behind(person)))


@cache
def waits_for(person: Membership, speaker: Membership, row: ProposedFlow) -> bool:
    """Whether the person could decide by the voice of ``speaker``: their own, or that of somebody who is away."""
    policies = settings_of(row.organisation_id)
    own = row.maker_id == person.id
    if not row.is_open or (own and not policies.maker_may_approve):
        return False
    if person != speaker and row.maker_id in (person.id, speaker.id):
        return False
    people = {person.id, speaker.id}
    votes = [
        vote
        for vote in Vote.objects.filter(proposal=row, revision=row.revision).select_related("approval")
        if people & {vote.member_id, vote.on_behalf_of_id}
    ]
    for approval in Approval.objects.filter(proposal=row, revision=row.revision, status="pending"):
        said = any(vote.approval_id == approval.id for vote in votes)
        other = any(vote.approval.side_id != approval.side_id for vote in votes) and not policies.same_person_both_sides
        may = any(approve or (reject and not own) for approve, reject in speaks(speaker, approval))
        if may and not said and not other:
            return True
    return False


ORACLE: dict[str, Callable[[Membership, ProposedFlow, str], bool]] = {
    "actionable": lambda person, row, value: (
        waits(person, row)
        if value == "outstanding"
        else waits(person, row) and not waits_for(person, person, row)
        if value == "behalf"
        else Vote.objects.filter(proposal=row, member=person).exists()
    ),
    "mine": lambda person, row, value: (
        row.maker_id == person.id
        if value == "proposed"
        else person.is_active
        and any(
            speaks(one, approval)
            for one in (person, *behind(person))
            for approval in Approval.objects.filter(proposal=row)
        )
    ),
    "state": lambda person, row, value: row.state == value,
    "type": lambda person, row, value: row.proposal_type == value,
    "side": lambda person, row, value: (
        row.is_open
        and Approval.objects.filter(proposal=row, revision=row.revision, status="pending", side_code=value).exists()
    ),
}


def oracle(person: Membership, is_open: bool, word: str) -> tuple[dict[bool, int], dict[Choice, int]]:
    rows = [
        row
        for row in ProposedFlow.objects.select_related("source", "target")
        if word in f"{row.source.name} {row.target.name} {row.maker_name}".lower()
    ]
    here = [row for row in rows if row.is_open == is_open]
    values = {(name, value): sum(ORACLE[name](person, row, value) for row in here) for name, value in CHOICES}
    return {tab: sum(row.is_open == tab for row in rows) for tab in (True, False)}, values


def told(person: Membership, is_open: bool, word: str = "") -> Counts:
    asker = Asker(person, is_open)
    rows = proposals_of(person.organisation_id).filter(is_open=is_open)
    return counts_of(asker, word, CHOICES, rows.filter(asker.words(word).condition(is_open)) if word else rows, ())


@pytest.fixture(params=[1, 2, 3])
def drawn(request: pytest.FixtureRequest, world: World) -> list[Membership]:
    """People with rights drawn at random, and proposals to which whoever may has said something."""
    draw, acme = Random(request.param), world.acme
    add_side(world, code="data_owner", name="Data owner", anchor="data_type")
    allow(acme.organisation, maker_may_approve=draw.random() < 0.5, same_person_both_sides=draw.random() < 0.5)
    people = [acme.asha, acme.ravi, acme.meera, acme.hari, acme.fiona, acme.omar, acme.farid]
    ends = [world.orders, world.ledger, *(make_entity(acme.organisation, f"Claims {number}") for number in range(3))]
    for person in draw.sample(people, 5):
        for end in draw.sample(ends, 3):
            involve(person, end, kind=draw.choice(["OWNER", "FLOW_APPROVER"]))
    involve(people[1], world.orders, kind="FLOW_APPROVER")
    speak_by_role(draw.choice(people), "source")
    speak_by_role(draw.choice(people), "target", "Watchdog", may_approve=False)
    own_type(draw.choice(people), world.types["TRADE"])
    today = timezone.localdate()
    absent = draw.sample(people, 3)
    for person in absent:
        be_away(person, today, today + timedelta(days=3), draw.choice([one for one in people if one not in absent]))
    for number in range(12):
        happen(draw, world, people, ends, number)
    gone = draw.choice(people[1:])
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    forget()
    return people


def happen(draw: Random, world: World, people: list[Membership], ends: list[CatalogueEntity], number: int) -> None:
    source, target = draw.sample(ends, 2)
    command = flow_def(source, target, [world.types["TRADE"]])
    command["flowAttributes"] = {**command["flowAttributes"], "name": f"flow {number}"}
    row = world.propose(maker=world.acme.asha, **command)
    fate = draw.choice(["none", "none", "vote", "vote", "cancel", "reject", "again"])
    if fate == "cancel":
        proposal_cancel(proposal_id=row.id, actor=world.acme.asha)
    for person in draw.sample(people, 3) if fate in ("vote", "reject", "again") else ():
        row.refresh_from_db()
        forget()
        if row.is_open and waits(person, row):
            say(draw, row, person, fate)
    row.refresh_from_db()
    if fate == "again" and not row.is_open and row.state.endswith("REJECTED"):
        proposal_resubmit(proposal_id=row.id, actor=world.acme.asha, flow_def=command)


def say(draw: Random, row: ProposedFlow, person: Membership, fate: str) -> None:
    permissions = my_permissions(person, row)
    if fate == "vote" and permissions.approve:
        proposal_approve(proposal_id=row.id, actor=person)
    elif fate != "vote" and permissions.reject:
        proposal_reject(proposal_id=row.id, actor=person, reason="No")


def test_counts_are_those_of_an_oracle(drawn: list[Membership]) -> None:
    for person in drawn:
        for is_open in (True, False):
            for word in ("", "ord", "claims 1"):
                tabs, values = oracle(person, is_open, word)
                found = told(person, is_open, word)
                assert (found.tabs, found.values) == (tabs, values), (person.name, is_open, word)
                assert found.found == tabs[is_open]


@pytest.mark.parametrize("few", [2_000, 1])
def test_lists_are_those_of_an_oracle(drawn: list[Membership], monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    for read in (rights.waiting, rights.waiting_for_others, rights.concerned, rights.voted):
        monkeypatch.setattr(read, "__kwdefaults__", {"most": few})
    for person in drawn:
        assert set(pending_of(person)) == {row for row in ProposedFlow.objects.all() if waits(person, row)}
        for is_open in (True, False):
            asker, rows = Asker(person, is_open), proposals_of(person.organisation_id).filter(is_open=is_open)
            for name, value in CHOICES[:5]:
                condition = asker.acted(value) if name == "actionable" else asker.concerns(value)
                wanted = {row for row in rows if ORACLE[name](person, row, value)}
                assert set(rows.filter(condition)) == wanted, (person.name, name, value)
                assert set(rows.filter(asker.by_row(name, value))) == wanted, (person.name, name, value)


def several(world: World, number: int) -> Proposals:
    for one in range(number):
        world.propose(flowAttributes={**world.command()["flowAttributes"], "name": f"flow {one}"})
    return proposals_of(world.acme.organisation.id)


def test_a_count_reads_on_where_one_proposal_was_found_more_than_once(world: World) -> None:
    ravi = world.acme.ravi
    for kind in ("FLOW_APPROVER", "OWNER"):
        involve(ravi, world.ledger, kind=kind)
    involve(ravi, world.orders, kind="FLOW_APPROVER")
    several(world, 3)
    assert {cap: pending_count(ravi, cap) for cap in (1, 2, 3, 4, 8, 100)} == {1: 1, 2: 2, 3: 3, 4: 3, 8: 3, 100: 3}
    assert counted({"": rights.count_waiting(ravi, 2)}) == {"": 2}


def test_many_words_leave_the_filters_uncounted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "COUNT_CAP", 3)
    several(world, 2)
    assert told(world.acme.ravi, True, "led").values is not None
    several_more = world.propose(flowAttributes={**world.command()["flowAttributes"], "name": "one more"})
    found = told(world.acme.ravi, True, "led")
    assert (found.tabs, found.found, found.values) == ({True: 3, False: 0}, 3, None)
    assert told(world.acme.ravi, True, str(several_more.number)).values is not None


def test_approvals_follow_their_proposal(world: World) -> None:
    row = world.propose()
    flags = Approval.objects.filter(proposal=row).order_by("revision", "side__position")
    proposal_approve(proposal_id=row.id, actor=world.acme.ravi)
    assert list(flags.values_list("is_open", "is_asked")) == [(True, False), (True, True)]
    proposal_reject(proposal_id=row.id, actor=world.acme.meera, reason="No")
    assert list(flags.values_list("is_open", "is_asked")) == [(False, False), (False, False)]
    assert told(world.acme.ravi, False).values == {
        **dict.fromkeys(CHOICES, 0),
        **dict.fromkeys([("actionable", "completed"), ("mine", "approval"), ("state", "TARGET_REJECTED")], 1),
        ("type", "CREATE"): 1,
    }
    proposal_resubmit(proposal_id=row.id, actor=world.acme.asha, flow_def=world.command())
    both, new = [(True, False), (True, False)], [(True, True), (True, True)]
    assert list(flags.values_list("is_open", "is_asked")) == [*both, *new]


def test_what_several_filters_leave_of_too_many_to_read_is_counted_less_far(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ravi = world.acme.ravi
    involve(ravi, world.ledger, kind="FLOW_APPROVER")
    rows = several(world, 3)
    chosen = [("actionable", "outstanding"), ("type", "CREATE")]

    def found() -> tuple[int, int]:
        asker = Asker(ravi, is_open=True)
        left = rows.filter(asker.outstanding, proposal_type="CREATE")
        counted_now = counts_of(asker, "", CHOICES, left, chosen)
        return counted_now.found, counted_now.found_cap

    assert found() == (3, COUNT_CAP)
    monkeypatch.setattr(counts, "ASKED_CAP", 2)
    monkeypatch.setattr(rights.waiting, "__kwdefaults__", {"most": 1})
    assert found() == (2, 2)
