"""The administration of flows: what tenant admins keep goes through services and is recorded; flows and votes are to look at."""

from typing import Any

import pytest
from django.test import Client

from accounts.audit.models import AuditEntry
from accounts.models import Role
from flows.configuration import settings_change
from flows.models import (
    ApprovalSide,
    CatalogueEntity,
    DataType,
    EnumValue,
    FlowSettings,
    Involvement,
    InvolvementKind,
    LogicalFlow,
    PhysicalFlow,
    SideKind,
    SideRole,
)
from flows.setup import PROPOSAL_WORKFLOW, organisation_prepare
from tests.accounts.clients import fields_on, signed_in
from tests.cast import Acme
from tests.factories.accounts import give_role
from tests.factories.flows import make_entity, make_logical, make_physical, make_proposal, make_types, make_vote
from workflows.models import EntityStateKind, EntityWorkflow
from workflows.selectors.tracking import Life, life_of

ADMIN = "/admin/flows"


@pytest.fixture
def tess(acme: Acme) -> Client:
    with acme.scope():
        organisation_prepare(acme.organisation.id)
    return signed_in(acme.tess)


def rows(prefix: str, *given: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """The part of a post that inline rows make."""
    posted: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(given):
        posted |= {f"{prefix}-{number}-{name}": str(value) for name, value in row.items()}
    return posted


def post(client: Client, page: str, data: dict[str, Any]) -> None:
    answer = client.post(page, data)
    assert answer.status_code == 302, answer.content.decode()


def life(acme: Acme) -> Life:
    with acme.scope():
        return life_of(acme.organisation.id, PROPOSAL_WORKFLOW)


def test_an_application_with_its_people_is_kept(acme: Acme, tess: Client) -> None:
    with acme.scope():
        owner = InvolvementKind.objects.get(code="OWNER")
    values = {"kind": "application", "external_id": "APP-1", "name": "Orders", "lifecycle_status": "ACTIVE"}
    people = rows("involvements", {"member": acme.ravi.id, "kind": owner.id})
    post(tess, f"{ADMIN}/catalogueentity/add/", {**values, **people})
    with acme.scope():
        row = CatalogueEntity.objects.get(external_id="APP-1")
        involvement = Involvement.objects.get(entity=row)
        assert involvement.member_id == acme.ravi.id
        assert AuditEntry.objects.filter(kind="directory.added", subject_id=row.id, actor_id=acme.tess.id).exists()
    assert "Ravi for Orders" in tess.get(f"{ADMIN}/involvement/{involvement.id}/change/").content.decode()
    answer = tess.post(f"{ADMIN}/catalogueentity/add/", {**values, **rows("involvements")})
    assert "already exists" in answer.content.decode()
    values |= {"external_id": "APP-2", "is_external": "on"}
    answer = tess.post(f"{ADMIN}/catalogueentity/add/", {**values, **rows("involvements")}, follow=True)
    assert "Only an actor can be external." in answer.content.decode()


def test_a_data_type_is_not_put_below_itself(acme: Acme, tess: Client) -> None:
    with acme.scope():
        types = make_types(acme.organisation)
    page = f"{ADMIN}/datatype/{types['TRADING'].id}/change/"
    values = {"code": "TRADING", "name": "Trading", **rows("owners")}
    answer = tess.post(page, {**values, "parent": str(types["TRADE"].id)}, follow=True)
    assert "A data type cannot be below itself." in answer.content.decode()
    post(tess, page, {**values, "parent": str(types["PARTY"].id)})
    with acme.scope():
        assert DataType.objects.get(code="TRADING").parent_id == types["PARTY"].id


def test_an_attribute_value_in_use_is_switched_off_and_not_removed(acme: Acme, tess: Client) -> None:
    with acme.scope():
        ends = make_entity(acme.organisation, "Orders"), make_entity(acme.organisation, "Ledger")
        make_physical(make_logical(*ends), transport="EMAIL", frequency="DAILY")
        used, unused, form = (EnumValue.objects.get(code=code) for code in ("EMAIL", "RPC", "FLAT_FILE"))
    for row in (used, form):
        answer = tess.post(f"{ADMIN}/enumvalue/{row.id}/delete/", {"post": "yes"}, follow=True)
        assert "Make it inactive instead." in answer.content.decode()
    post(tess, f"{ADMIN}/enumvalue/{unused.id}/delete/", {"post": "yes"})
    post(tess, f"{ADMIN}/enumvalue/{used.id}/change/", {"name": "Mail", "position": "5", "code": "OTHER_CODE"})
    with acme.scope():
        used.refresh_from_db()
        assert (used.code, used.name, used.is_active) == ("EMAIL", "Mail", False)
        assert not EnumValue.objects.filter(code="RPC").exists()


def test_settings_are_changed_and_each_change_is_recorded(acme: Acme, tess: Client) -> None:
    with acme.scope():
        settings = FlowSettings.objects.get()
    page = f"{ADMIN}/flowsettings/{settings.id}/change/"
    post(tess, page, {"maker_may_approve": "on", "timeout_days": "14", "remind_days": "2"})
    with acme.scope():
        entry = AuditEntry.objects.get(kind="flow_settings.changed")
        assert entry.actor_id == acme.tess.id
        assert entry.payload["changes"] == {
            "maker_may_approve": ["False", "True"],
            "timeout_days": ["30", "14"],
            "remind_days": ["3", "2"],
        }
    answer = tess.post(page, {"maker_may_approve": "on", "timeout_days": "2", "remind_days": "2"})
    assert "Remind earlier" in answer.content.decode()
    with acme.scope():
        assert FlowSettings.objects.get().timeout_days == 14
    assert tess.get(f"{ADMIN}/flowsettings/add/").status_code == 403
    assert tess.post(f"{ADMIN}/flowsettings/{settings.id}/delete/", {"post": "yes"}).status_code == 403


def test_an_old_page_of_the_settings_allows_nothing_again(acme: Acme, tess: Client) -> None:
    with acme.scope():
        page = f"{ADMIN}/flowsettings/{FlowSettings.objects.get().id}/change/"
        settings_change(actor=acme.tess, values={"maker_may_approve": True})
    shown = fields_on(tess.get(page).content.decode())
    with acme.scope():
        settings_change(actor=acme.tess, values={"maker_may_approve": False})
    post(tess, page, shown | {"timeout_days": "14"})
    with acme.scope():
        settings = FlowSettings.objects.get()
        assert (settings.timeout_days, settings.maker_may_approve) == (14, False)


def add_side(client: Client, **more: Any) -> None:
    values = {"code": "data_owner", "name": "Data owner", "position": "30", "anchor": "data_type", "quorum": "1"}
    post(client, f"{ADMIN}/approvalside/add/", {**values, "is_active": "on", **rows("kinds"), **rows("roles"), **more})


def test_a_required_side_brings_its_states_and_the_steps_to_them(acme: Acme, tess: Client) -> None:
    add_side(tess)
    with acme.scope():
        side = ApprovalSide.objects.get(code="data_owner")
    assert (side.approved_state, side.rejected_state) == ("DATA_OWNER_APPROVED", "DATA_OWNER_REJECTED")
    known = life(acme)
    assert known.name_of("DATA_OWNER_APPROVED") == "Data owner approved"
    for step in (
        *(("PENDING_APPROVALS", "DATA_OWNER_APPROVED"), ("SOURCE_APPROVED", "DATA_OWNER_APPROVED")),
        *(("DATA_OWNER_APPROVED", "TARGET_APPROVED"), ("DATA_OWNER_APPROVED", "FULLY_APPROVED")),
        *(("DATA_OWNER_APPROVED", "SOURCE_REJECTED"), ("TARGET_APPROVED", "DATA_OWNER_REJECTED")),
        *(("PENDING_APPROVALS", "DATA_OWNER_REJECTED"), ("DATA_OWNER_REJECTED", "PENDING_APPROVALS")),
        *(("DATA_OWNER_APPROVED", "CANCELLED"), ("DATA_OWNER_APPROVED", "TIMED_OUT")),
    ):
        assert known.may_follow(*step), step
    assert not known.may_follow("DATA_OWNER_REJECTED", "FULLY_APPROVED")


def test_a_role_and_an_involvement_speak_for_a_side(acme: Acme, tess: Client) -> None:
    with acme.scope():
        give_role(acme.hema, "Data steward")
        role, kind = Role.objects.get(name="Data steward"), InvolvementKind.objects.get(code="CONTACT")
    involvement = {"involvement_kind": kind.id, "entity_kind": "actor", "may_reject": "on"}
    speaking = rows("roles", {"role": role.id, "may_approve": "on"})
    add_side(tess, **rows("kinds", involvement), **speaking)
    with acme.scope():
        side = ApprovalSide.objects.get(code="data_owner")
        by_role, by_kind = SideRole.objects.get(side=side), SideKind.objects.get(side=side)
        assert (by_role.role_id, by_role.may_approve, by_role.may_reject) == (role.id, True, False)
        assert (by_kind.entity_kind, by_kind.may_approve, by_kind.may_reject) == ("actor", False, True)
        assert AuditEntry.objects.filter(kind="directory.added", subject_id=by_role.id).exists()


def test_source_and_target_stay_and_a_side_needs_fitting_states(acme: Acme, tess: Client) -> None:
    with acme.scope():
        source = ApprovalSide.objects.get(code="source")
    values = {"name": "Sender", "position": "10", "anchor": "source", "quorum": "2", "is_active": "on"}
    states = {"approved_state": "SOURCE_APPROVED", "rejected_state": "SOURCE_REJECTED"}
    none = {**rows("kinds"), **rows("roles")}
    page = f"{ADMIN}/approvalside/{source.id}/change/"
    post(tess, page, {**values, **states, **none})
    for wrong in ({"anchor": "target"}, {"is_active": ""}):
        answer = tess.post(page, {**values, **states, **none, **wrong}, follow=True)
        assert "these sides stay" in answer.content.decode()
    answer = tess.post(page, {**values, **states, **none, "approved_state": "CANCELLED"}, follow=True)
    assert "With this state a proposal must not end." in answer.content.decode()
    answer = tess.post(f"{ADMIN}/approvalside/{source.id}/delete/", {"post": "yes"}, follow=True)
    with acme.scope():
        source.refresh_from_db()
    assert (source.name, source.quorum, source.anchor, source.is_active) == ("Sender", 2, "source", True)


def test_a_state_is_added_and_what_the_product_brings_stays(acme: Acme, tess: Client) -> None:
    with acme.scope():
        workflow = EntityWorkflow.objects.get(code=PROPOSAL_WORKFLOW)
        pending, full = (EntityStateKind.objects.get(code=code) for code in ("PENDING_APPROVALS", "FULLY_APPROVED"))
    base = "/admin/workflows/entitystatekind"
    values = {
        "workflow": str(workflow.id),
        "code": "IN_REVIEW",
        "name": "In review",
        "position": "25",
        "tone": "accent",
    }
    post(tess, f"{base}/add/", {**values, **rows("nexts", {"to_state": full.id})})
    known = life(acme)
    assert known.may_follow("IN_REVIEW", "FULLY_APPROVED")
    assert [code for code, state in known.states.items() if state.position == 25] == ["IN_REVIEW"]
    with acme.scope():
        link = {"id": "", "from_state": pending.id, "to_state": known.states["IN_REVIEW"].id}
    change = {"name": "Waiting", "position": "20", "tone": "accent", "code": "OTHER", "is_end": "on"}
    post(tess, f"{base}/{pending.id}/change/", {**change, **rows("nexts", link)})
    known = life(acme)
    assert known.may_follow("PENDING_APPROVALS", "IN_REVIEW")
    assert (known.name_of("PENDING_APPROVALS"), known.states["PENDING_APPROVALS"].is_end) == ("Waiting", False)
    assert tess.post(f"{base}/{pending.id}/delete/", {"post": "yes"}).status_code == 403
    post(tess, f"{base}/{known.states['IN_REVIEW'].id}/delete/", {"post": "yes"})
    assert "IN_REVIEW" not in life(acme).states


def test_a_state_that_a_side_refers_to_stays(acme: Acme, tess: Client) -> None:
    add_side(tess)
    state = life(acme).states["DATA_OWNER_APPROVED"]
    answer = tess.post(f"/admin/workflows/entitystatekind/{state.id}/delete/", {"post": "yes"}, follow=True)
    assert "This state is needed" in answer.content.decode()
    assert "DATA_OWNER_APPROVED" in life(acme).states


def test_flows_proposals_and_votes_are_to_look_at(acme: Acme, tess: Client) -> None:
    with acme.scope():
        ends = make_entity(acme.organisation, "Orders"), make_entity(acme.organisation, "Ledger")
        flow = make_physical(make_logical(*ends))
        proposal = make_proposal(acme.asha, *ends)
        vote = make_vote(proposal, acme.ravi)
    shown = {
        *(("logicalflow", flow.logical_flow_id), ("physicalflow", flow.id), ("proposedflow", proposal.id)),
        *(("physicalspecification", flow.specification_id), ("vote", vote.id)),
    }
    for model, key in shown:
        assert tess.get(f"{ADMIN}/{model}/").status_code == 200
        assert tess.get(f"{ADMIN}/{model}/{key}/change/").status_code == 200
        assert tess.post(f"{ADMIN}/{model}/{key}/change/", {"is_removed": "on", "name": "x"}).status_code == 403
        assert tess.post(f"{ADMIN}/{model}/add/", {}).status_code == 403
        assert tess.post(f"{ADMIN}/{model}/{key}/delete/", {"post": "yes"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": str(key), "post": "yes"}
        tess.post(f"{ADMIN}/{model}/", action)
    with acme.scope():
        assert not LogicalFlow.objects.filter(is_removed=True).exists()
        assert PhysicalFlow.objects.get().name == "orders-eod"


def test_others_have_no_administration(acme: Acme) -> None:
    assert signed_in(acme.asha).get(f"{ADMIN}/approvalside/").status_code == 403
