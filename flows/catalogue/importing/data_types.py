"""Files of data types. The code says which one is meant; a parent may stand anywhere in the same file."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from accounts.audit.events import Event
from accounts.events import EntryAdded
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.models import new_id
from flows.catalogue.importing.columns import Column, ParsedRow, cleaned, hint, shown
from flows.catalogue.importing.entities import change_event
from flows.catalogue.importing.judging import CHANGED, NEW, UNCHANGED, WRONG, ImportKind, Judged, Seen, Writing, wrong
from flows.models import DataType

ENTRY: Final = "flows.datatype"
KEPT: Final = ("name", "description", "parent", "concrete", "deprecated")
DEFAULTS: Final[Mapping[str, Any]] = {"description": "", "parent": "", "concrete": True, "deprecated": False}
Known = Mapping[str, Mapping[str, Any]]


class DataTypeImport(ImportKind):
    code = "data-types"
    title = "Data types"
    note = "The tree of what flows carry. The code says which type a row means; parents may stand in the same file."
    most_rows = 10_000
    columns: ClassVar[tuple[Column, ...]] = (
        Column("code", "Its key.", "TRADE", required=True, most=64, pattern=r"[A-Za-z][A-Za-z0-9_]{0,63}"),
        Column("name", "What people call it.", "Trade", required=True),
        Column("parent", "The code of the type above it; empty at the top.", "", most=64),
        Column("description", "Free text.", "", most=4_000),
        Column("concrete", "no for a heading that cannot be chosen; yes where it is empty.", "yes", is_flag=True),
        Column("deprecated", "yes where it must not be chosen any more.", "no", is_flag=True),
    )

    def judge(self, organisation_id: UUID, rows: Sequence[ParsedRow], *, lock: bool = False) -> list[Judged]:
        known = _known(organisation_id, lock)
        seen = Seen()
        found = [self._one(row, known, seen) for row in rows]
        _judge_tree(found, known)
        return found

    def _one(self, row: ParsedRow, known: Known, seen: Seen) -> Judged:
        values = cleaned(self.columns, row)
        if row.problems or seen.is_twice(values["code"], row, "code"):
            return wrong(row)
        if not row.values.get("concrete"):
            values.pop("concrete", None)
        before = known.get(values["code"])
        if before is None:
            return Judged(row, NEW, None, {}, {"code": values["code"], **DEFAULTS, **values})
        after = {name: values[name] for name in KEPT if name in values and values[name] != before[name]}
        if before["is_unknown"] and after.keys() - {"name", "description"}:
            row.problems.append(("code", "The unknown type stays as it is; only its name and description change."))
            return wrong(row)
        action = CHANGED if after else UNCHANGED
        return Judged(row, action, before["id"], {name: before[name] for name in after}, after)

    def write(self, work: Writing, found: Sequence[Judged]) -> None:
        """Two statements, so that the database meets the tree only as it is in the end."""
        known = _known(work.organisation_id, lock=True)
        new = {one.row.values["code"]: one for one in found if one.action == NEW}
        changed = [one for one in found if one.action == CHANGED]
        ids = {code: str(row["id"]) for code, row in known.items()} | {code: str(new_id()) for code in new}
        batch = WriteBatch()
        if new:
            rows = [{"id": ids[code], **_columns(one.after, ids), **work.made()} for code, one in new.items()]
            batch.insert(DataType, rows)
            batch.execute()
        if changed:
            now = [
                {"id": str(one.subject_id), **_columns({**_kept(known[one.row.values["code"]]), **one.after}, ids)}
                for one in changed
            ]
            batch.update_each(DataType, [{**row, **work.stamp.changed} for row in now])
            batch.execute()
        events: list[Event] = [
            EntryAdded(subject_id=UUID(ids[code]), entry=ENTRY, label=one.after["name"]) for code, one in new.items()
        ]
        events += [change_event(one, ENTRY, one.row.values["name"]) for one in changed]
        work.record(events)


def _known(organisation_id: UUID, lock: bool) -> dict[str, dict[str, Any]]:
    rows = DataType.objects.filter(organisation_id=organisation_id).order_by("id")
    locked = list((rows.select_for_update() if lock else rows).values("id", "code", "parent_id", "is_unknown", *PLAIN))
    codes = {one["id"]: one["code"] for one in locked}
    return {one["code"]: {**one, "parent": codes.get(one["parent_id"], "")} for one in locked}


PLAIN: Final = ("name", "description", "concrete", "deprecated")


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in KEPT}


def _columns(values: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """As the table has them: the parent by its id."""
    plain = {name: value for name, value in values.items() if name != "parent"}
    return {**plain, "parent_id": ids[values["parent"]] if values["parent"] else None}


def _judge_tree(found: Sequence[Judged], known: Known) -> None:
    """Parents that are nowhere, and circles. A wrong row takes the rows below it along, so it is looked at again."""
    while True:
        parents = {code: row["parent"] for code, row in known.items()}
        good = [one for one in found if one.action != WRONG]
        parents |= {one.row.values["code"]: one.after["parent"] for one in good if "parent" in one.after}
        bad = [one for one in good if (text := _parent_problem(one, parents)) and _mark(one, text)]
        if not bad:
            return


def _mark(one: Judged, text: str) -> bool:
    one.row.problems.append(("parent", text))
    one.action, one.before, one.after = WRONG, {}, {}
    return True


def _parent_problem(one: Judged, parents: Mapping[str, str]) -> str:
    parent = one.after.get("parent")
    if not parent:
        return ""
    if parent not in parents:
        return f"There is no data type {shown(parent)}{hint(parent, parents)}"
    code, step = one.row.values["code"], parent
    for _ in range(len(parents) + 1):
        if step == code:
            return "A data type cannot be below itself."
        step = parents.get(step, "")
        if not step:
            return ""
    return "The types above this one go round in a circle."
