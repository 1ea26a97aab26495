"""The pages of the designers: the shell with its tabs, edits from forms, undo and redo."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.tenancy.errors import Denied, DomainError, NotFound
from accounts.tenancy.models import new_id
from accounts.views.base import MemberRequired, refusals_as_messages, refusals_as_pages, safe_next
from workflows.drafting.edits.base import texts
from workflows.drafting.edits.clip import clip_of
from workflows.drafting.operations import Kind
from workflows.drafting.places import MAX_PLACE, MISSING, parts_of
from workflows.selectors.drafts import DraftNotFound, access_draft, access_editable, changes_of, operation_json
from workflows.services.drafts import DraftInvalid, Saved, draft_edit, draft_redo, draft_start, draft_undo
from workflows.views.base import page
from workflows.views.design.base import Desk, Refused
from workflows.views.design.clip import clip_in, clip_keep
from workflows.views.design.shell import fragment, panel, shell, tab_of

OWN: Final = frozenset(
    {
        "csrfmiddlewaretoken",
        "edit",
        "id",
        "revision",
        "version",
        "next",
        "tab",
        "panel",
        "partly",
        "do",
        "open",
        "bring_back",
    }
)
"""What forms post besides the parameters of the edit."""
PANEL: Final = ".cs-panel"
MOST_QUERY: Final = 2_000
MOST_TOLD: Final = 3_000
"""Characters of a header: what stands before the product often takes 4 KB of them."""


class DesignView(MemberRequired, View):
    """``?tab=`` one of the registry. Without a draft the page offers to start one."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            try:
                draft = access_draft(self.actor, definition_id)
            except DraftNotFound:
                definition = access_editable(self.actor, definition_id)
                return page(request, "workflows/design/none.html", {"definition": definition})
            context = shell(Desk(request, draft), tab_of(request.GET))
        return page(request, "workflows/design/page.html", context, fragment="workflows/design/tab.html")


class DesignStartView(MemberRequired, View):
    """Begin to change the workflow."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_messages(request):
            draft_start(actor=self.actor, definition_id=definition_id)
        return redirect("design", definition_id)


class ChangingView(MemberRequired, View):
    """A form that changes the draft. Without script back to the tab; to htmx the tab and what else changed."""

    http_method_names: tuple[str, ...] = ("post", "options")

    def attempt(
        self, request: HttpRequest, definition_id: UUID, act: Callable[[], Saved], edit: str, params: Mapping[str, Any]
    ) -> HttpResponse:
        try:
            with refusals_as_pages(), transaction.atomic():
                saved = act()
        except (NotFound, Denied):
            raise
        except DomainError as error:
            return self.refused(request, definition_id, error, Refused.of(error, edit, params))
        opened = new_step_in(saved)
        if not is_htmx(request):
            return _back(request, definition_id, opened)
        answer = fragment(Desk(request, saved.draft, opened=opened), request.POST)
        answer.headers["HX-Trigger"] = json.dumps({"draft:changed": _news(saved)})
        return answer

    def refused(self, request: HttpRequest, definition_id: UUID, error: DomainError, refused: Refused) -> HttpResponse:
        """The tab again, with what is wrong and what was typed."""
        with refusals_as_pages():
            try:
                desk = Desk(request, access_draft(self.actor, definition_id), refused)
            except DraftNotFound:
                messages.error(request, error.message)
                target = redirect("design", definition_id)
                return _gone(target) if is_htmx(request) else target
        if is_htmx(request):
            answer = fragment(desk, request.POST, status=error.status)
            if request.POST.get("panel") and not refused.fields:
                # What is not about one part of the settings stands above all of them.
                answer.headers["HX-Retarget"] = answer.headers["HX-Reselect"] = PANEL
                answer.headers["HX-Reswap"] = "outerHTML"
            return answer
        if request.POST.get("panel"):
            context = panel(desk, request.POST)
            return page(request, "workflows/design/item_page.html", context, status=error.status)
        return page(request, "workflows/design/page.html", shell(desk, tab_of(request.POST)), status=error.status)


class DesignEditView(ChangingView):
    """``edit`` and its parameters, ``id``, ``revision``, ``version``; ``tab`` and ``panel`` say what to answer.

    A button may carry all of an edit in its value: ``do=step.move?step=apply&to=up``.
    """

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        name, params = edit_of(request)
        number, revision = number_of(request.POST.get("version")), number_of(request.POST.get("revision"))
        if name == "steps.copy":
            return self.copy(request, definition_id, params)
        clip = {"clip": clip_in(request)} if name == "steps.paste" and "clip" not in params else {}

        def act() -> Saved:
            return draft_edit(
                actor=self.actor, definition_id=definition_id, name=name, params=params | clip, key=key_of(request),
                revision=revision, number=number, bring_back=request.POST.get("bring_back", "")[:MAX_PLACE],
            )  # fmt: skip

        return self.attempt(request, definition_id, act, name, params)

    def copy(self, request: HttpRequest, definition_id: UUID, params: Mapping[str, Any]) -> HttpResponse:
        """Keep the ticked steps to be pasted here or in another workflow. Nothing of the draft changes."""

        def act() -> Saved:
            draft = access_draft(self.actor, definition_id)
            clip = clip_of(draft.document, texts(params, "steps"))
            if not clip["steps"]:
                raise DraftInvalid({"steps": ["Tick the steps that are to be copied."]})
            clip_keep(request, clip)
            return Saved(draft, (), ())

        return self.attempt(request, definition_id, act, "steps.copy", params)


class DesignUndoView(ChangingView):
    """Take back one's own latest operation."""

    service = staticmethod(draft_undo)

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        partly = bool(request.POST.get("partly"))

        def act() -> Saved:
            return self.service(actor=self.actor, definition_id=definition_id, key=key_of(request), partly=partly)

        return self.attempt(request, definition_id, act, "", {})

    def refused(self, request: HttpRequest, definition_id: UUID, error: DomainError, refused: Refused) -> HttpResponse:
        return super().refused(request, definition_id, error, replace(refused, again=request.path))


