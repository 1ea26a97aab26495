"""Break-glass: change flows past the approvals. The right is its own code, the reason is mandatory, each use is recorded.

Everything else that changes flows is a proposal. The rules of the catalogue hold here too: different ends, ends in use, known
attribute values, data types that can be chosen, no delivery twice.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.audit.events import Event
from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Invalid
from flows import policies
from flows.catalogue.enums import names_of
from flows.catalogue.selectors.flows import LogicalFlowNotFound, PhysicalFlowNotFound, seen_of
from flows.catalogue.selectors.rows import live_physical
from flows.catalogue.services import carrying
from flows.catalogue.services.carrying import Stamp, lock_catalogue
from flows.events import FlowBreakGlass, FlowCreated, FlowEvent, FlowRemoved, FlowUpdated
from flows.models import (
    CatalogueEntity,
    DataType,
    EnumKind,
    EnumValue,
    FlowLife,
    LogicalFlow,
    PhysicalFlow,
    PhysicalSpecification,
    SpecificationDataType,
)
from forms_builder.schema.parts import has_unstorable

M = TypeVar("M", bound=models.Model)
MAX_REASON: Final = 4_000
ATTRIBUTES: Final = ("name", "transport", "frequency", "criticality", "basis_offset", "description", "external_id")
CODED: Final = ("transport", "frequency", "criticality")


class FlowExists(Conflict):
    """``flow_kind`` and ``flow_id`` in the params say which."""

    code = "flow.exists"
    message = "This flow exists already."


class StillCarries(Conflict):
    code = "logical_flow.still_carries"
    message = "This logical flow still has physical flows. Remove them first."


class ReadOnly(Conflict):
    code = "flow.read_only"
    message = "This flow is read-only: it is kept elsewhere."


class SpecificationReadOnly(ReadOnly):
    code = "specification.read_only"
    message = "The specification is read-only: its data types stay as they are."


class FlowStale(Conflict):
    code = "flow.stale"
    message = (
        "Somebody has changed this flow, or what it carries, since you opened it. Keep a copy of what you typed, open this "
        "page again, and repeat your change."
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """The attributes of a physical flow, and what it carries; an existing specification, or what is behind it for a new one."""

    transport: str
    frequency: str
    criticality: str = "MEDIUM"
    name: str = ""
    basis_offset: int = 0
    description: str = ""
    external_id: str = ""
    data_type_ids: tuple[UUID, ...] = ()
    specification_id: UUID | None = None
    owner_id: UUID | None = None
    specification_name: str = ""
    format: str = ""
    specification_description: str = ""

    @property
    def attributes(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ATTRIBUTES}


@dataclass(slots=True)
class _Use:
    """One use of the right, being carried out."""

    actor: Membership
    reason: str
    stamp: Stamp
    events: list[Event] = field(default_factory=list)

    def tell(self, flow: LogicalFlow, kind: str, ident: UUID, label: str, action: type[FlowEvent], **more: Any) -> None:
        """The fact, and beside it the fact that the glass was broken for it."""
        names: dict[type[FlowEvent], str] = {FlowCreated: "create", FlowUpdated: "update", FlowRemoved: "remove"}
        self.events.append(
            FlowBreakGlass(
                subject_id=ident,
                flow_kind=kind,
                label=label,
                action=names[action],
                reason=self.reason,
                by_id=self.actor.id,
                by_name=self.actor.name,
                changes=more.get("changes", {}),
            )
        )
        ends = {"source_id": flow.source_id, "source_name": flow.source.name}
        ends |= {"target_id": flow.target_id, "target_name": flow.target.name}
        author = {"author_id": self.actor.id, "author_name": self.actor.name}
        self.events.append(action(subject_id=ident, flow_kind=kind, label=label, **ends, **author, **more))

    def record(self) -> None:
        record(self.events, actor=self.actor, organisation_id=self.stamp.organisation_id, at=self.stamp.at)


def _begin(actor: Membership, reason: str, at: datetime | None) -> _Use:
    """Ask for the right and the reason, and let nobody else change flows meanwhile. Raises Denied, Invalid."""
    policies.flows.require(actor, "break_glass")
    said = reason.strip()
    if not said:
        raise Invalid({"reason": ["Say why this cannot wait for the approvers."]})
    if len(said) > MAX_REASON or has_unstorable(said):
        raise Invalid({"reason": [f"At most {MAX_REASON} characters of text."]})
    lock_catalogue(actor.organisation_id)
    return _Use(actor, said, Stamp(actor.organisation_id, actor.id, at or timezone.now()))


@transaction.atomic
def logical_create(
    *,
    actor: Membership,
    source_id: UUID,
    target_id: UUID,
    reason: str,
    external_id: str = "",
    at: datetime | None = None,
) -> LogicalFlow:
    """A new logical flow; a removed one of these ends is brought back. Raises Denied, Invalid, FlowExists."""
    use = _begin(actor, reason, at)
    source, target = _ends(actor.organisation_id, source_id, target_id)
    own = LogicalFlow.objects.filter(organisation_id=actor.organisation_id)
    known = own.filter(source_id=source.id, target_id=target.id).first()
    if known is not None and known.is_live:
        raise FlowExists(flow_kind="logical", flow_id=str(known.id))
    if known is not None:
        revived = {"is_removed": False, "lifecycle_status": FlowLife.ACTIVE, "author_id": actor.id, "proposal_id": None}
        own.filter(id=known.id).update(**revived, **use.stamp.changed)
        flow: LogicalFlow = own.select_related("source", "target").get(id=known.id)
    else:
        flow = _made(
            LogicalFlow(
                source=source,
                target=target,
                external_id=external_id.strip() or f"LF:{uuid4()}",
                author_id=actor.id,
                **use.stamp.made,
            )
        )
    unknown = DataType.objects.filter(organisation_id=actor.organisation_id, is_unknown=True).first()
    if unknown is not None:
        carrying.propagate([flow.id], [unknown.id], unknown.id, use.stamp)
    use.tell(flow, "logical", flow.id, _label(flow), FlowCreated, revived=known is not None)
    use.record()
    return flow


@transaction.atomic
def logical_update(
    *,
    actor: Membership,
    flow_id: UUID,
    values: Mapping[str, Any],
    reason: str,
    seen: str | None = None,
    at: datetime | None = None,
) -> LogicalFlow:
    """Set ``lifecycle_status`` (ACTIVE or PENDING), ``external_id``, ``is_readonly``. ``seen`` is the flow as the actor knows it.

    Raises Denied, NotFound, Invalid, FlowExists, FlowStale.
    """
    use = _begin(actor, reason, at)
    flow = _logical(actor.organisation_id, flow_id)
    if seen is not None and seen != seen_of(flow):
        raise FlowStale
    if values.get("lifecycle_status", FlowLife.ACTIVE) not in (FlowLife.ACTIVE, FlowLife.PENDING):
        raise Invalid({"lifecycle_status": ["Choose active or pending; a flow is removed by its own button."]})
    changes = _set(flow, values, ("lifecycle_status", "external_id", "is_readonly"), use.stamp)
    if changes:
        use.tell(flow, "logical", flow.id, _label(flow), FlowUpdated, changes=changes)
        use.record()
    return flow


@transaction.atomic
def logical_remove(*, actor: Membership, flow_id: UUID, reason: str, at: datetime | None = None) -> LogicalFlow:
    """Remove a logical flow without physical ones. Raises Denied, NotFound, Invalid, StillCarries, ReadOnly."""
    use = _begin(actor, reason, at)
    flow = _logical(actor.organisation_id, flow_id)
    if flow.is_readonly:
        raise ReadOnly
    if live_physical(actor.organisation_id).filter(logical_flow_id=flow.id).exists():
        raise StillCarries
    _remove_logical(use, flow)
    use.record()
    return flow


@transaction.atomic
def physical_create(
    *, actor: Membership, logical_flow_id: UUID, delivery: Delivery, reason: str, at: datetime | None = None
) -> PhysicalFlow:
    """A new physical flow on a logical one. Raises Denied, NotFound, ReadOnly, FlowExists, Invalid with ``Delivery`` fields."""
    use = _begin(actor, reason, at)
    logical = _logical(actor.organisation_id, logical_flow_id)
    if logical.is_readonly:
        raise ReadOnly
    if logical.lifecycle_status != FlowLife.ACTIVE:
        raise Invalid({"": ["Physical flows belong to active logical flows."]})
    _ends(actor.organisation_id, logical.source_id, logical.target_id)
    types = _check_delivery(actor.organisation_id, delivery)
    specification = _specification(use, logical, delivery)
    flow = _made(
        PhysicalFlow(
            logical_flow=logical,
            specification=specification,
            author_id=actor.id,
            **delivery.attributes | {"external_id": delivery.external_id or f"PF_{uuid4().hex[:12]}"},
            **use.stamp.made,
        )
    )
    there = _types_of(specification.id)
    _carry(use, specification, there, there | types)
    use.tell(logical, "physical", flow.id, str(flow), FlowCreated, data_types=_type_names(types))
    use.record()
    return flow


@transaction.atomic
def physical_update(
    *,
    actor: Membership,
    flow_id: UUID,
    delivery: Delivery,
    reason: str,
    seen: str | None = None,
    at: datetime | None = None,
) -> PhysicalFlow:
    """Set all attributes and the complete set of data types. ``seen`` is the flow, with its types, as the actor knows it: what
    came about since is not put back.

    Raises Denied, NotFound, Invalid, FlowExists, FlowStale, ReadOnly.
    """
    use = _begin(actor, reason, at)
    flow = _physical(actor.organisation_id, flow_id)
    there = _types_of(flow.specification_id)
    if seen is not None and seen != seen_of(flow, there):
        raise FlowStale
    types = _check_delivery(actor.organisation_id, delivery, used=flow)
    changes = _set(flow, delivery.attributes, ATTRIBUTES, use.stamp)
    if types != there:
        _carry(use, flow.specification, there, types)
        changes["data types"] = (
            ", ".join(_type_names(there)),
            ", ".join(_type_names(_types_of(flow.specification_id))),
        )
    if changes:
        use.tell(flow.logical_flow, "physical", flow.id, str(flow), FlowUpdated, changes=changes)
        use.record()
    return flow


@transaction.atomic
def physical_remove(*, actor: Membership, flow_id: UUID, reason: str, at: datetime | None = None) -> PhysicalFlow:
    """Remove it; a specification that nobody uses any more goes too, and the logical flow with its last physical one.

    Raises Denied, NotFound, Invalid, ReadOnly.
    """
    use = _begin(actor, reason, at)
    flow = _physical(actor.organisation_id, flow_id)
    flow.is_removed, flow.lifecycle_status = True, FlowLife.REMOVED
    flow.save(update_fields=["is_removed", "lifecycle_status", *flow.touch(actor.id, use.stamp.at)])
    use.tell(flow.logical_flow, "physical", flow.id, str(flow), FlowRemoved)
    others = live_physical(actor.organisation_id)
    if not others.filter(specification_id=flow.specification_id).exists():
        spec = PhysicalSpecification.objects.filter(organisation_id=actor.organisation_id, id=flow.specification_id)
        spec.update(is_removed=True, **use.stamp.changed)
        use.tell(flow.logical_flow, "specification", flow.specification_id, flow.specification.name, FlowRemoved)
    if others.filter(logical_flow_id=flow.logical_flow_id).exists():
        carrying.drop_orphans([flow.logical_flow_id], use.stamp)
    else:
        _remove_logical(use, flow.logical_flow)
    use.record()
    return flow


def _remove_logical(use: _Use, flow: LogicalFlow) -> None:
    flow.is_removed, flow.lifecycle_status = True, FlowLife.REMOVED
    flow.save(update_fields=["is_removed", "lifecycle_status", *flow.touch(use.actor.id, use.stamp.at)])
    carrying.drop_all(flow.id, use.stamp)
    use.tell(flow, "logical", flow.id, _label(flow), FlowRemoved)


def _ends(organisation_id: UUID, source_id: UUID, target_id: UUID) -> tuple[CatalogueEntity, CatalogueEntity]:
    if source_id == target_id:
        raise Invalid({"target": ["The two ends must be different."]})
    rows = CatalogueEntity.objects.filter(organisation_id=organisation_id, id__in=(source_id, target_id))
    found = {row.id: row for row in rows}
    problems: dict[str, list[str]] = {}
    for place, ident in (("source", source_id), ("target", target_id)):
        if ident not in found:
            problems[place] = ["Choose an entry of the catalogue."]
        elif found[ident].is_retired:
            problems[place] = [f"{found[ident].name} is retired."]
    if problems:
        raise Invalid(problems)
    return found[source_id], found[target_id]


def _logical(organisation_id: UUID, flow_id: UUID) -> LogicalFlow:
    rows = LogicalFlow.objects.filter(organisation_id=organisation_id, id=flow_id, is_removed=False)
    flow: LogicalFlow | None = rows.select_related("source", "target").first()
    if flow is None or not flow.is_live:
        raise LogicalFlowNotFound
    return flow


def _physical(organisation_id: UUID, flow_id: UUID) -> PhysicalFlow:
    rows = PhysicalFlow.objects.filter(organisation_id=organisation_id, id=flow_id, is_removed=False)
    flow: PhysicalFlow | None = rows.select_related(
        "specification", "logical_flow__source", "logical_flow__target"
    ).first()
    if flow is None or not flow.is_live:
        raise PhysicalFlowNotFound
    if flow.is_readonly or flow.logical_flow.is_readonly:
        raise ReadOnly
    return flow


def _check_delivery(organisation_id: UUID, delivery: Delivery, used: PhysicalFlow | None = None) -> frozenset[UUID]:
    """The data types to carry, once everything can be stored. What the flow has already may stay although it is retired."""
    problems: dict[str, list[str]] = {}
    values = EnumValue.objects.filter(organisation_id=organisation_id, is_active=True).values_list("kind", "code")
    known = set(values)
    for kind in CODED:
        code = getattr(delivery, kind)
        if (kind, code) not in known and not (used is not None and getattr(used, kind) == code):
            problems[kind] = ["Choose a value of the list."]
    if delivery.specification_id is None and used is None and (EnumKind.FORMAT, delivery.format) not in known:
        problems["format"] = ["Choose a value of the list."]
    texts = {name: getattr(delivery, name) for name in ("name", "description", "external_id", "specification_name")}
    problems |= {name: ["This text cannot be stored."] for name, text in texts.items() if has_unstorable(text)}
    there = _types_of(used.specification_id) if used is not None else frozenset()
    wanted = frozenset(delivery.data_type_ids)
    types = DataType.objects.filter(organisation_id=organisation_id, id__in=wanted)
    found = {row.id: row for row in types}
    bad = [ident for ident in wanted if not _may_carry(found.get(ident), ident in there)]
    if not wanted or bad:
        problems["data_type_ids"] = ["Choose at least one data type that can be chosen."]
    if problems:
        raise Invalid(problems)
    return frozenset(carrying.known_only(wanted, [row.id for row in found.values() if row.is_unknown]))


def _may_carry(row: DataType | None, is_there: bool) -> bool:
    return row is not None and (is_there or (row.concrete and not row.deprecated))


def _specification(use: _Use, logical: LogicalFlow, delivery: Delivery) -> PhysicalSpecification:
    own = PhysicalSpecification.objects.filter(organisation_id=use.stamp.organisation_id)
    ends = (logical.source_id, logical.target_id)
    if delivery.specification_id is not None:
        found: PhysicalSpecification | None = own.filter(
            id=delivery.specification_id, owner_id__in=ends, is_removed=False
        ).first()
        if found is None:
            raise Invalid({"specification_id": ["Choose a specification of one of the ends."]})
        return found
    if not delivery.specification_name.strip() or (delivery.owner_id or ends[0]) not in ends:
        raise Invalid({"specification_name": ["Give the new specification a name and one of the ends as its owner."]})
    row = PhysicalSpecification(
        owner_id=delivery.owner_id or ends[0],
        name=delivery.specification_name.strip(),
        format=delivery.format,
        description=delivery.specification_description,
        external_id=f"PS_{uuid4().hex[:12]}",
        **use.stamp.made,
    )
    row.save(force_insert=True)
    use.tell(logical, "specification", row.id, row.name, FlowCreated)
    return row


def _types_of(specification_id: UUID) -> frozenset[UUID]:
    rows = SpecificationDataType.objects.filter(specification_id=specification_id)
    return frozenset(rows.values_list("data_type_id", flat=True))


def _type_names(ids: Collection[UUID]) -> tuple[str, ...]:
    return tuple(DataType.objects.filter(id__in=ids).order_by("name").values_list("name", flat=True))


def _carry(use: _Use, row: PhysicalSpecification, there: frozenset[UUID], wanted: Iterable[UUID]) -> None:
    organisation_id, specification_id = use.stamp.organisation_id, row.id
    unknown = DataType.objects.filter(organisation_id=organisation_id, is_unknown=True).values_list("id", flat=True)
    kept = carrying.known_only(wanted, unknown)
    if row.is_readonly and kept != there:
        raise SpecificationReadOnly
    carrying.add_types(specification_id, kept - there, use.stamp)
    carrying.remove_types(specification_id, there - kept, use.stamp)
    users = carrying.logical_flows_using(specification_id, organisation_id)
    carrying.propagate(users, kept, unknown.first(), use.stamp)
    carrying.drop_orphans(users, use.stamp)


def _set(row: Any, values: Mapping[str, Any], allowed: Collection[str], stamp: Stamp) -> dict[str, tuple[str, str]]:
    """Set the columns that differ; returns what was and what is, in words. Raises Invalid, FlowExists."""
    names = names_of(stamp.organisation_id)
    changes: dict[str, tuple[str, str]] = {}
    columns: list[str] = []
    for column in allowed:
        if column in values and values[column] != getattr(row, column):
            before, after = getattr(row, column), values[column]
            said = tuple(names.get((column, str(value)), str(value)) for value in (before, after))
            changes[column.replace("_", " ")] = (said[0], said[1])
            setattr(row, column, after)
            columns.append(column)
    if columns:
        try:
            with transaction.atomic():
                row.save(update_fields=[*columns, *row.touch(stamp.member_id, stamp.at)])
        except IntegrityError as error:
            raise FlowExists from error
    return changes


def _made(row: M) -> M:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise FlowExists from error
    return row


def _label(flow: LogicalFlow) -> str:
    return f"{flow.source.name} → {flow.target.name}"
