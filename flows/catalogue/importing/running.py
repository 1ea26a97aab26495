"""What a worker does with an import. Whoever works on one holds its lease; after a crash somebody else takes it up.

Checking writes only what was found, batch by batch. Applying is one transaction: all of it is there, or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, connection
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.errors import Denied, DomainError
from accounts.tenancy.models import new_id
from accounts.tenancy.scope import organisation_scope
from flows.catalogue.importing.columns import HeadRefused, ParsedRow, parsed
from flows.catalogue.importing.flow_facts import RowRefused
from flows.catalogue.importing.judging import (
    CHANGED,
    NEW,
    UNCHANGED,
    WRONG,
    ImportKind,
    Judged,
    Writing,
    chunks,
)
from flows.catalogue.importing.kinds import KINDS
from flows.catalogue.importing.reading import FileRefused, rows_of
from flows.catalogue.importing.services import TASK, forget, imports_waiting, require_right
from flows.catalogue.services.carrying import Stamp
from flows.events import CatalogueImported
from flows.models import CatalogueImport, CatalogueImportFile, CatalogueImportRow, ImportState
from flows.wakeup import wake

LEASE: Final = timedelta(seconds=60)
MOST_ATTEMPTS: Final = 5
SHOWN_ERRORS: Final = 200
MOVED: Final = "The catalogue has changed since this file was checked"
GAVE_UP: Final = "This was stopped after several attempts that did not come to an end. Bring a smaller file."
NO_RIGHT: Final = "Whoever asked for this does not have the right any more."


class LeaseLost(Exception):
    """Somebody else works on the import; nothing of ours is written any more."""


class ChangedMeanwhile(Exception):
    """What a row means is no longer what was checked."""

    def __init__(self, numbers: Sequence[int]) -> None:
        rows = ", ".join(str(number) for number in numbers[:5]) + (" …" if len(numbers) > 5 else "")
        super().__init__(f"{MOVED} (row {rows}). Check it again." if numbers else f"{MOVED}. Check it again.")


@dataclass(frozen=True, slots=True)
class Claim:
    """An import that this worker holds."""

    organisation_id: UUID
    import_id: UUID
    lease: UUID
    kind: ImportKind
    state: str
    file_name: str

    def row(self) -> Any:
        return CatalogueImport.objects.filter(organisation_id=self.organisation_id, id=self.import_id, lease=self.lease)

    def set(self, **values: Any) -> None:
        """Write on the import while it is ours. Raises LeaseLost."""
        if not self.row().update(modified_at=timezone.now(), **values):
            raise LeaseLost


def import_run(*, organisation_id: UUID, import_id: UUID) -> None:
    """Check or apply, whatever the import waits for, unless another one of the organisation is being worked on: nobody
    takes all workers. Call outside of a scope.
    """
    with organisation_scope(organisation_id):
        claim = _claim(organisation_id, import_id, timezone.now())
    if claim is None:
        return
    _work(claim)
    with organisation_scope(organisation_id):
        for waiting in imports_waiting(organisation_id)[:1]:
            wake(TASK, organisation_id=organisation_id, import_id=waiting)


def _work(claim: Claim) -> None:
    try:
        (_check if claim.state == ImportState.CHECKING else _apply)(claim)
    except LeaseLost:
        return
    except (FileRefused, RowRefused, ChangedMeanwhile) as error:
        _fail(claim, str(error))
    except HeadRefused as error:
        _fail(claim, str(error), error.problems)
    except Denied:
        _fail(claim, NO_RIGHT)
    except DomainError as error:
        _fail(claim, error.message)
    except IntegrityError:
        # A key that somebody else has taken, or a row that has gone, between our look and our writing.
        _fail(claim, str(ChangedMeanwhile(())))


def _claim(organisation_id: UUID, import_id: UUID, at: datetime) -> Claim | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"imports:{organisation_id}"])
    others = CatalogueImport.objects.filter(organisation_id=organisation_id, leased_until__gt=at).exclude(id=import_id)
    if others.exists():
        return None
    rows = CatalogueImport.objects.select_for_update(skip_locked=True)
    row: CatalogueImport | None = rows.filter(organisation_id=organisation_id, id=import_id).first()
    if row is None or not row.is_waiting or (row.leased_until is not None and row.leased_until > at):
        return None
    if row.attempts >= MOST_ATTEMPTS or row.kind not in KINDS:
        row.state, row.failure, row.finished_at = ImportState.FAILED, GAVE_UP, at
        row.save(update_fields=["state", "failure", "finished_at", *row.touch(None, at)])
        return None
    row.lease, row.leased_until, row.attempts = uuid4(), at + LEASE, row.attempts + 1
    row.save(update_fields=["lease", "leased_until", "attempts", *row.touch(None, at)])
    return Claim(organisation_id, import_id, row.lease, KINDS[row.kind], row.state, row.file_name)


def _check(claim: Claim) -> None:
    with organisation_scope(claim.organisation_id):
        claim.set(done=0, total=0)
        own = {"organisation_id": claim.organisation_id, "catalogue_import_id": claim.import_id}
        CatalogueImportRow.objects.filter(**own).delete()
        stored = CatalogueImportFile.objects.filter(**own).values_list("content", flat=True).first()
    rows = _read(claim, bytes(stored or b""))
    with organisation_scope(claim.organisation_id):
        claim.set(total=len(rows), leased_until=timezone.now() + LEASE)
    with organisation_scope(claim.organisation_id):
        found = claim.kind.judge(claim.organisation_id, rows)
    done = 0
    for part in chunks(found):
        done += len(part)
        with organisation_scope(claim.organisation_id):
            claim.set(done=done, leased_until=timezone.now() + LEASE)
            _stage(claim, part)
    with organisation_scope(claim.organisation_id):
        claim.set(state=ImportState.CHECKED, **_report(found), **RELEASED)


RELEASED: Final = {"lease": None, "leased_until": None, "attempts": 0}


def _read(claim: Claim, content: bytes) -> list[ParsedRow]:
    rows = list(parsed(claim.kind.columns, claim.kind.ignored, rows_of(claim.file_name, content)))
    if not rows:
        raise FileRefused("This file has a head and no rows below it.")
    if len(rows) > claim.kind.most_rows:
        raise FileRefused(f"A file of this kind has at most {claim.kind.most_rows:,} rows. Divide it.")
    return rows


def _stage(claim: Claim, part: Sequence[Judged]) -> None:
    batch = WriteBatch()
    rows = [
        {
            "id": new_id(),
            "organisation_id": claim.organisation_id,
            "catalogue_import_id": claim.import_id,
            "number": one.row.number,
            "action": one.action,
            "subject_id": one.subject_id,
            "values": _storable(one.row.values),
            "before": one.before,
            "after": one.after,
            "problems": one.row.problems,
        }
        for one in part
        if one.action != UNCHANGED
    ]
    if rows:
        batch.insert(CatalogueImportRow, rows)
        batch.execute()


def _storable(values: dict[str, str]) -> dict[str, str]:
    """What cannot be stored is shown as a question mark; such a row is wrong anyway."""
    return {
        name: "".join("\ufffd" if sign == "\0" or "\ud800" <= sign <= "\udfff" else sign for sign in value[:4_000])
        for name, value in values.items()
    }


def _report(found: Sequence[Judged]) -> dict[str, Any]:
    counts = dict.fromkeys((NEW, CHANGED, UNCHANGED, WRONG), 0)
    errors: list[dict[str, Any]] = []
    number = 0
    for one in found:
        counts[one.action] += 1
        number += len(one.row.problems)
        for column, message in one.row.problems:
            if len(errors) < SHOWN_ERRORS:
                errors.append({"row": one.row.number, "column": column, "message": message})
    return {"report": counts, "errors": errors, "error_count": number, "failure": ""}


def _apply(claim: Claim) -> None:
    with organisation_scope(claim.organisation_id):
        at = timezone.now()
        row: CatalogueImport | None = claim.row().select_for_update().first()
        if row is None:
            raise LeaseLost
        actor = _actor(row)
        require_right(actor, claim.kind)
        staged = CatalogueImportRow.objects.filter(
            organisation_id=claim.organisation_id, catalogue_import_id=claim.import_id, action__in=(NEW, CHANGED)
        )
        found = _judged_again(claim, list(staged.order_by("number")))
        claim.kind.write(Writing(actor, Stamp(claim.organisation_id, actor.id, at), row.reason), found)
        forget(row, keep_wrong=True)
        claim.set(state=ImportState.APPLIED, done=row.total, finished_at=at, **RELEASED)
        counts = {name: int(number) for name, number in row.report.items()}
        event = CatalogueImported(
            subject_id=row.id, import_kind=row.kind, file_name=row.file_name, counts=counts, reason=row.reason,
            by_id=actor.id, by_name=actor.name,
        )  # fmt: skip
        record(event, actor=actor, organisation_id=claim.organisation_id, at=at)


def _actor(row: CatalogueImport) -> Membership:
    """Whoever asked for it, as that person is now. Raises Denied for one who has left."""
    people = Membership.objects.select_related("user", "organisation")
    found: Membership | None = people.filter(
        organisation_id=row.organisation_id, id=row.actor_id, is_active=True, user__is_active=True
    ).first()
    if found is None:
        raise Denied(NO_RIGHT)
    return found


def _judged_again(claim: Claim, staged: Sequence[CatalogueImportRow]) -> list[Judged]:
    """The rows under lock, which must mean what they meant. Raises ChangedMeanwhile."""
    rows = [ParsedRow(one.number, one.values) for one in staged]
    found = claim.kind.judge(claim.organisation_id, rows, lock=True)
    moved = [
        now.row.number
        for now, then in zip(found, staged, strict=True)
        if now.essence != (then.action, then.subject_id, then.before, then.after)
    ]
    if moved:
        raise ChangedMeanwhile(moved)
    return found


def _fail(claim: Claim, failure: str, problems: Sequence[tuple[str, str]] = ()) -> None:
    errors = [{"row": 1, "column": column, "message": message} for column, message in problems]
    values: dict[str, Any] = {"errors": errors[:SHOWN_ERRORS], "error_count": len(errors)} if errors else {}
    with organisation_scope(claim.organisation_id):
        claim.set(state=ImportState.FAILED, failure=failure[:1_000], finished_at=timezone.now(), **values, **RELEASED)
