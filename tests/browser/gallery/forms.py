"""The form designer: its canvas with every tab of the settings, the matrix, the rules, and the preview with its frame."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace as Some
from typing import Any
from unittest.mock import patch

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from forms_builder.design.controls import Scene
from forms_builder.design.facts import facts_with
from forms_builder.design.rule_places import RulePlace
from forms_builder.design.samples import sample_values
from forms_builder.rendering import form_class
from forms_builder.rule_editor import Offers, SavedChoice
from forms_builder.schema import Option
from forms_builder.schema.document import FormDocument
from forms_builder.schema.source_rows import SOURCE_WORDS, details_of
from forms_builder.schema.sources import NoSources
from tests.browser.gallery.designers import desk
from tests.browser.gallery.parts import CLAIM, ID, Page, ago
from workflows.forms import FormImportForm
from workflows.graph.definition import DefinitionDocument
from workflows.views.design import form, form_rules
from workflows.views.design.base import Desk, Refused
from workflows.views.design.shell import frame

SOURCES = NoSources(ago().date())
PEOPLE = (Option(str(ID), "Hema Rao (HR)"), Option("2", "Ravi Nair (Engineering)"))
RULE = {"rule": {"field": "form.purpose", "op": "ne", "value": "-"}, "message": "Say what it was for."}
BILLED = {"field": "form.billable", "op": "eq", "value": "yes"}
PROBLEMS = [
    {
        "code": "rule",
        "at": "form/fields/payment_reference/visible_when",
        "level": "blocks",
        "message": "“Payment reference” speaks about “gone”, which the form does not have.",
        "hint": "Choose another field, or remove the condition.",
        "fix": "",
    }
]
SAVED = SavedChoice("0", 2, "Billed to a client", BILLED)


def ruled() -> DefinitionDocument:
    """The claim with a rule that must hold, a list of the organisation's people, and a rule that cannot be read."""
    document = CLAIM.form.to_json()
    by_name = {one["name"]: one for one in document["fields"]}
    by_name["client_name"] |= {"rules": [RULE]}
    by_name["payment_reference"] |= {"visible_when": {"field": "form.gone", "op": "eq", "value": 1}}
    client: dict[str, Any] = {
        "name": "colleague",
        "type": "user",
        "label": "Who came along",
        "help": "Of your department.",
    }
    client["filter"] = {"field": "candidate.department", "op": "eq", "value_field": "actor.department"}
    document["fields"].append(client)
    return CLAIM.model_copy(update={"form": FormDocument.load(document)})


def empty() -> DefinitionDocument:
    return CLAIM.model_copy(update={"form": FormDocument.load({"title": "", "fields": []})})


@contextmanager
def without_database() -> Iterator[None]:
    """What the tab asks of the organisation, answered from here."""

    def scene(actor: object, raw: Mapping[str, Any]) -> Scene:
        details: dict[str, Any] = {source: details_of(source) for source in SOURCE_WORDS}
        return Scene(raw.get("fields", ()), facts_with(["leave_balance"]), tuple(SOURCE_WORDS.items()), details=details)

    def sources(actor: object) -> NoSources:
        return SOURCES

    def offers(organisation_id: object, context: object, *, by_name: bool = False) -> Offers:
        return Offers({"user.department": (("ENG", "ENG (Engineering)"), ("HR", "HR (Human Resources)"))})

    def saved(organisation_id: object, kind: str) -> tuple[SavedChoice, ...]:
        return (SAVED,) if kind == "form" else ()

    def preview(draft: Any, step: str, persona: object) -> Some:
        return Some(step=step or "claim", persona=Some(id=ID))

    with (
        patch.multiple(form, OrganisationSources=sources, scene_of=scene, preview_of=preview),
        patch.object(form, "personas_of", lambda actor: PEOPLE),
        patch.multiple(form_rules, offers_for=offers, saved_choices=saved),
    ):
        yield


def tab(
    query: str, *, document: Callable[[], DefinitionDocument] = ruled, refused: Refused | None = None
) -> Callable[[], Page]:
    """The tab with what the address asks for."""

    def made() -> Page:
        at = asked(query, document(), refused)
        with without_database():
            return "workflows/design/page.html", {**frame(at, "form"), **form.context(at)}

    return made


