"""The rules of a field in the settings of the form designer: which one is in the editor, and the editor at work."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views import View

from accounts.views.base import MemberRequired, refusals_as_pages, safe_next
from forms_builder.design.kinds import Tab
from forms_builder.design.logic import MUST_HOLD, logic_of
from forms_builder.design.panel import Panel
from forms_builder.design.rule_places import FILTER, NEW, RULE, VISIBLE, NoSuchRule, RulePlace, editor_of, source_of
from forms_builder.rule_editor import RuleEditor, Setup
from forms_builder.schema.editing.fields import NoSuchField
from workflows.drafting.edits import EditRefused
from workflows.drafting.edits.form_rules import place_of
from workflows.drafting.edits.rule_places import RuleKind
from workflows.selectors.drafts import Draft, access_draft
from workflows.selectors.rule_desk import fits, offers_for
from workflows.selectors.saved_conditions import saved_choices
from workflows.views.base import page
from workflows.views.design.base import Desk

EDIT: Final = "form.rule"


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule in the editor; `next` is where saving leads, `cancel` where to go without, `try_url` where it is tried."""

    place: RulePlace
    editor: RuleEditor
    message: str = ""
    is_stored: bool = False
    next: str = ""
    cancel: str = ""
    try_url: str = ""
    message_errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of the field in its list."""

    words: str
    message: str
    is_wrong: bool
    url: str


def rules_of_panel(desk: Desk, panel: Panel, wanted: str, here: str) -> Mapping[str, Any]:
    """The rule that stands in the open tab of the settings, and the list of those that must hold."""
    field = panel.chosen.field
    address = f"{here}&item=field:{field}&set={panel.tab}"
    if not field or panel.chosen.column:
        return {"rule": None}
    if panel.tab is Tab.VISIBILITY:
        return {"rule": rule_view(desk, RulePlace(field, VISIBLE), next_url=address)}
    if panel.tab is Tab.CHOICES and source_of(panel.field):
        return {"rule": rule_view(desk, RulePlace(field, FILTER), next_url=address)}
    if panel.tab is not Tab.VALIDATION or not panel.keeps_value:
        return {"rule": None}
    if desk.refused is not None and desk.refused.edit == EDIT:
        wanted = str(desk.refused.params.get("number", ""))
    rows = [row for row in logic_of(desk.draft.form) if row.field == field and row.kind == MUST_HOLD]
    try:
        rule = rule_view(desk, RulePlace(field, RULE, wanted), next_url=address, cancel=address) if wanted else None
    except NoSuchRule:
        rule = None
    listed = [RuleRow(row.words, row.message, row.is_wrong, f"{address}&rule={at}") for at, row in enumerate(rows)]
    return {"rules": listed, "rule": rule, "rule_add": f"{address}&rule={NEW}"}


def rule_view(
    desk: Desk, place: RulePlace, *, next_url: str, cancel: str = "", typed: Mapping[str, Any] | None = None
) -> RuleView:
    """The editor of a rule: as it is stored, or as it was typed. Raises NoSuchField, NoSuchRule."""
    draft, refused = desk.draft, desk.refused
    if typed is None and refused is not None and refused.edit == EDIT:
        typed = refused.params
    form = draft.document["form"]
    stored, message = place.stored(form)
    setup = _setup(draft, place)
    view = RuleView(place, editor_of(place, form, setup, typed), message, stored is not None, next_url, cancel)
    if stored is not None:
        view = replace(view, try_url=_try_url(draft, place, next_url))
    if typed is None:
        return view
    told = typed.get("message", "")
    errors = tuple(refused.fields.get("message", ())) if refused is not None else ()
    return replace(view, message=str(told[-1] if isinstance(told, list) and told else told), message_errors=errors)


def _setup(draft: Draft, place: RulePlace) -> Setup:
    """What the editor offers here: as on the page of the rule alone, saved conditions too."""
    organisation_id = draft.definition.organisation_id
    kind = RuleKind.ROWS if place.at == FILTER else RuleKind.FORM
    plain = place.setup(draft.form, draft.document["form"], reverse("design_form_rule", args=[draft.definition.id]))
    return replace(
        plain,
        offers=offers_for(organisation_id, plain.context, by_name=kind is RuleKind.ROWS),
        saved=tuple(one for one in saved_choices(organisation_id, kind) if fits(one.rule, plain.context)),
    )


def _try_url(draft: Draft, place: RulePlace, back: str) -> str:
    """Where the stored rule is tried with a sample."""
    address = reverse("design_rule", args=[draft.definition.id])
    return f"{address}?{urlencode({'place': place.address(draft.document['form']), 'next': back, 'tab': 'form'})}"


class DesignFormRuleView(MemberRequired, View):
    """A button inside of the rule editor: the rows as they are then. Nothing is kept."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            draft = access_draft(self.actor, definition_id)
        shown = self._view(request, draft)
        if request.headers.get("HX-Request") == "true":
            return page(request, "forms_builder/rule_editor/editor.html", {"editor": shown.editor})
        context = {
            "desk": Desk(request, draft),
            "draft": draft,
            "definition": draft.definition,
            "tab": "form",
            "rule": shown,
            "edit_url": reverse("design_edit", args=[draft.definition.id]),
            "back": shown.next,
        }
        return page(request, "workflows/design/form_rule.html", context)

    def _view(self, request: HttpRequest, draft: Draft) -> RuleView:
        params = dict(request.POST.lists())
        home = f"{reverse('design', args=[draft.definition.id])}?tab=form"
        try:
            return rule_view(Desk(request, draft), place_of(params), next_url=safe_next(request, home), typed=params)
        except (NoSuchField, NoSuchRule, EditRefused) as error:
            raise Http404 from error
