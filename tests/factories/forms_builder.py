"""Forms, versions and files."""

from typing import Any

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from factory.django import DjangoModelFactory

from accounts.models import Membership
from forms_builder.models import Attachment, Form, FormVersion
from forms_builder.services.attachments import attachment_add

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"

LEAVE_DOCUMENT: dict[str, Any] = {
    "schema_version": 1,
    "title": "Leave application",
    "fields": [
        {"type": "date", "name": "from", "label": "From", "access": {"apply": "required"}, "default_access": "read"},
        {
            "type": "date", "name": "to", "label": "To", "access": {"apply": "required"}, "default_access": "read",
            "checks": [{"kind": "not_before", "field": "from"}],
        },
        {"type": "long_text", "name": "reason", "label": "Reason", "access": {"apply": "required"}, "default_access": "read"},
        {
            "type": "choice", "name": "criticality", "label": "Project criticality", "display": "radio",
            "choices": [{"value": "low", "label": "Low"}, {"value": "high", "label": "High"}],
            "access": {"manager-review": "required", "hr-review": "read"},
        },
        {
            "type": "number", "name": "balance", "label": "Leave balance", "unit": "days",
            "prefill": "requester.leave_balance", "access": {"hr-review": "read"},
        },
        {"type": "long_text", "name": "hr_note", "label": "Note of HR", "access": {"hr-review": "write"}},
    ],
}  # fmt: skip


class FormFactory(DjangoModelFactory[Form]):
    class Meta:
        model = Form

    name = factory.Sequence(lambda n: f"Form {n}")
    slug = factory.Sequence(lambda n: f"form-{n}")


class FormVersionFactory(DjangoModelFactory[FormVersion]):
    class Meta:
        model = FormVersion

    form = factory.SubFactory(FormFactory, organisation=factory.SelfAttribute("..organisation"))
    number = 1
    document = factory.LazyFunction(lambda: LEAVE_DOCUMENT)


def upload(name: str = "receipt.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def stored_file(actor: Membership, name: str = "receipt.pdf", **more: Any) -> Attachment:
    """A file that went through the service."""
    return attachment_add(actor=actor, upload=upload(name), **more)
