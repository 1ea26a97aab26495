"""All rules of a form in one list: when fields are shown, what answers must be, which entries are offered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from forms_builder.design.controls import COMPARISONS
from forms_builder.rules import RuleContext, RuleErrors, explain, parse
from forms_builder.schema import FormDocument
from forms_builder.schema import fields as f
from forms_builder.schema.conditions import context_of
from forms_builder.schema.source_rows import SOURCE_WORDS, row_context

MUST_HOLD: Final = "Must hold"
_COMPARED: Final = dict(COMPARISONS)


@dataclass(frozen=True, slots=True)
class LogicRow:
    """One rule: of which field, in words, and what is said when it does not hold. `tab` is where it is edited."""

    field: str
    label: str
    kind: str
    icon: str
    words: str
    message: str = ""
    tab: str = "validation"
    is_wrong: bool = False


def logic_of(document: FormDocument) -> list[LogicRow]:
    """Every rule, in the order of the fields."""
    context = context_of(document.by_name.values())
    return [row for field in document.by_name.values() for row in _of_field(document, field, context)]


def _of_field(document: FormDocument, field: f.FieldBase, context: RuleContext) -> Iterator[LogicRow]:
    own = (field.name, field.label)
    if field.visible_when is not None:
        words, wrong = sentence(field.visible_when, context)
        yield LogicRow(*own, "Shown when", icon="eye", words=words, tab="visibility", is_wrong=wrong)
    for comparison in getattr(field, "checks", ()):
        other = document.field(comparison.field)
        words = f"{_COMPARED[comparison.kind]} “{other.label if other else comparison.field}”"
        yield LogicRow(
            *own, "Compared", icon="arrows-diff", words=words, message=comparison.message, is_wrong=other is None
        )
    for rule in field.rules:
        words, wrong = sentence(rule.rule, context)
        yield LogicRow(*own, MUST_HOLD, icon="shield-check", words=words, message=rule.message, is_wrong=wrong)
    source: f.SourcedChoices | None = getattr(field, "source", None)
    if source is not None and source.filter is not None:
        words, wrong = sentence(source.filter, row_context(source.source))
        name = SOURCE_WORDS[source.source].lower()
        yield LogicRow(*own, "Offers", icon="filter", words=f"only {name} where {words}", tab="choices", is_wrong=wrong)


def sentence(raw: Mapping[str, Any], context: RuleContext) -> tuple[str, bool]:
    """The rule in plain words, and whether something is wrong with it."""
    try:
        return explain(parse(raw, context)), False
    except RuleErrors as errors:
        return errors.errors[0].message, True
