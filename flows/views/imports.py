"""Bring the catalogue in from files: a list of imports, a file to bring, and what was found in it."""

import csv
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.models import Membership
from accounts.tenancy.scope import organisation_scope
from accounts.views.base import MemberRequired, refusals_as_messages, refusals_as_pages, refusals_on
from accounts.views.sheets import Echo, safe
from flows import policies
from flows.catalogue.importing.kinds import KINDS
from flows.catalogue.importing.selectors import access_import, changes_sample, has_file, imports_page, wrong_rows
from flows.catalogue.importing.services import (
    import_apply,
    import_check_again,
    import_discard,
    import_upload,
)
from flows.catalogue.importing.templates import TYPES, template_of
from flows.forms_import import ApplyForm, ImportForm
from flows.models import CatalogueImport, ImportState
from workflows.views.base import page
from workflows.views.idempotency import Once

READING: Final = ("get", "head", "options")
POSTING: Final = ("post", "options")
TONES: Final = {
    ImportState.CHECKING: "accent",
    ImportState.CHECKED: "accent",
    ImportState.APPLYING: "accent",
    ImportState.APPLIED: "good",
    ImportState.FAILED: "bad",
}
COUNTS: Final = ("new", "changed", "unchanged", "wrong")


class ImportRequired(MemberRequired, View):
    """For whoever may import; everybody else is refused before anything is read."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        member: Membership | None = getattr(request, "membership", None)
        if member is not None and not policies.catalogue.may(member, "import"):
            raise PermissionDenied("Only holders of the right to import bring the catalogue in from files.")
        return super().dispatch(request, *args, **kwargs)

    def found(self, import_id: UUID) -> CatalogueImport:
        with refusals_as_pages():
            return access_import(self.actor.organisation_id, import_id)

    def kinds(self) -> list[tuple[str, str]]:
        """What this person may import."""
        may_break = policies.flows.may(self.actor, "break_glass")
        return [(kind.code, kind.title) for kind in KINDS.values() if may_break or not kind.changes_flows]


class ImportsView(ImportRequired):
    """``?cursor``."""

    http_method_names = READING

    def get(self, request: HttpRequest) -> HttpResponse:
        found = imports_page(self.actor.organisation_id, request.GET.get("cursor", ""))
        rows = [
            {
                **row,
                "title": KINDS[row["kind"]].title if row["kind"] in KINDS else row["kind"],
                **_state(row["state"]),
            }
            for row in found.rows
        ]
        return page(request, "flows/import_list.html", {"rows": rows, "page": found})


class ImportNewView(ImportRequired):
    """``?kind``: what the file holds."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("kind", "")
        return self._page(self._form(initial={"kind": wanted if wanted in KINDS else "entities"}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST, request.FILES)
        if form.is_valid():
            with refusals_on(form):
                once = Once(request, self.actor)
                if (earlier := once.earlier()) is not None:
                    return earlier
                made = import_upload(
                    actor=self.actor,
                    kind=form.cleaned_data["kind"],
                    upload=form.cleaned_data["file"],
                    reason=form.cleaned_data.get("reason", ""),
                )
                return once.keep(reverse("flows:import", args=[made.id]))
        return self._page(form, status=422)

    def _form(self, *posted: Any, **more: Any) -> ImportForm:
        return ImportForm(
            *posted, kinds=self.kinds(), with_reason=policies.flows.may(self.actor, "break_glass"), **more
        )

    def _page(self, form: ImportForm, status: int = 200) -> HttpResponse:
        offered = dict(self.kinds())
        kinds = [KINDS[code] for code in offered]
        key = self.request.POST.get("idempotency_key") or uuid4().hex
        chosen = form["kind"].value()
        context = {"form": form, "kinds": kinds, "chosen": chosen, "idempotency_key": key}
        return page(self.request, "flows/import_new.html", context, status=status)


class ImportView(ImportRequired):
    """One import; the part #import is swapped while a worker is at it."""

    http_method_names = READING

    def get(self, request: HttpRequest, import_id: UUID) -> HttpResponse:
        row = self.found(import_id)
        kind = KINDS.get(row.kind)
        may_act = row.kind in dict(self.kinds())
        new, changed = row.report.get("new", 0), row.report.get("changed", 0)
        context = {
            "row": row,
            "title": kind.title if kind else row.kind,
            **_state(row.state),
            "percent": 100 * row.done // row.total if row.total else 0,
            "counts": [(name, row.report.get(name, 0)) for name in COUNTS] if row.report else [],
            "to_do": new + changed,
            "sample": _sample(row) if row.state == ImportState.CHECKED else [],
            "may_apply": may_act and row.state == ImportState.CHECKED and new + changed > 0,
            "may_check": may_act and row.state in (ImportState.CHECKED, ImportState.FAILED) and has_file(row),
            "may_discard": may_act and row.state in (ImportState.CHECKED, ImportState.FAILED),
            "idempotency_key": uuid4().hex,
        }
        return page(request, "flows/import.html", context, fragment="flows/import_body.html")


class ImportActView(ImportRequired):
    """A button of the page of an import."""

    http_method_names = POSTING

    def post(self, request: HttpRequest, import_id: UUID) -> HttpResponse:
        answer: HttpResponse = redirect("flows:import", import_id)
        with refusals_as_messages(request):
            once = Once(request, self.actor)
            answer = once.earlier() or once.keep(self.act(import_id))
        return answer  # noqa: RET504 - after a refusal it is the first one

    def act(self, import_id: UUID) -> str:
        """Do it; returns where to go."""
        raise NotImplementedError


class ImportApplyView(ImportActView):
    def act(self, import_id: UUID) -> str:
        form = ApplyForm(self.request.POST)
        skip = form.is_valid() and form.cleaned_data["skip_errors"]
        import_apply(actor=self.actor, import_id=import_id, skip_errors=skip)
        return reverse("flows:import", args=[import_id])


class ImportAgainView(ImportActView):
    def act(self, import_id: UUID) -> str:
        import_check_again(actor=self.actor, import_id=import_id)
        return reverse("flows:import", args=[import_id])


class ImportDiscardView(ImportActView):
    def act(self, import_id: UUID) -> str:
        import_discard(actor=self.actor, import_id=import_id)
        messages.success(self.request, "The file is dropped. Nothing was changed.")
        return reverse("flows:imports")


class ImportErrorsView(ImportRequired):
    """Everything that is wrong in a file, as CSV."""

    http_method_names = READING

    def get(self, request: HttpRequest, import_id: UUID) -> HttpResponseBase:
        row = self.found(import_id)
        return StreamingHttpResponse(
            _error_lines(row),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="errors-{row.id}.csv"',
                "Cache-Control": "no-store, private",
            },
        )


