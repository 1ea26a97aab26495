"""What the catalogue says about the ends and flows that a file names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.tenancy.errors import DomainError, Invalid
from flows.catalogue.importing.columns import Column, ParsedRow, shown
from flows.catalogue.importing.judging import chunks
from flows.models import CatalogueEntity, DataType, EnumValue, LogicalFlow, PhysicalFlow, PhysicalSpecification

SOURCE = Column("source", "The external id of the sending end.", "APP-100", required=True, most=120)
TARGET = Column("target", "The external id of the receiving end.", "APP-200", required=True, most=120)


class RowRefused(Exception):
    """A row that the service refuses at the last moment; nothing of the file stays."""

    def __init__(self, number: int, error: DomainError) -> None:
        texts = [text for found in error.fields.values() for text in found] if isinstance(error, Invalid) else []
        super().__init__(f"Row {number}: {' '.join(texts) or error.message}")


@dataclass(slots=True)
class FlowFacts:
    """By what files call them: ends and data types by key, logical flows by their ends, physical ones below their flow."""

    ends: dict[str, tuple[UUID, bool]] = field(default_factory=dict)
    logical: dict[tuple[UUID, UUID], dict[str, Any]] = field(default_factory=dict)
    names: dict[str, UUID] = field(default_factory=dict)
    """Logical flows by their external id."""
    physical: dict[UUID, list[PhysicalFlow]] = field(default_factory=dict)
    specifications: dict[tuple[UUID, str, str], PhysicalSpecification] = field(default_factory=dict)
    """By owner, name and format: the one that is used again."""
    types: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)


def facts_of(organisation_id: UUID, rows: Sequence[ParsedRow], *, deep: bool) -> FlowFacts:
    """``deep``: also physical flows, specifications, data types and attribute values."""
    own = {"organisation_id": organisation_id}
    facts = FlowFacts()
    keys = dict.fromkeys(row.values.get(end, "") for row in rows for end in ("source", "target"))
    for part in chunks([key for key in keys if "\0" not in key]):
        for one in CatalogueEntity.objects.filter(**own, external_id__in=part):
            facts.ends[one.external_id] = (one.id, one.is_retired)
    plain = ("id", "source_id", "target_id", "external_id", "lifecycle_status", "is_removed", "is_readonly")
    for ids in chunks([ident for ident, _ in facts.ends.values()]):
        for flow in LogicalFlow.objects.filter(**own, source_id__in=ids).values(*plain):
            facts.logical[(flow["source_id"], flow["target_id"])] = flow
    named = [row.values.get("external_id", "") for row in rows]
    for part in chunks([name for name in dict.fromkeys(named) if name and "\0" not in name]):
        facts.names.update(LogicalFlow.objects.filter(**own, external_id__in=part).values_list("external_id", "id"))
    if deep:
        _deeper(facts, own, rows)
    return facts


def _deeper(facts: FlowFacts, own: Mapping[str, UUID], rows: Sequence[ParsedRow]) -> None:
    for part in chunks([flow["id"] for flow in facts.logical.values()]):
        found = PhysicalFlow.objects.filter(**own, logical_flow_id__in=part, is_removed=False)
        for flow in found.select_related("specification").prefetch_related("specification__type_links__data_type"):
            facts.physical.setdefault(flow.logical_flow_id, []).append(flow)
    owners = [ident for ident, _ in facts.ends.values()]
    names = dict.fromkeys(row.values.get("specification", "") for row in rows)
    for part in chunks([name for name in names if name and "\0" not in name]):
        specs = PhysicalSpecification.objects.filter(**own, owner_id__in=owners, name__in=part, is_removed=False)
        for spec in specs.order_by("id").prefetch_related("type_links__data_type"):
            facts.specifications.setdefault((spec.owner_id, spec.name, spec.format), spec)
    for row in DataType.objects.filter(**own).values("id", "code", "concrete", "deprecated"):
        facts.types[row["code"]] = row
    for kind, code, name in EnumValue.objects.filter(**own, is_active=True).values_list("kind", "code", "name"):
        facts.codes.setdefault(kind, {})[code] = name


def ends_of(row: ParsedRow, values: Mapping[str, Any], facts: FlowFacts) -> tuple[UUID, UUID] | None:
    """The two ends; what is wrong with them is added to the row's problems."""
    found = []
    for end in ("source", "target"):
        ident, is_retired = facts.ends.get(values[end], (None, False))
        if ident is None:
            row.problems.append((end, f"There is no application or actor {shown(values[end])}."))
        elif is_retired:
            row.problems.append((end, "This end is retired."))
        else:
            found.append(ident)
    if len(found) == 2 and found[0] == found[1]:
        row.problems.append(("target", "The two ends must be different."))
    return (found[0], found[1]) if len(found) == 2 and not row.problems else None


def is_live(flow: Mapping[str, Any] | None) -> bool:
    return flow is not None and not flow["is_removed"] and flow["lifecycle_status"] != "REMOVED"


def codes_in(text: str) -> Iterable[str]:
    """The codes of a cell, divided by semicolons or commas."""
    return [part.strip() for part in text.replace(",", ";").split(";") if part.strip()]
