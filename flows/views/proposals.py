"""Look at a proposal, and act on it: approve, reject, cancel, retry, revise, comment, watch."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.models import Membership
from accounts.tenancy.errors import Conflict, DomainError, Invalid
from accounts.views.base import MemberRequired, refusals_as_pages
from flows.forms import BulkForm, CommentForm, DecideForm, RejectForm, WatchForm
from flows.proposals import wizard
from flows.proposals.selectors import choices
from flows.proposals.selectors.board import titles_of
from flows.proposals.selectors.doors import access_proposal
from flows.proposals.selectors.drafts import revision_begun
from flows.proposals.selectors.proposal_page import ProposalPage
from flows.proposals.selectors.standing import Permissions
from flows.proposals.services.act import (
    RowResult,
    proposal_approve,
    proposal_cancel,
    proposal_comment,
    proposal_reject,
    proposal_retry,
    proposal_unwatch,
    proposal_watch,
    proposals_bulk,
)
from flows.proposals.services.drafts import draft_start
from flows.proposals.services.propose import proposal_propose
from flows.proposals.wizard import REMOVE, Step
from flows.views.refusals import conflict_of, said, texts_of
from flows.views.wizard_steps import ReasonStep
from workflows.substitution import by_words
from workflows.views.base import page


class ProposalView(MemberRequired, View):
    """One proposal."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, proposal_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            shown = ProposalPage.open(self.actor, proposal_id)
        return page(request, "flows/proposal.html", context_of(shown))


