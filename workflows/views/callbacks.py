"""The one-time address by which another system says that what a step waits for has happened: looking changes nothing."""

import json
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from accounts.tenancy.errors import DomainError, Invalid
from accounts.views.base import tenant
from workflows.selectors.machines import Callback, callback_of
from workflows.services.machine_care import PAYLOAD_BYTES, event_receive

POST_HERE: Final = "POST to this address, once, to say that it has happened; a JSON body is kept."


@method_decorator(csrf_exempt, name="dispatch")  # machines post here; the signed address is the proof
class CallbackView(View):
    """Open to everybody with the address; one that we did not make is not found."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        _callback(request, token)
        return _answer({"detail": POST_HERE})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        callback = _callback(request, token)
        try:
            event_receive(callback=callback, payload=_payload(request))
        except DomainError as error:
            wrong = error.fields.get("", []) if isinstance(error, Invalid) else []
            return _answer({"code": error.code, "detail": " ".join(wrong) or error.message}, error.status)
        return _answer({"detail": "Received."}, 202)


def _callback(request: HttpRequest, token: str) -> Callback:
    callback = callback_of(token)
    member = tenant(request).membership
    if callback is None or (member is not None and member.organisation_id != callback.organisation_id):
        raise Http404
    return callback


def _payload(request: HttpRequest) -> Any:
    """JSON, the fields of a form, or nothing. Raises Invalid."""
    if (request.content_type or "").startswith(("application/x-www-form-urlencoded", "multipart/")):
        return dict(request.POST.items())
    body = request.body
    if len(body) > PAYLOAD_BYTES:
        raise Invalid({"": [f"The body is larger than {PAYLOAD_BYTES // 1024} kB."]})
    if not body.strip():
        return {}
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Invalid({"": ["The body is no JSON."]}) from error


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _answer(found: dict[str, Any], status: int = 200) -> HttpResponse:
    response = JsonResponse(found, status=status)
    response.headers["Cache-Control"] = "no-store, private"
    return response
