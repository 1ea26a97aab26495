"""Download a file."""

from typing import cast
from uuid import UUID

import structlog
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from accounts.tenancy.errors import NotFound
from accounts.tenancy.middleware import TenantRequest
from forms_builder.downloads import as_download
from forms_builder.selectors import access_attachment

logger = structlog.get_logger(__name__)


@require_safe
def attachment(request: HttpRequest, attachment_id: UUID) -> FileResponse:
    """The bytes as a download.

    Whoever may not have the file, signed in or not, gets the same 404 as for a missing one.
    """
    member = cast(TenantRequest, request).membership
    if member is None:
        logger.warning("security.file_refused", file=str(attachment_id), asked_by=None)
        raise Http404
    try:
        return as_download(access_attachment(member, attachment_id))
    except NotFound as error:
        raise Http404 from error
