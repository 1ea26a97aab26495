"""What an edit is: a name and parameters that a hand means, turned into changes of the document as that hand saw it."""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from forms_builder.schema.parts import has_unstorable
from workflows.drafting.operations import MAX_LABEL, Change, apply
from workflows.drafting.places import MISSING, PlaceError, parts_of, place_of, read, same

Document = Mapping[str, Any]
Params = Mapping[str, Any]
MAX_NAME: Final = 120
MAX_KEY: Final = 60
_NO_SIGN = re.compile(r"[^a-z0-9]+")


class EditRefused(ValueError):
    """The edit cannot be made; `fields` names the parameters (empty for the whole) with what to do."""

    def __init__(self, fields: Mapping[str, Sequence[str]] | str) -> None:
        given: Mapping[str, Sequence[str]] = {"": [fields]} if isinstance(fields, str) else fields
        self.fields = {name: list(texts) for name, texts in given.items()}
        super().__init__("; ".join(text for texts in self.fields.values() for text in texts))


@dataclass(frozen=True, slots=True)
class Edit:
    """What the history calls it, and its changes. Without changes there was nothing to do."""

    label: str
    changes: tuple[Change, ...]


EditFunction = Callable[[Document, Params], Edit]


class Sketch:
    """A document on which an edit is worked out; it notes the changes, each upon the ones before."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._changes: list[Change] = []

    def read(self, *parts: str) -> Any:
        """What stands there, or MISSING."""
        return read(self.document, place_of(*parts))

    def get(self, *parts: str, default: Any = None) -> Any:
        """What stands there, or `default`."""
        found = self.read(*parts)
        return default if found is MISSING else found

    def items(self, *parts: str) -> list[dict[str, Any]]:
        """The objects of the list that stands there; empty where nothing does."""
        return [one for one in self.get(*parts, default=[]) if isinstance(one, dict)]

    def put(self, value: Any, *parts: str, index: int | None = None, default: Any = MISSING) -> None:
        """Have the value there; one at its default is left out, as documents are written. Missing parents come with it."""
        value = MISSING if value is not MISSING and same(value, default) else value
        before = self.read(*parts)
        if same(before, value):
            return
        while value is not MISSING and before is MISSING and len(parts) > 2 and self.read(*parts[:-1]) is MISSING:
            value, parts = {parts[-1]: value}, parts[:-1]
        applied = apply(self.document, [Change(place_of(*parts), before, value, index)])
        self.document = applied.document
        self._changes += applied.changes

    def remove(self, *parts: str) -> None:
        """Have nothing there."""
        self.put(MISSING, *parts)

    def edit(self, label: str) -> Edit:
        return Edit(label[:MAX_LABEL], tuple(self._changes))


def text(params: Params, name: str, *, most: int = MAX_NAME, required: str = "") -> str:
    """A parameter as one line of text; `required` is what to do where it is empty. Raises EditRefused."""
    found = " ".join(long_text(params, name, most=most).split())
    if required and not found:
        raise EditRefused({name: [required]})
    return found


def long_text(params: Params, name: str, *, most: int = 2_000) -> str:
    """A parameter as text of several lines. Raises EditRefused."""
    value = params.get(name, "")
    value = value[-1] if isinstance(value, list) and value else value
    if not isinstance(value, str):
        raise EditRefused({name: ["Send a text."]})
    value = value.replace("\r\n", "\n").strip()
    if len(value) > most:
        raise EditRefused({name: [f"Use at most {most:,} characters."]})
    if has_unstorable(value):
        raise EditRefused({name: ["This contains a character that cannot be stored."]})
    return value


def texts(params: Params, name: str) -> list[str]:
    """A parameter as a list of texts, each once; a single text is a list of one. Raises EditRefused."""
    value = params.get(name, [])
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in values):
        raise EditRefused({name: ["Send texts."]})
    return list(dict.fromkeys(one for one in values if one))


def flag(params: Params, name: str) -> bool:
    """A parameter as yes or no: a ticked box sends "on", an empty or missing one is no."""
    value = params.get(name, False)
    value = value[-1] if isinstance(value, list) and value else value
    return value is True or value in ("on", "true", "1", "yes")


def json_of(value: Any) -> Any:
    """JSON data that may have been sent as text; a text that is none stays one."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def slug(name: str, fallback: str) -> str:
    """A key made of a name: "HR review" -> "hr_review". The same in the browser."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NO_SIGN.sub("_", ascii_only).strip("_")[: MAX_KEY - 8].strip("_") or fallback


def free_key(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or with a number behind it where it is taken."""
    wanted = wanted[: MAX_KEY - 8].strip("_-")
    number, found = 2, wanted
    while found in taken:
        found, number = f"{wanted}_{number}", number + 1
    return found


def valid_place(place: str) -> tuple[str, ...]:
    """The parts of a place that was sent. Raises EditRefused."""
    try:
        return parts_of(place)
    except PlaceError as error:
        raise EditRefused({"place": [error.reason]}) from error
