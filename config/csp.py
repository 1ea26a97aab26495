"""The content policy of pages; answers that bring their own keep it."""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PolicyMiddleware(CSPMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The policy of a page is put together anew for each; an answer of the API has the same short one every time."""
        return response if HEADER in response.headers else super().process_response(request, response)
