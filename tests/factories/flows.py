"""The catalogue of data flows in small: ends, data types, flows, and who is involved. All need the organisation's scope."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership, Organisation
from flows.models import (
    Approval,
    ApprovalSide,
    CatalogueEntity,
    DataType,
    DataTypeOwner,
    FlowSettings,
    Involvement,
    InvolvementKind,
    LogicalFlow,
    LogicalFlowDataType,
    PhysicalFlow,
    PhysicalSpecification,
    ProposedFlow,
    SideRole,
    SpecificationDataType,
    Vote,
)
from flows.setup import organisation_prepare, settings_of
from tests.factories.accounts import give_role

__all__ = ["organisation_prepare"]

TYPES: dict[str, tuple[str, dict[str, Any]]] = {
    "TRADING": ("", {"name": "Trading", "concrete": False}),
    "TRADE": ("TRADING", {"name": "Trade"}),
    "ORDER": ("TRADING", {"name": "Order"}),
    "OLD_ORDER": ("TRADING", {"name": "Old order", "deprecated": True}),
    "PARTY": ("", {"name": "Party"}),
}
"""A small tree: one abstract type with a deprecated child among its children, and a root that can be chosen."""


def make_entity(organisation: Organisation, name: str = "Orders", **more: Any) -> CatalogueEntity:
    """An application, or with ``kind`` something else. The external id is made from the name."""
    organisation_prepare(organisation.id)
    external_id = f"APP-{name.upper().replace(' ', '-')}"
    values: dict[str, Any] = {"kind": "application", "external_id": external_id, **more}
    row: CatalogueEntity = CatalogueEntity.objects.create(organisation=organisation, name=name, **values)
    return row


def make_actor(organisation: Organisation, name: str = "Exchange", **more: Any) -> CatalogueEntity:
    """An actor, external unless told otherwise."""
    return make_entity(organisation, name, **{"kind": "actor", "is_external": True, **more})


def make_types(organisation: Organisation) -> dict[str, DataType]:
    """The tree of ``TYPES`` by code, with the organisation's unknown type as ``UNKNOWN``. Made once."""
    organisation_prepare(organisation.id)
    for code, (parent, values) in TYPES.items():
        above = DataType.objects.filter(organisation=organisation, code=parent).first()
        DataType.objects.get_or_create(organisation=organisation, code=code, defaults={"parent": above, **values})
    return {row.code: row for row in DataType.objects.filter(organisation=organisation)}


def make_logical(source: CatalogueEntity, target: CatalogueEntity, **more: Any) -> LogicalFlow:
    row: LogicalFlow = LogicalFlow.objects.create(
        organisation_id=source.organisation_id, source=source, target=target, **more
    )
    return row


def make_specification(
    owner: CatalogueEntity, name: str = "Daily orders file", types: Iterable[DataType] = (), **more: Any
) -> PhysicalSpecification:
    row: PhysicalSpecification = PhysicalSpecification.objects.create(
        organisation_id=owner.organisation_id, owner=owner, name=name, **{"format": "FLAT_FILE", **more}
    )
    for data_type in types:
        SpecificationDataType.objects.create(
            organisation_id=owner.organisation_id, specification=row, data_type=data_type
        )
    return row


def make_physical(
    logical: LogicalFlow,
    specification: PhysicalSpecification | None = None,
    types: Iterable[DataType] = (),
    **more: Any,
) -> PhysicalFlow:
    """A daily file; its data types also decorate the logical flow."""
    types = list(types)
    spec = specification or make_specification(logical.source, types=types)
    values: dict[str, Any] = {"name": "orders-eod", "transport": "FILE_TRANSPORT", "frequency": "DAILY", **more}
    row: PhysicalFlow = PhysicalFlow.objects.create(
        organisation_id=logical.organisation_id, logical_flow=logical, specification=spec, **values
    )
    for link in spec.type_links.all():
        LogicalFlowDataType.objects.get_or_create(
            organisation_id=logical.organisation_id, logical_flow=logical, data_type_id=link.data_type_id
        )
    return row


def involve(member: Membership, *entities: CatalogueEntity, kind: str = "OWNER") -> None:
    """Make the person somebody of these ends; owners speak for their side."""
    organisation_prepare(member.organisation_id)
    found = InvolvementKind.objects.get(organisation_id=member.organisation_id, code=kind)
    for entity in entities:
        Involvement.objects.get_or_create(
            organisation_id=member.organisation_id, entity=entity, member=member, kind=found
        )


