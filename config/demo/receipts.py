"""Receipts of the demo's claims: one-page PDF files, drawn by hand."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from forms_builder.schema.fields import UploadField
from forms_builder.services.attachments import attachment_add
from workflows.selectors.uploads import place_at_start

FIELD = "receipts"

PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 298 420] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"


def attach(actor: Membership, definition_id: UUID, receipts: Iterable[str], at: datetime) -> list[str]:
    """Store the receipts as the claimant's files, each named after what was bought; returns their ids."""
    place = place_at_start(actor, definition_id)
    field = cast(UploadField, next(field for field in place.writable if field.name == FIELD))
    uploads = [SimpleUploadedFile(f"{name}.pdf", receipt_pdf(name, at), "application/pdf") for name in receipts]
    added = [attachment_add(actor=actor, upload=one, field=field, group=place.group, at=at) for one in uploads]
    return [str(one.id) for one in added]


def receipt_pdf(title: str, at: datetime) -> bytes:
    """A page that says what it is a receipt of, on that day. ``title`` is plain ASCII without brackets."""
    lines = ("Receipt", title, f"{at:%d %b %Y}", "Thank you.")
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    text = f"BT /F1 16 Tf 24 TL 40 360 Td {shown} ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE,
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    trailer = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {count}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")
