"""Lists and counts of proposals: the same answer in both orders of reading, whatever the planner believes."""

import os

import psycopg
import pytest
from django.db import connection

from accounts.models import Membership
from flows.models import ProposedFlow
from flows.proposals.selectors import pending_count, pending_of, rights, words
from flows.proposals.selectors.asker import Asker, Proposals, proposals_of
from flows.proposals.selectors.gathering import counted
from flows.proposals.selectors.rights import waiting_among
from flows.proposals.services.act import proposal_approve, proposal_cancel
from tests.factories.accounts import give_role
from tests.factories.flows import allow, involve, make_proposal, own_type, speak_by_role
from tests.flows.proposals.test_sides import add_side
from tests.flows.proposals.world import World


@pytest.fixture
def board_of(world: World) -> dict[str, Membership]:
    """Proposals in several situations, and people who speak for them on different grounds."""
    acme = world.acme
    add_side(world, code="data_owner", name="Data owner", anchor="data_type")
    own_type(acme.fiona, world.types["TRADE"])
    speak_by_role(acme.omar, "source")
    speak_by_role(acme.hari, "target", "Watchdog", may_approve=False)
    involve(acme.ravi, world.ledger)
    involve(acme.farid, world.orders)
    give_role(acme.hari, "Also proposer", "flow.propose")
    names = ("new", "half", "cancelled", "own", "hari's")
    makers = {"own": acme.ravi, "hari's": acme.hari}
    rows = {name: propose(world, name, makers.get(name)) for name in names}
    proposal_approve(proposal_id=rows["half"].id, actor=acme.ravi, side="source")
    proposal_cancel(proposal_id=rows["cancelled"].id, actor=acme.asha)
    acme.farid.is_active = False
    acme.farid.save(update_fields=["is_active"])
    return {one.name: one for one in (acme.asha, acme.ravi, acme.meera, acme.hari, acme.fiona, acme.omar, acme.farid)}


def propose(world: World, name: str, maker: Membership | None = None) -> ProposedFlow:
    attributes = {**world.command()["flowAttributes"], "name": name}
    return world.propose(maker=maker, flowAttributes=attributes)


def named(rows: Proposals) -> list[str]:
    return sorted(row.flow_def["flowAttributes"]["name"] for row in rows)


WAITS = {
    "Asha": [],
    "Ravi": ["hari's", "new"],
    "Meera": ["half", "hari's", "new", "own"],
    "Hari": ["half", "new", "own"],
    "Fiona": ["half", "hari's", "new", "own"],
    "Omar": ["hari's", "new", "own"],
    "Farid": [],
}


@pytest.mark.parametrize("most", [5_000, 1])
def test_who_waits_for_whom(
    world: World, board_of: dict[str, Membership], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Gathered by their ids, and asked row by row as for a person for whom very many wait."""
    monkeypatch.setattr(rights.waiting, "__kwdefaults__", {"most": most})
    everything = list(ProposedFlow.objects.values_list("id", flat=True))
    for name, person in board_of.items():
        rows = pending_of(person)
        assert named(rows) == WAITS[name], name
        assert pending_count(person) == len(WAITS[name])
        assert waiting_among(person, everything) == {row.id: frozenset({person.id}) for row in rows}


@pytest.mark.parametrize("most", [20_000, 1])
def test_what_somebody_was_asked_and_has_decided(
    world: World, board_of: dict[str, Membership], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    for read in (rights.concerned, rights.voted):
        monkeypatch.setattr(read, "__kwdefaults__", {"most": most})
    everything = proposals_of(world.acme.organisation.id)
    asked = {name: everything.filter(Asker(person).approval).count() for name, person in board_of.items()}
    assert asked == {"Asha": 0, "Ravi": 5, "Meera": 5, "Hari": 5, "Fiona": 5, "Omar": 5, "Farid": 0}
    decided = {name for name, one in board_of.items() if everything.filter(Asker(one).completed).exists()}
    assert decided == {"Ravi"}


def test_the_switches_of_the_organisation_are_in_the_lists(world: World, board_of: dict[str, Membership]) -> None:
    allow(world.acme.organisation, maker_may_approve=True, same_person_both_sides=True)
    assert named(pending_of(board_of["Ravi"])) == ["half", "hari's", "new", "own"]
    allow(world.acme.organisation, maker_may_approve=True, same_person_both_sides=False)
    assert named(pending_of(board_of["Ravi"])) == ["hari's", "new", "own"]
    # Hari may only reject, and what one has proposed one takes back.
    assert named(pending_of(board_of["Hari"])) == ["half", "new", "own"]


@pytest.mark.parametrize(("most", "few"), [(5_000, 2_000), (1, 2_000), (1, 1), (5_000, 1)])
def test_words_find_ends_people_and_numbers(world: World, monkeypatch: pytest.MonkeyPatch, most: int, few: int) -> None:
    monkeypatch.setattr(words, "MOST", most)
    monkeypatch.setattr(words, "FEW_FOUND", few)
    proposal, own = world.propose(), world.acme.organisation.id
    for text, finds in {"led": 1, "ORD": 1, "risk": 0, "asha": 1, f"#{proposal.number}": 1, "999": 0}.items():
        found = words.Words(own, text, (None, True, False))
        counts = [proposals_of(own).filter(found.condition(None), is_open=tab).count() for tab in (True, False)]
        assert counts == [finds, 0], text
        assert proposals_of(own).filter(found.condition(True), is_open=True).count() == finds
        assert proposals_of(own).filter(found.condition(False), is_open=False).count() == 0


def test_lists_are_quick_where_the_statistics_say_that_there_is_nothing(world: World) -> None:
    """As right after an import: then a plan that trusts them multiplies the tables."""
    for number in range(120):
        make_proposal(world.acme.asha, world.orders, world.ledger, identity=f"made {number}")
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("ANALYZE")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '2s'")
    own, ravi = world.acme.organisation.id, Asker(world.acme.ravi)
    everything = proposals_of(own)
    led = ravi.words("led").condition(None)
    wanted = [ravi.outstanding, ravi.completed, ravi.approval, ravi.waits_for(["source"]), led]
    counts = counted({str(number): everything.filter(one) for number, one in enumerate(wanted)})
    assert list(counts.values()) == [120, 0, 120, 120, 120]
    assert pending_count(world.acme.ravi) == 120
    assert rights.unattended_ids(own, limit=500) == []
