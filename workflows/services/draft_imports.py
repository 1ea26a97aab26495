"""Bring the form of another product into a draft: one operation, which is undone as one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Membership
from accounts.tenancy.errors import Invalid
from forms_builder.exchange import FormImport, import_form, import_text
from forms_builder.schema.document import DocumentError
from workflows.selectors.drafts import access_editable
from workflows.services.drafts import Saved, draft_edit


class FormNotRead(Invalid):
    code = "draft.form_not_read"
    message = "This form could not be read."


@dataclass(frozen=True, slots=True)
class FormImported:
    """What became of the draft, and what was read."""

    saved: Saved
    read: FormImport


def draft_form_import(
    *,
    actor: Membership,
    definition_id: UUID,
    form: Any,
    key: UUID,
    revision: int | None = None,
    number: int | None = None,
    at: datetime | None = None,
) -> FormImported:
    """Put a SurveyJS or Form.io form in the place of the draft's form; graph and cases stay. ``form`` is JSON data, or the
    bytes of a file; ``key`` makes what is sent twice one operation.

    Raises DefinitionNotFound, Denied, FormNotRead with the places in the file, and what ``draft_edit`` raises.
    """
    access_editable(actor, definition_id)
    try:
        read = import_text(form) if isinstance(form, bytes) else import_form(form)
    except DocumentError as error:
        raise FormNotRead({f"form.{path}".rstrip("."): texts for path, texts in error.fields.items()}) from error
    saved = draft_edit(
        actor=actor,
        definition_id=definition_id,
        name="form.replace",
        params={"form": read.document.to_json(), "label": f"Import a {read.kind} form"},
        key=key,
        revision=revision,
        number=number,
        at=at,
    )
    return FormImported(saved, read)
