"""Store files and tie them to requests."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from accounts.audit.record import SYSTEM, record
from accounts.models import Membership
from accounts.selectors.organisations import organisation_ids
from accounts.tenancy.errors import Invalid
from accounts.tenancy.faults import each_alone
from accounts.tenancy.models import new_id
from accounts.tenancy.scope import organisation_scope
from forms_builder import html_input, policies
from forms_builder.events import AttachmentAdded
from forms_builder.models import Attachment
from forms_builder.pictures import without_metadata
from forms_builder.schema import fields as f
from forms_builder.schema.clean import FILE_GONE
from forms_builder.schema.document import FormDocument
from forms_builder.uploads import Judged, UploadRefused, judge

PREFIX: Final = "attachments"
UNCLAIMED: Final = "new"
UNCLAIMED_FOR: Final = timedelta(days=1)


class AttachmentRefused(Invalid):
    """The file is not accepted; `fields` names the field of the form, or `file`."""

    code = "attachment.refused"


class AttachmentTaken(Invalid):
    """A file that answers name belongs to another request by now; `fields` names its field of the form."""

    code = "attachment.taken"


@transaction.atomic
def attachment_add(
    *,
    actor: Membership,
    upload: UploadedFile,
    field: f.UploadField | None = None,
    run_id: UUID | None = None,
    group: str = "",
    at: datetime | None = None,
) -> Attachment:
    """Store one file for a field of a form. The caller has checked that the actor may write the field of this run.

    The object is written before the row, so that a row always has its object; an object whose transaction failed is
    removed by the sweeper. Raises Denied, AttachmentRefused.
    """
    policies.attachments.require(actor, "add")
    place = field.name if field else "file"
    most = min(
        settings.ATTACHMENT_MAX_BYTES, field.max_megabytes * 1024 * 1024 if field else settings.ATTACHMENT_MAX_BYTES
    )
    size = upload.size or 0
    try:
        judged = judge(upload.name or "", upload, size, most_bytes=most, endings=field.accepted if field else ())
        if field and field.only_pictures:
            upload = _cut(judged, upload)
            size = upload.size or 0
    except UploadRefused as error:
        raise AttachmentRefused({place: [str(error)]}) from error
    identifier = new_id()
    attachment = Attachment(
        id=identifier,
        organisation_id=actor.organisation_id,
        run_id=run_id,
        field=field.name if field else "",
        key=_key(actor.organisation_id, group, run_id, identifier),
        name=judged.name,
        content_type=judged.content_type,
        size=size,
        sha256=_sha256(upload),
        uploaded_by=actor,
        created_by_id=actor.id,
        created_at=at or timezone.now(),
    )
    attachment.touch(actor.id, at)
    default_storage.save(attachment.key, upload)
    attachment.save(force_insert=True)
    event = AttachmentAdded(
        subject_id=attachment.id, run_id=run_id, field=attachment.field, name=attachment.name,
        content_type=attachment.content_type, size=size, sha256=attachment.sha256,
    )  # fmt: skip
    record(event, actor=actor, organisation_id=actor.organisation_id, at=at)
    return attachment


def _cut(judged: Judged, upload: UploadedFile) -> UploadedFile:
    """The picture without what it says about where and with what it was taken. Raises UploadRefused."""
    upload.seek(0)
    content = without_metadata(judged.content_type, upload.read())
    return SimpleUploadedFile(judged.name, content, judged.content_type)


@dataclass(frozen=True, slots=True)
class MadeFile:
    """What an automatic step has made, judged; its object is stored and its row is not written yet."""

    row: Attachment


def file_store(
    *, organisation_id: UUID, run_id: UUID, name: str, content: bytes, field: str = "", group: str = ""
) -> MadeFile:
    """Store the object of a file that the product itself has made for a run. Call outside of a transaction.

    Without ``file_keep`` the object has no row, and the sweeper removes it. Raises AttachmentRefused.
    """
    upload = ContentFile(content, name=name)
    try:
        judged = judge(name, upload, len(content), most_bytes=settings.ATTACHMENT_MAX_BYTES)
    except UploadRefused as error:
        raise AttachmentRefused({field or "file": [str(error)]}) from error
    identifier = new_id()
    row = Attachment(
        id=identifier,
        organisation_id=organisation_id,
        run_id=run_id,
        field=field,
        key=_key(organisation_id, group, run_id, identifier),
        name=judged.name,
        content_type=judged.content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    default_storage.save(row.key, upload)
    return MadeFile(row)


def file_keep(made: MadeFile, *, at: datetime) -> None:
    """Write the row of a stored file and its fact, in the transaction of the change that it belongs to."""
    row = made.row
    row.created_at = at
    row.touch(None, at)
    row.save(force_insert=True)
    event = AttachmentAdded(
        subject_id=row.id, run_id=row.run_id, field=row.field, name=row.name,
        content_type=row.content_type, size=row.size, sha256=row.sha256,
    )  # fmt: skip
    record(event, actor=SYSTEM, organisation_id=row.organisation_id, at=at)


def attachments_from_page(
    *,
    actor: Membership,
    document: FormDocument,
    step: str,
    files: MultiValueDict[str, Any],
    run_id: UUID | None = None,
    group: str = "",
    at: datetime | None = None,
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Store the files that came with a page; for `uploaded` and `upload_problems` of `rendering.StepForm`.

    Files for fields that the step does not write are dropped unread. A refused file does not keep the others out.
    """
    stored: dict[str, list[str]] = {}
    problems: dict[str, list[str]] = {}
    for field in document.plan(step).writable:
        if not isinstance(field, f.UploadField):
            continue
        uploads = files.getlist(html_input.html_name(field.name))
        if len(uploads) > field.max_files:
            problems[field.name] = [f"Attach at most {field.max_files} files."]
            continue
        for upload in uploads:
            try:
                added = attachment_add(actor=actor, upload=upload, field=field, run_id=run_id, group=group, at=at)
            except AttachmentRefused as refusal:
                texts = [f"{upload.name}: {text}" for text in refusal.fields[field.name]]
                problems.setdefault(field.name, []).extend(texts)
            else:
                stored.setdefault(field.name, []).append(str(added.id))
    return stored, problems


