"""The language in which the demo's proposals are told: what is proposed, who did what to it, and when."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Membership
from flows.catalogue.services.carrying import lock_name
from flows.catalogue.services.direct import ATTRIBUTES, Delivery, physical_update
from flows.models import CatalogueEntity, DataType, LogicalFlow, PhysicalFlow, SpecificationDataType
from flows.proposals.services import act, following
from flows.proposals.services.resubmit import proposal_resubmit


@dataclass(frozen=True, slots=True)
class Book:
    """The organisation's catalogue by the codes of ``config.demo.flows_catalogue``."""

    entities: Mapping[str, CatalogueEntity]
    types: Mapping[str, DataType]

    def logical(self, ends: str) -> LogicalFlow | None:
        source, target = (self.entities[code] for code in ends.split(" > "))
        found: LogicalFlow | None = LogicalFlow.objects.filter(source=source, target=target, is_removed=False).first()
        return found

    def physical(self, ends: str, name: str) -> PhysicalFlow:
        """The flow that delivers the specification of this name."""
        flows = PhysicalFlow.objects.filter(logical_flow=self.logical(ends), is_removed=False)
        found: PhysicalFlow = flows.select_related("specification").get(specification__name=name)
        return found

    def ref(self, code: str) -> dict[str, str]:
        return {"kind": self.entities[code].kind.upper(), "id": str(self.entities[code].id)}

    def type_ids(self, codes: str) -> list[str]:
        return [str(self.types[code].id) for code in codes.split()]


@dataclass(frozen=True, slots=True)
class Scene:
    """What an act finds: the people by name, the catalogue, the proposal and the moment."""

    people: Mapping[str, Membership]
    book: Book
    proposal_id: UUID
    at: datetime

    def by(self, who: str) -> dict[str, Any]:
        return {"proposal_id": self.proposal_id, "actor": self.people[who], "at": self.at}


Command = Callable[[Book], dict[str, Any]]
"""The ``flow_def`` of a proposal, with the ids of the organisation."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens ``day`` working days after the proposal, at a local time."""

    day: int
    clock: str
    deed: Callable[[Scene], object]
    is_last: bool = False
    """Played in a transaction of its own after everything else."""


@dataclass(frozen=True, slots=True)
class Tale:
    """One proposal. ``day`` is the working day on which it is made: 0 the last full one; with ``days_ago`` it is that calendar
    day, since time limits count those."""

    maker: str
    day: int
    clock: str
    command: Command
    acts: tuple[Act, ...] = ()
    days_ago: int | None = None


def proposes(maker: str, day: int, clock: str, command: Command, *acts: Act, days_ago: int | None = None) -> Tale:
    return Tale(maker, day, clock, command, acts, days_ago)


def attributes(name: str, how: str, **more: Any) -> dict[str, Any]:
    """``how`` is transport, frequency and criticality."""
    transport, frequency, criticality = how.split()
    given = {"name": name, "transport": transport, "frequency": frequency, "criticality": criticality}
    return {"basisOffset": 0, "description": "", "externalId": None, **given, **more}


def create(ends: str, name: str, how: str, types: str, why: str, code: str = "NEW_REQUIREMENT") -> Command:
    """A new physical flow of the source's; ``how`` is format, transport, frequency and criticality. On the logical flow
    between these ends, or on a new one."""
    layout, delivery = how.split(maxsplit=1)
    source, target = ends.split(" > ")

    def command(book: Book) -> dict[str, Any]:
        logical = book.logical(ends)
        return {
            "source": book.ref(source),
            "target": book.ref(target),
            "reason": {"code": code, "description": why},
            "logicalFlowId": str(logical.id) if logical else None,
            "specification": {"owningEntity": book.ref(source), "name": name, "format": layout},
            "flowAttributes": attributes(flow_name(name), delivery),
            "dataTypeIds": book.type_ids(types),
            "proposalType": "CREATE",
        }

    return command


def update(ends: str, name: str, why: str, *, types: str = "", code: str = "CORRECTION", **changes: Any) -> Command:
    """Another delivery (by the keys of ``flowAttributes``) or other data types of an existing physical flow."""

    def command(book: Book) -> dict[str, Any]:
        found = _existing(book, ends, name, why, code)
        wanted = book.type_ids(types) if types else found["dataTypeIds"]
        delivery = {**found["flowAttributes"], **changes}
        return {**found, "flowAttributes": delivery, "dataTypeIds": wanted, "proposalType": "UPDATE"}

    return command


