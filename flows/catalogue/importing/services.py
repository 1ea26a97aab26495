"""What people do with an import: bring a file, have it checked again, have it applied, drop it."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Invalid
from flows import policies
from flows.catalogue.importing.judging import ImportKind
from flows.catalogue.importing.kinds import KINDS
from flows.catalogue.importing.reading import MAX_BYTES
from flows.catalogue.importing.selectors import ImportNotFound, has_file
from flows.models import CatalogueImport, CatalogueImportFile, CatalogueImportRow, ImportState, RowAction
from flows.wakeup import wake
from forms_builder.schema.parts import has_unstorable
from forms_builder.uploads import clean_name

TASK: Final = "flows.import_run"
MAX_REASON: Final = 4_000
KEPT: Final = timedelta(days=7)
"""How long a file waits for being applied, and what was wrong with it can be fetched."""
MOST_KEPT: Final = 50
"""Files of an organisation that are not applied yet."""
EXPIRED: Final = "This file was not applied within seven days. Bring it again."
ENDINGS: Final = (".csv", ".xlsx", ".txt")


class ImportMoved(Conflict):
    code = "import.moved"
    message = "This import has moved on. Look at it again."


class NothingToApply(Conflict):
    code = "import.nothing_to_apply"
    message = "This file changes nothing."


class HasErrors(Conflict):
    code = "import.has_errors"
    message = "Some rows are wrong. Correct the file, or say that these rows are to be left out."


class TooManyFiles(Conflict):
    code = "import.too_many"
    message = "Many files wait for being applied. Apply or drop some of them first."


class FileGone(Conflict):
    code = "import.file_gone"
    message = "The file is not kept any more. Bring it again."


def require_right(actor: Membership, kind: ImportKind) -> None:
    """Raises Denied. Files of flows go past the approvals, which is a right of its own."""
    policies.catalogue.require(actor, "import")
    if kind.changes_flows:
        policies.flows.require(actor, "break_glass")


@transaction.atomic
def import_upload(
    *, actor: Membership, kind: str, upload: UploadedFile, reason: str = "", at: datetime | None = None
) -> CatalogueImport:
    """Take a file; a worker checks it, which changes nothing. Raises Denied, Invalid, TooManyFiles."""
    policies.catalogue.require(actor, "import")
    found = KINDS.get(kind)
    if found is None:
        raise Invalid({"kind": ["Choose what the file holds."]})
    require_right(actor, found)
    said = _reason(reason if found.changes_flows else "", is_needed=found.changes_flows)
    name = clean_name(upload.name or "")
    size = upload.size or 0
    if not name.lower().endswith(ENDINGS):
        raise Invalid({"file": ["Bring a file with the ending .csv or .xlsx."]})
    if not 0 < size <= MAX_BYTES:
        text = f"This file is larger than {MAX_BYTES // 1024 // 1024} MB. Divide it." if size else "This file is empty."
        raise Invalid({"file": [text]})
    if CatalogueImportFile.objects.filter(organisation_id=actor.organisation_id).count() >= MOST_KEPT:
        raise TooManyFiles
    row = CatalogueImport(
        organisation_id=actor.organisation_id,
        kind=kind,
        file_name=name,
        reason=said,
        by_name=actor.name,
        actor_id=actor.id,
        created_by_id=actor.id,
        created_at=at or timezone.now(),
    )
    row.touch(actor.id, at)
    row.save(force_insert=True)
    CatalogueImportFile.objects.create(
        organisation_id=actor.organisation_id, catalogue_import=row, content=upload.read()
    )
    _wake(row)
    return row


@transaction.atomic
def import_check_again(*, actor: Membership, import_id: UUID, at: datetime | None = None) -> CatalogueImport:
    """Judge the file against the catalogue as it is now. Raises Denied, NotFound, ImportMoved, FileGone."""
    row = _held(actor, import_id)
    if row.state not in (ImportState.CHECKED, ImportState.FAILED):
        raise ImportMoved
    if not has_file(row):
        raise FileGone
    _set(row, actor, at, state=ImportState.CHECKING, failure="", done=0, total=0)
    _wake(row)
    return row


@transaction.atomic
def import_apply(
    *, actor: Membership, import_id: UUID, skip_errors: bool = False, at: datetime | None = None
) -> CatalogueImport:
    """Have a worker apply what was checked: all of it, or with ``skip_errors`` all rows that are right.

    Raises Denied, NotFound, ImportMoved, NothingToApply, HasErrors.
    """
    row = _held(actor, import_id)
    if row.state != ImportState.CHECKED:
        raise ImportMoved
    if row.error_count and not skip_errors:
        raise HasErrors
    if not any(row.report.get(name) for name in ("new", "changed")):
        raise NothingToApply
    _set(row, actor, at, state=ImportState.APPLYING, skip_errors=skip_errors, failure="", done=0)
    _wake(row)
    return row


@transaction.atomic
def import_discard(*, actor: Membership, import_id: UUID) -> None:
    """Drop a file that was not applied, and what was found in it. Raises Denied, NotFound, ImportMoved."""
    row = _held(actor, import_id)
    if row.state in (ImportState.APPLYING, ImportState.APPLIED):
        raise ImportMoved
    forget(row)
    row.delete()


def forget(row: CatalogueImport, *, keep_wrong: bool = False) -> None:
    """The file and the rows of an import are needed no longer."""
    own = {"organisation_id": row.organisation_id, "catalogue_import_id": row.id}
    CatalogueImportFile.objects.filter(**own).delete()
    rows = CatalogueImportRow.objects.filter(**own)
    (rows.exclude(action=RowAction.WRONG) if keep_wrong else rows).delete()


@transaction.atomic
def imports_sweep(*, organisation_id: UUID, at: datetime | None = None) -> int:
    """Let go of files that nobody applied for a week, and of what was wrong with others; returns how many imports."""
    moment = at or timezone.now()
    found = _left_over(organisation_id, moment)
    for row in found:
        forget(row)
        if row.state == ImportState.CHECKED:
            row.state, row.failure, row.finished_at = ImportState.FAILED, EXPIRED, moment
            row.save(update_fields=["state", "failure", "finished_at"])
    return len(found)


def _left_over(organisation_id: UUID, at: datetime) -> list[CatalogueImport]:
    own = {"organisation_id": organisation_id}
    files = CatalogueImportFile.objects.filter(**own).values("catalogue_import_id")
    rows = CatalogueImportRow.objects.filter(**own).values("catalogue_import_id")
    old = CatalogueImport.objects.select_for_update(skip_locked=True).filter(**own, modified_at__lt=at - KEPT)
    settled = old.exclude(state__in=(ImportState.CHECKING, ImportState.APPLYING))
    return list(settled.filter(id__in=files.union(rows)))


def organisations_waiting() -> list[UUID]:
    """The organisations with imports to carry on: a function of the owner tells ids only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT flows_imports_waiting()")
        return [row[0] for row in cursor.fetchall()]


