"""Settings of automatic work as a form: a JSON Schema to controls, and the texts of the form back to JSON data.

What a form cannot show with a control of its own is written as JSON. Nothing fails here: a text that is no value of its kind
goes into the data as it is, and the kind's own check says what is wrong with it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from workflows.drafting.places import MISSING

LONG: Final = 300
"""Texts that may be longer than this are written in several lines."""
SPARE: Final = 1
"""Empty rows for more pairs."""


@dataclass(frozen=True, slots=True)
class ParamControl:
    """One setting as the template draws it. `kind`: text, long, number, box, choice, pairs, lines, json."""

    name: str
    label: str
    kind: str
    help: str = ""
    required: bool = False
    value: str = ""
    checked: bool = False
    choices: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def ident(self) -> str:
        return f"param-{self.name}"


def kind_of(schema: Mapping[str, Any]) -> str:
    """Which control shows values of this schema."""
    found = _alone(schema)
    if "enum" in found:
        return "choice"
    kind = found.get("type")
    if kind == "boolean":
        return "box"
    if kind in ("integer", "number"):
        return "number"
    if kind == "string":
        return "long" if found.get("maxLength", LONG + 1) > LONG and not found.get("pattern") else "text"
    if kind == "array" and _alone(found.get("items", {})).get("type") in ("string", "integer"):
        return "lines"
    if kind == "object" and not found.get("properties"):
        return "pairs"
    return "json"


def control(name: str, label: str, schema: Mapping[str, Any], value: Any, *, required: bool = False) -> ParamControl:
    """The control of a setting with this value."""
    found = ParamControl(name, label, kind_of(schema), required=required)
    if found.kind == "box":
        return replace(found, checked=value is True)
    if found.kind == "choice":
        return replace(found, value=_text(value), choices=tuple(map(str, _alone(schema)["enum"])))
    if found.kind == "pairs" and isinstance(value, Mapping | None):
        show = _text if _only_texts(schema) else _written
        pairs = tuple((str(key), show(one)) for key, one in (value or {}).items())
        return replace(found, pairs=pairs + (("", ""),) * SPARE)
    if found.kind == "lines" and isinstance(value, Sequence) and not isinstance(value, str):
        return replace(found, value="\n".join(map(_text, value)))
    if found.kind == "json":
        return replace(found, value="" if value in (None, {}, []) else _written(value))
    return replace(found, value=_text(value))


def value_of(name: str, schema: Mapping[str, Any], texts: Mapping[str, Sequence[str]]) -> Any:
    """What was posted for a setting, as JSON data; MISSING where nothing was."""
    kind = kind_of(schema)
    given = [one.replace("\r\n", "\n") for one in texts.get(name, ())]
    first = given[0] if given else ""
    if kind == "box":
        return True if first else MISSING
    if kind == "pairs":
        rows = zip(texts.get(f"{name}.key", ()), texts.get(f"{name}.value", ()), strict=False)
        found = {key.strip(): _data(value, schema) for key, value in rows if key.strip()}
        return found or MISSING
    if kind == "lines":
        lines = [line.strip() for line in first.split("\n") if line.strip()]
        return [_number(line) if _members(schema) == "integer" else line for line in lines] or MISSING
    if not first.strip():
        return MISSING
    if kind == "number":
        return _number(first.strip())
    return _json(first) if kind == "json" else first.strip() if kind != "long" else first


def _alone(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of "this or nothing" the this."""
    some = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return some[0] if len(some) == 1 and "$ref" not in some[0] else schema


def _members(schema: Mapping[str, Any]) -> Any:
    return _alone(_alone(schema).get("items", {})).get("type")


def _data(text: str, schema: Mapping[str, Any]) -> Any:
    """A value of a pair: a text where only texts go, else JSON if it reads like JSON."""
    return text if _only_texts(schema) else _json(text)


def _only_texts(schema: Mapping[str, Any]) -> bool:
    found = _alone(schema)
    inner = [found.get("additionalProperties"), *found.get("patternProperties", {}).values()]
    return any(isinstance(one, Mapping) and one.get("type") == "string" for one in inner)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _number(text: str) -> Any:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text


def _written(value: Any) -> str:
    """A value where any JSON may stand: a text that reads like JSON is quoted, so that it stays a text."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) and _json(value) != value else _text(value)


def _text(value: Any) -> str:
    """A value in a text control: texts as they are, all else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=None)
