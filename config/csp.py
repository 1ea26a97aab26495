"""The content policy of pages; answers that bring their own keep it."""

from functools import cache
from typing import Final

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_OF_ITS_OWN: Final = frozenset({"_csp_config", "_csp_update", "_csp_replace", "_csp_exempt"})
"""What the library's decorators leave on an answer."""


class PolicyMiddleware(CSPMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The policy of a page whose view asks for another one is put together anew; all the others share one."""
        if HEADER in response.headers:
            return response
        if not _OF_ITS_OWN.isdisjoint(vars(response)):
            return super().process_response(request, response)
        response.headers[HEADER] = _policy()
        return response


@cache
def _policy() -> str:
    return build_policy()
