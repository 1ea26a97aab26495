"""Break-glass pages: change flows past the approvals, for the holders of the right, with a reason that is recorded."""

from abc import abstractmethod
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views import View

from accounts.views.base import MemberRequired, refusals_as_pages, refusals_on
from flows import policies
from flows.catalogue.selectors.entities import access_entity
from flows.catalogue.selectors.finding import suggestions
from flows.catalogue.selectors.flows import LogicalFacts, PhysicalFacts, access_logical, access_physical, seen_of
from flows.catalogue.services import direct
from flows.catalogue.services.direct import Delivery
from flows.forms_catalogue import (
    IN,
    DeliveryChangeForm,
    DeliveryCreateForm,
    DirectDeliveryForm,
    LogicalChangeForm,
    LogicalForm,
    RemoveForm,
)
from flows.proposals.selectors import choices
from flows.views.catalogue import uuid_or_none
from workflows.views.base import page

LOGICAL = ("lifecycle_status", "external_id", "is_readonly")
KEPT = ("transport", "frequency", "criticality")


class DirectView(MemberRequired, View):
    """A form for whoever may break the glass; everybody else is refused before anything is read."""

    http_method_names = ("get", "head", "post", "options")
    template = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        member = getattr(request, "membership", None)
        if member is not None and not policies.flows.may(member, "break_glass"):
            raise PermissionDenied("Flows change by proposals. Only holders of the right to break the glass pass them.")
        return super().dispatch(request, *args, **kwargs)

    def shown(self, form: forms.Form, *, status: int = 200, **context: Any) -> HttpResponse:
        return page(self.request, self.template, {"form": form, **context}, status=status)


class LogicalCreateView(DirectView):
    """``?entity``: one end; ``find_q`` searches for the other."""

    template = "flows/direct_logical.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(LogicalForm(initial={"direction": "out"}), request.GET.get("find_q", ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        if "find" in request.POST:
            kept = {name: request.POST.get(name, "") for name in ("direction", "external_id", "reason")}
            return self._page(LogicalForm(initial=kept), request.POST.get("find_q", ""))
        form = LogicalForm(request.POST)
        entity_id = self._entity_id()
        if form.is_valid():
            given = form.cleaned_data
            ends = (given["other"], entity_id) if given["direction"] == IN else (entity_id, given["other"])
            with refusals_on(form):
                flow = direct.logical_create(
                    actor=self.actor,
                    source_id=ends[0],
                    target_id=ends[1],
                    external_id=given["external_id"],
                    reason=given["reason"],
                )
                messages.success(request, "The logical flow is in the catalogue, and your reason is recorded.")
                return redirect("flows:logical", flow.id)
        return self._page(form, request.POST.get("find_q", ""), status=422)

    def _entity_id(self) -> UUID:
        found = uuid_or_none(self.request.POST.get("entity") or self.request.GET.get("entity", ""))
        if found is None:
            raise Http404
        return found

    def _page(self, form: forms.Form, words: str, status: int = 200) -> HttpResponse:
        own = self.actor.organisation_id
        with refusals_as_pages():
            entity = access_entity(own, self._entity_id())
        ends = suggestions(own, words[:200], without=entity.id)
        chosen = form["other"].value() if form.is_bound else None
        return self.shown(form, status=status, entity=entity, find_q=words, ends=ends, other=str(chosen or ""))


