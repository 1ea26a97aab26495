"""Files of who is involved with what. A row adds an involvement; none is taken away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final
from uuid import UUID

from accounts.audit.events import Event
from accounts.events import EntryAdded
from accounts.models import Membership
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.models import new_id
from flows.catalogue.importing.columns import Column, ParsedRow, cleaned, folded, hint, shown
from flows.catalogue.importing.judging import NEW, UNCHANGED, ImportKind, Judged, Seen, Writing, chunks, wrong
from flows.models import CatalogueEntity, Involvement, InvolvementKind

ENTRY: Final = "flows.involvement"


@dataclass(slots=True)
class Facts:
    """Ids by what a file calls them, and the involvements there are."""

    entities: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, tuple[UUID, bool]] = field(default_factory=dict)
    kinds: dict[str, UUID] = field(default_factory=dict)
    kind_names: tuple[str, ...] = ()
    there: set[tuple[UUID, UUID, UUID]] = field(default_factory=set)


class InvolvementImport(ImportKind):
    code = "involvements"
    title = "Involvements"
    note = "Who is involved with which application or actor. Rows add; nobody is taken away."
    columns: ClassVar[tuple[Column, ...]] = (
        Column("entity", "The external id of the application or actor.", "APP-100", required=True, most=120),
        Column("person", "The e-mail address of somebody of the organisation.", "asha@example.com", required=True),
        Column("kind", "Code or name of the involvement, such as OWNER.", "OWNER", required=True, most=120),
    )
    ignored = ("entity_name", "person_name")

    def judge(self, organisation_id: UUID, rows: Sequence[ParsedRow], *, lock: bool = False) -> list[Judged]:
        facts = _facts(organisation_id, [row.values.get("entity", "") for row in rows])
        seen = Seen()
        return [self._one(row, facts, seen) for row in rows]

    def _one(self, row: ParsedRow, facts: Facts, seen: Seen) -> Judged:
        values = cleaned(self.columns, row)
        if row.problems:
            return wrong(row)
        entity = facts.entities.get(values["entity"])
        if entity is None:
            row.problems.append(("entity", f"There is no application or actor {shown(values['entity'])}."))
        person, is_active = facts.people.get(values["person"].casefold(), (None, False))
        if person is None:
            row.problems.append(("person", f"There is nobody with the address {shown(values['person'])}."))
        elif not is_active:
            row.problems.append(("person", "This person has left."))
        kind = facts.kinds.get(folded(values["kind"]))
        if kind is None:
            near = hint(values["kind"], facts.kind_names)
            row.problems.append(("kind", f"There is no involvement {shown(values['kind'])}{near}"))
        if row.problems or entity is None or person is None or kind is None:
            return wrong(row)
        if seen.is_twice((entity, person, kind), row, "entity"):
            return wrong(row)
        after = {"entity_id": str(entity), "member_id": str(person), "kind_id": str(kind)}
        is_there = (entity, person, kind) in facts.there
        return Judged(row, UNCHANGED if is_there else NEW, None, {}, {} if is_there else after)

    def write(self, work: Writing, found: Sequence[Judged]) -> None:
        made = [{"id": new_id(), **one.after, **work.made()} for one in found]
        for part in chunks(made):
            batch = WriteBatch()
            batch.insert(Involvement, part)
            batch.execute()
        events: list[Event] = [
            EntryAdded(subject_id=new["id"], entry=ENTRY, label=_label(one.row.values))
            for new, one in zip(made, found, strict=True)
        ]
        work.record(events)


def _label(values: Mapping[str, str]) -> str:
    return f"{values['person']} is {values['kind']} of {values['entity']}"


def _facts(organisation_id: UUID, keys: Sequence[str]) -> Facts:
    own = {"organisation_id": organisation_id}
    facts = Facts()
    for email, ident, is_active in Membership.objects.filter(**own).values_list("email", "id", "is_active"):
        facts.people[email.casefold()] = (ident, is_active)
    kinds = list(InvolvementKind.objects.filter(**own).values_list("code", "name", "id"))
    facts.kinds = {folded(text): ident for code, name, ident in kinds for text in (name, code)}
    facts.kind_names = tuple(code for code, _, _ in kinds)
    for part in chunks([key for key in dict.fromkeys(keys) if "\0" not in key]):
        found = CatalogueEntity.objects.filter(**own, external_id__in=part).values_list("external_id", "id")
        facts.entities.update(found)
    for ids in chunks(list(facts.entities.values())):
        rows = Involvement.objects.filter(**own, entity_id__in=ids)
        facts.there.update(rows.values_list("entity_id", "member_id", "kind_id"))
    return facts
