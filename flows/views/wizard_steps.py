"""The steps of the propose wizard: which form each shows, what it keeps in the draft, and what its template asks for besides."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms

from accounts.models import Membership
from accounts.tenancy.errors import Invalid, NotFound
from flows.catalogue.selectors.finding import suggestions
from flows.forms import (
    DOWNSTREAM,
    LOGICAL,
    UPSTREAM,
    DataTypesForm,
    DeliveryForm,
    ReasonForm,
    RouteForm,
    SpecificationForm,
)
from flows.proposals.selectors import choices
from flows.proposals.wizard import Draft, Section, Step
from workflows.views.base import MAX_WORDS


class StepPage:
    """One step for one person. ``draft`` is what is known so far, ``flow_id`` the physical flow that is to change."""

    step: ClassVar[Step]

    def __init__(self, actor: Membership, draft: Draft, flow_id: UUID | None = None) -> None:
        self.actor = actor
        self.draft = draft
        self.flow_id = flow_id

    @property
    def organisation_id(self) -> UUID:
        found: UUID = self.actor.organisation_id
        return found

    @property
    def kept(self) -> Section:
        """What the draft holds for this step."""
        found: Section = self.draft.get(self.step.value, {})
        return found

    def form(self, posted: Any = None) -> forms.Form:
        raise NotImplementedError

    def section(self, form: forms.Form) -> Section:
        """What a valid form adds to the draft. Raises Invalid at fields of the form."""
        return dict(form.cleaned_data)

    def context(self, form: forms.Form) -> dict[str, Any]:
        return {}


class RouteStep(StepPage):
    """Needs ``entity``, the end from which one looks: of the address, of the form, or the one in the draft."""

    step = Step.ROUTE

    def __init__(
        self, actor: Membership, draft: Draft, flow_id: UUID | None = None, *, entity_id: UUID | None = None
    ) -> None:
        super().__init__(actor, draft, flow_id)
        found = entity_id or UUID(self.kept.get("entity") or self.kept["source"])
        self.entity = choices.end_of(self.organisation_id, found)

    def form(self, posted: Any = None) -> RouteForm:
        return RouteForm(posted, initial=self._initial())

    def section(self, form: forms.Form) -> Section:
        chosen, other = form.cleaned_data["route"], form.cleaned_data["other"]
        if chosen.startswith(LOGICAL):
            section = self._existing(chosen.removeprefix(LOGICAL))
        else:
            section = self._new(other, comes_in=chosen == UPSTREAM)
        return {**section, "entity": str(self.entity.id)}

    def context(self, form: forms.Form) -> dict[str, Any]:
        direction = form["route"].value() or ""
        words = form.data.get("q", "").strip()[:MAX_WORDS]
        found = suggestions(self.organisation_id, words, without=self.entity.id)
        other = self._other(form["other"].value())
        flows = choices.flows_of(self.organisation_id, self.entity.id)
        return {
            "entity": self.entity,
            "flows": [_row(flow, direction) for flow in flows[: choices.FLOWS]],
            "flows_more": len(flows) > choices.FLOWS,
            "direction": direction,
            "q": words,
            "ends": found or ((other,) if other and not words else ()),
            "other": other,
        }

    def _initial(self) -> Section:
        if not self.kept:
            return {}
        if self.kept.get("logical"):
            return {"route": f"{LOGICAL}{self.kept['logical']}"}
        goes_out = self.kept["source"] == str(self.entity.id)
        return {
            "route": DOWNSTREAM if goes_out else UPSTREAM,
            "other": self.kept["target" if goes_out else "source"],
        }

    def _existing(self, text: str) -> Section:
        try:
            return choices.flow_choice(self.organisation_id, UUID(text)).section()
        except (ValueError, NotFound):
            raise Invalid({"route": ["Choose a flow of the list."]}) from None

    def _new(self, other_id: UUID, *, comes_in: bool) -> Section:
        try:
            other = choices.end_of(self.organisation_id, other_id)
        except NotFound:
            raise Invalid({"other": ["Choose an entry of the list."]}) from None
        source, target = (other, self.entity) if comes_in else (self.entity, other)
        return choices.new_route(self.organisation_id, source, target)

    def _other(self, value: Any) -> choices.End | None:
        try:
            return choices.end_of(self.organisation_id, UUID(str(value)))
        except (ValueError, NotFound):
            return None


class SpecificationStep(StepPage):
    step = Step.SPECIFICATION

    def form(self, posted: Any = None) -> SpecificationForm:
        route = self.draft[Step.ROUTE.value]
        found = choices.ends_of(self.organisation_id, (route["source"], route["target"]))
        ends = [found[route["source"]], found[route["target"]]]
        initial = {**self.kept, "specification": self.kept.get("id") or "", "owner": route["source"]}
        if self.kept:
            initial["owner"] = self.kept["owner"]
        if self.kept.get("id"):
            initial |= dict.fromkeys(("name", "format", "description", "external_id"), "")
        return SpecificationForm(
            posted,
            initial=initial,
            existing=choices.specification_choices(self.organisation_id, ends),
            owners=[(str(end.id), end.name) for end in ends],
            formats=choices.enum_choices(self.organisation_id)["format"],
        )

    def section(self, form: forms.Form) -> Section:
        given = form.cleaned_data
        if given["specification"]:
            return choices.specification_section(self.organisation_id, UUID(given["specification"]))
        return {"id": None, **{name: given[name] for name in ("owner", "name", "format", "description", "external_id")}}

    def context(self, form: forms.Form) -> dict[str, Any]:
        return {"has_existing": isinstance(form, SpecificationForm) and form.has_existing}


class DeliveryStep(StepPage):
    step = Step.DELIVERY

    def form(self, posted: Any = None) -> DeliveryForm:
        used = [self.kept.get(kind, "") for kind in DeliveryForm.KINDS]
        return DeliveryForm(
            posted, initial=self.kept or {"basis_offset": 0}, enums=choices.enum_choices(self.organisation_id, used)
        )


class DataTypesStep(StepPage):
    step = Step.DATA_TYPES

    def form(self, posted: Any = None) -> DataTypesForm:
        tree = choices.type_tree(self.organisation_id, self.kept.get("ids", ()))
        return DataTypesForm(
            posted,
            initial=self.kept,
            offered=[row.id for row in tree if row.selectable],
            unknown=next((row.id for row in tree if row.unknown), None),
        )

    def context(self, form: forms.Form) -> dict[str, Any]:
        sharing, more = sharing_of(self.actor, self.draft, self.flow_id)
        return {
            "tree": choices.type_tree(self.organisation_id, form["ids"].value() or ()),
            "sharing": sharing,
            "sharing_more": more,
        }


class ReasonStep(StepPage):
    step = Step.REASON

    def form(self, posted: Any = None) -> ReasonForm:
        return ReasonForm(posted, initial=self.kept, reasons=choices.reason_choices(self.organisation_id))

    def section(self, form: forms.Form) -> Section:
        return reason_section(form)


def reason_section(form: forms.Form) -> Section:
    """The reason as it is sent; without words of the person, those of the list stand in."""
    return {"code": form.cleaned_data["code"], "description": form.cleaned_data["description"]}


def sharing_of(actor: Membership, draft: Draft, flow_id: UUID | None) -> tuple[tuple[choices.Sharer, ...], int]:
    """Who else uses the specification of the draft."""
    ident = draft.get(Step.SPECIFICATION.value, {}).get("id")
    return choices.sharers(actor.organisation_id, UUID(ident) if ident else None, without=flow_id)


def _row(flow: choices.FlowChoice, direction: str) -> dict[str, Any]:
    return {
        "id": flow.id,
        "source": flow.source,
        "target": flow.target,
        "physical_count": flow.physical_count,
        "chosen": direction == f"{LOGICAL}{flow.id}",
    }


STEP_PAGES: Mapping[Step, type[StepPage]] = {
    one.step: one for one in (RouteStep, SpecificationStep, DeliveryStep, DataTypesStep, ReasonStep)
}
