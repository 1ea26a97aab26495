"""Placeholders in parameters: `{{ record.total }}`, `{{ context.rates.body.eur }}`, `{{ run.number }}`.

`record` are the answers as they are stored, which is what machines want: ids, and the values of choices. `shown` are the same
answers with names in place of those. In texts that people read `record` is `shown`, see `Work.words`.

A path of names and list positions, nothing else: no attribute, no call, no filter. Placeholders of secrets are left as
they are, so that what is kept and shown never holds one.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

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
_SECRET: Final = re.compile(r"\{\{\s*secret\.([A-Za-z][A-Za-z0-9_]{0,59})\s*\}\}")


class MissingValue(LookupError):
    """There is no value of that name now."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no value “{path}”.")


def render(template: Any, values: Mapping[str, Any]) -> Any:
    """JSON with its placeholders filled in. Raises MissingValue."""
    if isinstance(template, str):
        whole = _PLACEHOLDER.fullmatch(template.strip())
        if whole and not whole[1].startswith(f"{HIDDEN}."):
            found = look_up(whole[1], values)
            return str(found) if isinstance(found, Names) else found
        return render_text(template, values)
    if isinstance(template, Mapping):
        return {key: render(value, values) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [render(value, values) for value in template]
    return template


def render_text(template: str, values: Mapping[str, Any]) -> str:
    """Text with its placeholders filled in, at most `MAX_TEXT` long. Raises MissingValue."""

    def fill(match: re.Match[str]) -> str:
        path = match[1]
        return match[0] if path.startswith(f"{HIDDEN}.") else as_text(look_up(path, values))

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


def secret_names(text: str) -> set[str]:
    """The secrets that a text asks for."""
    return {match[1] for match in _SECRET.finditer(text)}


def fill_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """The text with the secrets in it; for the wire only."""
    return _SECRET.sub(lambda match: secrets[match[1]], text)
