"""Reads: forms, their documents, attachments."""

from collections import OrderedDict
from collections.abc import Collection
from threading import Lock
from typing import Final
from uuid import UUID

import structlog
from django.db.models import QuerySet

from accounts.models import Membership
from accounts.tenancy.errors import NotFound
from forms_builder import policies
from forms_builder.models import Attachment, FormState, FormVersion
from forms_builder.schema.document import FormDocument

CACHED_DOCUMENTS: Final = 500
_documents: OrderedDict[UUID, FormDocument] = OrderedDict()
_lock = Lock()

logger = structlog.get_logger(__name__)


class FormNotFound(NotFound):
    code = "form.not_found"


class AttachmentNotFound(NotFound):
    code = "attachment.not_found"


def document_of(version: FormVersion) -> FormDocument:
    """The document of a version. That of a published one never changes, so it is parsed once per process.

    Raises `DocumentError` for a draft that was written by other means and does not hold.
    """
    if version.state != FormState.PUBLISHED:
        return FormDocument.load(version.document)
    with _lock:
        found = _documents.get(version.id)
        if found is not None:
            _documents.move_to_end(version.id)
            return found
    found = FormDocument.load(version.document)
    with _lock:
        _documents[version.id] = found
        while len(_documents) > CACHED_DOCUMENTS:
            _documents.popitem(last=False)
    return found


def published_before(version: FormVersion) -> FormVersion | None:
    """The version that was published last before this one."""
    earlier = FormVersion.objects.filter(
        organisation_id=version.organisation_id, form_id=version.form_id, state=FormState.PUBLISHED
    )
    found: FormVersion | None = earlier.filter(number__lt=version.number).order_by("-number").first()
    return found


def access_attachment(actor: Membership, attachment_id: UUID) -> Attachment:
    """The door to a file. Raises AttachmentNotFound alike for a missing one, a foreign one and one out of reach.

    A refusal is a security event in the log; who asked stands in the line's context.
    """
    found = Attachment.objects.filter(organisation_id=actor.organisation_id, id=attachment_id).first()
    if found is None or not policies.attachments.may(actor, "read", found):
        logger.warning("security.file_refused", file=str(attachment_id), asked_by=str(actor.id))
        raise AttachmentNotFound
    attachment: Attachment = found
    return attachment


def attachments_of_run(
    organisation_id: UUID, run_id: UUID, ids: Collection[UUID] | None = None
) -> QuerySet[Attachment]:
    """The files of a request, oldest first."""
    files: QuerySet[Attachment] = Attachment.objects.filter(organisation_id=organisation_id, run_id=run_id)
    return (files if ids is None else files.filter(id__in=ids)).order_by("created_at", "id")
