"""Files of physical flows: past the approvals, so for holders of the break-glass right, each row with its reason recorded."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from accounts.tenancy.errors import DomainError
from flows.catalogue.importing.columns import Column, ParsedRow, cleaned, folded, hint, shown
from flows.catalogue.importing.flow_facts import (
    SOURCE,
    TARGET,
    FlowFacts,
    RowRefused,
    codes_in,
    ends_of,
    facts_of,
    is_live,
)
from flows.catalogue.importing.judging import CHANGED, NEW, UNCHANGED, ImportKind, Judged, Seen, Writing, wrong
from flows.catalogue.services import direct
from flows.catalogue.services.carrying import lock_catalogue
from flows.catalogue.services.direct import Delivery, ReadOnly, SpecificationReadOnly
from flows.models import FlowLife, PhysicalFlow, PhysicalSpecification

CODED: Final = {"transport": "UNKNOWN", "frequency": "UNKNOWN", "criticality": "MEDIUM", "format": "UNKNOWN"}
"""Attributes by code, with what stands for an empty cell of a new flow."""
ATTRIBUTES: Final = ("name", "transport", "frequency", "criticality", "basis_offset", "description")


class PhysicalFlowImport(ImportKind):
    code = "physical-flows"
    title = "Physical flows"
    note = (
        "How logical flows are carried out, past the approvals. The external id, or else all that tells deliveries apart, "
        "says which flow a row means."
    )
    changes_flows = True
    most_rows = 2_000
    columns: ClassVar[tuple[Column, ...]] = (
        SOURCE,
        TARGET,
        Column("specification", "The name of what is delivered; one of the source is used again.", "Daily file", required=True),
        Column("data_types", "Codes, divided by semicolons.", "TRADE; PARTY", required=True, most=4_000),
        Column("format", "Of a new specification.", "FLAT_FILE", most=64),
        Column("name", "Of the delivery.", "orders-eod"),
        Column("transport", "How it gets there.", "FILE_TRANSPORT", most=64),
        Column("frequency", "How often.", "DAILY", most=64),
        Column("criticality", "Medium where it is empty.", "MEDIUM", most=64),
        Column("basis_offset", "Days after the business day.", "0", is_number=True),
        Column("description", "Free text.", "", most=4_000),
        Column("external_id", "Made where it is empty.", "", most=120),
    )  # fmt: skip
    ignored = ("lifecycle_status", "source_name", "target_name")

    def judge(self, organisation_id: UUID, rows: Sequence[ParsedRow], *, lock: bool = False) -> list[Judged]:
        if lock:
            lock_catalogue(organisation_id)
        facts = facts_of(organisation_id, rows, deep=True)
        seen = Seen()
        return [self._one(row, facts, seen) for row in rows]

    def _one(self, row: ParsedRow, facts: FlowFacts, seen: Seen) -> Judged:
        values = cleaned(self.columns, row)
        ends = None if row.problems else ends_of(row, values, facts)
        if ends is None:
            return wrong(row)
        _read_codes(row, values, facts)
        logical = facts.logical.get(ends)
        if logical is None or not is_live(logical) or logical["lifecycle_status"] != FlowLife.ACTIVE:
            row.problems.append(("source", "There is no approved logical flow between these ends."))
        elif logical["is_readonly"]:
            row.problems.append(("source", "The logical flow is read-only: it is kept elsewhere."))
        if row.problems or logical is None:
            return wrong(row)
        below = facts.physical.get(logical["id"], [])
        flow = _named(values, below) or _alike(values, below)
        key = flow.id if flow else (logical["id"], *_key(values))
        if seen.is_twice(key, row, "source"):
            return wrong(row)
        wanted = _wanted(values, flow)
        types = _types(row, values["data_types"], flow, facts)
        if flow is None:
            made = {"logical_flow_id": str(logical["id"]), **wanted, "data_types": types}
            made |= {"specification": values["specification"], "format": values.get("format") or CODED["format"]}
            made["external_id"] = values.get("external_id", "")
            again = facts.specifications.get((ends[0], made["specification"], made["format"]))
            if again is not None and again.is_readonly and not set(types) <= set(_carried(again)):
                row.problems.append(("data_types", SpecificationReadOnly.message))
            return wrong(row) if row.problems else Judged(row, NEW, None, {}, made)
        return _changed(row, values, flow, wanted | {"data_types": types})

    def write(self, work: Writing, found: Sequence[Judged]) -> None:
        types = {code: row["id"] for code, row in facts_of(work.organisation_id, [], deep=True).types.items()}
        for one in found:
            try:
                _write(work, one, types)
            except DomainError as error:
                raise RowRefused(one.row.number, error) from error


def _read_codes(row: ParsedRow, values: dict[str, Any], facts: FlowFacts) -> None:
    """Codes or their words become codes."""
    for kind in CODED:
        text = values.get(kind, "")
        if not text:
            continue
        known = facts.codes.get(kind, {})
        found = next((code for code, name in known.items() if folded(text) in (folded(code), folded(name))), None)
        if found is None:
            row.problems.append((kind, f"There is no {kind} {shown(text)}{hint(text, known)}"))
        else:
            values[kind] = found


def _types(row: ParsedRow, text: str, flow: PhysicalFlow | None, facts: FlowFacts) -> list[str]:
    """Codes of data types, sorted; what the flow carries already may stay although nobody may choose it."""
    there = _carried(flow.specification) if flow else []
    known = {folded(code): code for code in facts.types}
    found = set()
    for one in codes_in(text):
        code = known.get(folded(one))
        if code is None:
            row.problems.append(("data_types", f"There is no data type {shown(one)}{hint(one, facts.types)}"))
        elif code not in there and not facts.types[code]["concrete"]:
            row.problems.append(("data_types", f"{code} is a heading; choose a type below it."))
        elif code not in there and facts.types[code]["deprecated"]:
            row.problems.append(("data_types", f"{code} is deprecated."))
        else:
            found.add(code)
    if not found and not row.problems:
        row.problems.append(("data_types", "Name at least one data type."))
    return sorted(found)


def _carried(spec: PhysicalSpecification) -> list[str]:
    return sorted(link.data_type.code for link in spec.type_links.all())


def _named(values: Mapping[str, Any], below: Sequence[PhysicalFlow]) -> PhysicalFlow | None:
    name = values.get("external_id", "")
    return next((flow for flow in below if name and flow.external_id == name), None)


def _alike(values: Mapping[str, Any], below: Sequence[PhysicalFlow]) -> PhysicalFlow | None:
    if values.get("external_id"):
        return None
    wanted = _key(values)
    for flow in below:
        same = (flow.specification.name, flow.name, flow.basis_offset, flow.frequency, flow.transport)
        if same == wanted:
            return flow
    return None


def _key(values: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells deliveries of one logical flow apart."""
    codes = (values.get(name) or CODED[name] for name in ("frequency", "transport"))
    return (values["specification"], values.get("name", ""), values.get("basis_offset", 0), *codes)


