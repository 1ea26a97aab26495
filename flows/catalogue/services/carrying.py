"""Data types of specifications and of the logical flows that carry them.

A logical flow carries the union over its live physical flows; the unknown type stands only where nothing is known.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from flows.catalogue.selectors.rows import live
from flows.models import LogicalFlowDataType, PhysicalFlow, SpecificationDataType

NO_OPINION: Final = "NO_OPINION"
DISCOURAGED: Final = "DISCOURAGED"
"""The rating of the unknown type."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Whose change it is, when, and in which organisation."""

    organisation_id: UUID
    member_id: UUID | None
    at: datetime

    @property
    def made(self) -> dict[str, object]:
        return {
            "organisation_id": self.organisation_id,
            "created_at": self.at,
            "created_by_id": self.member_id,
            **self.changed,
        }

    @property
    def changed(self) -> dict[str, object]:
        return {"modified_at": self.at, "modified_by_id": self.member_id}


def lock_catalogue(organisation_id: UUID) -> None:
    """Until the end of the transaction, nobody else of the organisation changes flows.

    Two that touch the same flows and specifications in different order would wait for each other in a circle otherwise, and
    a change takes milliseconds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock_name(organisation_id)])


def lock_name(organisation_id: UUID) -> str:
    """What ``lock_catalogue`` locks."""
    return f"catalogue:{organisation_id}"


def known_only(types: Iterable[UUID], unknown: Iterable[UUID]) -> frozenset[UUID]:
    """Without the unknown type, unless nothing else is known."""
    wanted = frozenset(types)
    return wanted - frozenset(unknown) or wanted


def add_types(specification_id: UUID, types: Iterable[UUID], stamp: Stamp) -> None:
    """Add what the specification does not carry yet; what it carries is left as it is."""
    rows = [
        SpecificationDataType(specification_id=specification_id, data_type_id=ident, **stamp.made) for ident in types
    ]
    SpecificationDataType.objects.bulk_create(rows, ignore_conflicts=True)


def remove_types(specification_id: UUID, types: Collection[UUID], stamp: Stamp) -> None:
    """Take types off the specification; read-only ones stay."""
    rows = SpecificationDataType.objects.filter(
        organisation_id=stamp.organisation_id, specification_id=specification_id, data_type_id__in=types
    )
    rows.filter(is_readonly=False).delete()


def logical_flows_using(specification_id: UUID, organisation_id: UUID) -> list[UUID]:
    """The live logical flows with a live physical flow of this specification, in the order of their ids."""
    rows = PhysicalFlow.objects.filter(
        live(), live("logical_flow__"), organisation_id=organisation_id, specification_id=specification_id
    )
    return list(rows.order_by("logical_flow_id").values_list("logical_flow_id", flat=True).distinct())


def propagate(logical_ids: Collection[UUID], types: Collection[UUID], unknown_id: UUID | None, stamp: Stamp) -> None:
    """Add what the logical flows do not carry yet, and take the unknown type off those that carry a known one."""
    rows = [
        LogicalFlowDataType(
            logical_flow_id=logical_id,
            data_type_id=ident,
            rating=DISCOURAGED if ident == unknown_id else NO_OPINION,
            **stamp.made,
        )
        for logical_id in logical_ids
        for ident in types
    ]
    LogicalFlowDataType.objects.bulk_create(rows, ignore_conflicts=True)
    drop_unknown(logical_ids, unknown_id, stamp)


def drop_unknown(logical_ids: Collection[UUID], unknown_id: UUID | None, stamp: Stamp) -> None:
    if unknown_id is None:
        return
    links = LogicalFlowDataType.objects.filter(organisation_id=stamp.organisation_id)
    known = links.filter(logical_flow_id=OuterRef("logical_flow_id")).exclude(data_type_id=unknown_id)
    unknown = links.filter(logical_flow_id__in=logical_ids, data_type_id=unknown_id, is_readonly=False)
    unknown.filter(Exists(known)).delete()


def drop_orphans(logical_ids: Collection[UUID], stamp: Stamp) -> None:
    """Take off the logical flows what no live physical flow of theirs carries any more; read-only ones stay."""
    carried = SpecificationDataType.objects.filter(
        live("specification__physical_flows__"),
        organisation_id=stamp.organisation_id,
        data_type_id=OuterRef("data_type_id"),
        specification__physical_flows__logical_flow_id=OuterRef("logical_flow_id"),
    )
    links = LogicalFlowDataType.objects.filter(
        organisation_id=stamp.organisation_id, logical_flow_id__in=logical_ids, is_readonly=False
    )
    links.filter(~Exists(carried)).delete()


def drop_all(logical_id: UUID, stamp: Stamp) -> None:
    """A removed logical flow carries nothing; read-only types stay."""
    LogicalFlowDataType.objects.filter(
        organisation_id=stamp.organisation_id, logical_flow_id=logical_id, is_readonly=False
    ).delete()
