"""Bodies that come in pieces, without a length before them (RFC 9112, 7.1): programs send so what they make while sending."""

from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import Any, Final, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig

_PIECE: Final = 64 * 1024

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class MeasuredBodies:
    """Django reads as many bytes as ``Content-Length`` says, and so takes such a body for an empty one: nothing would be refused,
    and what was sent would be lost. It is read and measured before Django sees the request."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        # Only a server that says where the body ends can be read to the end.
        in_pieces = "HTTP_TRANSFER_ENCODING" in environ and environ.get("wsgi.input_terminated")
        if in_pieces and not environ.get("CONTENT_LENGTH"):
            environ = environ | _measured(environ["wsgi.input"])
        return self.application(environ, start_response)


def _measured(source: Any) -> Environ:
    """The body with its length, not longer than the largest file and what may stand beside it."""
    most = settings.ATTACHMENT_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = SpooledTemporaryFile(max_size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115  # goes with the request
    size = 0
    while size <= most and (piece := source.read(min(_PIECE, most + 1 - size))):
        size += body.write(piece)
    body.seek(0)
    return {"wsgi.input": body if size <= most else _TooMuch(), "CONTENT_LENGTH": str(size)}


class _TooMuch:
    """A part of a body is none: whoever reads it answers 413, and who does not want it answers as always."""

    def read(self, *size: int) -> NoReturn:
        raise RequestDataTooBig("The body is larger than anything that is expected here.")

    readline = read
