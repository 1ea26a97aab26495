"""Rows of the data-flow catalogue, of proposals and of the tracking tables for the administration's table."""

from typing import Any

from accounts.tenancy.models import OrganisationRow
from flows.models import (
    ApprovalSide,
    Backfill,
    CatalogueEntity,
    CatalogueImport,
    DataType,
    EnumValue,
    FlowSettings,
    Involvement,
    InvolvementKind,
    LogicalFlow,
    PhysicalFlow,
    PhysicalSpecification,
    ProposalReason,
    ProposedFlow,
    Vote,
)
from flows.setup import LOGICAL_KIND, PROPOSAL_KIND, PROPOSAL_WORKFLOW, settings_of
from tests.contracts.url_table import Line, World
from tests.factories.flows import involve, make_entity, make_logical, make_physical, make_proposal, make_vote
from workflows.models import EntityResult, EntityState, EntityStateKind, EntityTransition, EntityWorkflow
from workflows.services.tracking import results_add, track


def settings(world: World) -> FlowSettings:
    return settings_of(world.acme.organisation.id)


def orders(world: World) -> CatalogueEntity:
    return make_entity(
        world.acme.organisation, "Orders", external_id=world.canary, description=f"Orders {world.canary}"
    )


def flow(world: World) -> PhysicalFlow:
    target = make_entity(world.acme.organisation, f"Ledger {world.canary}")
    logical = make_logical(world(orders), target, external_id=f"LF-{world.canary}")
    return make_physical(logical, name=f"eod {world.canary}", description=world.canary, external_id=world.canary)


def logical(world: World) -> LogicalFlow:
    row: LogicalFlow = world(flow).logical_flow
    return row


def specification(world: World) -> PhysicalSpecification:
    row: PhysicalSpecification = world(flow).specification
    row.name = f"File {world.canary}"
    row.save(update_fields=["name"])
    return row


def involvement(world: World) -> Involvement:
    involve(world.acme.ravi, world(orders))
    row: Involvement = Involvement.objects.get(entity=world(orders), member=world.acme.ravi)
    return row


def named(world: World, model: Any, **found: Any) -> Any:
    """A row that every organisation has, called after the canary."""
    world(settings)
    row = model.objects.filter(**found).earliest("created_at")
    row.name = f"{row.name} {world.canary}"
    row.save(update_fields=["name"])
    return row


def data_type(world: World) -> DataType:
    row: DataType = named(world, DataType, is_unknown=True)
    return row


def enum_value(world: World) -> EnumValue:
    row: EnumValue = named(world, EnumValue, kind="transport")
    return row


def involvement_kind(world: World) -> InvolvementKind:
    row: InvolvementKind = named(world, InvolvementKind)
    return row


def reason(world: World) -> ProposalReason:
    row: ProposalReason = named(world, ProposalReason)
    return row


def side(world: World) -> ApprovalSide:
    row: ApprovalSide = named(world, ApprovalSide, code="source")
    return row


def tracking_workflow(world: World) -> EntityWorkflow:
    row: EntityWorkflow = named(world, EntityWorkflow)
    return row


def state_kind(world: World) -> EntityStateKind:
    row: EntityStateKind = named(world, EntityStateKind, code="PENDING_APPROVALS")
    return row


def proposal(world: World) -> ProposedFlow:
    physical = world(flow)
    between: LogicalFlow = physical.logical_flow
    row = make_proposal(world.acme.asha, between.source, between.target, reason=world.canary)
    about: dict[str, Any] = {
        "workflow_code": PROPOSAL_WORKFLOW,
        "entity_kind": PROPOSAL_KIND,
        "entity_id": row.id,
        "by": world.acme.asha,
        "at": row.acted_at,
    }
    track(**about, to_state="PENDING_APPROVALS", reason=world.canary)
    results_add(**about, results=[(LOGICAL_KIND, between.id)])
    return row


def vote(world: World) -> Vote:
    return make_vote(world(proposal), world.acme.ravi, reason=world.canary)


def state(world: World) -> OrganisationRow:
    row: EntityState = EntityState.objects.get(entity_id=world(proposal).id)
    return row


def transition(world: World) -> OrganisationRow:
    row: EntityTransition = EntityTransition.objects.get(entity_id=world(proposal).id)
    return row


def result(world: World) -> OrganisationRow:
    row: EntityResult = EntityResult.objects.get(entity_id=world(proposal).id)
    return row


def catalogue_import(world: World) -> CatalogueImport:
    row: CatalogueImport = CatalogueImport.objects.create(
        organisation=world.acme.organisation,
        kind="entities",
        file_name=f"{world.canary}.csv",
        errors=[{"row": 2, "column": "name", "message": world.canary}],
        by_name="Tess",
    )
    return row


def backfill(world: World) -> Backfill:
    row: Backfill = Backfill.objects.create(organisation=world.acme.organisation, by_name=world.canary)
    return row


LINES: list[Line] = []
ADMIN_ROWS = {
    "flows.flowsettings": settings,
    "flows.catalogueentity": orders,
    "flows.datatype": data_type,
    "flows.enumvalue": enum_value,
    "flows.involvementkind": involvement_kind,
    "flows.involvement": involvement,
    "flows.approvalside": side,
    "flows.proposalreason": reason,
    "flows.logicalflow": logical,
    "flows.physicalflow": flow,
    "flows.physicalspecification": specification,
    "flows.proposedflow": proposal,
    "flows.vote": vote,
    "flows.catalogueimport": catalogue_import,
    "flows.backfill": backfill,
    "workflows.entityworkflow": tracking_workflow,
    "workflows.entitystatekind": state_kind,
    "workflows.entitystate": state,
    "workflows.entitytransition": transition,
    "workflows.entityresult": result,
}
