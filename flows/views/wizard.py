"""The propose wizard: five steps, kept as a draft at each one, and at the end the command that asks the approvers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Denied, DomainError, Invalid
from accounts.views.base import MemberRequired, refusals_as_messages, refusals_as_pages
from flows import policies
from flows.catalogue.selectors.finding import suggestions
from flows.catalogue.selectors.flows import seen_of
from flows.catalogue.services.direct import FlowStale
from flows.models import ProposalDraft
from flows.proposals import wizard
from flows.proposals.selectors import choices
from flows.proposals.selectors.drafts import access_draft, drafts_of
from flows.proposals.services.acting import Acted
from flows.proposals.services.drafts import TooManyDrafts, draft_catch_up, draft_discard, draft_save, draft_start
from flows.proposals.services.propose import proposal_propose
from flows.proposals.services.resubmit import proposal_resubmit
from flows.proposals.wizard import UPDATE, Draft, Step
from flows.views.refusals import conflict_of, said
from flows.views.wizard_steps import STEP_PAGES, RouteStep, StepPage
from flows.views.wizard_summary import command_of, summary
from workflows.views.base import page, words
from workflows.views.idempotency import Once


class WizardView(MemberRequired, View):
    """What the pages of the wizard share."""

    http_method_names = ("get", "head", "post", "options")

    def shown(
        self,
        request: HttpRequest,
        step: StepPage,
        form: forms.Form,
        *,
        kind: str,
        draft: ProposalDraft | None,
        seen: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """The page of a step; ``seen`` names the state of the flow that is to change, where there is no draft yet."""
        context = frame(self.actor, kind, step.draft, step.step, draft)
        context |= {"form": form, "seen": seen, "body": f"flows/wizard_{step.step.value}.html", **step.context(form)}
        return page(request, "flows/wizard.html", context, status=status)

    def section_of(self, step: StepPage, form: forms.Form) -> wizard.Section | None:
        """What the form adds to the draft; None when it is refused, with the errors at the form."""
        if form.is_valid():
            try:
                return step.section(form)
            except Invalid as error:
                for place, texts in error.fields.items():
                    form.add_error(place if place in form.fields else None, texts)
        return None


class ProposalNewView(WizardView):
    """Where a proposal begins. ``?entity`` or ``?logical`` say what it is about; without them that is asked first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        logical, entity = _id(request.GET.get("logical")), _id(request.GET.get("entity"))
        if logical is None and entity is None:
            return self._begin(request)
        with refusals_as_pages():
            section = choices.flow_choice(self.actor.organisation_id, logical).section() if logical else {}
            draft = wizard.with_section(wizard.empty_draft(), Step.ROUTE, section) if section else wizard.empty_draft()
            step = RouteStep(self.actor, draft, entity_id=entity)
        return self._step(request, step, step.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        entity = _id(request.POST.get("entity"))
        if entity is None:
            return self._begin(request)
        with refusals_as_pages():
            step = RouteStep(self.actor, wizard.empty_draft(), entity_id=entity)
        form = step.form(request.POST)
        section = None if "find" in request.POST else self.section_of(step, form)
        if section is None:
            return self._step(request, step, form, status=200 if "find" in request.POST else 422)
        try:
            draft = draft_start(
                actor=self.actor,
                data=wizard.with_section(wizard.empty_draft(), Step.ROUTE, section),
                step=Step.SPECIFICATION,
            )
        except TooManyDrafts as error:
            form.add_error(None, error.message)
            return self._step(request, step, form, status=error.status)
        return onward(request, draft)

    def _step(self, request: HttpRequest, step: RouteStep, form: forms.Form, *, status: int = 200) -> HttpResponse:
        return self.shown(request, step, form, kind=wizard.CREATE, draft=None, status=status)

    def _begin(self, request: HttpRequest) -> HttpResponse:
        q = words(request)
        context = {
            "q": q,
            "ends": suggestions(self.actor.organisation_id, q),
            "drafts": draft_rows(self.actor),
            "may_propose": policies.proposals.may(self.actor, "propose"),
        }
        return page(request, "flows/proposal_new.html", context)


class ProposeUpdateView(WizardView):
    """Begin a change of a physical flow: its first step, filled in with what there is."""

    def get(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        step, seen = self._first(flow_id)
        return self.shown(request, step, step.form(), kind=UPDATE, draft=None, seen=seen)

    def post(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        step, seen = self._first(flow_id)
        form = step.form(request.POST)
        known = request.POST.get("seen", "") or seen
        section = self.section_of(step, form)
        if section is None:
            return self.shown(request, step, form, kind=UPDATE, draft=None, seen=known, status=422)
        try:
            if known != seen:
                raise FlowStale
            draft = draft_start(
                actor=self.actor,
                data=wizard.with_section(step.draft, step.step, section),
                step=wizard.after(UPDATE, step.step),
                proposal_type=UPDATE,
                physical_flow_id=flow_id,
            )
        except (FlowStale, TooManyDrafts) as error:
            form.add_error(None, error.message)
            return self.shown(request, step, form, kind=UPDATE, draft=None, seen=known, status=error.status)
        return onward(request, draft)

    def _first(self, flow_id: UUID) -> tuple[StepPage, str]:
        """The step, and the state of the flow from which it is made."""
        with refusals_as_pages():
            flow = choices.physical_flow(self.actor.organisation_id, flow_id)
        first = wizard.STEPS[UPDATE][0]
        before = choices.before_of(flow)
        draft = wizard.draft_of(choices.command_of(flow), before.dump())
        return STEP_PAGES[first](self.actor, draft, flow_id), seen_of(flow, before.data_type_ids)


class DraftView(WizardView):
    """One step of a draft, or its end. A finished step can be opened again."""

    def get(self, request: HttpRequest, draft_id: UUID, step: str) -> HttpResponse:
        draft, wanted = self._draft(draft_id, step)
        draft, _ = caught_up(request, self.actor, draft)
        if wanted is Step.SUMMARY:
            return summarised(request, self.actor, draft)
        if redirected := _first_things_first(draft, wanted):
            return redirected
        opened = STEP_PAGES[wanted](self.actor, draft.data, draft.physical_flow_id)
        return self.shown(request, opened, opened.form(), kind=draft.proposal_type, draft=draft)

    def post(self, request: HttpRequest, draft_id: UUID, step: str) -> HttpResponse:
        draft, wanted = self._draft(draft_id, step)
        if wanted is Step.SUMMARY:
            return redirect("flows:draft", draft.id, Step.SUMMARY.value)
        if redirected := _first_things_first(draft, wanted):
            return redirected
        entity = {"entity_id": _id(request.POST.get("entity"))} if wanted is Step.ROUTE else {}
        with refusals_as_pages():
            opened = STEP_PAGES[wanted](self.actor, draft.data, draft.physical_flow_id, **entity)
        form = opened.form(request.POST)
        section = None if "find" in request.POST else self.section_of(opened, form)
        if section is None:
            status = 200 if "find" in request.POST else 422
            return self.shown(request, opened, form, kind=draft.proposal_type, draft=draft, status=status)
        with refusals_as_pages():
            saved = draft_save(actor=self.actor, draft_id=draft.id, step=wanted, section=section)
        return onward(request, saved)

    def _draft(self, draft_id: UUID, step: str) -> tuple[ProposalDraft, Step]:
        with refusals_as_pages():
            draft = access_draft(self.actor, draft_id)
        if step not in (*wizard.STEPS[draft.proposal_type], Step.SUMMARY):
            raise Http404
        return draft, Step(step)


class DraftDiscardView(MemberRequired, View):
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, draft_id: UUID) -> HttpResponse:
        with refusals_as_messages(request):
            draft_discard(actor=self.actor, draft_id=draft_id)
            messages.success(request, "The draft is gone.")
        return redirect("flows:proposal_new")


class DraftProposeView(MemberRequired, View):
    """Ask the approvers; the draft has done its duty then."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, draft_id: UUID) -> HttpResponse:
        try:
            once = Once(request, self.actor)
            earlier = once.earlier()
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("flows:draft", draft_id, Step.SUMMARY.value)
        if earlier is not None:
            messages.info(request, "This was proposed already.")
            return earlier
        with refusals_as_pages():
            draft = access_draft(self.actor, draft_id)
        if wizard.missing(draft.proposal_type, draft.data):
            return summarised(request, self.actor, draft, status=422)
        draft, is_other = caught_up(request, self.actor, draft)
        if is_other:
            return redirect("flows:draft", draft.id, Step.SUMMARY.value)
        return self._propose(request, draft, once)

    def _propose(self, request: HttpRequest, draft: ProposalDraft, once: Once) -> HttpResponse:
        try:
            with transaction.atomic():
                made = proposed(self.actor, draft)
                with refusals_as_pages():  # gone by another tab, with what this one has proposed
                    draft_discard(actor=self.actor, draft_id=draft.id)
        except Denied as error:
            return summarised(request, self.actor, draft, problems=[("", "", error.message)], status=error.status)
        except Conflict as error:
            return summarised(request, self.actor, draft, conflict=conflict_of(error), status=error.status)
        except Invalid as error:
            return summarised(request, self.actor, draft, refused=error, status=error.status)
        messages.add_message(request, *said(made))
        return once.keep(reverse("flows:proposal", args=[made.proposal.id]))


def caught_up(request: HttpRequest, actor: Membership, draft: ProposalDraft) -> tuple[ProposalDraft, bool]:
    """The draft upon the flow as it is today; True, and a message, where that is not how the person has seen it."""
    if draft.proposal_type != UPDATE:
        return draft, False
    with refusals_as_pages():
        draft, texts = draft_catch_up(actor=actor, draft_id=draft.id)
    if texts:
        said_so = " ".join(
            ("The flow has changed since you began.", *texts, "What you did not change yourself stays so.")
        )
        messages.info(request, said_so)
    return draft, bool(texts)


def proposed(actor: Membership, draft: ProposalDraft) -> Acted:
    """What a finished draft asks for: a new proposal, or the next revision of one."""
    command = command_of(draft)
    if draft.proposal_id is not None:
        return proposal_resubmit(proposal_id=draft.proposal_id, actor=actor, flow_def=command)
    return proposal_propose(actor=actor, flow_def=command)


def frame(actor: Membership, kind: str, data: Draft, step: Step, draft: ProposalDraft | None) -> dict[str, Any]:
    """What every step shows around its form."""
    earlier = wizard.before(kind, step)
    if earlier is Step.ROUTE and draft is not None and draft.proposal_id is not None:
        earlier = None
    return {
        "kind": kind,
        "draft": draft,
        "revises": draft.proposal if draft else None,
        "steps": wizard.marks(kind, data, step, fixed_route=draft is not None and draft.proposal_id is not None),
        "step": step,
        "route": route_of(actor, data),
        "back_url": reverse("flows:draft", args=[draft.id, earlier.value]) if draft and earlier else "",
    }


def route_of(actor: Membership, data: Mapping[str, Any]) -> dict[str, Any] | None:
    route = data.get(Step.ROUTE.value)
    if not route:
        return None
    ends = choices.ends_of(actor.organisation_id, (route["source"], route["target"]))
    return {
        "source": ends.get(route["source"]),
        "target": ends.get(route["target"]),
        "is_new": not route.get("logical"),
    }


def summarised(
    request: HttpRequest, actor: Membership, draft: ProposalDraft, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The end of the wizard; ``conflict``, ``refused`` or ``problems`` after an attempt."""
    context = frame(actor, draft.proposal_type, draft.data, Step.SUMMARY, draft)
    context |= summary(actor, draft, **more)
    context |= {"body": "flows/wizard_summary.html", "idempotency_key": uuid4().hex}
    return page(request, "flows/wizard.html", context, status=status)


def onward(request: HttpRequest, draft: ProposalDraft) -> HttpResponse:
    """To the next step, or away when the person leaves."""
    if request.POST.get("then") == "leave":
        messages.success(request, "Your draft is kept. Go on with it whenever you like.")
        return redirect("flows:proposal_new")
    return redirect("flows:draft", draft.id, draft.step)


def draft_rows(actor: Membership) -> list[dict[str, Any]]:
    """The person's drafts, the newest first."""
    drafts = list(drafts_of(actor).select_related("proposal").order_by("-modified_at", "-id"))
    routes = [draft.data.get(Step.ROUTE.value, {}) for draft in drafts]
    ends = choices.ends_of(
        actor.organisation_id, [route[key] for route in routes if route for key in ("source", "target")]
    )
    return [_draft_row(draft, route, ends) for draft, route in zip(drafts, routes, strict=True)]


def _draft_row(draft: ProposalDraft, route: Mapping[str, Any], ends: Mapping[str, choices.End]) -> dict[str, Any]:
    steps = wizard.STEPS[draft.proposal_type]
    named = [ends[route[key]].name if route.get(key) in ends else "?" for key in ("source", "target")]
    name = draft.data.get(Step.DELIVERY.value, {}).get("name")
    return {
        "id": draft.id,
        "title": f"{named[0]} to {named[1]}" + (f": {name}" if name else ""),
        "kind": f"Revision of #{draft.proposal.number}" if draft.proposal else draft.get_proposal_type_display(),
        "step": draft.step,
        "step_title": Step(draft.step).heading.lower(),
        "modified_at": draft.modified_at,
        "done": len(steps) - len(wizard.missing(draft.proposal_type, draft.data)),
        "steps": len(steps),
    }


def _first_things_first(draft: ProposalDraft, wanted: Step) -> HttpResponse | None:
    """The specification belongs to an end, so the route comes first; every other step can be done in any order. A revision
    keeps its route."""
    if wanted is Step.ROUTE and draft.proposal_id is not None:
        return redirect("flows:draft", draft.id, wizard.after(draft.proposal_type, wanted).value)
    if wanted is not Step.ROUTE and Step.ROUTE.value not in draft.data:
        return redirect("flows:draft", draft.id, Step.ROUTE.value)
    return None


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