class ProposalActionView(MemberRequired, View):
    """A form of the page. What the service refuses is said on the page, as it is now, with what was typed."""

    http_method_names = ("post", "options")
    place: ClassVar[str] = ""
    form_class: ClassVar[type[forms.Form]] = DecideForm

    def post(self, request: HttpRequest, proposal_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            access_proposal(self.actor, proposal_id)
        form = self.form_class(request.POST)
        if not form.is_valid():
            texts = [str(text) for errors in form.errors.values() for text in errors]
            return self.refused(request, proposal_id, texts, 422)
        try:
            with transaction.atomic():
                level, text = self.act(proposal_id, form.cleaned_data)
        except Invalid as error:
            return self.refused(request, proposal_id, texts_of(error), error.status)
        except DomainError as error:
            return self.refused(request, proposal_id, [error.message], error.status)
        messages.add_message(request, level, text)
        return redirect("flows:proposal", proposal_id)

    def act(self, proposal_id: UUID, data: dict[str, Any]) -> tuple[int, str]:
        """Call the service; what to say then."""
        raise NotImplementedError

    def refused(self, request: HttpRequest, proposal_id: UUID, texts: list[str], status: int) -> HttpResponse:
        with refusals_as_pages():
            shown = ProposalPage.open(self.actor, proposal_id)
        context = context_of(shown) | {
            "place": self.place,
            "errors": texts,
            "typed": request.POST.get("reason") or request.POST.get("text", ""),
            "refused": status in (403, 409),
        }
        return page(request, "flows/proposal.html", context, status=status)


class ProposalApproveView(ProposalActionView):
    place = "approve"

    def act(self, proposal_id: UUID, data: dict[str, Any]) -> tuple[int, str]:
        return said(
            proposal_approve(
                proposal_id=proposal_id,
                actor=self.actor,
                side=data["side"] or None,
                reason=data["reason"],
                version=data["version"],
                shown_hash=data["shown_hash"] or None,
            )
        )


class ProposalRejectView(ProposalActionView):
    place = "reject"
    form_class = RejectForm

    def act(self, proposal_id: UUID, data: dict[str, Any]) -> tuple[int, str]:
        return said(
            proposal_reject(
                proposal_id=proposal_id,
                actor=self.actor,
                side=data["side"] or None,
                reason=data["reason"],
                version=data["version"],
                shown_hash=data["shown_hash"] or None,
            )
        )


class ProposalCancelView(ProposalActionView):
    place = "cancel"

    def act(self, proposal_id: UUID, data: dict[str, Any]) -> tuple[int, str]:
        acted = proposal_cancel(
            proposal_id=proposal_id, actor=self.actor, reason=data["reason"], version=data["version"]
        )
        return said(acted)


class ProposalRetryView(ProposalActionView):
    place = "retry"

    def act(self, proposal_id: UUID, data: dict[str, Any]) -> tuple[int, str]:
        return said(proposal_retry(proposal_id=proposal_id, actor=self.actor))


class ProposalCommentView(ProposalActionView):
    place = "comment"
    form_class = CommentForm

    def act(self, proposal_id: UUID, data: dict[str, Any]) -> tuple[int, str]:
        proposal_comment(proposal_id=proposal_id, actor=self.actor, text=data["text"])
        return messages.SUCCESS, "Your comment has been added."


class ProposalWatchView(ProposalActionView):
    """``action=watch`` or ``unwatch``."""

    place = "watch"
    form_class = WatchForm

    def act(self, proposal_id: UUID, data: dict[str, Any]) -> tuple[int, str]:
        if data["action"] == "unwatch":
            proposal_unwatch(proposal_id=proposal_id, actor=self.actor)
            return messages.SUCCESS, "You do not follow this proposal any more."
        proposal_watch(proposal_id=proposal_id, actor=self.actor)
        return messages.SUCCESS, "You follow this proposal."


class ProposalReviseView(MemberRequired, View):
    """Take what came back as a draft, to be put right and sent again, or go on with the one that was begun."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, proposal_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            shown = ProposalPage.open(self.actor, proposal_id)
        if not shown.permissions.resubmit:
            context = context_of(shown) | {"errors": [shown.permissions.why_not["resubmit"]], "refused": True}
            return page(request, "flows/proposal.html", context, status=403)
        row = shown.proposal
        kind = row.proposal_type
        first = Step.SUMMARY if kind != REMOVE else Step.REASON
        try:
            draft = revision_begun(self.actor, row) or draft_start(
                actor=self.actor,
                data=wizard.draft_of(row.flow_def, row.before),
                step=first,
                proposal_type=kind,
                physical_flow_id=row.physical_flow_id if kind != wizard.CREATE else None,
                proposal_id=row.id,
            )
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("flows:proposal", row.id)
        return redirect("flows:draft", draft.id, first.value)


class ProposeRemoveView(MemberRequired, View):
    """Ask for the removal of a physical flow, with a reason."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        return self._page(request, flow_id, ReasonStep(self.actor, {}).form())

    def post(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        step = ReasonStep(self.actor, {})
        form = step.form(request.POST)
        if not form.is_valid():
            return self._page(request, flow_id, form, status=422)
        with refusals_as_pages():
            flow = choices.physical_flow(self.actor.organisation_id, flow_id)
        command = choices.command_of(flow, REMOVE) | {"reason": step.section(form)}
        try:
            with transaction.atomic():
                made = proposal_propose(actor=self.actor, flow_def=command)
        except Invalid as error:
            for text in texts_of(error):
                form.add_error(None, text)
            return self._page(request, flow_id, form, status=error.status)
        except Conflict as error:
            return self._page(request, flow_id, form, status=error.status, conflict=conflict_of(error))
        except DomainError as error:
            form.add_error(None, error.message)
            return self._page(request, flow_id, form, status=error.status)
        messages.add_message(request, *said(made))
        return redirect("flows:proposal", made.proposal.id)

    def _page(
        self,
        request: HttpRequest,
        flow_id: UUID,
        form: forms.Form,
        *,
        status: int = 200,
        conflict: dict[str, str] | None = None,
    ) -> HttpResponse:
        with refusals_as_pages():
            flow = choices.physical_flow(self.actor.organisation_id, flow_id)
        context = {
            "flow": flow,
            "form": form,
            "conflict": conflict,
            "is_last": choices.is_last_of_its_logical_flow(flow),
        }
        return page(request, "flows/proposal_remove.html", context, status=status)


class BulkView(MemberRequired, View):
    """Decide several proposals with one reason; each succeeds or fails by itself."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BulkForm(request.POST)
        query = request.POST.get("query", "")[:2_000]
        context: dict[str, Any] = {
            "back_url": f"{reverse('flows:dashboard')}?{query}" if query else reverse("flows:dashboard")
        }
        if not form.is_valid():
            context["errors"] = [str(text) for texts in form.errors.values() for text in texts]
            return page(request, "flows/dashboard_bulk.html", context, status=422)
        data = form.cleaned_data
        rows = proposals_bulk(actor=self.actor, ids=data["ids"], decision=data["decision"], reason=data["reason"])
        done = sum(1 for row in rows if row.ok)
        shown = titled(self.actor, rows)
        context |= {"rows": shown, "decision": data["decision"], "done": done, "failed": len(rows) - done}
        return page(request, "flows/dashboard_bulk.html", context)


def titled(actor: Membership, rows: Sequence[RowResult]) -> list[dict[str, Any]]:
    """The results with what the proposals are called. One query."""
    known = {row.id: row for row in titles_of(actor.organisation_id, [row.id for row in rows])}
    return [
        {
            "title": f"#{known[row.id].number} {known[row.id].source.name} to {known[row.id].target.name}"
            if row.id in known
            else "A proposal that is not there",
            "url": reverse("flows:proposal", args=[row.id]) if row.id in known else "",
            "done": row.ok,
            "message": row.message,
        }
        for row in rows
    ]


def context_of(shown: ProposalPage) -> dict[str, Any]:
    """See templates/flows/proposal.html."""
    may = shown.permissions
    sharing, more = shown.sharing()
    watchers = shown.watchers()
    return {
        "proposal": shown.proposal,
        "state_name": shown.state_name,
        "tone": shown.tone,
        "steps": shown.steps(),
        "outcome": shown.outcome(),
        "last_words": shown.last_words(),
        "details": shown.details(),
        "reason": shown.reason(),
        "specification": shown.specification(),
        "diff": shown.diff(),
        "data_types": shown.data_types(),
        "sides": shown.sides(),
        "timeline": shown.history(),
        "watchers": [name for _, name in watchers],
        "watches": any(ident == shown.actor.id for ident, _ in watchers),
        "may": may,
        "approve_sides": _sides(may, "approve"),
        "reject_sides": _sides(may, "reject"),
        "behalf": _behalf(may),
        "is_maker": shown.proposal.maker_id == shown.actor.id,
        "shown_hash": shown.hash,
        "removes_the_last": shown.removes_the_last(),
        "sharing": sharing,
        "sharing_more": more,
    }


def _behalf(may: Permissions) -> str:
    """In whose place the person decides here, where there is nothing that they could decide for themselves."""
    people = [side.on_behalf_of for side in may.sides if side.approve or side.reject]
    return " and ".join(dict.fromkeys(one.name for one in people if one)) if all(people) else ""


def _sides(may: Permissions, action: str) -> list[tuple[str, str]]:
    """The sides for which the person may do it now, each once; those that are their own first."""
    found: dict[str, str] = {}
    open_ones = [(side, getattr(side, f"{action}_for")) for side in may.sides if getattr(side, action)]
    for side, behalf in sorted(open_ones, key=lambda one: one[1] is not None):
        found.setdefault(side.side_code, by_words(side.side_name, behalf))
    return list(found.items())
