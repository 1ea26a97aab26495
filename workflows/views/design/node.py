"""The settings of a machine's work as they are posted by their schema, and a trial of it with a sample."""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from accounts.views.base import refusals_as_pages
from workflows.drafting.param_form import value_of
from workflows.drafting.places import MISSING, parts_of
from workflows.selectors.drafts import Draft, access_draft
from workflows.selectors.palette import PaletteEntry, palette_of
from workflows.services.drafts import Saved, draft_edit
from workflows.services.node_trial import node_trial
from workflows.services.saved_trial import saved_trials
from workflows.views.base import page
from workflows.views.design.base import Desk
from workflows.views.design.item import item_at, item_context
from workflows.views.design.pages import ChangingView, key_of, number_of
from workflows.views.design.work import paths_of, work_facts

SAMPLE: Final = "try."


class DesignNodeView(ChangingView):
    """``?place=graph/steps/<key>``. POST keeps the settings of the work; ``do=try`` does it once and keeps nothing."""

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            draft = access_draft(self.actor, definition_id)
        place = request.GET.get("place", "")
        step = _step(draft, place)
        entry = palette_of(draft.definition.organisation_id).entry(step.get("node") or {})
        if entry is None:
            raise Http404
        params = params_posted({one.name: one.schema for one in entry.settings}, request.POST)
        if request.POST.get("do") == "try":
            return self._tried(request, draft, step, entry, params)
        given = {"step": step["key"], "params": params, "section": "set-params"}

        def act() -> Saved:
            return draft_edit(
                actor=self.actor, definition_id=definition_id, name="node.params", params=given, key=key_of(request),
                revision=number_of(request.POST.get("revision")), number=number_of(request.POST.get("version")),
            )  # fmt: skip

        return self.attempt(request, definition_id, act, "node.params", given | {"params": json.dumps(params)})

    def _tried(
        self,
        request: HttpRequest,
        draft: Draft,
        step: Mapping[str, Any],
        entry: PaletteEntry,
        params: Mapping[str, Any],
    ) -> HttpResponse:
        paths = paths_of(draft, entry, step["node"], params)
        sample = {path: _loose(str(request.POST.get(f"{SAMPLE}{path}", ""))) for path in paths}
        key = str(step["key"])
        if entry.is_saved:
            trials = saved_trials(draft, key, step["node"], params, sample)
        else:
            trials = [node_trial(draft, key, entry.key, params, sample)]
        context = item_context(Desk(request, draft), f"graph/steps/{key}")
        context |= work_facts(entry, params, sample, paths) | {"trials": trials}
        return page(request, "workflows/design/item_page.html", context, fragment="workflows/design/item.html")


def params_posted(schemas: Mapping[str, Mapping[str, Any]], data: Any) -> dict[str, Any]:
    """The settings in a posted form, by their schemas."""
    texts = {name.removeprefix("set."): data.getlist(name) for name in data if name.startswith("set.")}
    found = {name: value_of(name, one, texts) for name, one in schemas.items()}
    return {name: value for name, value in found.items() if value is not MISSING}


def _step(draft: Draft, place: str) -> Mapping[str, Any]:
    found = item_at(draft, place)
    if parts_of(place)[:2] != ("graph", "steps"):
        raise Http404
    return found


def _loose(text: str) -> Any:
    """A value of the sample: JSON if it reads like JSON, else the text; None where nothing was typed."""
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
