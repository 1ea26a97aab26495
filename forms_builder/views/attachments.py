"""Download a file."""

from typing import cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from accounts.tenancy.errors import NotFound
from accounts.tenancy.middleware import TenantRequest
from forms_builder.selectors import access_attachment


@require_safe
def attachment(request: HttpRequest, attachment_id: UUID) -> FileResponse:
    """The bytes, always as a download, never shown by the browser under our own address.

    Whoever may not have the file, signed in or not, gets the same 404 as for a missing one.
    """
    member = cast(TenantRequest, request).membership
    if member is None:
        raise Http404
    try:
        found = access_attachment(member, attachment_id)
        content = default_storage.open(found.key)
    except (NotFound, FileNotFoundError) as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.content_type)
    response.headers["Content-Length"] = str(found.size)
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
