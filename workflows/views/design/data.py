"""What the islands of the designers fetch and send: the draft and operations on it, as REST answers them.

The problems after a save are asked for by who shows them.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views import View
from rest_framework.exceptions import ParseError

from accounts.tenancy.errors import DomainError, Invalid
from accounts.tenancy.parts import StrictJSONParser
from accounts.tenancy.problems import PROBLEM, problem_of
from accounts.views.base import MemberRequired
from workflows.selectors.drafts import Draft, access_draft, operation_json, operations_since
from workflows.services.draft_answers import draft_json, kept_json
from workflows.services.drafts import draft_change


class DataView(MemberRequired, View):
    """JSON in and out; refusals are problem documents."""

    def answered(self, act: Callable[[], dict[str, Any]]) -> JsonResponse:
        try:
            with transaction.atomic():
                found = act()
        except DomainError as error:
            answer = JsonResponse(problem_of(error) or {}, status=error.status, content_type=PROBLEM)
        else:
            answer = JsonResponse(found, headers={"ETag": f'"{found["revision"]}"'})
        answer.headers["Cache-Control"] = "no-store, private"
        return answer


class DesignDocumentView(DataView):
    """The draft, and what the person can undo and make again."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> JsonResponse:
        def act() -> dict[str, Any]:
            draft = access_draft(self.actor, definition_id)
            return draft_json(draft) | {"history": _history(draft)}

        return self.answered(act)


class DesignOperationsView(DataView):
    """GET ``?after=<number>&version=<number>``; POST ``{"operations": [...], "version", "revision"}`` or ``If-Match``."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> JsonResponse:
        def act() -> dict[str, Any]:
            draft = access_draft(self.actor, definition_id, _number(request.GET.get("version", "")))
            revision, rows = operations_since(draft, _number(request.GET.get("after", "")) or 0)
            return {
                "revision": revision,
                "version": draft.version.number,
                "results": [operation_json(row) for row in rows],
                "history": _history(draft),
            }

        return self.answered(act)

    def post(self, request: HttpRequest, definition_id: UUID) -> JsonResponse:
        def act() -> dict[str, Any]:
            body = _body(request)
            saved = draft_change(
                actor=self.actor,
                definition_id=definition_id,
                operations=body.get("operations"),
                revision=_whole(body, "revision", request.headers.get("If-Match", "").strip('W/"')),
                number=_whole(body, "version"),
            )
            return kept_json(saved) | {"history": _history(saved.draft)}

        return self.answered(act)


def _history(draft: Draft) -> dict[str, Any]:
    """What stands in the tooltips of undo and redo."""
    found = draft.history
    return {
        "undo": found.next_undo.label if found.next_undo else None,
        "redo": found.next_redo.label if found.next_redo else None,
    }


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        found = StrictJSONParser().parse(BytesIO(request.body))
    except ParseError as error:
        raise Invalid({"": [str(error.detail)]}) from error
    if not isinstance(found, dict):
        raise Invalid({"": ["Send a JSON object."]})
    return found


def _whole(body: dict[str, Any], name: str, header: str = "") -> int | None:
    """A number that is not negative, from the body, else from the header. Raises Invalid."""
    value: Any = body.get(name)
    if value is None:
        value = _number(header)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31):
        raise Invalid({name: ["Enter a whole number."]})
    return value


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