def files_of(document: FormDocument, stored: Mapping[str, Any]) -> dict[UUID, str]:
    """The files that stored answers refer to, with their fields; for `attachments_claim`."""
    return {
        UUID(identifier): field.name
        for field in document.fields
        if isinstance(field, f.UploadField)
        for identifier in stored.get(field.name) or ()
    }


def attachments_claim(
    *, actor: Membership, run_id: UUID, files: Mapping[UUID, str], at: datetime | None = None
) -> None:
    """Tie the actor's fresh uploads to a request, in the transaction that stores the answers and before they are written.

    Raises AttachmentTaken, with nothing changed, unless each of the `files` is one of those or the request's already: they
    were looked at without a lock, and another request may have taken one since.
    """
    if not files:
        return
    here = Attachment.objects.filter(organisation_id=actor.organisation_id, id__in=files)
    known = here.filter(Q(run_id=None, uploaded_by_id=actor.id) | Q(run_id=run_id))
    found = dict(known.select_for_update().order_by("id").values_list("id", "run_id"))
    if gone := files.keys() - found.keys():
        raise AttachmentTaken({files[one]: [FILE_GONE] for one in gone})
    if fresh := [identifier for identifier, owner in found.items() if owner is None]:
        here.filter(id__in=fresh).update(run_id=run_id, modified_by_id=actor.id, modified_at=at or timezone.now())


def attachments_sweep(*, organisation_id: UUID, at: datetime | None = None, limit: int = 500) -> Sequence[str]:
    """Forget uploads whose request never started within a day; returns the keys whose objects may now be deleted.

    Delete the objects with `objects_delete` after the commit: an object without a row is harmless, the reverse is not.
    """
    before = (at or timezone.now()) - UNCLAIMED_FOR
    rows = Attachment.objects.filter(organisation_id=organisation_id, run_id=None, created_at__lt=before)
    found = list(rows.order_by("created_at").values_list("id", "key")[:limit])
    Attachment.objects.filter(id__in=[identifier for identifier, _ in found], run_id=None).delete()
    return [key for _, key in found]


def sweep_everywhere(at: datetime | None = None) -> int:
    """Sweep each organisation in a scope of its own, objects after the rows; returns how many files went."""

    def swept(organisation_id: UUID) -> int:
        with organisation_scope(organisation_id):
            keys = attachments_sweep(organisation_id=organisation_id, at=at)
        objects_delete(keys)
        return len(keys)

    return each_alone(swept, organisation_ids(), "attachments.sweep_failed")


def objects_delete(keys: Collection[str]) -> None:
    """Delete stored objects; a key that is gone already is no error."""
    for key in keys:
        default_storage.delete(key)


def _key(organisation_id: UUID, group: str, run_id: UUID | None, identifier: UUID) -> str:
    folder = re.sub(r"[^a-z0-9]+", "-", group.lower())[:60].strip("-") or "general"
    return f"{PREFIX}/{organisation_id}/{folder}/{run_id or UNCLAIMED}/{identifier}"


def _sha256(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
