"""Which product a form comes from, and what no form of any product may be: too large, too deep, not storable."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from forms_builder.exchange.formio import read_formio
from forms_builder.exchange.surveyjs import read_surveyjs
from forms_builder.exchange.writer import FormImport
from forms_builder.schema.document import DocumentError
from forms_builder.schema.parts import MAX_JSON_DEPTH, has_unstorable

MAX_BYTES: Final = 1024 * 1024
MAX_VALUES: Final = 100_000
MAX_NUMBER: Final = 10**18
MAX_PLACE: Final = 200
UNKNOWN: Final = "This is neither a SurveyJS form (with “pages” or “elements”) nor a Form.io form (with “components”)."


def import_text(text: str | bytes) -> FormImport:
    """Read JSON text of at most 1 MB. Raises DocumentError, and nothing else, whatever the text is."""
    if len(text) > MAX_BYTES:
        raise DocumentError([("", f"The file is larger than {MAX_BYTES // 1024} kB. Export one form alone.")])
    try:
        text = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        raw = json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise DocumentError([("", _TOO_DEEP)]) from error
    except ValueError as error:
        raise DocumentError([("", f"This is not a JSON document: {error}")]) from error
    return import_form(raw)


def import_form(raw: object) -> FormImport:
    """The form of another product as ours, with what was not taken. `raw` is JSON data.

    Raises DocumentError, and nothing else, with every place that makes it unreadable.
    """
    _refuse_hostile(raw)
    if isinstance(raw, Mapping) and not _is_form(raw) and isinstance(raw.get("form"), Mapping):
        raw = raw["form"]
    if isinstance(raw, list):
        raw = {"components": raw}
    if not isinstance(raw, Mapping):
        raise DocumentError([("", UNKNOWN)])
    reader = _reader(raw)
    if reader is None:
        raise DocumentError([("", _advice(raw))])
    return reader(raw)


def _is_form(raw: Mapping[str, Any]) -> bool:
    return _reader(raw) is not None


def _reader(raw: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], FormImport] | None:
    if any(isinstance(raw.get(key), list) for key in ("pages", "elements", "questions")):
        return read_surveyjs
    return read_formio if isinstance(raw.get("components"), list) else None


def _advice(raw: Mapping[str, Any]) -> str:
    if isinstance(raw.get("fields"), list):
        return f"{UNKNOWN} It looks like a form of this product: bring it in with its workflow."
    if isinstance(raw.get("forms"), Mapping):
        return f"{UNKNOWN} It looks like a whole Form.io project: export one of its forms alone."
    return f"{UNKNOWN} Export the form as JSON and send that."


_TOO_DEEP: Final = f"The form is nested deeper than {MAX_JSON_DEPTH} levels. Flatten it where it was made."


def _refuse_hostile(raw: object) -> None:
    """Walks without recursion. Raises DocumentError with the place of the first value that cannot be kept."""
    open_values: list[tuple[str, int, object]] = [("", 0, raw)]
    seen = 0
    while open_values:
        place, depth, value = open_values.pop()
        if depth > MAX_JSON_DEPTH:
            raise DocumentError([(_cut(place), _TOO_DEEP)])
        if not isinstance(value, Mapping | list | tuple):
            _refuse_value(place, value)
            continue
        seen += len(value)
        if seen > MAX_VALUES:
            raise DocumentError([("", f"The form is made of more than {MAX_VALUES:,} values. Export one form alone.")])
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            _refuse_value(place, key)
            open_values.append((f"{place}.{key}".lstrip(".")[:MAX_PLACE], depth + 1, item))


def _refuse_value(place: str, value: object) -> None:
    if isinstance(value, str):
        if has_unstorable(value):
            raise DocumentError([(_cut(place), "This text has a character that cannot be stored. Remove it.")])
    elif isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > MAX_NUMBER:
            raise DocumentError([(_cut(place), "This number is too large. Make it smaller where the form was made.")])
    elif value is not None:
        raise DocumentError([(_cut(place), "This is no JSON value.")])


def _cut(place: str) -> str:
    """A place that can be shown: what cannot be stored is left out."""
    return "".join(sign for sign in place if not has_unstorable(sign))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
