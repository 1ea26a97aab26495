"""The components of Form.io that are one field here, by their type."""

from collections.abc import Callable, Mapping
from typing import Final

from forms_builder.exchange.answers import PICTURES, decimals_of, default_of, extensions_of, integral, megabytes
from forms_builder.exchange.source import Part, plain_number
from forms_builder.exchange.writer import RawField, Writer, choices_of

MAX_HEADING: Final = 120
Maker = Callable[[Writer, Part, str], RawField | None]


def choice_entries(writer: Writer, part: Part, key: str, label: str) -> list[dict[str, str]]:
    return choices_of(writer, part, key, f"“{label}”", text="label")


def text_of(writer: Writer, part: Part, label: str) -> RawField:
    """A line of text, with its limits."""
    return _limited(writer, part, label, {"type": "text"})


def _limited(writer: Writer, part: Part, label: str, made: RawField) -> RawField:
    checks = part.part("validate")
    for ours, theirs in (("min_length", "minLength"), ("max_length", "maxLength")):
        limit = checks.whole(theirs)
        made |= {ours: limit} if limit and limit > 0 else {}
    if checks.code("pattern"):
        message = checks.text("customMessage") or "This has another form."
        made["pattern"] = {"expression": checks.code("pattern"), "message": message}
    if part.flag("multiple"):
        writer.note(part.at("multiple"), f"“{label}” takes several values there; here it takes one.", "Use a table.")
    return made | {"default": default_of(made["type"], part.get("defaultValue"))}


def _email(writer: Writer, part: Part, label: str) -> RawField:
    part.skip("kickbox")
    return _limited(writer, part, label, {"type": "text", "format": "email"})


def _area(writer: Writer, part: Part, label: str) -> RawField:
    return _limited(writer, part, label, {"type": "long_text"})


def _told(kind: str, said: str, hint: str = "") -> Maker:
    """A component that becomes another field than it was."""

    def make(writer: Writer, part: Part, label: str) -> RawField:
        writer.note(part.place, f"“{label}” is {said}.", hint)
        return _limited(writer, part, label, {"type": kind})

    return make


def _number(writer: Writer, part: Part, label: str) -> RawField:
    checks, limit = part.part("validate"), part.whole("decimalLimit")
    low, high, default = checks.number("min"), checks.number("max"), part.get("defaultValue")
    decimals = decimals_of(low, high, checks.number("step")) if limit is None else integral(limit, 0, 6)
    if limit is None and not decimals:
        writer.whole.append(f"“{label}”")
    made: RawField = {"type": "number", "decimals": decimals, "unit": part.text("suffix")}
    bounds = {"min": low, "max": high}
    made |= {key: plain_number(value) for key, value in bounds.items() if value is not None}
    return made | {"default": default_of("number", default)}


def _currency(writer: Writer, part: Part, label: str) -> RawField:
    checks, code = part.part("validate"), part.code("currency") or "USD"
    made: RawField = {"type": "money", "currencies": [code.upper()]}
    bounds = {"min": checks.number("min"), "max": checks.number("max")}
    made |= {key: plain_number(value) for key, value in bounds.items() if value is not None}
    default = default_of("number", part.get("defaultValue"))
    part.skip("decimalLimit", "prefix", "suffix")
    return made | ({"default": {"amount": str(default), "currency": code.upper()}} if default is not None else {})


def _checkbox(writer: Writer, part: Part, label: str) -> RawField:
    return {"type": "checkbox", "default": default_of("checkbox", part.get("defaultValue"))}


def _radio(writer: Writer, part: Part, label: str) -> RawField:
    entries = choice_entries(writer, part, "values", label)
    return _choice(writer, part, label, entries, "radio", several=False)


def _boxes(writer: Writer, part: Part, label: str) -> RawField:
    entries, checks = choice_entries(writer, part, "values", label), part.part("validate")
    made = _choice(writer, part, label, entries, "checkboxes", several=True)
    low, high = checks.whole("minSelectedCount"), checks.whole("maxSelectedCount")
    made |= {"min_items": low} if entries and low and low > 0 else {}
    part.skip("minSelectedCountMessage", "maxSelectedCountMessage")
    return made | ({"max_items": high} if entries and high and high > 0 else {})


