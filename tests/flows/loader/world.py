"""Logical flows for the loader, each with another fate."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Organisation
from flows.models import LogicalFlow, LogicalFlowDataType, PhysicalFlow
from tests.factories import flows as make


@dataclass(frozen=True)
class Flows:
    bare: LogicalFlow
    decorated: LogicalFlow
    carried: LogicalFlow
    readonly: LogicalFlow
    pending: LogicalFlow
    removed: LogicalFlow


def make_flows(organisation: Organisation) -> Flows:
    """One of each fate. Needs the organisation's scope."""
    types = make.make_types(organisation)
    hub = make.make_entity(organisation, "Hub")
    ends = [make.make_entity(organisation, f"End {number}") for number in range(6)]
    bare, decorated, carried = (make.make_logical(hub, end) for end in ends[:3])
    for code in ("TRADE", "UNKNOWN"):
        LogicalFlowDataType.objects.create(organisation=organisation, logical_flow=decorated, data_type=types[code])
    make.make_physical(carried, types=[types["PARTY"]])
    return Flows(
        bare,
        decorated,
        carried,
        make.make_logical(hub, ends[3], is_readonly=True),
        make.make_logical(hub, ends[4], lifecycle_status="PENDING"),
        make.make_logical(hub, ends[5], is_removed=True, lifecycle_status="REMOVED"),
    )


def many(organisation: Organisation, number: int) -> None:
    """So many logical flows out of one application, and nothing below them."""
    hub = make.make_entity(organisation, "Hub")
    for end in range(number):
        make.make_logical(hub, make.make_entity(organisation, f"End {end}"))


def physical_of(flow: LogicalFlow) -> list[PhysicalFlow]:
    return list(PhysicalFlow.objects.filter(logical_flow=flow).select_related("specification"))


def per_flow(organisation_id: UUID) -> list[int]:
    """How many physical flows each logical flow has."""
    flows = LogicalFlow.objects.filter(organisation_id=organisation_id)
    return [PhysicalFlow.objects.filter(logical_flow=flow).count() for flow in flows]