def own_type(member: Membership, *types: DataType) -> None:
    """Make the person an owner of the data types."""
    for data_type in types:
        DataTypeOwner.objects.create(organisation_id=member.organisation_id, data_type=data_type, member=member)


def speak_by_role(member: Membership, side_code: str, role_name: str = "Steward", **more: Any) -> SideRole:
    """Give the person a role that speaks for a side."""
    side = ApprovalSide.objects.get(organisation_id=member.organisation_id, code=side_code)
    role = give_role(member, role_name)
    row: SideRole = SideRole.objects.create(organisation_id=member.organisation_id, side=side, role=role, **more)
    return row


def make_proposal(
    maker: Membership, source: CatalogueEntity, target: CatalogueEntity, types: Iterable[DataType] = (), **more: Any
) -> ProposedFlow:
    """A pending proposal with its approvals, past the services; for tests of what is stored, not of how it came there."""
    now = timezone.now()
    last: int = ProposedFlow.objects.filter(organisation_id=maker.organisation_id).count()
    values: dict[str, Any] = {
        "number": last + 1,
        "proposal_type": "CREATE",
        "state": "PENDING_APPROVALS",
        "flow_def": {"schema_version": 1, **flow_def(source, target, types)},
        "identity": f"made {last + 1}",
        "acted_at": now,
        "due_at": now + timedelta(days=30),
        **more,
    }
    row: ProposedFlow = ProposedFlow.objects.create(
        organisation_id=maker.organisation_id,
        maker=maker,
        maker_name=maker.name,
        source=source,
        target=target,
        **values,
    )
    ask(row)
    return row


def ask(proposal: ProposedFlow) -> None:
    """The approvals that the sides owe to the proposal's revision."""
    for side in ApprovalSide.objects.filter(organisation_id=proposal.organisation_id, is_active=True):
        Approval.objects.create(
            organisation_id=proposal.organisation_id,
            proposal=proposal,
            revision=proposal.revision,
            side=side,
            side_code=side.code,
            side_name=side.name,
            entity={"source": proposal.source, "target": proposal.target}.get(side.anchor),
            quorum=side.quorum,
        )


def make_vote(proposal: ProposedFlow, member: Membership | None, side: str = "source", **more: Any) -> Vote:
    """What somebody says for a side, past the services."""
    approval = Approval.objects.get(proposal=proposal, revision=proposal.revision, side_code=side)
    values: dict[str, Any] = {"decision": "approve", "at": timezone.now(), **more}
    row: Vote = Vote.objects.create(
        organisation_id=proposal.organisation_id,
        approval=approval,
        proposal=proposal,
        revision=approval.revision,
        member=member,
        member_name=member.name if member else "Countersign",
        **values,
    )
    return row


def allow(organisation: Organisation, **policies: Any) -> FlowSettings:
    """Set what the organisation allows, past the administration."""
    settings = settings_of(organisation.id)
    for name, value in policies.items():
        setattr(settings, name, value)
    settings.save(update_fields=list(policies))
    return settings


def flow_def(
    source: CatalogueEntity, target: CatalogueEntity, types: Iterable[DataType], **more: Any
) -> dict[str, Any]:
    """A command as a client sends it: a new flow with a new specification; ``more`` replaces whole keys."""
    return {
        "source": _ref(source),
        "target": _ref(target),
        "reason": {"code": "NEW_REQUIREMENT", "description": "Agreed with the other team"},
        "logicalFlowId": None,
        "physicalFlowId": None,
        "specification": {
            "id": None,
            "owningEntity": _ref(source),
            "name": "Daily orders file",
            "description": "",
            "format": "FLAT_FILE",
            "externalId": None,
        },
        "flowAttributes": ATTRIBUTES,
        "dataTypeIds": [str(data_type.id) for data_type in types],
        "proposalType": "CREATE",
        **more,
    }


ATTRIBUTES: Mapping[str, Any] = {
    "name": "orders-eod",
    "transport": "FILE_TRANSPORT",
    "frequency": "DAILY",
    "basisOffset": 0,
    "criticality": "MEDIUM",
    "description": "",
    "externalId": None,
}


def _ref(entity: CatalogueEntity) -> dict[str, Any]:
    return {"kind": str(entity.kind).upper(), "id": str(entity.id)}