class ImportTemplateView(ImportRequired):
    """A file to begin with."""

    http_method_names = READING

    def get(self, request: HttpRequest, kind: str, ending: str) -> HttpResponse:
        if kind not in KINDS or ending not in TYPES:
            raise Http404
        return HttpResponse(
            template_of(KINDS[kind], ending),
            content_type=TYPES[ending],
            headers={"Content-Disposition": f'attachment; filename="{kind}.{ending}"'},
        )


def _error_lines(row: CatalogueImport) -> Iterator[str]:
    """Each batch is read in a scope of its own: no transaction stays open while a client is slow."""
    writer = csv.writer(Echo())
    # The mark that tells spreadsheets the encoding.
    yield "\ufeff" + str(writer.writerow(["row", "column", "message", "value"]))
    found = wrong_rows(row.organisation_id, row.id)
    is_empty = True
    while True:
        with organisation_scope(row.organisation_id):
            batch = next(found, None)
        if batch is None:
            break
        is_empty = False
        yield "".join(str(writer.writerow([safe(cell) for cell in cells])) for cells in batch)
    if is_empty:  # the head of the file did not fit, so that no row was looked at
        kept = [(one["row"], one["column"], one["message"], "") for one in row.errors]
        yield "".join(str(writer.writerow([safe(cell) for cell in cells])) for cells in kept)


def _state(code: str) -> dict[str, str]:
    state = ImportState(code)
    return {"state_label": str(state.label), "tone": TONES[state]}


def _sample(row: CatalogueImport) -> list[dict[str, Any]]:
    """Some rows, with what they would do in words."""
    made = []
    for one in changes_sample(row):
        values = one["values"]
        name = " to ".join(values[end] for end in ("source", "target")) if "source" in values else _name(values)
        changes = [(column, one["before"].get(column), after) for column, after in one["after"].items()]
        is_changed = one["action"] == "changed"
        made.append({"number": one["number"], "name": name, "changes": changes if is_changed else []})
    return made


def _name(values: dict[str, str]) -> str:
    if "person" in values:
        return f"{values['person']} is {values['kind']} of {values['entity']}"
    return f"{values.get('name', '')} ({values.get('external_id') or values.get('code', '')})"
