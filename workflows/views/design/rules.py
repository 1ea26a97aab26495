"""The tab Rules: every rule of the draft in one list, in words, with the way to its editor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from forms_builder.rules import RuleErrors, explain, parse
from workflows.drafting.edits.rule_places import rules_in
from workflows.selectors.rule_desk import context_at, offers_for
from workflows.selectors.saved_conditions import is_old, newest_in, uses_in
from workflows.views.design.base import DesignTab, Desk


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of the draft. `old` names saved conditions that have a newer version."""

    noun: str
    owner: str
    icon: str
    words: str
    url: str
    place: str
    item: str
    is_wrong: bool
    uses: tuple[str, ...]
    old: tuple[str, ...]


def context(desk: Desk) -> Mapping[str, Any]:
    draft = desk.draft
    organisation_id = draft.definition.organisation_id
    address = reverse("design_rule", args=[draft.definition.id])
    here = f"{reverse('design', args=[draft.definition.id])}?tab=rules"
    contexts: dict[tuple[str, str], Any] = {}
    names: Mapping[str, str] = {}
    rules = list(rules_in(draft.document))
    newest = newest_in(organisation_id, [use for _, rule in rules for use in uses_in(rule)])
    found: dict[str, list[RuleLine]] = {}
    for place, rule in rules:
        key = (place.sort.kind, place.source)
        if key not in contexts:
            contexts[key] = context_at(place.sort.kind, draft.form, place.source)
            names = names or offers_for(organisation_id, contexts[key]).names
        words, wrong = _words(rule, contexts[key], names)
        uses = uses_in(rule)
        old = (use for use in uses if is_old(use, newest))
        line = RuleLine(
            place.sort.noun, place.owner, place.sort.icon, words,
            f"{address}?{urlencode({'place': place.place, 'next': here, 'tab': 'rules'})}", place.place, place.item, wrong,
            tuple(dict.fromkeys(str(use.get("name")) for use in uses)),
            tuple(dict.fromkeys(str(use.get("name")) for use in old)),
        )  # fmt: skip
        found.setdefault(_HEADINGS[place.parts[1]], []).append(line)
    return {"rule_groups": list(found.items()), "rule_count": sum(map(len, found.values()))}


_HEADINGS: Mapping[str, str] = {"steps": "Steps", "transitions": "Ways", "fields": "Form"}


def _words(rule: Any, context: Any, names: Mapping[str, str]) -> tuple[str, bool]:
    """The rule in plain words, or the first thing that is wrong with it."""
    try:
        text = explain(parse(rule, context), names)
    except RuleErrors as errors:
        return errors.errors[0].message, True
    return text[:1].upper() + text[1:], False


TAB = DesignTab("rules", "Rules", "workflows/design/rules.html", context)
