"""Create, change and publish forms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Invalid
from forms_builder import policies
from forms_builder.events import FormCreated, FormDraftSaved, FormPublished
from forms_builder.models import Form, FormState, FormVersion
from forms_builder.schema import DocumentError, FormDocument, Problem, blocking, check, diff
from forms_builder.schema.parts import has_unstorable
from forms_builder.selectors import FormNotFound, document_of, published_before


class DocumentInvalid(Invalid):
    """The document cannot be read; every wrong place is named."""

    code = "form.document_invalid"


class FormNotPublishable(Invalid):
    """The document has problems that block publishing; `problems` holds them all."""

    code = "form.not_publishable"
    message = "The form has problems that must be solved before it is published."

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        fields: dict[str, list[str]] = {}
        for problem in problems:
            fields.setdefault(problem.place, []).append(problem.message)
        super().__init__(fields)


class FormNameTaken(Conflict):
    code = "form.name_taken"
    message = "There is a form of this name already."


class FormAlreadyPublished(Conflict):
    code = "form.already_published"
    message = "This version is published and cannot change any more. Start a new draft."


class DraftExists(Conflict):
    code = "form.draft_exists"
    message = "There is a draft of this form already."


def parsed(document: FormDocument | dict[str, Any]) -> FormDocument:
    """The document to store. Raises DocumentInvalid."""
    if isinstance(document, FormDocument):
        return document
    try:
        return FormDocument.load(document)
    except DocumentError as error:
        raise DocumentInvalid(error.fields) from error


@transaction.atomic
def form_create(
    *, actor: Membership, name: str, slug: str, document: FormDocument | dict[str, Any], at: datetime | None = None
) -> FormVersion:
    """A form with its first draft. Raises Denied, DocumentInvalid, Invalid for the slug, FormNameTaken."""
    policies.forms.require(actor, "create")
    content = parsed(document)
    at = at or timezone.now()
    form = Form(
        organisation_id=actor.organisation_id, name=name.strip(), slug=slug, created_at=at, created_by_id=actor.id
    )
    _check_names(form)
    form.touch(actor.id, at)
    try:
        with transaction.atomic():
            form.save(force_insert=True)
    except IntegrityError as error:
        raise FormNameTaken(fields=["slug"]) from error
    version = _draft(form, 1, content, actor, at)
    event = FormCreated(subject_id=form.id, name=form.name, slug=form.slug, version_id=version.id)
    record(event, actor=actor, organisation_id=actor.organisation_id, at=at)
    return version


@transaction.atomic
def form_draft_start(
    *, form_id: UUID, actor: Membership, at: datetime | None = None, decided: bool = False
) -> FormVersion:
    """A new draft with the contents of the latest version. With ``decided`` the right was given elsewhere, and the caller
    answers for it. Raises FormNotFound, Denied, DraftExists."""
    form = _locked_form(actor, form_id, known=decided)
    if not decided:
        policies.forms.require(actor, "edit", form)
    latest = FormVersion.objects.filter(organisation_id=actor.organisation_id, form_id=form.id).latest("number")
    if latest.state == FormState.DRAFT:
        raise DraftExists(version_id=str(latest.id))
    return _draft(form, latest.number + 1, document_of(latest), actor, at or timezone.now())


@transaction.atomic
def form_draft_save(
    *,
    version_id: UUID,
    actor: Membership,
    document: FormDocument | dict[str, Any],
    at: datetime | None = None,
    decided: bool = False,
) -> FormVersion:
    """Replace the contents of a draft; problems that only block publishing do not matter yet. JSON data is kept as it is
    written: who changes it place by place finds there what stood there. ``decided`` as for ``form_draft_start``.

    Raises FormNotFound, Denied, DocumentInvalid, FormAlreadyPublished.
    """
    version = _locked_version(actor, version_id, known=decided)
    if not decided:
        policies.forms.require(actor, "edit", version.form)
    content = parsed(document)
    if version.state != FormState.DRAFT:
        raise FormAlreadyPublished
    changes = diff(document_of(version), content)
    version.document = document if isinstance(document, dict) else content.to_json()
    version.save(update_fields=["document", *version.touch(actor.id, at)])
    if changes:
        event = FormDraftSaved(
            subject_id=version.id, form_id=version.form_id, number=version.number, changes=changes[:100]
        )
        record(event, actor=actor, organisation_id=actor.organisation_id, at=at)
    return version


@transaction.atomic
def form_publish(
    *, version_id: UUID, actor: Membership, at: datetime | None = None, decided: bool = False
) -> FormVersion:
    """Close a draft for good. With ``decided`` the right was given elsewhere, and the caller answers for it.

    Raises FormNotFound, Denied, FormAlreadyPublished, FormNotPublishable, DocumentInvalid.
    """
    version = _locked_version(actor, version_id, known=decided)
    if not decided:
        policies.forms.require(actor, "publish", version.form)
    if version.state != FormState.DRAFT:
        raise FormAlreadyPublished
    document = parsed(version.document)
    problems = blocking(check(document))
    if problems:
        raise FormNotPublishable(problems)
    at = at or timezone.now()
    version.publish(by=actor.id, at=at)
    version.save(update_fields=["state", "published_at", "published_by_id", *version.touch(actor.id, at)])
    before = published_before(version)
    event = FormPublished(
        subject_id=version.id,
        form_id=version.form_id,
        name=version.form.name,
        number=version.number,
        changes=diff(document_of(before), document)[:100] if before else [],
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=at)
    return version


def _check_names(form: Form) -> None:
    """Raises Invalid for a name or a slug that cannot be."""
    for key, text in (("name", form.name), ("slug", form.slug)):
        if has_unstorable(text):
            raise Invalid({key: ["This contains a character that cannot be stored."]})
    others = {field.name for field in Form._meta.fields} - {"name", "slug"}
    try:
        form.clean_fields(exclude=others)
    except ValidationError as error:
        raise Invalid(error.message_dict) from error


def _draft(form: Form, number: int, document: FormDocument, actor: Membership, at: datetime) -> FormVersion:
    version = FormVersion(
        organisation_id=form.organisation_id,
        form=form,
        number=number,
        document=document.to_json(),
        created_at=at,
        created_by_id=actor.id,
    )
    version.touch(actor.id, at)
    version.save(force_insert=True)
    return version


def _locked_form(actor: Membership, form_id: UUID, *, known: bool = False) -> Form:
    form = Form.objects.select_for_update().filter(organisation_id=actor.organisation_id, id=form_id).first()
    if form is None or not (known or policies.forms.may(actor, "view", form)):
        raise FormNotFound
    found: Form = form
    return found


def _locked_version(actor: Membership, version_id: UUID, *, known: bool = False) -> FormVersion:
    versions = FormVersion.objects.select_for_update(of=("self",)).select_related("form")
    version = versions.filter(organisation_id=actor.organisation_id, id=version_id).first()
    if version is None or not (known or policies.forms.may(actor, "view", version.form)):
        raise FormNotFound
    found: FormVersion = version
    return found
