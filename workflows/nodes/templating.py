"""Placeholders in parameters: `{{ record.total }}`, `{{ context.rates.body.eur }}`, `{{ run.number }}`.

`record` are the answers as they are stored, which is what machines want: ids, and the values of choices. `shown` are the same
answers with names in place of those. In texts that people read `record` is `shown`, see `Work.words`.

A path of names and list positions, nothing else: no attribute, no call, no filter. Placeholders of secrets are not filled in
here, so that what is kept and shown never holds one. What is to be sent has a mark in their place that nobody could have
written into an answer (`sealed`), for whatever people fill in must stay words.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from forms_builder.schema.display import Names

RECORD: Final = "record"
SHOWN: Final = "shown"
ANSWERS: Final = (RECORD, SHOWN)
"""Roots after which comes a field of the form."""
ROOTS: Final = ("run", "workflow", *ANSWERS, "requester", "context", "previous", "callback", "link", "today", "now")
LINK: Final = "link"
"""What the pieces of a saved task before have answered, by their keys."""
THIS: Final = "this"
"""As in `callback.this`: the step where it is said, whatever its key."""
HIDDEN: Final = "secret"
MAX_TEXT: Final = 200_000

_PARTS: Final = {
    frozenset({"amount", "currency"}): "{amount} {currency}",
    frozenset({"from", "to"}): "{from} to {to}",
    frozenset({"latitude", "longitude", "accuracy"}): "{latitude}, {longitude}",
    frozenset({"name", "strokes", "by", "by_name", "at"}): "{name}, {at!s:.10}",
}
"""Answers of several parts by these: a drawing is nothing to read."""
_PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.\-]{0,199})\s*\}\}")
_SECRET: Final = re.compile(r"secret\.([A-Za-z][A-Za-z0-9_]{0,59})")


class MissingValue(LookupError):
    """There is no value of that name now."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no value “{path}”.")


def render(template: Any, values: Mapping[str, Any], seal: str = "") -> Any:
    """JSON with its placeholders filled in. Raises MissingValue."""
    if isinstance(template, str):
        whole = _PLACEHOLDER.fullmatch(template.strip())
        if whole and not whole[1].startswith(f"{HIDDEN}."):
            found = look_up(whole[1], values)
            return str(found) if isinstance(found, Names) else found
        return render_text(template, values, seal)
    if isinstance(template, Mapping):
        return {key: render(value, values, seal) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [render(value, values, seal) for value in template]
    return template


def render_text(template: str, values: Mapping[str, Any], seal: str = "") -> str:
    """Text with its placeholders filled in, at most `MAX_TEXT` long. Raises MissingValue."""

    def fill(match: re.Match[str]) -> str:
        path = match[1]
        return _sealed(match, seal) if path.startswith(f"{HIDDEN}.") else as_text(look_up(path, values))

    return _PLACEHOLDER.sub(fill, template)[:MAX_TEXT]


def render_address(template: str, values: Mapping[str, Any], seal: str = "") -> str:
    """An address with its placeholders filled in: each value is one part of it, whatever signs are in it, and leads nowhere
    else. Only what it begins with is taken as it is. Raises MissingValue."""
    template = template.strip()

    def fill(match: re.Match[str]) -> str:
        path = match[1]
        if path.startswith(f"{HIDDEN}."):
            return _sealed(match, seal)
        text = as_text(look_up(path, values))
        return text if match.start() == 0 else quote(text, safe="")

    return _PLACEHOLDER.sub(fill, template)[:MAX_TEXT]


def as_text(value: Any) -> str:
    """A value inside a text: nothing for none, yes and no, answers of several parts as people write them, names with commas in
    between, JSON for other lists and objects."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and (words := _PARTS.get(frozenset(value))):
        return words.format_map(value)
    if isinstance(value, list | tuple | Mapping) and not isinstance(value, Names):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def look_up(path: str, values: Mapping[str, Any]) -> Any:
    """The value at a dotted path. A field of the form that has no answer is None. Raises MissingValue."""
    root, *rest = path.split(".")
    if root not in values:
        raise MissingValue(path)
    if root in ANSWERS and len(rest) == 1:
        return values[root].get(rest[0])
    return walk(values[root], rest, path)


def walk(value: Any, parts: list[str], path: str) -> Any:
    """Into dictionaries by name, into lists by position. Raises MissingValue naming the whole path."""
    for part in parts:
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list | tuple) and part.isdecimal() and len(part) < 7 and int(part) < len(value):
            value = value[int(part)]
        else:
            raise MissingValue(path)
    return value


def placeholders(template: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every placeholder with where it stands: (place, path)."""
    if isinstance(template, str):
        yield from ((place, match[1]) for match in _PLACEHOLDER.finditer(template))
    elif isinstance(template, Mapping):
        for key, value in template.items():
            yield from placeholders(value, f"{place}.{key}".lstrip("."))
    elif isinstance(template, list | tuple):
        for row, value in enumerate(template):
            yield from placeholders(value, f"{place}.{row}".lstrip("."))


def _sealed(match: re.Match[str], seal: str) -> str:
    """The mark of a secret, of signs that are the same in addresses and JSON; without a seal the placeholder stays."""
    secret = _SECRET.fullmatch(match[1])
    return f"{seal}{secret[1]}{seal}" if secret and seal else match[0]


def secret_names(text: str, seal: str) -> set[str]:
    """The secrets that a text asks for."""
    return set(_marks(seal).findall(text))


def unsealed(text: str, seal: str, write: Callable[[str, bool], str]) -> str:
    """The text with what `write` makes of the name of each sealed secret, and of whether the text begins with it."""
    return _marks(seal).sub(lambda match: write(match[1], match.start() == 0), text)


def _marks(seal: str) -> re.Pattern[str]:
    return re.compile(f"{seal}([A-Za-z][A-Za-z0-9_]*?){seal}")
