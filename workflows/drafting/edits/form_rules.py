"""Edits of the form: its rules, as the rule editor posts them."""

from collections.abc import Mapping
from typing import Final

from forms_builder.design.rule_places import RULE, NoSuchRule, RulePlace, editor_of
from forms_builder.schema import FormDocument
from forms_builder.schema.editing import fields
from workflows.drafting.edits.base import Document, Edit, EditFunction, EditRefused, Params, flag, text
from workflows.drafting.edits.form_parts import edit_of, form_of, guarded, with_form


def place_of(params: Params) -> RulePlace:
    """The place that is meant: `field`, `at`, and `number` for one of several."""
    return RulePlace(text(params, "field"), text(params, "at", required="Choose which rule."), text(params, "number"))


def rule_set(document: Document, params: Params) -> Edit:
    """The rule as it was typed; with `remove`, or without any condition, none. `message` is what people are told."""
    form, place = form_of(document), place_of(params)
    label = fields.field_at(form, place.field)["label"]
    try:
        place.stored(form)
        if flag(params, "remove"):
            made = place.with_rule(form, None, "")
            return edit_of(f"Remove a rule of {label}", document, with_form(document, made))
        setup = place.setup(FormDocument.load(form), form)
    except NoSuchRule as error:
        raise EditRefused(str(error)) from error
    editor = editor_of(place, form, setup, params)
    refused = {"rule": [one.message for one in editor.wrong]} if editor.wrong else {}
    message = text(params, "message", most=200)
    if place.at == RULE and not message:
        refused["message"] = ["Say what people are told when it does not hold."]
    if refused:
        raise EditRefused(refused)
    made = place.with_rule(form, editor.document, message)
    return edit_of(f"Change a rule of {label}", document, with_form(document, made))


EDITS: Final[Mapping[str, EditFunction]] = {"form.rule": guarded(rule_set)}