def remove(ends: str, name: str, why: str, code: str = "DECOMMISSION") -> Command:
    return lambda book: {**_existing(book, ends, name, why, code), "proposalType": "REMOVE"}


def flow_name(specification: str) -> str:
    """What the delivery of a specification is called."""
    return specification.lower().replace(",", "").replace("'", "").replace(" ", "-")


def _existing(book: Book, ends: str, name: str, why: str, code: str) -> dict[str, Any]:
    source, target = ends.split(" > ")
    flow = book.physical(ends, name)
    links = SpecificationDataType.objects.filter(specification_id=flow.specification_id)
    more = {"basisOffset": flow.basis_offset, "description": flow.description, "externalId": flow.external_id}
    return {
        "source": book.ref(source),
        "target": book.ref(target),
        "reason": {"code": code, "description": why},
        "logicalFlowId": str(flow.logical_flow_id),
        "physicalFlowId": str(flow.id),
        "specification": {"id": str(flow.specification_id)},
        "flowAttributes": attributes(flow.name, f"{flow.transport} {flow.frequency} {flow.criticality}", **more),
        "dataTypeIds": [str(ident) for ident in links.values_list("data_type_id", flat=True)],
    }


def approves(day: int, clock: str, who: str, reason: str = "", *, side: str | None = None) -> Act:
    return Act(day, clock, lambda scene: act.proposal_approve(**scene.by(who), side=side, reason=reason))


def rejects(day: int, clock: str, who: str, reason: str, *, side: str | None = None) -> Act:
    return Act(day, clock, lambda scene: act.proposal_reject(**scene.by(who), side=side, reason=reason))


def cancels(day: int, clock: str, who: str, reason: str = "") -> Act:
    return Act(day, clock, lambda scene: act.proposal_cancel(**scene.by(who), reason=reason))


def says(day: int, clock: str, who: str, text: str) -> Act:
    return Act(day, clock, lambda scene: following.proposal_comment(**scene.by(who), text=text))


def watches(day: int, clock: str, who: str) -> Act:
    return Act(day, clock, lambda scene: following.proposal_watch(**scene.by(who)))


def revises(day: int, clock: str, who: str, command: Command) -> Act:
    return Act(day, clock, lambda scene: proposal_resubmit(**scene.by(who), flow_def=command(scene.book)))


def changes_directly(day: int, clock: str, who: str, ends: str, name: str, why: str, **changes: Any) -> Act:
    """Somebody breaks the glass while the proposal is open; ``changes`` are attributes of the flow."""

    def deed(scene: Scene) -> None:
        flow = scene.book.physical(ends, name)
        links = SpecificationDataType.objects.filter(specification_id=flow.specification_id)
        now: dict[str, Any] = {key: getattr(flow, key) for key in ATTRIBUTES}
        wanted = Delivery(**{**now, **changes}, data_type_ids=tuple(links.values_list("data_type_id", flat=True)))
        physical_update(actor=scene.people[who], flow_id=flow.id, delivery=wanted, reason=why, at=scene.at)

    return Act(day, clock, deed)


def approves_in_vain(day: int, clock: str, who: str, reason: str = "") -> Act:
    """The last approval at a moment when somebody else holds the catalogue: it fails as it would in earnest.

    Played by itself once the rest is committed, since what holds the catalogue is another session.
    """

    def deed(scene: Scene) -> None:
        with somebody_at_the_catalogue(scene.people[who].organisation_id) as is_held:
            if is_held:
                act.proposal_approve(**scene.by(who), reason=reason)

    return Act(day, clock, deed, is_last=True)


@contextmanager
def somebody_at_the_catalogue(organisation_id: UUID) -> Iterator[bool]:
    """A second session holds the lock under which flows are changed, and this one waits for it a moment only. Gives False
    where the lock cannot be had, because this transaction holds it."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [lock_name(organisation_id)])
            is_held = bool(cursor.fetchone()[0])
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', '20ms', true)")
        yield is_held
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    finally:
        other.close()
