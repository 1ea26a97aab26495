"""Files of applications, actors and end-user applications. The external id says which one is meant."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from accounts.audit.events import Event
from accounts.events import EntryAdded, EntryChanged
from accounts.models import Department
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.models import new_id
from flows.catalogue.importing.columns import Column, ParsedRow, cleaned, folded, hint, shown
from flows.catalogue.importing.judging import (
    CHANGED,
    NEW,
    UNCHANGED,
    ImportKind,
    Judged,
    Seen,
    Writing,
    by_columns,
    chunks,
    wrong,
)
from flows.models import CatalogueEntity, EntityKind, EntityLife

ENTRY: Final = "flows.catalogueentity"
KEPT: Final = ("kind", "name", "description", "lifecycle_status", "is_external", "department_id")
DEFAULTS: Final[Mapping[str, Any]] = {
    "kind": EntityKind.APPLICATION.value,
    "description": "",
    "lifecycle_status": EntityLife.ACTIVE.value,
    "is_external": False,
    "department_id": None,
}


class EntityImport(ImportKind):
    code = "entities"
    title = "Applications and actors"
    note = "Applications, actors and end-user applications. The external id says which one a row means."
    columns: ClassVar[tuple[Column, ...]] = (
        Column("external_id", "Its key; another one makes another entry.", "APP-100", required=True, most=120),
        Column("name", "What people call it.", "Orders", required=True),
        Column(
            "kind", "Application where it is empty. Cannot be changed.", "application", choices=dict(EntityKind.choices)
        ),
        Column("description", "Free text.", "Takes orders", most=4_000),
        Column("lifecycle_status", "Active where it is empty.", "ACTIVE", choices=dict(EntityLife.choices)),
        Column("is_external", "yes for an actor outside of the company.", "no", is_flag=True),
        Column("department", "The code of a department.", "", most=64),
    )

    def judge(self, organisation_id: UUID, rows: Sequence[ParsedRow], *, lock: bool = False) -> list[Judged]:
        known = self._known(organisation_id, [row.values.get("external_id", "") for row in rows], lock)
        codes = Department.objects.filter(organisation_id=organisation_id).values_list("code", "id")
        departments = {folded(code): str(ident) for code, ident in codes}
        seen = Seen()
        return [self._one(row, known, departments, seen) for row in rows]

    def _known(self, organisation_id: UUID, keys: Sequence[str], lock: bool) -> dict[str, dict[str, Any]]:
        found = {}
        for part in chunks(keys):
            clean = [key for key in part if "\0" not in key]
            rows = CatalogueEntity.objects.filter(organisation_id=organisation_id, external_id__in=clean)
            locked = rows.select_for_update() if lock else rows
            for one in locked.values("id", "external_id", *KEPT):
                one["department_id"] = str(one["department_id"]) if one["department_id"] else None
                found[one["external_id"]] = one
        return found

    def _one(
        self, row: ParsedRow, known: Mapping[str, dict[str, Any]], departments: Mapping[str, str], seen: Seen
    ) -> Judged:
        values = cleaned(self.columns, row)
        if row.problems or seen.is_twice(values["external_id"], row, "external_id"):
            return wrong(row)
        if "department" in values:
            code = values.pop("department")
            if code and folded(code) not in departments:
                row.problems.append(("department", f"There is no department {shown(code)}{hint(code, departments)}"))
            values["department_id"] = departments.get(folded(code)) if code else None
        before = known.get(values["external_id"])
        wanted = _wanted(values, before)
        _check_kind(row, wanted, before)
        if row.problems:
            return wrong(row)
        if before is None:
            return Judged(row, NEW, None, {}, wanted)
        after = {name: wanted[name] for name in KEPT if wanted[name] != before[name]}
        return Judged(row, CHANGED if after else UNCHANGED, before["id"], {name: before[name] for name in after}, after)

    def write(self, work: Writing, found: Sequence[Judged]) -> None:
        events: list[Event] = []
        made = [{"id": new_id(), **one.after, **work.made()} for one in found if one.action == NEW]
        for new in chunks(made):
            batch = WriteBatch()
            batch.insert(CatalogueEntity, new)
            batch.execute()
        events += [EntryAdded(subject_id=one["id"], entry=ENTRY, label=one["name"]) for one in made]
        changed = [one for one in found if one.action == CHANGED]
        for columns, group in by_columns(changed).items():
            for part in chunks(group):
                rows = [{"id": str(one.subject_id), **{name: one.after[name] for name in columns}, **work.stamp.changed}
                        for one in part]  # fmt: skip
                batch = WriteBatch()
                batch.update_each(CatalogueEntity, rows)
                batch.execute()
        events += [change_event(one, ENTRY, one.row.values["name"]) for one in changed]
        work.record(events)


def change_event(one: Judged, entry: str, label: str) -> EntryChanged:
    """What was and what is, as when somebody had changed it by hand."""
    if one.subject_id is None:
        raise ValueError("A changed row is there.")
    changes = {name: (_said(one.before[name]), _said(one.after[name])) for name in one.after}
    return EntryChanged(subject_id=one.subject_id, entry=entry, label=label, changes=changes)


def _said(value: Any) -> str:
    return "" if value is None else str(value)[:500]


def _wanted(values: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The whole entry: what the file leaves out stays, or is the default; an empty cell of a choice is the default."""
    wanted = {"external_id": values["external_id"], "name": values["name"]}
    for name, default in DEFAULTS.items():
        given = values.get(name)
        if name in values:
            is_blank_kind = name == "kind" and not given and before is not None
            wanted[name] = before["kind"] if before is not None and is_blank_kind else (given or default)
        else:
            wanted[name] = default if before is None else before[name]
    return wanted


def _check_kind(row: ParsedRow, wanted: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
    if before is not None and wanted["kind"] != before["kind"]:
        row.problems.append(("kind", f"This is an entry of the kind {before['kind']}, which cannot be changed here."))
    elif wanted["is_external"] and wanted["kind"] != EntityKind.ACTOR:
        row.problems.append(("is_external", "Only an actor can be external."))
