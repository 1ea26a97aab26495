"""Pages travel compressed. Data keeps its bytes and its ETag, files are what they are."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompressionMiddleware(GZipMiddleware):
    """Django's, which pads by chance against guesses from the length, for pages alone."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