class DesignRedoView(DesignUndoView):
    """Make again what one took back last."""

    service = staticmethod(draft_redo)


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def edit_of(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    """The edit that a form means, and its parameters."""
    name, params = request.POST.get("edit", ""), params_of(request)
    if do := request.POST.get("do", ""):
        name, _, query = do.partition("?")
        params |= dict(parse_qsl(query[:MOST_QUERY]))
    return name, params


def new_step_in(saved: Saved) -> str:
    """The key of the step that was added, to be named and connected next; empty where none or several were."""
    places = [parts_of(one.place) for row in saved.done for one in changes_of(row) if one.before is MISSING]
    keys = [parts[2] for parts in places if parts[:2] == ("graph", "steps") and len(parts) == 3]
    return keys[0] if len(keys) == 1 and all(row.kind == Kind.DO for row in saved.done) else ""


def params_of(request: HttpRequest) -> dict[str, Any]:
    """The parameters of an edit as texts, or lists of texts where a name was sent several times."""
    found = {name: request.POST.getlist(name) for name in request.POST if name not in OWN}
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def key_of(request: HttpRequest) -> UUID:
    """The id of the form; one that was made up badly is as good as none."""
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        return new_id()


def number_of(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else None


def _news(saved: Saved) -> dict[str, Any]:
    """What the islands of the page have to know. Operations that are too long for a header they ask for."""
    told = [operation_json(row) for row in (*saved.missed, *saved.done)]
    return {"revision": saved.revision, "operations": told if len(json.dumps(told)) <= MOST_TOLD else []}


def _back(request: HttpRequest, definition_id: UUID, opened: str) -> HttpResponse:
    query, anchor = {"tab": tab_of(request.POST)}, ""
    if key := opened or request.POST.get("open", ""):
        query["open"], anchor = key, f"#step-{quote(key)}"
    address = f"{reverse('design', args=[definition_id])}?{urlencode(query)}{anchor}"
    return HttpResponseRedirect(safe_next(request, address), status=303)


def _gone(target: HttpResponse) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": target["Location"]})
