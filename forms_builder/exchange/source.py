"""An object of the source file and its place; what is never asked for is left over and told."""

import html
import re
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from forms_builder.schema.parts import has_unstorable

MAX_TEXT: Final = 20_000
_SCRIPT: Final = re.compile(r"<(script|style)\b[^<>]*>.*?(</\1\s*>|$)", re.DOTALL | re.IGNORECASE)
_BREAK: Final = re.compile(r"<(br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"<!--.*?(-->|$)|</?[A-Za-z][^<>]*>", re.DOTALL)


class Part:
    """Reads values leniently: what is not of the wanted kind is as good as absent."""

    def __init__(self, raw: Mapping[str, Any], place: str) -> None:
        self.raw = raw
        self.place = place
        self.seen: set[str] = set()

    def at(self, key: str) -> str:
        """The place of a value."""
        return f"{self.place}.{key}" if self.place else key

    def get(self, key: str) -> Any:
        self.seen.add(key)
        return self.raw.get(key)

    def skip(self, *keys: str) -> None:
        """What needs no telling."""
        self.seen.update(keys)

    def code(self, key: str) -> str:
        """A name, a type or an expression: as it stands, in one line."""
        value = self.get(key)
        return " ".join(value.split())[:MAX_TEXT] if isinstance(value, str) else ""

    def text(self, key: str, most: int = 200) -> str:
        """Words for people in one line, without marks of HTML, in the form's own language."""
        return " ".join(words(self.get(key)).split())[:most].strip()

    def long_text(self, key: str, most: int = 2_000) -> str:
        """Words for people in several lines."""
        return words(self.get(key))[:most].strip()

    def flag(self, key: str, usual: bool = False) -> bool:
        value = self.get(key)
        return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower(), usual)

    def whole(self, key: str) -> int | None:
        found = self.number(key)
        return int(found) if found is not None else None

    def number(self, key: str) -> Decimal | None:
        return number_of(self.get(key))

    def part(self, key: str) -> "Part":
        """An object inside; an empty one where there is none."""
        value = self.get(key)
        return Part(value if isinstance(value, Mapping) else {}, self.at(key))

    def parts(self, key: str) -> list["Part"]:
        """The objects of a list."""
        value = self.get(key)
        items = value if isinstance(value, list) else []
        return [Part(item, f"{self.at(key)}.{row}") for row, item in enumerate(items) if isinstance(item, Mapping)]

    def items(self, key: str) -> list[Any]:
        value = self.get(key)
        return value if isinstance(value, list) else []

    def left(self, but: Collection[str] = ()) -> list[str]:
        """The keys that nobody asked for and that say something."""
        nothing: tuple[Any, ...] = (None, "", False, [], {})
        return [key for key, value in self.raw.items() if key not in self.seen | set(but) and value not in nothing]


def words(value: Any) -> str:
    """The text of a value; of one in several languages that of the default, else of the first."""
    if isinstance(value, Mapping):
        found = [value.get("default"), value.get("en"), *value.values()]
        value = next((one for one in found if isinstance(one, str) and one), "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = value_text(value)
    if not isinstance(value, str):
        return ""
    value = value[:MAX_TEXT]
    if "<" in value:
        value = _TAG.sub("", _BREAK.sub("\n", _SCRIPT.sub("", value)))
    if "&" in value:
        value = "".join(sign for sign in html.unescape(value) if not has_unstorable(sign))
    lines = (" ".join(line.split()) for line in value.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def number_of(value: Any) -> Decimal | None:
    """A number, also one that is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip()
    if not re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,20})?([eE][+-]?\d{1,2})?", text, re.ASCII):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def plain_number(value: Decimal) -> int | str:
    """As our documents write numbers: whole ones as such, others as text."""
    return int(value) if value == value.to_integral_value() else f"{value.normalize():f}"


def value_text(value: Any) -> str:
    """The value of a choice as text: 1 and 1.0 are "1", true is "true"; empty for what is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        found = number_of(value)
        return str(plain_number(found)) if found is not None else ""
    return " ".join(value.split())[:100].strip() if isinstance(value, str) else ""
