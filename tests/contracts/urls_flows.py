"""The pages of the data-flow catalogue and of proposals. Rows are made here for the REST addresses too."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from flows.models import CatalogueEntity, DataType, PhysicalFlow, ProposalDraft, ProposedFlow, SavedView
from flows.policies import BREAK_GLASS, PROPOSE
from flows.proposals import wizard
from flows.proposals.selectors.choices import command_of
from flows.proposals.services.act import proposal_approve, proposal_comment, proposal_reject
from flows.proposals.services.drafts import draft_start
from flows.proposals.services.propose import proposal_create
from flows.proposals.services.saved_views import view_save
from flows.proposals.wizard import Step
from tests.contracts.url_table import Line, World
from tests.factories import flows as make
from tests.factories.accounts import give_role

Ends = tuple[CatalogueEntity, CatalogueEntity]


def ends(world: World) -> Ends:
    """Ravi speaks for the source, Hema for the target, Asha may propose."""
    acme = world.acme
    source, target = (
        make.make_entity(
            acme.organisation, f"{name} {world.canary}", external_id=f"{name}-{world.canary}", description=world.canary
        )
        for name in ("Orders", "Ledger")
    )
    make.involve(acme.ravi, source)
    make.involve(acme.hema, target)
    give_role(acme.asha, "Proposer", PROPOSE)
    return source, target


def trade(world: World) -> DataType:
    row: DataType = make.make_types(world.acme.organisation)["TRADE"]
    row.name = f"Trade {world.canary}"
    row.save(update_fields=["name"])
    return row


def flow(world: World) -> PhysicalFlow:
    logical = make.make_logical(*world(ends), external_id=f"LF-{world.canary}")
    row = make.make_physical(logical, types=[world(trade)], name=f"eod {world.canary}", description=world.canary)
    row.specification.name = f"File {world.canary}"
    row.specification.save(update_fields=["name"])
    return row


def command(world: World) -> dict[str, Any]:
    """A creation as it is sent."""
    source, target = world(ends)
    sent = make.flow_def(source, target, [world(trade)])
    return {
        **sent,
        "reason": {"code": "OTHER", "description": world.canary},
        "specification": {**sent["specification"], "name": f"File {world.canary}"},
        "flowAttributes": {**sent["flowAttributes"], "name": f"new {world.canary}"},
    }


def proposal(world: World) -> ProposedFlow:
    """One of Asha's that waits, with a comment."""
    row = proposal_create(actor=world.acme.asha, flow_def=world(command))
    proposal_comment(proposal_id=row.id, actor=world.acme.asha, text=world.canary)
    return row


def rejected(world: World) -> ProposedFlow:
    return proposal_reject(proposal_id=world(proposal).id, actor=world.acme.ravi, reason=world.canary).proposal


def failed(world: World) -> ProposedFlow:
    """Its last approval, Hema's, could not be carried out."""
    row = proposal_approve(proposal_id=world(proposal).id, actor=world.acme.ravi).proposal
    vote = {"schema_version": 1, "member_id": str(world.acme.hema.id), "name": "Hema", "reason": "", "side": None}
    row.failure, row.failed_at, row.failed_vote = world.canary, timezone.now(), vote
    row.save(update_fields=["failure", "failed_at", "failed_vote"])
    return row


def draft(world: World) -> ProposalDraft:
    """A change of the flow, finished but for the sending."""
    about = world(flow)
    data = wizard.draft_of(command_of(about)) | {"reason": {"code": "OTHER", "description": world.canary}}
    delivery = {**data[Step.DELIVERY.value], "name": f"changed {world.canary}"}
    return draft_start(
        actor=world.acme.asha,
        data={**data, Step.DELIVERY.value: delivery},
        step=Step.SUMMARY,
        proposal_type=wizard.UPDATE,
        physical_flow_id=about.id,
    )


def saved_view(world: World) -> SavedView:
    return view_save(actor=world.acme.asha, name=f"Mine {world.canary}"[:80], query="tab=active")


def glass(world: World) -> bool:
    """Omar may break it."""
    give_role(world.acme.omar, "Firefighter", BREAK_GLASS)
    return True


def of_entity(world: World) -> Mapping[str, Any]:
    return {"entity_id": world(ends)[0].id}


def of_flow(world: World) -> Mapping[str, Any]:
    """The physical one."""
    return {"flow_id": world(flow).id}


def of_logical(world: World) -> Mapping[str, Any]:
    return {"flow_id": world(flow).logical_flow_id}


def of_proposal(world: World) -> Mapping[str, Any]:
    return {"proposal_id": world(proposal).id}


def of_rejected(world: World) -> Mapping[str, Any]:
    return {"proposal_id": world(rejected).id}


def of_failed(world: World) -> Mapping[str, Any]:
    return {"proposal_id": world(failed).id}


def of_draft(world: World) -> Mapping[str, Any]:
    return {"draft_id": world(draft).id}


def of_step(world: World) -> Mapping[str, Any]:
    return {"draft_id": world(draft).id, "step": Step.REASON.value}


def of_view(world: World) -> Mapping[str, Any]:
    return {"view_id": world(saved_view).id}


def with_flow(world: World) -> Mapping[str, Any]:
    """No argument, and something to hide."""
    world(flow)
    world(proposal)
    return {}


def by_glass(world: World) -> Mapping[str, Any]:
    world(glass)
    return {}


def of_flow_by_glass(world: World) -> Mapping[str, Any]:
    world(glass)
    return of_flow(world)


def of_logical_by_glass(world: World) -> Mapping[str, Any]:
    world(glass)
    return of_logical(world)


