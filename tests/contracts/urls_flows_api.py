"""The REST addresses of flows."""

from collections.abc import Mapping
from typing import Any

from tests.contracts.url_table import Line, World
from tests.contracts.urls_flows import (
    command,
    of_entity,
    of_failed,
    of_flow,
    of_logical,
    of_proposal,
    of_rejected,
    proposal,
    with_flow,
)


def sent(world: World) -> Mapping[str, Any]:
    return world(command)


def all_of_it(world: World) -> Mapping[str, Any]:
    return {"ids": [str(world(proposal).id)], "decision": "approve"}


API = "api/v1/flows/"
PROPOSALS = f"{API}proposals/"
ONE = f"{PROPOSALS}<uuid:proposal_id>/"
NO = {"comment": "No"}

LINES = [
    Line(PROPOSALS, ids=with_flow),
    Line(PROPOSALS, "post", without="fritz", data=sent),
    Line(f"{PROPOSALS}validate/", "post", without="fritz", data=sent),
    Line(f"{PROPOSALS}pending/", holder="ravi", ids=with_flow),
    Line(f"{PROPOSALS}bulk/", "post", holder="ravi", ids=with_flow, data=all_of_it),
    Line(ONE, holder="fritz", ids=of_proposal),
    Line(f"{ONE}approve/", "post", holder="ravi", without="fritz", ids=of_proposal),
    Line(f"{ONE}reject/", "post", holder="ravi", without="fritz", ids=of_proposal, data=NO),
    Line(f"{ONE}cancel/", "post", without="ravi", ids=of_proposal),
    Line(f"{ONE}resubmit/", "post", without="ravi", ids=of_rejected),
    Line(f"{ONE}retry/", "post", holder="hema", without="fritz", ids=of_failed),
    Line(f"{ONE}approvers/", holder="fritz", ids=of_proposal),
    Line(f"{ONE}permissions/", holder="fritz", ids=of_proposal),
    Line(f"{ONE}transitions/", holder="fritz", ids=of_proposal),
    Line(f"{ONE}comments/", holder="fritz", ids=of_proposal),
    Line(f"{ONE}comments/", "post", holder="fritz", ids=of_proposal, data={"text": "Hello"}),
    Line(f"{ONE}watch/", "post", holder="fritz", ids=of_proposal),
    Line(f"{ONE}watch/", "delete", holder="fritz", ids=of_proposal),
    Line(f"{API}entities/", ids=with_flow),
    Line(f"{API}entities/<uuid:entity_id>/", holder="fritz", ids=of_entity),
    Line(f"{API}logical/", ids=with_flow),
    Line(f"{API}logical/<uuid:flow_id>/", holder="fritz", ids=of_logical),
    Line(f"{API}physical/", ids=with_flow),
    Line(f"{API}physical/<uuid:flow_id>/", holder="fritz", ids=of_flow),
    Line(f"{API}data-types/", ids=with_flow),
    Line(f"{API}enums/", ids=with_flow),
    Line(f"{API}reasons/", ids=with_flow),
    Line(f"{API}states/", ids=with_flow),
    Line(f"{API}sides/", ids=with_flow),
]
