"""How one setting of a field is shown and read: a small class per kind of control, a template of the same name.

`shown` makes of the stored value what the template needs; `read` makes of what was posted the value to store, None for
the default. Posted values come as lists of texts by name, as a page sends them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Final

from forms_builder.schema.clean import decimal_of
from forms_builder.schema.editing.fields import RawField
from forms_builder.schema.editing.names import free_name

Posted = Mapping[str, Sequence[str]]
Options = tuple[tuple[str, str], ...]
MOST_LINES: Final = 1_000


class SettingRefused(ValueError):
    """What was typed cannot be kept; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What controls may offer besides the field itself: the other fields of the form, and facts of the organisation."""

    fields: Sequence[RawField] = ()
    facts: Sequence[tuple[str, str, frozenset[str]]] = ()
    """What a field may be filled with at the start: the fact, its words, the types of field that take it."""
    sources: Sequence[tuple[str, str]] = ()
    details: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Control:
    """The base. `template` names the file in `templates/forms_builder/design/controls/`."""

    template: ClassVar[str]

    def shown(self, value: Any, field: RawField, scene: Scene) -> Any:
        return "" if value is None else value

    def typed(self, posted: Posted, name: str, field: RawField, scene: Scene) -> Any:
        """The same for what was posted and refused; what it cannot show as it was typed is shown as it is stored."""
        return text_of(posted, name)

    def read(self, posted: Posted, name: str, field: RawField) -> Any:
        raise NotImplementedError


def text_of(posted: Posted, name: str) -> str:
    """The last text of that name, without spaces around it."""
    values = posted.get(name) or ("",)
    return values[-1].replace("\r\n", "\n").strip()


@dataclass(frozen=True)
class Text(Control):
    """One line of text."""

    template = "text"
    is_needed: bool = False

    def read(self, posted: Posted, name: str, field: RawField) -> str | None:
        value = text_of(posted, name)
        if self.is_needed and not value:
            raise SettingRefused("Write something here.")
        return value or None


@dataclass(frozen=True)
class Code(Text):
    """One short code in capitals."""

    def read(self, posted: Posted, name: str, field: RawField) -> str | None:
        return (super().read(posted, name, field) or "").upper() or None


@dataclass(frozen=True)
class Area(Text):
    """Several lines of text."""

    template = "area"


@dataclass(frozen=True)
class Whole(Control):
    """A whole number."""

    template = "whole"

    def read(self, posted: Posted, name: str, field: RawField) -> int | None:
        value = text_of(posted, name)
        if not value:
            return None
        number = decimal_of(value)
        if number is None or number != number.to_integral_value() or abs(number) > 10**9:
            raise SettingRefused("Enter a whole number.")
        return int(number)


@dataclass(frozen=True)
class Number(Control):
    """A number with decimals; kept as text, as the document keeps them."""

    template = "number"

    def read(self, posted: Posted, name: str, field: RawField) -> str | None:
        value = text_of(posted, name)
        number = decimal_of(value) if value else None
        if value and number is None:
            raise SettingRefused("Enter a number.")
        return None if number is None else format(number + Decimal(0), "f")


@dataclass(frozen=True)
class Tick(Control):
    """Yes or no; no is the default."""

    template = "tick"

    def read(self, posted: Posted, name: str, field: RawField) -> bool | None:
        return True if text_of(posted, name) else None


@dataclass(frozen=True)
class Select(Control):
    """One of few; the first is the default."""

    template = "select"
    options: Options = ()

    def shown(self, value: Any, field: RawField, scene: Scene) -> dict[str, Any]:
        options = list(self.offered(field, scene))
        chosen = value if value is not None else (options[0][0] if options else "")
        if chosen not in [key for key, _ in options]:
            options.append((str(chosen), str(chosen)))
        return {"chosen": chosen, "options": options}

    def offered(self, field: RawField, scene: Scene) -> Sequence[tuple[str, str]]:
        return self.options

    def typed(self, posted: Posted, name: str, field: RawField, scene: Scene) -> dict[str, Any]:
        return self.shown(text_of(posted, name), field, scene)

    def read(self, posted: Posted, name: str, field: RawField) -> str | None:
        value = text_of(posted, name)
        return value if self.options and value != self.options[0][0] and value else None


class Prefill(Select):
    """A fact that the field begins with."""

    def offered(self, field: RawField, scene: Scene) -> Sequence[tuple[str, str]]:
        kind = field.get("type", "")
        return [("", "Nothing"), *((fact, words) for fact, words, types in scene.facts if kind in types)]

    def read(self, posted: Posted, name: str, field: RawField) -> str | None:
        return text_of(posted, name) or None


class ChoiceDefault(Select):
    """One of the field's own choices."""

    def offered(self, field: RawField, scene: Scene) -> Sequence[tuple[str, str]]:
        choices = field.get("choices", ())
        fixed = choices if isinstance(choices, list) else ()
        return [("", "Nothing"), *((one["value"], one["label"]) for one in fixed)]

    def read(self, posted: Posted, name: str, field: RawField) -> str | None:
        return text_of(posted, name) or None


@dataclass(frozen=True)
class Day(Control):
    """A day, or the day on which the form is filled in."""

    template = "day"

    def shown(self, value: Any, field: RawField, scene: Scene) -> dict[str, Any]:
        return {"today": value == "today", "day": "" if value in (None, "today") else value}

    def typed(self, posted: Posted, name: str, field: RawField, scene: Scene) -> dict[str, Any]:
        return {"today": bool(text_of(posted, f"{name}.today")), "day": text_of(posted, name)}

    def read(self, posted: Posted, name: str, field: RawField) -> str | None:
        return "today" if text_of(posted, f"{name}.today") else text_of(posted, name) or None


