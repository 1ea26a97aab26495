"""Bring the form of another product into the draft, and tell what was not taken."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views import View

from accounts.tenancy.errors import Denied, DomainError, Invalid, NotFound
from accounts.views.base import MemberRequired, refusals_as_pages
from workflows.forms import FormImportForm
from workflows.selectors.drafts import DraftNotFound, access_draft
from workflows.services.draft_imports import FormImported, draft_form_import
from workflows.views.base import page
from workflows.views.design.base import Desk
from workflows.views.design.pages import key_of, number_of


class DesignFormImportView(MemberRequired, View):
    """GET the form to send it; POST takes it and shows the report. Sent again it is the same operation."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        return self._page(request, definition_id, FormImportForm())

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        form = FormImportForm(request.POST, request.FILES)
        with refusals_as_pages():
            try:
                access_draft(self.actor, definition_id)
                if form.is_valid():
                    return self._page(request, definition_id, form, self._taken(request, definition_id, form))
            except (NotFound, Denied):
                raise
            except DomainError as error:
                fields = error.fields if isinstance(error, Invalid) else {"": [error.message]}
                for path, texts in fields.items():
                    form.add_error(
                        None, [f"{path.removeprefix('form').lstrip('.')}: {text}".lstrip(": ") for text in texts]
                    )
        return self._page(request, definition_id, form, status=422)

    def _taken(self, request: HttpRequest, definition_id: UUID, form: FormImportForm) -> FormImported:
        return draft_form_import(
            actor=self.actor,
            definition_id=definition_id,
            form=form.cleaned_data["raw"],
            key=key_of(request),
            revision=number_of(request.POST.get("revision")),
            number=number_of(request.POST.get("version")),
        )

    def _page(
        self,
        request: HttpRequest,
        definition_id: UUID,
        form: FormImportForm,
        imported: FormImported | None = None,
        status: int = 200,
    ) -> HttpResponse:
        with refusals_as_pages():
            try:
                draft = access_draft(self.actor, definition_id)
            except DraftNotFound:
                return redirect("design", definition_id)
        context = {
            "desk": Desk(request, draft),
            "draft": draft,
            "definition": draft.definition,
            "tab": "form",
            "form": form,
            "imported": imported,
        }
        return page(request, "workflows/design/form_import.html", context, status=status)