def asked(query: str, document: DefinitionDocument, refused: Refused | None = None) -> Desk:
    at = desk(refused, document=document, problems=PROBLEMS if document.form.fields else ())
    at.request.GET = QueryDict(query)
    return at


REFUSED_FIELD = Refused(
    "form.set",
    {"set.label": "", "set.max_length": "-5", "field": "purpose", "group": "validation"},
    "The field was not changed.",
    {"set.max_length": ["Write a whole number of at least 1."]},
)
CLASHED = Refused(
    "form.set",
    {"set.label": "What for", "field": "purpose", "group": "field"},
    "Somebody else changed the same thing meanwhile. Choose for each whose change is to stay.",
    {},
    ({"where": "label of the field “Purpose”", "mine": "What for", "theirs": "Why", "by": "Omar Shaikh"},),
)


def form_rule() -> Page:
    """The rule alone, while its rows are put together without script."""
    at = asked("", ruled())
    with without_database():
        rule = form_rules.rule_view(at, RulePlace("client_name", "visible_when"), next_url="#")
    context = {"desk": at, "draft": at.draft, "definition": at.draft.definition, "tab": "form", "rule": rule}
    return "workflows/design/form_rule.html", {**context, "edit_url": "#", "back": "#"}


def form_frame(posted: Mapping[str, list[str]] | None, *, is_good: bool = False) -> Callable[[], Page]:
    def made() -> Page:
        values = sample_values(CLAIM.form, "claim", {}, SOURCES)
        filled = form_class(CLAIM.form, "claim", values=values, sources=SOURCES)
        shown = filled(MultiValueDict(posted)) if posted is not None else filled()
        shown.is_valid()
        preview = Some(document=CLAIM.form, persona=Some(name="Hema Rao"))
        return "workflows/design/form_frame.html", {"preview": preview, "form": shown, "is_good": is_good}

    return made


def form_frame_wrong() -> Page:
    return "workflows/design/form_frame.html", {"preview": Some(document=CLAIM.form), "form": None, "wrong": WRONG}


WRONG = "A rule of this form cannot be read yet: “There is no field called gone.” Correct it in the list of rules."


def form_import_refused() -> Page:
    at = desk()
    typed = FormImportForm({"text": "{"})
    typed.is_valid()
    typed.add_error(None, "This is not JSON: expecting a name at line 1.")
    context = {"desk": at, "draft": at.draft, "definition": at.draft.definition, "tab": "form"}
    return "workflows/design/form_import.html", {**context, "form": typed, "imported": None}


FORM_PAGES: dict[str, Callable[[], Page]] = {
    "form-design": tab(""),
    "form-design-empty": tab("", document=empty),
    "form-field": tab("item=field:purpose"),
    "form-choices": tab("item=field:billable&set=choices"),
    "form-columns": tab("item=field:lines&set=choices"),
    "form-filter": tab("item=field:colleague&set=choices"),
    "form-validation": tab("item=field:client_name&set=validation&rule=0"),
    "form-refused": tab("item=field:purpose&set=validation", refused=REFUSED_FIELD),
    "form-clash": tab("item=field:purpose", refused=CLASHED),
    "form-visibility": tab("item=field:client_name&set=visibility"),
    "form-steps": tab("item=field:purpose&set=steps"),
    "form-section": tab("item=part:0"),
    "form-removing": tab("item=field:billable&remove"),
    "form-matrix": tab("view=matrix"),
    "form-matrix-empty": tab("view=matrix", document=empty),
    "form-logic": tab("view=logic"),
    "form-logic-empty": tab("view=logic", document=empty),
    "form-preview": tab("view=preview&width=phone"),
    "form-rule": form_rule,
    "form-frame": form_frame(None),
    "form-frame-refused": form_frame({"purpose": [""]}),
    "form-frame-good": form_frame(None, is_good=True),
    "form-frame-wrong": form_frame_wrong,
    "form-import-refused": form_import_refused,
}
