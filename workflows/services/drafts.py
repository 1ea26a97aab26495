"""Change a draft: operations of clients, edits of forms, undo and redo. All of them end in one list of operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Invalid
from forms_builder.schema.document import DocumentError
from forms_builder.selectors import document_of
from workflows.draft_events import DraftStarted
from workflows.drafting.edits import EditRefused, edited
from workflows.drafting.gone import gone_above
from workflows.drafting.history import Entry, Record, history
from workflows.drafting.operations import (
    Applied,
    Change,
    Clash,
    Clashed,
    Kind,
    Operation,
    apply,
    fitting,
    inverse,
    joined,
    rewound,
)
from workflows.drafting.places import MISSING, PlaceError, covers
from workflows.drafting.reading import OperationsUnreadable, operations_of
from workflows.drafting.words import where
from workflows.graph.cases import cases_of
from workflows.graph.definition import DefinitionDocument
from workflows.graph.document import GraphDocument
from workflows.graph.lint import Problem
from workflows.models import DraftOperation, VersionState, WorkflowDefinition, WorkflowVersion
from workflows.selectors.definitions import DefinitionNotFound, newest_versions, version_in
from workflows.selectors.drafts import (
    MOST_OPERATIONS,
    Draft,
    DraftMoved,
    access_editable,
    changes_of,
    draft_of,
    operations_after,
    records_of,
)
from workflows.services.definition_problems import problems_of
from workflows.services.definitions import held
from workflows.services.draft_store import draft_put, draft_store, operation_row

MOST_LOOKED: Final = 200
"""Operations that are looked through for who changed a place."""


class DraftClash(Conflict):
    """Somebody else changed the same places to something else; ``clashes`` has each of them."""

    code = "draft.clash"
    message = "Somebody else changed the same thing meanwhile. Choose for each whose change is to stay."


class DraftTooOld(Conflict):
    code = "draft.too_old"
    message = "Too much has been changed since you opened this draft. Load it again; nothing of yours was done."


class DraftInvalid(Invalid):
    code = "draft.invalid"
    message = "This cannot be kept in a draft."


class NothingToUndo(Conflict):
    code = "draft.nothing_to_undo"
    message = "There is nothing of yours to undo."


class NothingToRedo(Conflict):
    code = "draft.nothing_to_redo"
    message = "There is nothing to make again."


@dataclass(frozen=True)
class Saved:
    """What became of it: ``done`` are the new operations, ``missed`` those of others since the caller's revision."""

    draft: Draft
    done: tuple[DraftOperation, ...]
    missed: tuple[DraftOperation, ...]

    @property
    def revision(self) -> int:
        return self.draft.revision

    @property
    def problems(self) -> list[Problem]:
        return draft_problems(self.draft)


