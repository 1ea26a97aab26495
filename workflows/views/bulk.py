"""Many requests at once: choose them in the inbox, see how they differ, say what is to be done, and what became of each."""

from math import ceil
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Invalid, NotFound
from accounts.views.base import MemberRequired, refusals_as_pages
from workflows.forms import BulkForm
from workflows.models import BulkAct, BulkAction, BulkState
from workflows.selectors.bulk import access_bulk, time_to_undo
from workflows.selectors.bulk_page import MAX_ROWS, Choice, all_of, choice_of
from workflows.selectors.inbox import InboxTab
from workflows.services.bulk import FAILED, BulkRow, BulkWish, bulk_ask, bulk_cancel, bulk_run, results_of
from workflows.views.action_bar import offered
from workflows.views.base import page
from workflows.views.idempotency import Once

DECIDE = "way:"


class BulkChoiceView(MemberRequired, View):
    """What was ticked, side by side. Changes nothing; it is a POST because five hundred ids fit no address."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BulkForm(request.POST)
        if "all" in request.POST:
            wanted = all_of(self.actor, InboxTab(form.tab), form.words)
        else:
            wanted = form.wanted
        choice = choice_of(self.actor, wanted, only=request.POST.get("only", ""))
        if not choice.rows:
            messages.info(request, "Tick the requests that you want to decide together.")
            return redirect(f"{reverse('inbox')}?tab={form.tab}")
        return chosen_page(request, choice, form, more="all" in request.POST and len(wanted) == MAX_ROWS)


class BulkAskView(MemberRequired, View):
    """Say what is to be done with what was ticked. A second click leads to the first one's wish."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BulkForm(request.POST)
        try:
            once = Once(request, self.actor)
            if (earlier := once.earlier()) is not None:
                return earlier
            wish = _wish(form)
            _reason(self.actor, wish, form)
            act = bulk_ask(actor=self.actor, wish=wish, wait=time_to_undo(self.actor.organisation_id))
        except (Conflict, Invalid) as error:
            fields = error.fields if isinstance(error, Invalid) else {"tasks": [error.message]}
            choice = choice_of(self.actor, form.wanted)
            return chosen_page(request, choice, form, {key: list(texts) for key, texts in fields.items()})
        return once.keep(reverse("bulk", args=[act.id]))


class BulkView(MemberRequired, View):
    """One wish: until when it can be undone, then what became of each request."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, bulk_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            act = access_bulk(self.actor, bulk_id)
        return page(request, "workflows/bulk.html", act_context(act), fragment="workflows/bulk_state.html")


class _BulkStep(MemberRequired, View):
    http_method_names = ("post", "options")

    def act(self, bulk_id: UUID) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, bulk_id: UUID) -> HttpResponse:
        try:
            messages.success(request, self.act(bulk_id))
        except NotFound:
            raise Http404 from None
        except Conflict as error:
            messages.error(request, error.message)
        return redirect("bulk", bulk_id)


class BulkUndoView(_BulkStep):
    """Take it back while it waits."""

    def act(self, bulk_id: UUID) -> str:
        bulk_cancel(bulk_id=bulk_id, actor=self.actor)
        return "Undone. Nothing has happened, and nobody was told."


class BulkRunView(_BulkStep):
    """Do it without waiting any longer."""

    def act(self, bulk_id: UUID) -> str:
        act = bulk_run(bulk_id=bulk_id, actor=self.actor)
        return f"{act.done} of {act.asked} done."


def _wish(form: BulkForm) -> BulkWish:
    """Raises Invalid."""
    problems = form.problems()
    if problems:
        raise Invalid(problems)
    data = form.cleaned_data
    rows = [BulkRow(task_id, version) for task_id, version in form.wanted]
    wanted: str = data["do"]
    action = BulkAction.DECIDE if wanted.startswith(DECIDE) else BulkAction(wanted)
    way = wanted.removeprefix(DECIDE) if action is BulkAction.DECIDE else ""
    person = None if action is BulkAction.CLAIM else data["assignee"]
    return BulkWish(action, rows, way, person, data["comment"])


def _reason(actor: Membership, wish: BulkWish, form: BulkForm) -> None:
    """Asked for before the time to undo: without it every request would be left in the end. Raises Invalid."""
    if wish.action is not BulkAction.DECIDE or wish.comment.strip():
        return
    if any(way.reason_required and way.name == wish.transition for way in choice_of(actor, form.wanted).ways):
        raise Invalid({"comment": [f"Say why you choose “{wish.transition}”."]})


def chosen_page(
    request: HttpRequest,
    choice: Choice,
    form: BulkForm,
    errors: dict[str, list[str]] | None = None,
    *,
    more: bool = False,
) -> HttpResponse:
    """The page before anything is done, fresh or with what was typed. ``more``: the list may be longer than goes at once."""
    known = {one.id: one for way in choice.ways for one in way.people} | {one.id: one for one in choice.colleagues}
    context: dict[str, Any] = {
        "choice": choice,
        "people": offered(sorted(known.values(), key=lambda one: one.name)),
        "tab": form.tab,
        "q": form.words,
        "do": form["do"].value() or "",
        "assignee": form["assignee"].value() or "",
        "comment": form["comment"].value() or "",
        "errors": errors or {},
        "more": more,
        "idempotency_key": request.POST.get("idempotency_key") or uuid4().hex,
        "back_url": f"{reverse('inbox')}?tab={form.tab}",
    }
    return page(request, "workflows/bulk_choice.html", context, status=422 if errors else 200)


def act_context(act: BulkAct) -> dict[str, Any]:
    """The context of templates/workflows/bulk.html."""
    rows = results_of(act)
    return {
        "act": act,
        "waits": act.state == BulkState.WAITING,
        "due": act.attempts > 0 or act.run_at <= timezone.now(),
        "seconds": ceil((act.run_at - timezone.now()).total_seconds()),
        "what": _what(act),
        "failed": FAILED,
        "left": [row for row in rows if row.state == "left"],
        "unchanged": [row for row in rows if row.state == "unchanged"],
        "done": [row for row in rows if row.state == "done"],
    }


def _what(act: BulkAct) -> str:
    if act.action == BulkAction.DECIDE:
        return act.transition
    return "Take out of the team queue" if act.action == BulkAction.CLAIM else "Hand over"
