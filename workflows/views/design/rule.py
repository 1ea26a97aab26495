"""One rule of the draft in the rule editor: a page for every place where a rule can stand, and the panel's fragment for htmx."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy.errors import Invalid
from accounts.views.base import refusals_as_pages, safe_next
from forms_builder.rule_editor import RuleEditor, Setup
from forms_builder.rule_editor.sampling import SampleField, TraceLine, sample_fields, sample_values, traced
from forms_builder.rules import EvaluationError
from workflows.drafting.edits import EditRefused
from workflows.drafting.edits.rule_places import RuleKind, RulePlace, rule_at, rule_place
from workflows.selectors.drafts import Draft, access_draft
from workflows.selectors.rule_desk import (
    PEOPLE_ROOTS,
    ROOT_WORDS,
    Matches,
    Sample,
    matches_of,
    people_choices,
    roots_of,
    sample_for,
    setup_at,
)
from workflows.selectors.saved_conditions import saved_choices
from workflows.services.drafts import Saved, draft_edit
from workflows.services.saved_conditions import saved_condition_save
from workflows.views.base import page
from workflows.views.design.base import Desk
from workflows.views.design.pages import ChangingView, key_of, number_of

TRY: Final = "try"


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One of the people around the rule, to be chosen."""

    root: str
    label: str
    chosen: str


class RuleDesk:
    """A rule at work: the editor, whom it names, and what it says of a sample."""

    def __init__(self, actor: Membership, draft: Draft, place: RulePlace, data: Mapping[str, Any] | None) -> None:
        self.actor = actor
        self.draft = draft
        self.place = place
        self.data: Any = data if data is not None else QueryDict("")
        self.is_posted = data is not None

    @property
    def url(self) -> str:
        address = reverse("design_rule", args=[self.draft.definition.id])
        return f"{address}?{urlencode({'place': self.place.place})}"

    @cached_property
    def setup(self) -> Setup:
        organisation_id = self.draft.definition.organisation_id
        saved = saved_choices(organisation_id, self.place.sort.kind)
        return setup_at(organisation_id, self.place, self.draft.form, url=self.url, saved=saved)

    @cached_property
    def editor(self) -> RuleEditor:
        if self.is_posted:
            return RuleEditor.posted(self.setup, self.data)
        return RuleEditor.of(self.setup, rule_at(self.draft.document, self.place))

    @property
    def may_keep(self) -> bool:
        """Whether the rule can be kept under a name: filters of rows belong to their list."""
        return self.place.sort.kind is not RuleKind.ROWS

    @property
    def besides(self) -> tuple[str, ...]:
        """What is chosen as a whole person instead of value by value."""
        return () if self.place.sort.kind is RuleKind.ROWS else PEOPLE_ROOTS

    @cached_property
    def chosen(self) -> dict[str, str]:
        return {root: str(self.data.get(f"{self.setup.name}.try.person.{root}", "")) for root in self.besides}

    @cached_property
    def sample(self) -> tuple[Sample, dict[str, Any]]:
        typed = sample_values(self.setup, self.data, self.besides)
        return sample_for(self.actor, self.draft.form, self.chosen, typed, self.setup.context)

    @cached_property
    def matches(self) -> Matches | None:
        """Whom a rule about people names today; None for other rules and for unfinished ones."""
        rule = self.editor.rule
        if self.place.sort.kind is not RuleKind.ASSIGNEE or rule is None:
            return None
        try:
            return matches_of(self.actor, rule, self.sample[0])
        except EvaluationError as error:
            return Matches("It cannot be asked with this sample.", note=error.message, is_none=True)

    @cached_property
    def people(self) -> list[SamplePerson]:
        roots = roots_of(self.editor.rule) if self.besides else []
        return [SamplePerson(root, ROOT_WORDS[root], self.chosen[root] or str(self.actor.id)) for root in roots]

    @cached_property
    def everybody(self) -> tuple[tuple[str, str], ...]:
        return people_choices(self.draft.definition.organisation_id)

    @cached_property
    def fields(self) -> list[SampleField]:
        return sample_fields(self.setup, self.editor.rule, self.data, self.besides)

    @cached_property
    def trace(self) -> TraceLine | None:
        """What the rule says of the sample, once somebody has asked."""
        if self.editor.rule is None or self.editor.button != TRY:
            return None
        sample, values = self.sample
        if not self.besides:
            values = sample_values(self.setup, self.data)
        return traced(self.editor.rule, values, sample.environment, self.setup.offers.names)


class DesignRuleView(ChangingView):
    """``?place=`` of a rule. GET shows it, POST with a button of the editor draws it again, POST without one keeps it."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        draft = self._draft(definition_id)
        return self._page(request, RuleDesk(self.actor, draft, self._place(request, draft), None))

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        draft = self._draft(definition_id)
        place = self._place(request, draft)
        rule = RuleDesk(self.actor, draft, place, request.POST)
        if rule.editor.button:
            return self._page(request, rule)
        if request.POST.get("do") == "keep":
            return self._kept(request, rule)
        if not rule.editor.is_valid:
            return self._page(request, rule, status=422)
        params = {"place": place.place, "rule": rule.editor.document}

        def act() -> Saved:
            return draft_edit(
                actor=self.actor, definition_id=definition_id, name="rule.set", params=params, key=key_of(request),
                revision=number_of(request.POST.get("revision")), number=number_of(request.POST.get("version")),
            )  # fmt: skip

        return self.attempt(request, definition_id, act, "rule.set", params | {"rule": json.dumps(params["rule"])})

    def _kept(self, request: HttpRequest, rule: RuleDesk) -> HttpResponse:
        """Keep the rule as a saved condition; the draft stays as it is."""
        name = request.POST.get("keep.name", "")
        if rule.editor.rule is None or not rule.may_keep:
            wrong = ["Finish the conditions first."]
            return self._page(request, rule, status=422, keep_errors=wrong, keep_name=name)
        try:
            row = saved_condition_save(
                actor=self.actor,
                name=name,
                kind=rule.place.sort.kind,
                rule=rule.editor.document,
                form=rule.draft.form,
            )
        except Invalid as error:
            wrong = [text for texts in error.fields.values() for text in texts]
            return self._page(request, rule, status=422, keep_errors=wrong, keep_name=name)
        return self._page(request, rule, kept=f"“{row.name}” can be used in other rules now.")

    def _draft(self, definition_id: UUID) -> Draft:
        with refusals_as_pages():
            return access_draft(self.actor, definition_id)

    def _place(self, request: HttpRequest, draft: Draft) -> RulePlace:
        try:
            return rule_place(draft.document, request.GET.get("place", ""))
        except EditRefused:
            raise Http404 from None

    def _page(self, request: HttpRequest, rule: RuleDesk, *, status: int = 200, **more: Any) -> HttpResponse:
        draft = rule.draft
        address = reverse("design_item", args=[draft.definition.id])
        item = f"{address}?{urlencode({'place': rule.place.item})}"
        given = request.POST if request.method == "POST" else request.GET
        context = {
            "desk": Desk(request, draft),
            "draft": draft,
            "definition": draft.definition,
            "rule": rule,
            "panel": given.get("panel") or rule.place.item,
            "item_url": item,
            "back": safe_next(request, item),
            "tab": given.get("tab") or "outline",
            **more,
        }
        return page(
            request, "workflows/design/rule_page.html", context, fragment="workflows/design/rule.html", status=status
        )
