"""Facts that this app publishes."""

from typing import ClassVar
from uuid import UUID

from accounts.audit.events import Event


class FormCreated(Event):
    """A form with its first draft."""

    kind: ClassVar[str] = "form.created"
    subject_kind: ClassVar[str] = "forms_builder.form"

    name: str
    slug: str
    version_id: UUID


class FormDraftSaved(Event):
    """A draft has other contents; ``changes`` says in sentences which."""

    kind: ClassVar[str] = "form.draft_saved"
    subject_kind: ClassVar[str] = "forms_builder.formversion"

    form_id: UUID
    number: int
    changes: list[str]


class FormPublished(Event):
    """A version is closed and may be used; ``changes`` says how it differs from the one published before."""

    kind: ClassVar[str] = "form.published"
    subject_kind: ClassVar[str] = "forms_builder.formversion"

    form_id: UUID
    name: str
    number: int
    changes: list[str]


class AttachmentAdded(Event):
    """A file was uploaded; ``size`` in bytes."""

    kind: ClassVar[str] = "attachment.added"
    subject_kind: ClassVar[str] = "forms_builder.attachment"

    run_id: UUID | None
    field: str
    name: str
    content_type: str
    size: int
    sha256: str