def about_source(world: World) -> Mapping[str, Any]:
    return {"entity": str(world(ends)[0].id)}


def new_route(world: World) -> Mapping[str, Any]:
    source, target = world(ends)
    return {"entity": str(source.id), "route": "downstream", "other": str(target.id)}


def new_logical(world: World) -> Mapping[str, Any]:
    source, target = world(ends)
    return {"entity": str(source.id), "direction": "out", "other": str(target.id), "external_id": "", "reason": "Now"}


DELIVERY: Mapping[str, Any] = {
    "name": "night",
    "transport": "FILE_TRANSPORT",
    "frequency": "DAILY",
    "criticality": "MEDIUM",
    "basis_offset": "0",
    "description": "",
    "external_id": "",
}


def new_physical(world: World) -> Mapping[str, Any]:
    spec = {"specification": str(world(flow).specification_id), "spec_name": "", "spec_format": ""}
    return {**DELIVERY, **spec, "ids": [str(world(trade).id)], "reason": "Now"}


def changed(world: World) -> Mapping[str, Any]:
    return {**DELIVERY, "ids": [str(world(trade).id)], "reason": "Now"}


def ids_of(world: World) -> Mapping[str, Any]:
    ids: list[UUID] = [world(proposal).id]
    return {"ids": [str(one) for one in ids], "decision": "approve", "reason": ""}


FLOWS, PROPOSALS = "flows/", "flows/proposals/"
ONE, DRAFT = f"{PROPOSALS}<uuid:proposal_id>/", f"{FLOWS}drafts/<uuid:draft_id>/"
LOGICAL, PHYSICAL = f"{FLOWS}logical/<uuid:flow_id>/", f"{FLOWS}physical/<uuid:flow_id>/"
GLASS: dict[str, Any] = {"holder": "omar", "without": "tess"}

LINES = [
    Line(FLOWS, ids=with_flow),
    Line(f"{FLOWS}export.csv", ids=with_flow),
    Line(f"{FLOWS}suggest/", ids=with_flow, query="?q=o"),
    Line(f"{FLOWS}entities/<uuid:entity_id>/", ids=of_entity),
    Line(LOGICAL, ids=of_logical),
    Line(PHYSICAL, ids=of_flow),
    Line(f"{FLOWS}logical/direct/", ids=by_glass, data=about_source, **GLASS),
    Line(f"{FLOWS}logical/direct/", "post", ids=by_glass, data=new_logical, **GLASS),
    Line(f"{LOGICAL}direct/", ids=of_logical_by_glass, **GLASS),
    Line(
        f"{LOGICAL}direct/",
        "post",
        ids=of_logical_by_glass,
        data={"lifecycle_status": "PENDING", "external_id": "", "reason": "Now"},
        **GLASS,
    ),
    Line(f"{LOGICAL}direct/physical/", ids=of_logical_by_glass, **GLASS),
    Line(f"{LOGICAL}direct/physical/", "post", ids=of_logical_by_glass, data=new_physical, **GLASS),
    Line(f"{PHYSICAL}direct/", ids=of_flow_by_glass, **GLASS),
    Line(f"{PHYSICAL}direct/", "post", ids=of_flow_by_glass, data=changed, **GLASS),
    Line(PROPOSALS, ids=with_flow),
    Line(f"{PROPOSALS}export.csv", ids=with_flow),
    Line(f"{PROPOSALS}bulk/", "post", holder="ravi", ids=with_flow, data=ids_of),
    Line(f"{PROPOSALS}views/", "post", data={"name": "Open", "query": "tab=active"}),
    Line(f"{PROPOSALS}views/<uuid:view_id>/delete/", "post", ids=of_view, without="ravi"),
    Line(f"{PROPOSALS}new/", ids=with_flow, data=about_source),
    Line(f"{PROPOSALS}new/", "post", ids=with_flow, data=new_route),
    Line(ONE, holder="fritz", ids=of_proposal),
    Line(f"{ONE}approve/", "post", holder="ravi", without="fritz", ids=of_proposal),
    Line(f"{ONE}reject/", "post", holder="ravi", without="fritz", ids=of_proposal, data={"reason": "No"}),
    Line(f"{ONE}cancel/", "post", without="ravi", ids=of_proposal),
    Line(f"{ONE}retry/", "post", holder="hema", without="fritz", ids=of_failed),
    Line(f"{ONE}comment/", "post", holder="fritz", ids=of_proposal, data={"text": "Hello"}),
    Line(f"{ONE}watch/", "post", holder="fritz", ids=of_proposal, data={"action": "watch"}),
    Line(f"{ONE}revise/", "post", without="ravi", ids=of_rejected),
    Line(f"{DRAFT}discard/", "post", without="ravi", ids=of_draft),
    Line(f"{DRAFT}propose/", "post", without="ravi", ids=of_draft, data={"idempotency_key": "k" * 32}),
    Line(f"{DRAFT}<slug:step>/", without="ravi", ids=of_step),
    Line(f"{DRAFT}<slug:step>/", "post", without="ravi", ids=of_step, data={"code": "OTHER", "description": "x"}),
    Line(f"{PHYSICAL}propose-update/", ids=of_flow),
    Line(f"{PHYSICAL}propose-update/", "post", ids=of_flow, data=DELIVERY),
    Line(f"{PHYSICAL}propose-remove/", ids=of_flow),
    Line(
        f"{PHYSICAL}propose-remove/", "post", without="fritz", ids=of_flow, data={"code": "OTHER", "description": "x"}
    ),
]