class LogicalChangeView(DirectView):
    """Change or remove a logical flow."""

    template = "flows/direct_logical_change.html"

    def get(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        flow = self._flow(flow_id)
        kept = {name: getattr(flow, name) for name in (*LOGICAL, "seen")}
        return self.shown(LogicalChangeForm(initial=kept), flow=flow, remove_form=RemoveForm(prefix="remove"))

    def post(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        flow = self._flow(flow_id)
        if "remove" in request.POST:
            return self._remove(request, flow)
        form = LogicalChangeForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            with refusals_on(form):
                direct.logical_update(
                    actor=self.actor,
                    flow_id=flow.id,
                    values={name: given[name] for name in LOGICAL},
                    reason=given["reason"],
                    seen=given["seen"] or None,
                )
                messages.success(request, "The logical flow is changed, and your reason is recorded.")
                return redirect("flows:logical", flow.id)
        return self.shown(form, status=422, flow=flow, remove_form=RemoveForm(prefix="remove"))

    def _remove(self, request: HttpRequest, flow: LogicalFacts) -> HttpResponse:
        form = RemoveForm(request.POST, prefix="remove")
        if form.is_valid():
            with refusals_on(form):
                direct.logical_remove(actor=self.actor, flow_id=flow.id, reason=form.cleaned_data["reason"])
                messages.success(request, "The logical flow is removed, and your reason is recorded.")
                return redirect("flows:logical", flow.id)
        kept = {name: getattr(flow, name) for name in (*LOGICAL, "seen")}
        return self.shown(LogicalChangeForm(initial=kept), status=422, flow=flow, remove_form=form)

    def _flow(self, flow_id: UUID) -> LogicalFacts:
        with refusals_as_pages():
            return access_logical(self.actor.organisation_id, flow_id)


class DeliveryView(DirectView):
    """What creating and changing a physical flow have in common: the tree of data types, and the values to choose from."""

    @abstractmethod
    def make_form(self, posted: Any = None) -> DirectDeliveryForm: ...

    def tree(self, form: forms.Form) -> tuple[choices.TypeRow, ...]:
        return choices.type_tree(self.actor.organisation_id, form["ids"].value() or ())

    def offered(self, chosen: tuple[str, ...] = ()) -> list[str]:
        return [row.id for row in choices.type_tree(self.actor.organisation_id, chosen) if row.selectable]


class PhysicalCreateView(DeliveryView):
    template = "flows/direct_physical.html"

    def get(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        return self._page(self.make_form())

    def post(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        form = self.make_form(request.POST)
        if form.is_valid():
            with refusals_on(form):
                flow = direct.physical_create(
                    actor=self.actor,
                    logical_flow_id=flow_id,
                    delivery=_delivery(form),
                    reason=form.cleaned_data["reason"],
                )
                messages.success(request, "The physical flow is in the catalogue, and your reason is recorded.")
                return redirect("flows:physical", flow.id)
        return self._page(form, status=422)

    def make_form(self, posted: Any = None) -> DeliveryCreateForm:
        own = self.actor.organisation_id
        flow = self._flow()
        ends = [choices.end_of(own, end.id) for end in (flow.source, flow.target)]
        return DeliveryCreateForm(
            posted,
            initial={"basis_offset": 0},
            existing=choices.specification_choices(own, ends),
            enums=choices.enum_choices(own),
            offered=self.offered(),
        )

    def _flow(self) -> LogicalFacts:
        with refusals_as_pages():
            return access_logical(self.actor.organisation_id, self.kwargs["flow_id"])

    def _page(self, form: forms.Form, status: int = 200) -> HttpResponse:
        return self.shown(form, status=status, flow=self._flow(), tree=self.tree(form))


class PhysicalChangeView(DeliveryView):
    """Change or remove a physical flow."""

    template = "flows/direct_physical_change.html"

    def get(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        return self._page(self.make_form(), RemoveForm(prefix="remove"))

    def post(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        if "remove" in request.POST:
            return self._remove(request)
        form = self.make_form(request.POST)
        if form.is_valid():
            with refusals_on(form):
                direct.physical_update(
                    actor=self.actor,
                    flow_id=flow_id,
                    delivery=_delivery(form),
                    reason=form.cleaned_data["reason"],
                    seen=form.cleaned_data["seen"] or None,
                )
                messages.success(request, "The physical flow is changed, and your reason is recorded.")
                return redirect("flows:physical", flow_id)
        return self._page(form, RemoveForm(prefix="remove"), status=422)

    def _remove(self, request: HttpRequest) -> HttpResponse:
        form = RemoveForm(request.POST, prefix="remove")
        flow_id: UUID = self.kwargs["flow_id"]
        if form.is_valid():
            with refusals_on(form):
                direct.physical_remove(actor=self.actor, flow_id=flow_id, reason=form.cleaned_data["reason"])
                messages.success(request, "The physical flow is removed, and your reason is recorded.")
                return redirect("flows:physical", flow_id)
        return self._page(self.make_form(), form, status=422)

    def make_form(self, posted: Any = None) -> DeliveryChangeForm:
        own = self.actor.organisation_id
        with refusals_as_pages():
            flow = choices.physical_flow(own, self.kwargs["flow_id"])
        command = choices.command_of(flow)
        kept, types = command["flowAttributes"], tuple(command["dataTypeIds"])
        initial = {name: kept[name] for name in ("name", "description", *KEPT)}
        initial |= {"basis_offset": kept["basisOffset"], "external_id": kept["externalId"], "ids": list(types)}
        initial["seen"] = seen_of(flow, types)
        return DeliveryChangeForm(
            posted,
            initial=initial,
            enums=choices.enum_choices(own, [kept[name] for name in KEPT]),
            offered=self.offered(types),
        )

    def _page(self, form: forms.Form, remove_form: forms.Form, status: int = 200) -> HttpResponse:
        with refusals_as_pages():
            flow: PhysicalFacts = access_physical(self.actor.organisation_id, self.kwargs["flow_id"])
        return self.shown(form, status=status, flow=flow, remove_form=remove_form, tree=self.tree(form))


def _delivery(form: DirectDeliveryForm) -> Delivery:
    given = form.cleaned_data
    return Delivery(
        **{name: given[name] for name in (*KEPT, "name", "basis_offset", "description", "external_id")},
        data_type_ids=tuple(UUID(one) for one in given["ids"]),
        specification_id=uuid_or_none(given.get("specification", "")),
        specification_name=given.get("spec_name", ""),
        format=given.get("spec_format", ""),
    )
