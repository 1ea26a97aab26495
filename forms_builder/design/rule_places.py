"""The places of a form where a rule stands, and what the rule editor is told about each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from forms_builder.design.kinds import kind_of
from forms_builder.rule_editor import RuleEditor, Setup
from forms_builder.schema import FormDocument
from forms_builder.schema.conditions import context_of
from forms_builder.schema.editing.fields import Form, RawField, change, field_at
from forms_builder.schema.source_rows import SOURCE_WORDS, row_context

VISIBLE: Final = "visible_when"
RULE: Final = "rules"
FILTER: Final = "filter"
NEW: Final = "new"


class NoSuchRule(ValueError):
    """The form has no such place for a rule any more."""


@dataclass(frozen=True, slots=True)
class RulePlace:
    """A rule of a field: when it is shown, one of those that must hold (`number`, or `NEW`), or which entries it offers."""

    field: str
    at: str
    number: str = ""

    def stored(self, form: Mapping[str, Any]) -> tuple[Any, str]:
        """The rule as it stands in the draft, None without one, and its message. Raises NoSuchField, NoSuchRule."""
        raw = field_at(form, self.field)
        if self.at == VISIBLE:
            return raw.get(VISIBLE), ""
        if self.at == FILTER:
            return _filter_holder(raw).get(FILTER), ""
        if self.at != RULE:
            raise NoSuchRule("There is no rule of that kind.")
        if self.number == NEW:
            return None, ""
        rules = raw.get(RULE, ())
        if not self.number.isdecimal() or int(self.number) >= len(rules):
            raise NoSuchRule("There is no such rule any more.")
        return rules[int(self.number)]["rule"], rules[int(self.number)]["message"]

    def with_rule(self, form: Mapping[str, Any], rule: Any, message: str) -> Form:
        """The form with this rule there; None takes it away."""
        raw = field_at(form, self.field)
        if self.at == VISIBLE:
            return change(form, self.field, {VISIBLE: rule})
        if self.at == FILTER:
            return change(form, self.field, _with_filter(raw, rule))
        rules = list(raw.get(RULE, ()))
        entry = [] if rule is None else [{"rule": rule, "message": message}]
        at = len(rules) if self.number == NEW else int(self.number)
        rules[at : at + 1] = entry
        return change(form, self.field, {RULE: rules or None})

    def setup(self, document: FormDocument, form: Mapping[str, Any], url: str = "") -> Setup:
        """What the editor offers here."""
        raw = field_at(form, self.field)
        if self.at == FILTER:
            source = source_of(raw)
            words = SOURCE_WORDS[source].lower()  # type: ignore[index]  # a document that loads has no other
            return Setup(
                row_context(source),  # type: ignore[arg-type]  # the same
                label=f"Which {words} are offered",
                lead=f"Offers {words} where",
                empty=f"Offers all {words}.",
                groups={"candidate": "Entry", "actor": "Who fills it in"},
                url=url,
            )
        context = context_of(document.by_name.values())
        if self.at == VISIBLE:
            return Setup(context, label="When it is shown", lead="Shown when", empty="Always shown.", url=url)
        return Setup(context, label="What must hold", lead="It must hold that", required=True, url=url)

    def address(self, form: Mapping[str, Any]) -> str:
        """Its place in the draft. Raises NoSuchField."""
        parts = ["form", "fields", self.field]
        if self.at == RULE:
            return "/".join([*parts, RULE, self.number, "rule"])
        is_nested = self.at == FILTER and kind_of(field_at(form, self.field)["type"]).filter_key == "choices"
        return "/".join([*parts, *(["choices"] if is_nested else []), self.at])


def source_of(raw: Mapping[str, Any]) -> str:
    """The source from which the entries come; empty for fixed ones and for fields without any."""
    key = kind_of(raw["type"]).filter_key
    if key == "choices":
        choices = raw.get("choices")
        return str(choices["source"]) if isinstance(choices, dict) else ""
    return kind_of(raw["type"]).source


def _filter_holder(raw: RawField) -> Mapping[str, Any]:
    if not source_of(raw):
        raise NoSuchRule(f"“{raw['label']}” offers a list of its own.")
    return raw["choices"] if kind_of(raw["type"]).filter_key == "choices" else raw


def _with_filter(raw: RawField, rule: Any) -> dict[str, Any]:
    holder = _filter_holder(raw)
    if holder is raw:
        return {FILTER: rule}
    kept = {key: value for key, value in holder.items() if key != FILTER}
    return {"choices": kept if rule is None else {**kept, FILTER: rule}}


class PostedParams(Mapping[str, Any]):
    """Parameters of an edit, texts or lists of texts, as the rule editor reads a posted form."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params

    def __getitem__(self, key: str) -> Any:
        values = self.getlist(key)
        if not values:
            raise KeyError(key)
        return values[-1]

    def getlist(self, key: str) -> list[str]:
        """Every value of a name."""
        value = self._params.get(key, [])
        return (
            [str(one) for one in value] if isinstance(value, Sequence) and not isinstance(value, str) else [str(value)]
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)


def editor_of(
    place: RulePlace, form: Mapping[str, Any], setup: Setup, typed: Mapping[str, Any] | None = None
) -> RuleEditor:
    """The editor of the stored rule, or of what was typed."""
    if typed is not None:
        return RuleEditor.posted(setup, PostedParams(typed))
    return RuleEditor.of(setup, place.stored(form)[0])
