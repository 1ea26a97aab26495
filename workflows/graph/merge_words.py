"""The differences of a merge in words: which place, and what stands there on each side."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from forms_builder.rules import RuleContext
from forms_builder.schema.conditions import context_of
from forms_builder.schema.document import FormDocument
from workflows.graph.contexts import assignee_context, transition_context
from workflows.graph.document import Step
from workflows.graph.merge import LAYOUT, NOTHING, Difference, Document, Side, Verdict
from workflows.graph.period import PeriodError, parse_period
from workflows.graph.sentences import assignee_sentence, rule_sentence

LONGEST: Final = 400
SETTINGS: Final[Mapping[str, str]] = {
    "assignee": "who is asked", "sla": "time limit", "period": "how long", "remind_after": "reminder after",
    "escalate": "then to",
    "fallback": "fallback", "join": "what it waits for", "approval": "rule of the panel", "condition": "open if",
    "reason_required": "reason required", "from": "comes from", "to": "leads to", "return": "way back", "access": "access",
    "visible_when": "shown if", "max_length": "longest text", "choices": "choices", "kind": "kind", "type": "type",
    "timeout": "timeout", "task_timeout": "timeout of tasks", "default_access": "access at other steps",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A difference as somebody reads it; `choice` is which side holds. Without a `theirs` the new version has removed it."""

    place: str
    verdict: Verdict
    what: str
    base: str
    ours: str
    theirs: str
    choice: Side


def told(one: Difference, ours: Document, theirs: Document) -> Told:
    """In words; names are those of the side that has the item."""
    contexts = _Contexts(FormDocument.load(ours["form"])), _Contexts(FormDocument.load(theirs["form"]))
    return Told(
        place=one.place,
        verdict=one.verdict,
        what=_what(one.place, ours, theirs),
        base=_value(one.place, one.base, contexts[0]),
        ours=_value(one.place, one.ours, contexts[0]),
        theirs=_value(one.place, one.theirs, contexts[1]),
        choice=one.choice,
    )


class _Contexts:
    """What rules of a document may speak about."""

    def __init__(self, form: FormDocument) -> None:
        self.assignee = assignee_context(form)
        self.way = transition_context(form)
        self.form = context_of(form.fields)

    def of(self, place: str) -> RuleContext:
        return self.way if place.startswith("transitions.") else self.form


def _what(place: str, ours: Document, theirs: Document) -> str:
    if place == LAYOUT:
        return "Form: where the fields stand"
    part, key, *more = place.split(".") if not place.startswith("cases.") else ("cases", place.removeprefix("cases."))
    setting = ", ".join(_setting(part, one, ours, theirs) for one in more)
    if part in ("graph", "form"):
        title = "Workflow" if part == "graph" else "Form"
        return f"{title}: {SETTINGS.get(key, key.replace('_', ' '))}"
    title = f"{_TITLES[part]} {_name(part, key, ours, theirs)}"
    return f"{title}: {setting}" if setting else title


_PERIODS: Final = frozenset({"period", "remind_after"})
_TITLES: Final = {"steps": "Step", "transitions": "Way", "fields": "Field", "cases": "Case"}


def _setting(part: str, name: str, ours: Document, theirs: Document) -> str:
    step = _item("steps", name, ours, theirs) if part == "fields" else None
    return f"“{step['name']}”" if step else SETTINGS.get(name, name.replace("_", " "))


def _name(part: str, key: str, ours: Document, theirs: Document) -> str:
    item = _item(part, key, ours, theirs)
    if part != "transitions" or item is None:
        return f"“{(item or {}).get('label') or (item or {}).get('name') or key}”"
    ends = [_item("steps", item[end], ours, theirs) for end in ("from", "to")]
    names = [end["name"] if end else item[side] for end, side in zip(ends, ("from", "to"), strict=True)]
    return f"from “{names[0]}” to “{names[1]}”"


def _item(part: str, key: str, *documents: Document) -> Mapping[str, Any] | None:
    for document in documents:
        inner = document if part == "cases" else document["form" if part == "fields" else "graph"]
        for one in inner.get(part, ()):
            if one.get("key", one.get("name")) == key:
                found: Mapping[str, Any] = one
                return found
    return None


def _value(place: str, value: Any, contexts: _Contexts) -> str:
    if value is NOTHING:
        return "nothing"
    last = place.rsplit(".", 1)[-1]
    if place.count(".") == 1 and isinstance(value, Mapping):
        return (
            f"“{value.get('label') or value.get('name') or last}”"
            if _TITLES.get(place.split(".", maxsplit=1)[0])
            else _short(value)
        )
    if isinstance(value, Mapping) and last in ("condition", "visible_when"):
        return rule_sentence(dict(value), contexts.of(place))
    if isinstance(value, Mapping) and last == "assignee":
        step = Step.model_validate({"key": "a", "name": "a", "kind": "task", "assignee": value})
        return assignee_sentence(step, contexts.assignee)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value) or "nothing"
    if place == LAYOUT:
        return "another arrangement"
    if last in _PERIODS and isinstance(value, str):
        return _period(value)
    return value if isinstance(value, str) else _short(value)


def _period(text: str) -> str:
    try:
        return parse_period(text).words
    except PeriodError:
        return text


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