@dataclass(frozen=True)
class Clock(Text):
    """A time of day."""

    template = "clock"


@dataclass(frozen=True)
class Codes(Control):
    """Short codes, with commas or spaces between them."""

    template = "codes"
    upper: bool = False

    def shown(self, value: Any, field: RawField, scene: Scene) -> str:
        return ", ".join(value or ())

    def read(self, posted: Posted, name: str, field: RawField) -> list[str] | None:
        words = text_of(posted, name).replace(",", " ").replace(";", " ").split()
        found = dict.fromkeys(word.upper() if self.upper else word.lower().removeprefix(".") for word in words)
        return list(found) or None


@dataclass(frozen=True)
class Pattern(Control):
    """An expression that the whole text must match, and what is said when it does not."""

    template = "pattern"

    def shown(self, value: Any, field: RawField, scene: Scene) -> dict[str, str]:
        return {"expression": "", "message": ""} | (value or {})

    def typed(self, posted: Posted, name: str, field: RawField, scene: Scene) -> dict[str, str]:
        return {part: text_of(posted, f"{name}.{part}") for part in ("expression", "message")}

    def read(self, posted: Posted, name: str, field: RawField) -> dict[str, str] | None:
        expression = text_of(posted, f"{name}.expression")
        if not expression:
            return None
        message = text_of(posted, f"{name}.message")
        if not message:
            raise SettingRefused("Say what people are told when the text does not match.")
        return {"expression": expression, "message": message}


COMPARISONS: Final[Options] = (
    ("not_before", "is not before"), ("after", "is after"), ("not_after", "is not after"), ("before", "is before"),
)  # fmt: skip


@dataclass(frozen=True)
class Comparisons(Control):
    """How this date or time lies to those of other fields; one empty row for one more."""

    template = "comparisons"
    types: tuple[str, ...] = ()

    def shown(self, value: Any, field: RawField, scene: Scene) -> dict[str, Any]:
        rows = [*(value or ()), {"kind": "", "field": "", "message": ""}]
        others = [(one["name"], one["label"]) for one in scene.fields if one["type"] in self.types and one is not field]
        return {"rows": rows, "kinds": COMPARISONS, "fields": [one for one in others if one[0] != field["name"]]}

    def typed(self, posted: Posted, name: str, field: RawField, scene: Scene) -> dict[str, Any]:
        parts = [posted.get(f"{name}.{part}", ()) for part in ("kind", "field", "message")]
        rows = [dict(zip(("kind", "field", "message"), row, strict=True)) for row in zip(*parts, strict=False)]
        return {**self.shown((), field, scene), "rows": rows}

    def read(self, posted: Posted, name: str, field: RawField) -> list[dict[str, str]] | None:
        rows = zip(
            posted.get(f"{name}.kind", ()),
            posted.get(f"{name}.field", ()),
            posted.get(f"{name}.message", ()),
            strict=False,
        )
        found = []
        for kind, other, message in rows:
            if kind and other:
                found.append({"kind": kind, "field": other} | ({"message": message.strip()} if message.strip() else {}))
            elif kind or other:
                raise SettingRefused("Choose both how it lies and which field it is compared with.")
        return found or None


@dataclass(frozen=True)
class Choices(Control):
    """A list of choices, one to a line, or a source of the organisation's own data."""

    template = "choices"

    def shown(self, value: Any, field: RawField, scene: Scene) -> dict[str, Any]:
        source = value if isinstance(value, dict) else {}
        fixed = value if isinstance(value, list) else []
        return {
            "lines": "\n".join(one["label"] for one in fixed),
            "values": fixed,
            "source": source.get("source", ""),
            "detail": source.get("detail", ""),
            "sources": scene.sources,
            "details": scene.details.get(source.get("source", ""), ()),
        }

    def typed(self, posted: Posted, name: str, field: RawField, scene: Scene) -> dict[str, Any]:
        return {**self.shown(field.get("choices"), field, scene), "lines": text_of(posted, name)}

    def read(self, posted: Posted, name: str, field: RawField) -> Any:
        old = field.get("choices")
        source = text_of(posted, f"{name}.source")
        if source:
            kept = old if isinstance(old, dict) and old.get("source") == source else {}
            detail = text_of(posted, f"{name}.detail") if kept else ""
            made = {"source": source} | ({"filter": kept["filter"]} if kept.get("filter") else {})
            return made | ({"detail": detail} if detail else {})
        lines = [line.strip() for line in text_of(posted, name).split("\n") if line.strip()]
        if len(lines) > MOST_LINES:
            raise SettingRefused(f"A list has at most {MOST_LINES} choices. Use a source for longer ones.")
        return relabelled(old if isinstance(old, list) else [], lines) or None


@dataclass(frozen=True)
class Source(Choices):
    """A source of the organisation's own data."""

    template = "source"

    def read(self, posted: Posted, name: str, field: RawField) -> Any:
        if not text_of(posted, f"{name}.source"):
            raise SettingRefused("Choose where to look.")
        return super().read(posted, name, field)


def relabelled(old: Sequence[Mapping[str, str]], labels: Sequence[str]) -> list[dict[str, str]]:
    """Choices with these labels that keep their values: by label, else by position where only the label was changed."""
    by_label = {one["label"]: one["value"] for one in old}
    kept = {label: by_label[label] for label in labels if label in by_label}
    same_length = len(labels) == len(old)
    taken = set(kept.values())
    found: list[dict[str, str]] = []
    for number, label in enumerate(dict.fromkeys(labels)):
        value = kept.get(label)
        if value is None and same_length and old[number]["value"] not in taken:
            value = old[number]["value"]
        if value is None:
            value = free_name(label, taken)
        taken.add(value)
        found.append({"value": value, "label": label})
    return found
