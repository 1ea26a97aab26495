"""What every organisation has from the beginning, however it came to be."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation
from accounts.services.platform import organisation_create
from accounts.tenancy.scope import organisation_scope
from flows.models import (
    ApprovalSide,
    DataType,
    EnumValue,
    FlowSettings,
    InvolvementKind,
    ProposalReason,
    ProposalState,
    SideKind,
)
from flows.setup import PROPOSAL_WORKFLOW, organisation_prepare, settings_of
from tests.cast import Acme
from tests.factories.accounts import UserFactory
from workflows.selectors.tracking import life_of

SEEDED = (ApprovalSide, DataType, EnumValue, FlowSettings, InvolvementKind, ProposalReason, SideKind)


def test_a_new_organisation_is_ready(db: None) -> None:
    olga = UserFactory(name="Olga", email="olga@platform.example", is_platform_admin=True)
    made = organisation_create(
        user=olga, slug="initech", name="Initech", time_zone="UTC", admin_name="Ida", admin_email="ida@initech.example"
    )
    with organisation_scope(made.id):
        assert all(model.objects.filter(organisation=made).exists() for model in SEEDED)
        assert {side.code: side.anchor for side in ApprovalSide.objects.all()} == {
            "source": "source",
            "target": "target",
        }


def test_an_older_organisation_is_made_ready_when_its_settings_are_asked_for(acme: Acme) -> None:
    with acme.scope():
        assert not FlowSettings.objects.exists()
        settings = settings_of(acme.organisation.id)
        policies = settings.maker_may_approve, settings.same_person_both_sides, settings.auto_approve_external_actors
        assert policies == (False, False, False)
        assert (settings.timeout_days, settings.remind_days) == (30, 3)
        with CaptureQueriesContext(connection) as queries:
            assert settings_of(acme.organisation.id).id == settings.id
    assert len(queries) == 1


def test_preparing_again_adds_nothing_and_keeps_what_was_changed(acme: Acme) -> None:
    with acme.scope():
        organisation_prepare(acme.organisation.id)
        counts = [model.objects.count() for model in SEEDED]
        EnumValue.objects.filter(code="DAILY").update(name="Each day", is_active=False)
        FlowSettings.objects.update(timeout_days=14)
        organisation_prepare(acme.organisation.id)
        assert [model.objects.count() for model in SEEDED] == counts
        assert EnumValue.objects.get(code="DAILY").name == "Each day"
        assert settings_of(acme.organisation.id).timeout_days == 14


def test_the_attribute_values_are_those_of_the_reference(acme: Acme) -> None:
    with acme.scope():
        organisation_prepare(acme.organisation.id)
        values = EnumValue.objects.values_list("kind", "code")
        counts = {kind: sum(found == kind for found, _ in values) for kind, _ in values}
    assert counts == {"transport": 11, "frequency": 10, "criticality": 6, "format": 8}


def test_the_life_of_proposals_has_all_states_and_ways(acme: Acme) -> None:
    with acme.scope():
        organisation_prepare(acme.organisation.id)
        life = life_of(acme.organisation.id, PROPOSAL_WORKFLOW)
    assert list(life.states) == [str(state) for state in ProposalState]
    ends = {code for code, state in life.states.items() if state.is_end}
    rejected = {"SOURCE_REJECTED", "TARGET_REJECTED", "SENT_BACK"}
    assert ends == rejected | {"FULLY_APPROVED", "CANCELLED", "TIMED_OUT"}
    for code in rejected:
        assert life.states[code].nexts == ("PENDING_APPROVALS",)
    for code in ends - rejected:
        assert life.states[code].nexts == ()
    assert not life.may_follow("PENDING_APPROVALS", "FULLY_APPROVED")
    assert life.way_to("PENDING_APPROVALS", frozenset({"FULLY_APPROVED"})) == ("SOURCE_APPROVED", "FULLY_APPROVED")


def test_organisations_do_not_share_what_they_have(acme: Acme, db: None) -> None:
    other = Organisation.objects.create(slug="other", name="Other")
    with acme.scope():
        organisation_prepare(acme.organisation.id)
    with organisation_scope(other.id):
        assert not any(model.objects.exists() for model in SEEDED)