def imports_waiting(organisation_id: UUID, at: datetime | None = None) -> list[UUID]:
    """Imports that nobody works on, though somebody should."""
    rows = CatalogueImport.objects.filter(
        organisation_id=organisation_id, state__in=(ImportState.CHECKING, ImportState.APPLYING)
    )
    moment = at or timezone.now()
    free = [row for row in rows.order_by("created_at") if row.leased_until is None or row.leased_until < moment]
    return [row.id for row in free]


def _held(actor: Membership, import_id: UUID) -> CatalogueImport:
    """The import, nobody else's meanwhile, for whoever has the right. Raises Denied, ImportNotFound."""
    policies.catalogue.require(actor, "import")
    rows = CatalogueImport.objects.select_for_update().filter(organisation_id=actor.organisation_id, id=import_id)
    row: CatalogueImport | None = rows.first()
    if row is None or row.kind not in KINDS:
        raise ImportNotFound
    require_right(actor, KINDS[row.kind])
    return row


def _set(row: CatalogueImport, actor: Membership, at: datetime | None, **values: Any) -> None:
    values |= {"actor_id": actor.id, "lease": None, "leased_until": None, "attempts": 0}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=[*values, *row.touch(actor.id, at)])


def _wake(row: CatalogueImport) -> None:
    wake(TASK, organisation_id=row.organisation_id, import_id=row.id)


def _reason(text: str, *, is_needed: bool) -> str:
    said = text.strip()
    if is_needed and not said:
        raise Invalid({"reason": ["Say why this cannot wait for the approvers."]})
    if len(said) > MAX_REASON or has_unstorable(said):
        raise Invalid({"reason": [f"At most {MAX_REASON:,} characters of text."]})
    return said
