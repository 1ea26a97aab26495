"""The form of a draft as it runs, inside of the designer's frame."""

from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.views.base import MemberRequired, refusals_as_pages
from forms_builder.rules import RuleErrors
from workflows.selectors.drafts import access_draft
from workflows.selectors.form_preview import Preview, preview_of
from workflows.views.base import page

WRONG_RULE = "A rule of this form cannot be read yet: “{}” Correct it in the list of rules, then the preview is back."


@method_decorator([xframe_options_sameorigin, csp_replace({"frame-ancestors": [SELF]})], name="dispatch")
class DesignFormFrameView(MemberRequired, View):
    """``?step=&as=``. POST checks what was typed as a submit would, and saves nothing."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        return self._shown(request, definition_id, None)

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        return self._shown(request, definition_id, request.POST)

    def _shown(self, request: HttpRequest, definition_id: UUID, posted: Any) -> HttpResponse:
        with refusals_as_pages():
            draft = access_draft(self.actor, definition_id)
        preview = preview_of(draft, request.GET.get("step", ""), member_id(request.GET.get("as", "")))
        try:
            context = _judged(preview, posted)
        except RuleErrors as errors:
            context = {"form": None, "wrong": WRONG_RULE.format(errors.errors[0].message)}
        status = 422 if posted is not None and not context.get("is_good") and not context.get("redraws") else 200
        return page(request, "workflows/design/form_frame.html", {"preview": preview, **context}, status=status)


def _judged(preview: Preview, posted: Any) -> dict[str, Any]:
    form = preview.form(posted)
    if posted is None:
        return {"form": form}
    if form.redraws:
        return {"form": form.without_judgement(), "redraws": True}
    return {"form": form, "is_good": form.is_valid()}


def member_id(text: str) -> UUID | None:
    """The persona that the address names."""
    try:
        return UUID(text)
    except ValueError:
        return None
