"""How a stored file leaves the product, whichever face hands it out."""

from django.core.files.storage import default_storage
from django.http import FileResponse

from forms_builder.models import Attachment
from forms_builder.selectors import AttachmentNotFound


def as_download(attachment: Attachment) -> FileResponse:
    """The bytes, always as a download, never shown by the browser under our own address.

    Raises AttachmentNotFound when the storage has lost the object.
    """
    try:
        content = default_storage.open(attachment.key)
    except FileNotFoundError as error:
        raise AttachmentNotFound from error
    response = FileResponse(content, as_attachment=True, filename=attachment.name, content_type=attachment.content_type)
    response.headers["Content-Length"] = str(attachment.size)
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
