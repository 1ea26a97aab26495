"""The questions of SurveyJS that are one field here, by their type."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from forms_builder.exchange.answers import PICTURES, decimals_of, default_of, extensions_of, integral
from forms_builder.exchange.conditions import Condition, Test
from forms_builder.exchange.formulas import Formula, of_surveyjs
from forms_builder.exchange.source import Part, plain_number, value_text, words
from forms_builder.exchange.writer import RawField, Writer, choices_of

MAX_SCALE: Final = 50
MOST_STARS: Final = 10
MAX_HEADING: Final = 120
YES_NO: Final = (("true", "Yes", "labelTrue"), ("false", "No", "labelFalse"))


@dataclass(slots=True)
class Made:
    """A field in the making, when its further text for another answer is asked, and from what its value follows."""

    field: RawField
    other: Condition | None = None
    formula: Formula | None = None


def text_of(writer: Writer, part: Part, label: str) -> Made:
    """`text` by its input type."""
    kind = part.code("inputType") or "text"
    if kind in ("number", "range"):
        return Made(_number(writer, part, label))
    if kind in ("date", "datetime", "datetime-local", "time"):
        return Made(_moment(writer, part, label, kind))
    made: RawField = {"type": "text", "autocomplete": part.code("autocomplete")[:60]}
    if kind == "email":
        made["format"] = "email"
    elif kind not in ("text", "tel", "url"):
        writer.note(part.at("inputType"), f"“{label}” takes a {kind[:30]} there; here it is a text.")
    return Made(_with_text_limits(writer, part, label, made))


def _comment(writer: Writer, part: Part, label: str) -> Made:
    part.skip("acceptCarriageReturn")
    return Made(_with_text_limits(writer, part, label, {"type": "long_text"}))


def _with_text_limits(writer: Writer, part: Part, label: str, made: RawField) -> RawField:
    longest = part.whole("maxLength")
    made |= {"max_length": longest} if longest and longest > 0 else {}
    for one in part.parts("validators"):
        kind = one.code("type").removesuffix("validator")
        if kind == "text":
            low, high = one.whole("minLength"), one.whole("maxLength")
            made |= {"min_length": low} if low else {}
            made |= {"max_length": high} if high else {}
        elif kind == "email" and made["type"] == "text":
            made["format"] = "email"
        elif kind == "regex" and one.code("regex"):
            made["pattern"] = {"expression": one.code("regex"), "message": one.text("text") or "This has another form."}
        else:
            _lost(writer, one, label)
        one.skip("text", "type")
        writer.left_over(one, f"“{label}”", ("caseInsensitive",), ())
    default = part.get("defaultValue")
    return made | {"default": value_text(default) if made["type"] == "text" else words(default)}


def _number(writer: Writer, part: Part, label: str) -> RawField:
    low, high = part.number("min"), part.number("max")
    for one in part.parts("validators"):
        if one.code("type").removesuffix("validator") == "numeric":
            low, high = _or(one.number("minValue"), low), _or(one.number("maxValue"), high)
            one.skip("text")
        else:
            _lost(writer, one, label)
    step, default = part.number("step"), part.number("defaultValue")
    decimals = decimals_of(step, low, high, default)
    if step is None and not decimals:
        writer.whole.append(f"“{label}”")
    made: RawField = {"type": "number", "decimals": decimals}
    bounds = {"min": low, "max": high, "default": default}
    return made | {key: plain_number(value) for key, value in bounds.items() if value is not None}


def _or(value: Decimal | None, usual: Decimal | None) -> Decimal | None:
    return usual if value is None else value


def _moment(writer: Writer, part: Part, label: str, kind: str) -> RawField:
    if kind.startswith("datetime"):
        writer.note(
            part.at("inputType"), f"“{label}” asks for a day and a time; here for the day.", "Add a time field."
        )
    made: RawField = {"type": "time" if kind == "time" else "date"}
    size = 5 if kind == "time" else 10
    for ours, theirs in (("min", "min"), ("max", "max"), ("default", "defaultValue")):
        expression = part.code(f"{theirs}{'' if ours == 'default' else 'Value'}Expression")
        value = value_text(part.get(theirs))[:size]
        if expression.replace(" ", "") in ("today()", "today(0)"):
            value = "today"
        elif expression:
            writer.note(part.place, f"“{label}”: “{expression[:80]}” was not taken.", "Choose a fixed limit or today.")
        if value == "today" and ours == "default":
            made["prefill"] = "today"
        elif value and not (value == "today" and kind == "time"):
            made[ours] = value
    for one in part.parts("validators"):
        _lost(writer, one, label)
    return made


def _lost(writer: Writer, one: Part, label: str) -> None:
    kind, said = one.code("type") or "of no type", one.text("text") or one.code("expression")[:200]
    one.skip(*one.raw)
    message = f"“{label}”: the check “{kind[:40]}” was not taken{f' ({said})' if said else ''}."
    writer.note(one.place, message, "Write it as a rule under Validation.")


def choice_of(label: str, entries: list[dict[str, str]], display: str = "dropdown") -> RawField:
    """A choice of one entry."""
    return {"type": "choice", "label": label, "choices": entries, "display": display}


def _entries(writer: Writer, part: Part, label: str) -> tuple[list[dict[str, str]], str]:
    """The entries with those that are switched on, and the value of the one that asks for more words."""
    entries = choices_of(writer, part, "choices", f"“{label}”")
    values = {entry["value"] for entry in entries}
    for value, flags, text in (
        ("none", ("hasNone", "showNoneItem"), part.text("noneText") or "None"),
        ("other", ("hasOther", "showOtherItem"), part.text("otherText") or "Other"),
    ):
        wanted = [part.flag(flag) for flag in flags]
        if any(wanted) and value not in values:
            entries.append({"value": value, "label": text})
    if any([part.flag("hasSelectAll"), part.flag("showSelectAllItem")]):
        writer.note(part.place, f"“{label}”: “select all” was not taken.")
    return entries, "other" if any(part.flag(flag) for flag in ("hasOther", "showOtherItem")) else ""


def _single(display: str) -> Callable[[Writer, Part, str], Made]:
    def make(writer: Writer, part: Part, label: str) -> Made:
        entries, other = _entries(writer, part, label)
        _lost_checks(writer, part, label)
        if not entries:
            return Made(_without_entries(writer, part, label))
        made = choice_of(label, entries, display) | {"default": value_text(part.get("defaultValue"))}
        return Made(made, Test(part.code("name"), "eq", other) if other else None)

    return make


def _several(display: str) -> Callable[[Writer, Part, str], Made]:
    def make(writer: Writer, part: Part, label: str) -> Made:
        entries, other = _entries(writer, part, label)
        made: RawField = {"type": "multi_choice", "choices": entries, "display": display}
        low, high = part.whole("minSelectedChoices"), part.whole("maxSelectedChoices")
        for one in part.parts("validators"):
            if one.code("type").removesuffix("validator") == "answercount":
                low, high = one.whole("minCount") or low, one.whole("maxCount") or high
                one.skip("text")
            else:
                _lost(writer, one, label)
        if not entries:
            return Made(_without_entries(writer, part, label))
        made |= {"min_items": low} if low and low > 0 else {}
        made |= {"max_items": high} if high and high > 0 else {}
        if part.code("type") == "ranking":
            writer.note(part.place, f"“{label}” asks for an order; here people tick entries without one.")
        made["default"] = default_of("multi_choice", part.get("defaultValue"))
        return Made(made, Test(part.code("name"), "contains", other) if other else None)

    return make


def _without_entries(writer: Writer, part: Part, label: str) -> RawField:
    hint = "List the entries, or choose a source of the organisation."
    writer.note(part.place, f"“{label}” has no list of entries in this file; it became a text.", hint)
    part.skip("choicesByUrl", "choicesFromQuestion")
    return {"type": "text"}


def _lost_checks(writer: Writer, part: Part, label: str) -> None:
    for one in part.parts("validators"):
        _lost(writer, one, label)


def _rating(writer: Writer, part: Part, label: str) -> Made:
    """Stars where it counts from one; any other scale is a choice."""
    most = part.whole("rateMax") or part.whole("rateCount") or 5
    counts = part.whole("rateMin") in (None, 1) and part.whole("rateStep") in (None, 1) and 2 <= most <= MOST_STARS
    if not counts or part.items("rateValues"):
        return scale_of(writer, part, label)
    part.skip("rateMin", "rateMax", "rateStep", "rateCount", "autoGenerate")
    _lost_checks(writer, part, label)
    ends = {"lowest": part.text("minRateDescription", 150), "highest": part.text("maxRateDescription", 150)}
    return Made({"type": "rating", "most": most, **ends, "default": part.whole("defaultValue")})


def scale_of(writer: Writer, part: Part, label: str) -> Made:
    """A scale as a choice; the words at its ends stand behind its first and last entry."""
    entries = choices_of(writer, part, "rateValues", f"“{label}”")
    if not entries:
        low, step = part.whole("rateMin"), max(1, part.whole("rateStep") or 1)
        low = 1 if low is None else low
        high = part.whole("rateMax") or low + (part.whole("rateCount") or 5) - 1
        if not 0 <= high - low <= MAX_SCALE * step:
            high = low + 4
        entries = [{"value": str(value), "label": str(value)} for value in range(low, high + 1, step)]
    part.skip("rateMin", "rateMax", "rateStep", "rateCount", "autoGenerate")
    for row, key in ((0, "minRateDescription"), (-1, "maxRateDescription")):
        text = part.text(key, 150)
        if text:
            entries[row] = {**entries[row], "label": f"{entries[row]['label']} - {text}"[:200]}
    _lost_checks(writer, part, label)
    return Made(choice_of(label, entries, "radio") | {"default": value_text(part.get("defaultValue"))})


def _boolean(writer: Writer, part: Part, label: str) -> Made:
    """A box to tick; where an answer is required, yes or no, as a box here would have to be ticked."""
    default, required = part.get("defaultValue"), part.flag("isRequired")
    if part.get("valueTrue") not in (None, True, "true") or part.get("valueFalse") not in (None, False, "false"):
        writer.note(part.place, f"“{label}” has values of its own for yes and no; here they are true and false.")
    if required:
        entries = [{"value": value, "label": part.text(key) or word} for value, word, key in YES_NO]
        return Made(choice_of(label, entries, "radio") | {"default": value_text(default)})
    return Made({"type": "checkbox", "default": True if value_text(default) == "true" else None})


def _file(writer: Writer, part: Part, label: str) -> Made:
    made: RawField = {"type": "file", "max_files": 1}
    if part.flag("allowMultiple"):
        made["max_files"] = min(max(part.whole("maxFiles") or 5, 1), 20)
    size = part.number("maxSize")
    if size is not None and size > 0:
        made["max_megabytes"] = integral(math.ceil(size / Decimal(1024 * 1024)), 1, 100)
    made["extensions"] = extensions_of(part.code("acceptedTypes"))
    part.skip("waitForUpload")
    if part.code("sourceType") in ("camera", "file-camera") and part.code("acceptedTypes").strip() in PICTURES:
        del made["extensions"]
        return Made({**made, "type": "photo"})
    made["camera"] = part.code("sourceType") in ("camera", "file-camera") or None
    return Made(made)


def _signature(writer: Writer, part: Part, label: str) -> Made:
    return Made({"type": "signature"})


def _expression(writer: Writer, part: Part, label: str) -> Made:
    """A value that follows from others, where its expression is one of ours too."""
    part.skip("displayStyle", "maximumFractionDigits", "minimumFractionDigits", "useGrouping")
    money = part.code("displayStyle") == "currency"
    made: RawField = {"type": "computed", "result": "money" if money else "number", "decimals": 0 if money else 2}
    made |= {"currency": part.code("currency").upper()[:3]} if money and part.code("currency") else {}
    return Made(made, formula=Formula(part.at("expression"), label, of_surveyjs(part.code("expression"))))


def _pictures(writer: Writer, part: Part, label: str) -> Made:
    kind = _several("checkboxes") if part.flag("multiSelect") else _single("radio")
    plain = [{key: value for key, value in one.raw.items() if key != "imageLink"} for one in part.parts("choices")]
    writer.note(part.place, f"“{label}” shows pictures; only their words were taken.")
    made = kind(writer, Part({**part.raw, "choices": plain}, part.place), label)
    part.skip("choices", "multiSelect", "defaultValue", "imageLink")
    return made


def _html(writer: Writer, part: Part, label: str) -> Made | None:
    text = part.long_text("html")
    if not text:
        writer.note(part.place, f"“{label}” has no words; it was not taken.")
        return None
    first, _, rest = text.partition("\n")
    if part.text("title") or len(first) > MAX_HEADING:
        return Made({"type": "static", "label": part.text("title") or "Please note", "text": text})
    return Made({"type": "static", "label": first, "text": rest.strip()})


QUESTIONS: Final[Mapping[str, Callable[[Writer, Part, str], Made | None]]] = {
    "text": text_of,
    "comment": _comment,
    "radiogroup": _single("radio"),
    "buttongroup": _single("radio"),
    "dropdown": _single("dropdown"),
    "checkbox": _several("checkboxes"),
    "tagbox": _several("dropdown"),
    "ranking": _several("checkboxes"),
    "imagepicker": _pictures,
    "rating": _rating,
    "boolean": _boolean,
    "file": _file,
    "signaturepad": _signature,
    "expression": _expression,
    "html": _html,
}