def _wanted(values: Mapping[str, Any], flow: PhysicalFlow | None) -> dict[str, Any]:
    """All attributes: what the file leaves out stays; an empty code of an existing flow stays too."""
    wanted = {}
    for name in ATTRIBUTES:
        given = values.get(name)
        if flow is not None and (name not in values or (name in CODED and not given)):
            wanted[name] = getattr(flow, name)
        elif name == "basis_offset":
            wanted[name] = given or 0
        else:
            wanted[name] = given or CODED.get(name, "")
    return wanted


def _changed(row: ParsedRow, values: Mapping[str, Any], flow: PhysicalFlow, wanted: Mapping[str, Any]) -> Judged:
    before = {name: getattr(flow, name) for name in ATTRIBUTES} | {"data_types": _carried(flow.specification)}
    after = {name: value for name, value in wanted.items() if value != before[name]}
    spec = flow.specification
    if values["specification"] != spec.name or (values.get("format") or spec.format) != spec.format:
        row.problems.append(("specification", f"This flow delivers {shown(spec.name)} as {spec.format}."))
    elif after and flow.is_readonly:
        row.problems.append(("source", ReadOnly.message))
    elif "data_types" in after and spec.is_readonly:
        row.problems.append(("data_types", SpecificationReadOnly.message))
    if row.problems:
        return wrong(row)
    return Judged(row, CHANGED if after else UNCHANGED, flow.id, {name: before[name] for name in after}, after)


def _write(work: Writing, one: Judged, types: Mapping[str, UUID]) -> None:
    how: dict[str, Any] = {"actor": work.actor, "reason": work.reason, "at": work.stamp.at}
    if one.action == NEW:
        after = one.after
        logical_id = UUID(after["logical_flow_id"])
        delivery = Delivery(
            **{name: after[name] for name in (*ATTRIBUTES, "external_id", "format")},
            data_type_ids=tuple(types[code] for code in after["data_types"]),
            specification_id=_specification(work, logical_id, after["specification"], after["format"]),
            specification_name=after["specification"],
        )
        direct.physical_create(logical_flow_id=logical_id, delivery=delivery, **how)
        return
    own = PhysicalFlow.objects.filter(organisation_id=work.organisation_id)
    flow: PhysicalFlow = own.select_related("specification").get(id=one.subject_id)
    codes = one.after.get("data_types") or _carried(flow.specification)
    delivery = Delivery(
        **{name: one.after.get(name, getattr(flow, name)) for name in ATTRIBUTES},
        external_id=flow.external_id,
        data_type_ids=tuple(types[code] for code in codes),
    )
    direct.physical_update(flow_id=flow.id, delivery=delivery, **how)


def _specification(work: Writing, logical_id: UUID, name: str, form: str) -> UUID | None:
    """The one of the source that is called so, perhaps made by an earlier row; None for a new one."""
    rows = PhysicalSpecification.objects.filter(
        organisation_id=work.organisation_id,
        owner__flows_out__id=logical_id,
        name=name,
        format=form,
        is_removed=False,
    )
    found: UUID | None = rows.order_by("id").values_list("id", flat=True).first()
    return found
