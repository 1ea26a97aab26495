"""Who may decide, through the page and through many at once: the maker never, one person one side."""

from uuid import UUID

import pytest

from flows.models import Vote
from tests.factories import flows as make
from tests.flows.pages.story import BOARD, Person, Town, hidden, said, stored

pytestmark = pytest.mark.django_db


def force(person: Person, proposal_id: UUID, action: str, status: int, **data: str) -> str:
    """Post a form that the page does not offer."""
    return said(person.send(f"{BOARD}{proposal_id}/{action}/", status, **data))


def test_the_maker_may_not_approve_and_reads_why(town: Town, asha: Person) -> None:
    with town.acme.scope():
        make.involve(town.acme.asha, town.orders)
    made = asha.propose(town)
    page = asha.load(f"{BOARD}{made}/")
    assert "You proposed this yourself; others must approve it." in said(page)
    assert f"{made}/approve/" not in page.content.decode()
    assert "You proposed this yourself" in force(asha, made, "approve", 403)
    assert stored(town, made).state == "PENDING_APPROVALS"


def test_one_person_may_not_approve_both_sides(town: Town, asha: Person, ravi: Person) -> None:
    with town.acme.scope():
        make.involve(town.acme.ravi, town.ledger)
    made = asha.propose(town)
    ravi.act(made, "approve")
    assert stored(town, made).state == "SOURCE_APPROVED"
    assert "a different person must approve this one" in ravi.page(made)
    assert "a different person must approve this one" in force(ravi, made, "approve", 403)
    assert stored(town, made).state == "SOURCE_APPROVED"


def test_strangers_to_both_ends_are_told_why_not(town: Town, asha: Person) -> None:
    made = asha.propose(town)
    fiona = Person(town.acme.fiona)
    words = fiona.page(made)
    assert "You do not speak for the side Source (Orders)." in words
    assert "Nothing of yours was stored" in force(fiona, made, "approve", 403)
    assert "Nothing of yours was stored" in force(fiona, made, "cancel", 403)
    assert "Nothing of yours was stored" in force(fiona, made, "reject", 403, reason="No")
    assert stored(town, made).state == "PENDING_APPROVALS"


def test_many_at_once_keep_four_eyes_row_by_row(town: Town, asha: Person, ravi: Person) -> None:
    with town.acme.scope():
        make.involve(town.acme.ravi, town.ledger)
        make.involve(town.acme.asha, town.orders)
    mine = asha.propose(town, name="one")
    other = asha.propose(town, name="two")
    half = asha.propose(town, name="three")
    ravi.act(half, "approve")
    answer = ravi.send(f"{BOARD}bulk/", 200, decision="approve", ids=[str(mine), str(other), str(half)], reason="Fine")
    rows = answer.context["rows"]
    assert [row["done"] for row in rows] == [True, True, False]
    assert "a different person must approve this one" in rows[2]["message"]
    refused = asha.send(f"{BOARD}bulk/", 200, decision="approve", ids=[str(mine)], reason="").context["rows"]
    assert [row["done"] for row in refused] == [False]
    with town.acme.scope():
        assert not Vote.objects.filter(member_id=town.acme.asha.id).exists()
    assert {stored(town, one).state for one in (mine, other, half)} == {"SOURCE_APPROVED"}


def test_rejecting_many_needs_a_reason(town: Town, asha: Person, ravi: Person) -> None:
    made = asha.propose(town)
    answer = ravi.send(f"{BOARD}bulk/", 422, decision="reject", ids=[str(made)], reason=" ")
    assert "A reason is required when proposals are rejected." in said(answer)
    assert "Tick the proposals that you decide." in said(ravi.send(f"{BOARD}bulk/", 422, decision="approve"))
    ravi.send(f"{BOARD}bulk/", 422, decision="approve", ids=["nonsense"])
    ravi.send(f"{BOARD}bulk/", 200, decision="reject", ids=[str(made)], reason="Not this year")
    assert stored(town, made).state == "SOURCE_REJECTED"


def test_a_page_that_is_old_decides_nothing(town: Town, asha: Person, ravi: Person, hema: Person) -> None:
    made = asha.propose(town)
    seen = hidden(ravi.load(f"{BOARD}{made}/"))
    hema.act(made, "approve")
    words = force(ravi, made, "approve", 409, **seen, reason="Looks right")
    assert "This proposal has changed since you opened it." in words
    assert "Looks right" in words
    assert stored(town, made).state == "TARGET_APPROVED"
