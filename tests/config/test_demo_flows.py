"""The demo's catalogue and proposals: every type in every state, made by the people who may, and each organisation's own."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEntry, Membership, Organisation
from accounts.tenancy.scope import organisation_scope
from flows.models import (
    CatalogueEntity,
    EntityKind,
    LogicalFlow,
    PhysicalFlow,
    ProposalComment,
    ProposalState,
    ProposedFlow,
    Vote,
)
from flows.proposals.selectors.listing import pending_count
from tests.config.conftest import SATURDAY
from workflows.models import EntityTransition


@pytest.fixture
def acme(loaded: None) -> Iterator[Organisation]:
    organisation = Organisation.objects.get(slug="acme")
    with organisation_scope(organisation.id):
        yield organisation


def test_the_catalogue_has_its_size(acme: Organisation) -> None:
    kinds = Counter(CatalogueEntity.objects.values_list("kind", flat=True))
    assert kinds == {EntityKind.APPLICATION: 40, EntityKind.ACTOR: 12, EntityKind.END_USER_APPLICATION: 4}
    assert CatalogueEntity.objects.filter(is_external=True).count() == 9
    assert LogicalFlow.objects.filter(external_id__startswith="LF-").count() == 120
    empty = LogicalFlow.objects.filter(is_removed=False, physical_flows=None)
    assert empty.count() >= 8, "for the loader"
    assert not PhysicalFlow.objects.filter(is_removed=False, specification__type_links=None).exists()


def test_every_state_and_every_type_is_there(acme: Organisation) -> None:
    states = set(ProposedFlow.objects.values_list("state", flat=True))
    assert states == set(ProposalState.values) - {ProposalState.PROPOSED_CREATE}, "where it begins, nothing stays"
    for is_open in (True, False):
        types = set(ProposedFlow.objects.filter(is_open=is_open).values_list("proposal_type", flat=True))
        assert types == {"CREATE", "UPDATE", "REMOVE"}
    assert ProposedFlow.objects.filter(revision=2, is_open=True).exists()
    assert ProposedFlow.objects.filter(is_open=True, reminded_at__isnull=False).exists()
    assert ProposalComment.objects.count() >= 8


def test_it_went_through_the_services(acme: Organisation) -> None:
    recorded = Counter(AuditEntry.objects.values_list("kind", flat=True))
    assert recorded["proposal.created"] == ProposedFlow.objects.count()
    assert recorded["flow.break_glass"] > LogicalFlow.objects.count()
    assert {"proposal.reminded", "proposal.timed_out", "proposal.sent_back", "proposal.unattended"} <= set(recorded)
    for proposal in ProposedFlow.objects.all():
        last = EntityTransition.objects.filter(entity_id=proposal.id).order_by("-seq").first()
        assert last is not None
        assert last.to_state == proposal.state
    made = PhysicalFlow.objects.get(name="premium-refunds")
    assert made.author is not None
    assert made.author.name == "Fritz"


def test_nobody_checked_their_own(acme: Organisation) -> None:
    for vote in Vote.objects.select_related("proposal"):
        assert vote.member_id != vote.proposal.maker_id
        assert vote.policy == ""


def test_nothing_is_left_to_the_clock(acme: Organisation) -> None:
    assert not ProposedFlow.objects.filter(is_open=True, due_at__lte=SATURDAY).exists()
    assert not EntityTransition.objects.filter(at__gt=SATURDAY).exists()
    soon = SATURDAY + timedelta(days=3)
    assert not ProposedFlow.objects.filter(is_open=True, reminded_at=None, due_at__lte=soon).exists()


def test_there_is_something_to_decide(acme: Organisation) -> None:
    people = {one.name: one for one in Membership.objects.select_related("organisation")}
    waiting = {name: pending_count(people[name]) for name in ("Ravi", "Meera", "Farid", "Fiona", "Asha")}
    assert min(waiting[name] for name in ("Ravi", "Meera", "Farid", "Fiona")) >= 2, waiting
    assert waiting["Asha"] == 0


def test_the_pages_show_it(acme: Organisation, settings: Settings) -> None:
    ravi = Client(headers={"host": f"acme.{settings.DOMAIN}"})
    ravi.post("/login/", {"email": "ravi@acme.example", "password": settings.DEMO_PASSWORD})
    assert b"customer-segments" in ravi.get("/flows/proposals/").content
    policies = CatalogueEntity.objects.get(external_id="APP-POL")
    page = ravi.get(f"/flows/entities/{policies.id}/")
    assert page.status_code == 200
    assert b"Billing and Collections" in page.content
    for proposal in ProposedFlow.objects.all():
        assert ravi.get(f"/flows/proposals/{proposal.id}/").status_code == 200, proposal.number


def test_globex_has_its_own(acme: Organisation) -> None:
    globex = Organisation.objects.get(slug="globex")
    assert not CatalogueEntity.objects.filter(organisation_id=globex.id).exists(), "not from Acme's scope"


def test_globex_decides_otherwise(loaded: None) -> None:
    with organisation_scope(Organisation.objects.get(slug="globex").id):
        assert CatalogueEntity.objects.count() == 7
        assert set(ProposedFlow.objects.values_list("state", flat=True)) == {"FULLY_APPROVED", "PENDING_APPROVALS"}
        done = ProposedFlow.objects.get(state="FULLY_APPROVED")
        assert {approval.side_code for approval in done.approvals.all()} == {"source", "target", "data_protection"}
        assert set(done.votes.values_list("policy", flat=True)) == {"", "external_actor", "same_person_both_sides"}