@transaction.atomic
def draft_start(*, actor: Membership, definition_id: UUID, at: datetime | None = None) -> WorkflowVersion:
    """The draft of a workflow; made of its newest version where there is none. Raises DefinitionNotFound, Denied."""
    moment = at or timezone.now()
    definition = _locked(actor, definition_id)
    draft = version_in(definition, VersionState.DRAFT)
    if draft is not None:
        return draft
    newest = newest_versions(definition).first()
    if newest is None:
        raise DefinitionNotFound
    content = DefinitionDocument(
        name=definition.name,
        form=document_of(newest.form),
        graph=GraphDocument.load(newest.graph),
        cases=cases_of(newest.cases),
    )
    draft = draft_put(definition, content, actor, moment)
    event = DraftStarted(
        subject_id=definition.id,
        definition_name=definition.name,
        by_id=actor.id,
        by_name=actor.name,
        version_number=draft.number,
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return draft


@transaction.atomic
def draft_change(
    *,
    actor: Membership,
    definition_id: UUID,
    operations: Sequence[Operation] | object,
    revision: int | None = None,
    number: int | None = None,
    at: datetime | None = None,
) -> Saved:
    """Do operations that were thought of at ``revision``; what is done already, by its id, is not done again.

    ``operations`` may be JSON data. ``number`` is the version that they are meant for.

    Raises DefinitionNotFound, Denied, DraftNotFound, DraftMoved, DraftTooOld,
    DraftClash with every place that others changed to something else, DraftInvalid; nothing is done then.
    """
    moment = at or timezone.now()
    draft = _opened(actor, definition_id, revision, number)
    missed = _missed(draft, revision)
    given = _read(operations)
    known = _known(draft, [one.id for one in given])
    wanted = [one for one in given if one.id not in known]
    done = _store(draft, wanted, moment)
    return Saved(draft, done, tuple(row for row in missed if row.key not in known))


@transaction.atomic
def draft_edit(
    *,
    actor: Membership,
    definition_id: UUID,
    name: str,
    params: Mapping[str, Any],
    key: UUID,
    revision: int | None = None,
    number: int | None = None,
    bring_back: str = "",
    at: datetime | None = None,
) -> Saved:
    """Do one of the edits of ``workflows.drafting.edits``, upon the draft as the person saw it at ``revision``.

    ``key`` makes a form that is sent twice one operation. ``bring_back`` is the place of what somebody else took away, and
    what this edit needs: it comes back first. Raises as ``draft_change``, and DraftInvalid with the parameters
    that need a correction.
    """
    moment = at or timezone.now()
    draft = _opened(actor, definition_id, revision, number)
    missed = _missed(draft, revision)
    key = uuid5(key, repr((name, sorted((str(one), repr(value)) for one, value in params.items()))))
    if _known(draft, [key]):
        return Saved(draft, (), tuple(missed))
    back = _brought_back(draft, key, bring_back) if bring_back else []
    try:
        seen = rewound(draft.document, [changes_of(row) for row in missed])
        for operation in back:
            seen = apply(draft.document, operation.changes).document
        edit = edited(seen, name, params)
    except EditRefused as refusal:
        raise DraftInvalid(refusal.fields) from refusal
    wanted = [*back, *([Operation(key, edit.label, edit.changes)] if edit.changes else [])]
    return Saved(draft, _store(draft, wanted, moment), tuple(missed))


@transaction.atomic
def draft_undo(
    *, actor: Membership, definition_id: UUID, key: UUID, partly: bool = False, at: datetime | None = None
) -> Saved:
    """Take back one's own latest operation; with ``partly`` only what nobody changed since, however little that is.

    Raises DefinitionNotFound, Denied, DraftNotFound, NothingToUndo, DraftClash.
    """
    return _travel(actor, definition_id, key, Kind.UNDO, partly, at)


@transaction.atomic
def draft_redo(
    *, actor: Membership, definition_id: UUID, key: UUID, partly: bool = False, at: datetime | None = None
) -> Saved:
    """Make again what one took back last. Raises as ``draft_undo``, NothingToRedo."""
    return _travel(actor, definition_id, key, Kind.REDO, partly, at)


def draft_problems(draft: Draft) -> list[Problem]:
    """What is wrong with the draft; its cases are played on their own tab and before publishing."""
    return problems_of(draft.definition.organisation_id, draft.graph, draft.form)


# --- parts ---


def _locked(actor: Membership, definition_id: UUID) -> WorkflowDefinition:
    access_editable(actor, definition_id)
    return held(actor.organisation_id, definition_id)


def _opened(actor: Membership, definition_id: UUID, revision: int | None, number: int | None) -> Draft:
    """The draft, held. Raises DraftMoved where the caller has seen another one."""
    draft = draft_of(actor, _locked(actor, definition_id), number)
    if revision is not None and revision > draft.revision:
        raise DraftMoved
    return draft


def _read(raw: object) -> list[Operation]:
    if isinstance(raw, list | tuple) and raw and all(isinstance(one, Operation) for one in raw):
        return list(raw)
    try:
        return operations_of(raw)
    except OperationsUnreadable as error:
        raise DraftInvalid(error.fields) from error


def _missed(draft: Draft, revision: int | None) -> list[DraftOperation]:
    """What was done since. Raises DraftTooOld where that is more than one answer tells."""
    if revision is None or revision == draft.revision:
        return []
    if draft.revision - revision > MOST_OPERATIONS:
        raise DraftTooOld(revision=draft.revision)
    return list(operations_after(draft.version, revision))


def _known(draft: Draft, keys: Sequence[UUID]) -> set[UUID]:
    rows = DraftOperation.objects.filter(
        organisation_id=draft.version.organisation_id, version_id=draft.version.id, key__in=keys
    )
    return set(rows.values_list("key", flat=True))


def _store(draft: Draft, operations: Sequence[Operation], at: datetime) -> tuple[DraftOperation, ...]:
    """Do them one after the other and keep what comes of it, or nothing at all."""
    document: Mapping[str, Any] = draft.document
    records = records_of(draft.actor, draft.version) if any(one.kind is not Kind.DO for one in operations) else []
    rows, clashes = [], list[dict[str, Any]]()
    for operation in operations:
        _check_of(operation, records)
        applied = _applied(draft, document, operation, clashes)
        if applied is None:
            continue
        document = applied.document
        rows.append(
            operation_row(
                draft.version, draft.actor, at, key=operation.id, label=operation.label, changes=applied.changes,
                kind=operation.kind, of=operation.of,
            )
        )  # fmt: skip
        records.append(Record(operation.id, operation.kind, operation.of, operation.label, at, rows[-1].typed))
    if clashes:
        raise DraftClash(revision=draft.revision, clashes=clashes)
    if rows:
        _readable(draft, document)
        draft_store(draft.definition, draft.version, document, rows, draft.actor, at)
        for stale in ("document", "graph", "form", "cases", "history"):
            draft.__dict__.pop(stale, None)
    return tuple(rows)


def _applied(
    draft: Draft, document: Mapping[str, Any], operation: Operation, clashes: list[dict[str, Any]]
) -> Applied | None:
    """The operation done; its clashes are added to the others."""
    try:
        return apply(document, operation.changes)
    except Clashed as clashed:
        clashes += [_told(draft, document, operation, clash) for clash in clashed.clashes]
    except PlaceError as error:
        raise DraftInvalid({error.place: [error.reason]}) from error
    return None


def _brought_back(draft: Draft, key: UUID, place: str) -> list[Operation]:
    """What brings back what was taken away at the place, as an operation; none where it is there, or nobody knows what it
    was."""
    latest = list(operations_after(draft.version, 0).order_by("-number")[:MOST_LOOKED])
    try:
        gone = gone_above(draft.document, [changes_of(row) for row in reversed(latest)], f"{place}/name")
    except PlaceError:
        return []
    return [Operation(uuid5(key, gone.place), gone.label, gone.changes)] if gone and gone.changes else []


def _told(draft: Draft, document: Mapping[str, Any], operation: Operation, clash: Clash) -> dict[str, Any]:
    """A clash as it is shown: what stands there now, and who put it there; ``gone`` what the place belonged to and is no
    more, and whether that can come back."""
    latest = list(operations_after(draft.version, 0).order_by("-number")[:MOST_LOOKED])
    other = next((row for row in latest if any(covers(clash.place, one.place) for one in changes_of(row))), None)
    values = {"before": clash.expected, "mine": clash.mine, "theirs": clash.now}
    gone = gone_above(document, [changes_of(row) for row in reversed(latest)], clash.place)
    there = apply(document, gone.changes).document if gone else document
    told: dict[str, Any] = {"operation": str(operation.id), "place": clash.place, "where": where(there, clash.place)}
    told |= {name: value for name, value in values.items() if value is not MISSING}
    if gone is not None:
        words = where(there, gone.place)
        told["gone"] = {"place": gone.place, "name": gone.name, "where": words, "can_return": bool(gone.changes)}
    return told | {"by": other.actor.name if other else "", "at": other.at.isoformat() if other else None}


def _readable(draft: Draft, document: Mapping[str, Any]) -> None:
    """A draft may be unfinished, but it is always a document. Raises DraftInvalid with every place that is none."""
    try:
        DefinitionDocument.load({"name": draft.definition.name, **document})
    except DocumentError as error:
        raise DraftInvalid(error.fields) from error


def _check_of(operation: Operation, records: Sequence[Record]) -> None:
    """One undoes one's own, and makes again what one undid. Raises NothingToUndo, NothingToRedo."""
    if operation.kind is Kind.DO:
        return
    found = history(records)
    entries = found.done if operation.kind is Kind.UNDO else found.undone
    if not any(operation.of in entry.ids for entry in entries):
        raise NothingToUndo if operation.kind is Kind.UNDO else NothingToRedo


def _travel(actor: Membership, definition_id: UUID, key: UUID, kind: Kind, partly: bool, at: datetime | None) -> Saved:
    moment = at or timezone.now()
    draft = _opened(actor, definition_id, None, None)
    if _known(draft, [key]):
        return Saved(draft, (), ())
    entry = draft.history.next_undo if kind is Kind.UNDO else draft.history.next_redo
    if entry is None:
        raise NothingToUndo if kind is Kind.UNDO else NothingToRedo
    changes = _changes_of_entry(draft, entry)
    changes = inverse(changes) if kind is Kind.UNDO else changes
    if partly:
        changes = tuple(fitting(draft.document, changes))
    label = f"{'Undo' if kind is Kind.UNDO else 'Redo'}: {entry.label}"[:200]
    operation = Operation(key, label, changes, kind, entry.of)
    return Saved(draft, _store(draft, [operation], moment), ())


def _changes_of_entry(draft: Draft, entry: Entry) -> tuple[Change, ...]:
    rows = {row.key: row for row in operations_after(draft.version, 0).filter(key__in=entry.ids)}
    return joined([changes_of(rows[key]) for key in entry.ids if key in rows])


__all__ = [
    "DraftClash",
    "DraftInvalid",
    "DraftMoved",
    "DraftTooOld",
    "NothingToRedo",
    "NothingToUndo",
    "Saved",
    "draft_change",
    "draft_edit",
    "draft_problems",
    "draft_redo",
    "draft_start",
    "draft_undo",
]
