"""The wizard: drafts that are kept, steps in any order, what is refused at each."""

import pytest

from flows.models import CatalogueEntity, EntityLife, ProposalDraft
from tests.factories import flows as make
from tests.flows.pages.story import DELIVERY, NEW, Person, Town, said

pytestmark = pytest.mark.django_db


def test_a_draft_is_kept_at_each_step_and_resumed(town: Town, asha: Person) -> None:
    answer = asha.send(NEW, entity=str(town.orders.id), route="downstream", other=str(town.ledger.id), then="leave")
    assert answer.headers["Location"] == NEW
    page = said(asha.load(NEW))
    assert "Orders to Ledger" in page
    assert "1 of 5 steps" in page
    assert "next: specification" in page
    with town.acme.scope():
        draft = ProposalDraft.objects.get()
    assert said(asha.load(f"/flows/drafts/{draft.id}/summary/")).count("Not done yet.") == 4
    asha.send(f"/flows/drafts/{draft.id}/delivery/", **DELIVERY)
    page = asha.load(f"/flows/drafts/{draft.id}/delivery/")
    assert 'value="orders-eod"' in page.content.decode()
    assert "2 of 5 steps" in said(asha.load(NEW))
    asha.send(f"/flows/drafts/{draft.id}/discard/")
    assert "Your drafts" not in said(asha.load(NEW))


def test_nothing_is_kept_by_looking(town: Town, asha: Person) -> None:
    asha.load(NEW)
    asha.load(f"{NEW}?q=or")
    asha.load(f"{NEW}?entity={town.orders.id}")
    asha.load(f"/flows/physical/{town.physical().id}/propose-update/")
    asha.send(NEW, 200, entity=str(town.orders.id), find="1", q="led")
    with town.acme.scope():
        assert not ProposalDraft.objects.exists()


def test_a_draft_is_nobody_elses(town: Town, asha: Person, ravi: Person) -> None:
    summary = asha.draft(town)
    ravi.load(summary, 404)
    ravi.send(summary.replace("summary", "propose"), 404)
    ravi.send(summary.replace("summary", "delivery"), 404, **DELIVERY)
    ravi.send(summary.replace("summary", "discard"), 404)
    asha.load(summary)
    asha.load(summary.replace("summary", "colour"), 404)


def test_ends_are_found_by_their_first_letters(town: Town, asha: Person) -> None:
    with town.acme.scope():
        make.make_entity(town.acme.organisation, "Ledger of old", lifecycle_status=EntityLife.RETIRED)
    page = said(asha.load(f"/flows/suggest/?q=led&field=other&without={town.orders.id}"))
    assert page == "Found Ledger Application · APP-LEDGER"
    assert [end.name for end in asha.load(f"{NEW}?q=app-l").context["ends"]] == ["Ledger"]
    assert "Nothing in the catalogue begins with" in said(asha.load(f"{NEW}?q=zzz"))
    page = asha.send(NEW, 200, entity=str(town.orders.id), find="1", q="LED", route="downstream")
    assert [end.name for end in page.context["ends"]] == ["Ledger"]


def test_the_route_says_what_is_missing(town: Town, asha: Person) -> None:
    own = {"entity": str(town.orders.id)}
    assert "Choose a flow, or the direction" in said(asha.send(NEW, 422, **own))
    assert "Search for the other end and choose it." in said(asha.send(NEW, 422, **own, route="upstream"))
    other = said(asha.send(NEW, 422, **own, route="upstream", other=str(town.orders.id)))
    assert "The two ends must be different." in other
    for bad in ("logical:nonsense", f"logical:{town.orders.id}", "sideways"):
        assert "Choose a flow of the list." in said(asha.send(NEW, 422, **own, route=bad))
    asha.load(f"{NEW}?entity={town.acme.asha.id}", 404)


def test_each_step_says_what_is_missing(town: Town, asha: Person) -> None:
    summary = asha.draft(town)

    def refused(step: str, **data: object) -> str:
        return said(asha.send(summary.replace("summary", step), 422, **data))

    assert "Give the new specification a name." in refused("specification", specification="")
    assert "Choose how often." in refused("delivery", **{**DELIVERY, "frequency": ""})
    assert "Select a valid choice" in refused("delivery", **{**DELIVERY, "transport": "PIGEON"})
    assert "Choose at least one data type." in refused("data-types")
    abstract, old = town.types["TRADING"].id, town.types["OLD_ORDER"].id
    for one in (abstract, old):
        assert "One of the data types cannot be chosen." in refused("data-types", ids=[str(one)])
    assert "Choose a reason." in refused("reason", code="")


def test_a_known_type_takes_the_place_of_the_unknown_one(town: Town, asha: Person) -> None:
    summary = asha.draft(town, ids=[str(town.types["UNKNOWN"].id), str(town.types["TRADE"].id)])
    with town.acme.scope():
        draft = ProposalDraft.objects.get()
    assert draft.data["data-types"] == {"ids": [str(town.types["TRADE"].id)]}
    assert "Unknown" not in said(asha.load(summary))


def test_another_route_drops_a_specification_of_other_ends(town: Town, asha: Person) -> None:
    summary = asha.draft(town)
    with town.acme.scope():
        risk = make.make_entity(town.acme.organisation, "Risk")
    route = summary.replace("summary", "route")
    asha.send(route, entity=str(risk.id), route="downstream", other=str(town.ledger.id))
    words = said(asha.load(summary))
    assert "You must complete all steps." in words
    assert "Risk" in words


def test_an_existing_specification_warns_of_what_it_touches(town: Town, asha: Person) -> None:
    flow = town.physical("settle-eod")
    summary = asha.draft(town, specification=str(flow.specification_id))
    words = said(asha.load(summary.replace("summary", "data-types")))
    assert "This specification is shared." in words
    assert "settle-eod" in words


def test_what_changed_meanwhile_is_said_before_it_is_proposed(town: Town, asha: Person) -> None:
    summary = asha.draft(town)
    with town.acme.scope():
        CatalogueEntity.objects.filter(id=town.ledger.id).update(lifecycle_status=EntityLife.RETIRED)
    page = asha.load(summary)
    assert "This cannot be proposed yet" in said(page)
    asha.send(summary.replace("summary", "propose"), 422)


def test_who_has_nothing_to_do_with_an_end_may_not_propose(town: Town) -> None:
    fiona = Person(town.acme.fiona)
    summary = fiona.draft(town)
    assert "This cannot be proposed yet" in said(fiona.load(summary))
    fiona.send(summary.replace("summary", "propose"), 403)
