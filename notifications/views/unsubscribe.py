"""The page behind "Stop watching it" in a mail: looking changes nothing, the button does (RFC 8058)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from accounts.views.base import tenant
from notifications.channels.email.unsubscribe import Unwatch, read_token
from notifications.services.unsubscribe import unsubscribe


@method_decorator(csrf_exempt, name="dispatch")  # mail programs post here; the signed link is the proof
class UnsubscribeView(View):
    """Open to everybody with the link; one that we did not make is not found."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        _wish(request, token)
        return _page(request, done=False)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        unsubscribe(_wish(request, token))
        return _page(request, done=True)


def _wish(request: HttpRequest, token: str) -> Unwatch:
    wish = read_token(token)
    member = tenant(request).membership
    if wish is None or (member is not None and member.organisation_id != wish.organisation_id):
        raise Http404
    return wish


def _page(request: HttpRequest, *, done: bool) -> HttpResponse:
    response = render(request, "notifications/unsubscribe.html", {"done": done})
    response.headers["Cache-Control"] = "no-store, private"
    return response
