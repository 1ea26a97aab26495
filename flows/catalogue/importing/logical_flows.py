"""Files of logical flows: past the approvals, so for holders of the break-glass right, each row with its reason recorded."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from accounts.tenancy.errors import DomainError
from flows.catalogue.importing.columns import Column, ParsedRow, cleaned
from flows.catalogue.importing.flow_facts import SOURCE, TARGET, FlowFacts, RowRefused, ends_of, facts_of, is_live
from flows.catalogue.importing.judging import CHANGED, NEW, UNCHANGED, ImportKind, Judged, Seen, Writing, wrong
from flows.catalogue.services import direct
from flows.catalogue.services.carrying import lock_catalogue
from flows.models import FlowLife

OPEN_LIFE = {FlowLife.ACTIVE.value: "Active", FlowLife.PENDING.value: "Pending"}
KEPT = ("external_id", "lifecycle_status")


class LogicalFlowImport(ImportKind):
    code = "logical-flows"
    title = "Logical flows"
    note = "What sends to what, past the approvals. The two ends say which flow a row means; none is removed."
    changes_flows = True
    most_rows = 2_000
    columns: ClassVar[tuple[Column, ...]] = (
        SOURCE,
        TARGET,
        Column("external_id", "Made where it is empty.", "", most=120),
        Column("lifecycle_status", "Active where it is empty.", "ACTIVE", choices=OPEN_LIFE),
    )
    ignored = ("data_types", "source_name", "target_name")

    def judge(self, organisation_id: UUID, rows: Sequence[ParsedRow], *, lock: bool = False) -> list[Judged]:
        if lock:
            lock_catalogue(organisation_id)
        facts = facts_of(organisation_id, rows, deep=False)
        seen, named = Seen(), Seen()
        return [self._one(row, facts, seen, named) for row in rows]

    def _one(self, row: ParsedRow, facts: FlowFacts, seen: Seen, named: Seen) -> Judged:
        values = cleaned(self.columns, row)
        ends = None if row.problems else ends_of(row, values, facts)
        if ends is None or seen.is_twice(ends, row, "source"):
            return wrong(row)
        wanted = {name: values[name] for name in KEPT if values.get(name)}
        flow = facts.logical.get(ends)
        if name := wanted.get("external_id"):
            named.is_twice(name, row, "external_id")
            if name in facts.names and (flow is None or facts.names[name] != flow["id"]):
                row.problems.append(("external_id", "Another flow has this external id."))
        if row.problems:
            return wrong(row)
        if flow is None or not is_live(flow):
            made = {"source_id": str(ends[0]), "target_id": str(ends[1]), **wanted}
            return Judged(row, NEW, flow["id"] if flow else None, {}, made)
        after = {name: value for name, value in wanted.items() if value != flow[name]}
        if after and flow["is_readonly"]:
            row.problems.append(("source", "This flow is read-only: it is kept elsewhere."))
            return wrong(row)
        return Judged(row, CHANGED if after else UNCHANGED, flow["id"], {name: flow[name] for name in after}, after)

    def write(self, work: Writing, found: Sequence[Judged]) -> None:
        for one in found:
            try:
                _write(work, one)
            except DomainError as error:
                raise RowRefused(one.row.number, error) from error


def _write(work: Writing, one: Judged) -> None:
    how: dict[str, Any] = {"actor": work.actor, "reason": work.reason, "at": work.stamp.at}
    flow_id, values = one.subject_id, dict(one.after)
    if one.action == NEW:
        source_id, target_id = (UUID(values.pop(name)) for name in ("source_id", "target_id"))
        name = values.get("external_id", "")
        flow = direct.logical_create(source_id=source_id, target_id=target_id, external_id=name, **how)
        flow_id, values = flow.id, {key: value for key, value in values.items() if value != getattr(flow, key)}
    if values and flow_id is not None:
        direct.logical_update(flow_id=flow_id, values=values, **how)