def _select(writer: Writer, part: Part, label: str) -> RawField:
    data = part.part("data")
    key = "values" if data.items("values") else "json"
    entries = choice_entries(writer, data, key, label) if data.items(key) else []
    return _choice(writer, part, label, entries, "dropdown", several=part.flag("multiple"))


def _choice(
    writer: Writer, part: Part, label: str, entries: list[dict[str, str]], display: str, *, several: bool
) -> RawField:
    if not entries:
        hint = "List the entries, or choose a source of the organisation."
        writer.note(part.place, f"“{label}” has no list of entries in this file; it became a text.", hint)
        return {"type": "text"}
    kind = "multi_choice" if several else "choice"
    default = default_of(kind, part.get("defaultValue"))
    return {"type": kind, "choices": entries, "display": display, "default": default}


def _moment(writer: Writer, part: Part, label: str) -> RawField:
    with_day, with_time = part.flag("enableDate", True), part.flag("enableTime", True)
    if not with_day:
        return {"type": "time", "default": default_of("time", part.get("defaultValue"))}
    if with_time:
        writer.note(part.place, f"“{label}” asks for a day and a time; here for the day.", "Add a time field.")
    made: RawField = {"type": "date"}
    picker = part.part("datePicker")
    for ours, key in (("min", "minDate"), ("max", "maxDate")):
        text = picker.code(key) or part.code(key)
        today = text.replace(" ", "").startswith(("moment()", "newDate()")) and len(text) < 15
        made |= {ours: "today" if today else text[:10]} if text and text != "null" else {}
    for key in ("disable", "disableFunction", "disableWeekends", "disableWeekdays"):
        if picker.get(key):
            writer.note(picker.at(key), f"“{label}”: “{key}” was not taken.", "Write it as a rule under Validation.")
    default = part.code("defaultDate") or default_of("date", part.get("defaultValue"))
    if default and str(default).replace(" ", "") in ("moment()", "newDate()"):
        return made | {"prefill": "today"}
    return made | {"default": str(default)[:10] if default else None}


def _day(writer: Writer, part: Part, label: str) -> RawField:
    made: RawField = {"type": "date"}
    for ours, key in (("min", "minDate"), ("max", "maxDate")):
        made |= {ours: part.code(key)[:10]} if part.code(key) else {}
    part.skip("fields", "defaultValue", "maxYear", "minYear")
    return made


def _time(writer: Writer, part: Part, label: str) -> RawField:
    return {"type": "time", "default": default_of("time", part.get("defaultValue"))}


def _file(writer: Writer, part: Part, label: str) -> RawField:
    made: RawField = {"type": "file", "max_files": 5 if part.flag("multiple") else 1}
    pattern = part.code("filePattern")
    made["extensions"] = extensions_of(pattern) if pattern not in ("*", "") else []
    made["max_megabytes"] = megabytes(part.code("fileMaxSize"))
    if part.flag("webcam") and pattern.strip() in PICTURES:
        del made["extensions"]
        return {**made, "type": "photo"}
    made["camera"] = part.flag("webcam") or None
    return made


def _signature(writer: Writer, part: Part, label: str) -> RawField:
    part.skip("footer")
    return {"type": "signature"}


def static_of(part: Part) -> RawField | None:
    """Words for the reader; the first line is their heading where it is short."""
    text = part.long_text("html") or part.long_text("content")
    if not text:
        return None
    first, _, rest = text.partition("\n")
    if len(first) > MAX_HEADING:
        return {"type": "static", "label": "Please note", "text": text}
    return {"type": "static", "label": first, "text": rest.strip()}


COMPONENTS: Final[Mapping[str, Maker]] = {
    **dict.fromkeys(("textfield", "phoneNumber", "url", "hidden"), text_of),
    "email": _email,
    "textarea": _area,
    "password": _told("text", "a password; it became a text that everybody with access can read", "Remove it."),
    "address": _told("long_text", "an address with search; it became a text of several lines"),
    "tags": _told("text", "a list of tags; it became a text"),
    "number": _number,
    "currency": _currency,
    "checkbox": _checkbox,
    "radio": _radio,
    "selectboxes": _boxes,
    "select": _select,
    "datetime": _moment,
    "day": _day,
    "time": _time,
    "file": _file,
    "signature": _signature,
}
