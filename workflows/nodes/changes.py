"""How edited settings of an automatic step differ from what they were, as the audit tells it: without anything secret."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

HIDDEN: Final = "•••"
MOST: Final = 50
LONGEST: Final = 500
_SECRETS: Final = (
    r"(?:authori[sz]ation|cookie|credential|passw|pwd|secret|token|key(?![a-z])"
    r"|(?<![a-z])(?:auth|pass|session|sig|signature)(?![a-z]))"
)
_SECRET_NAME: Final = re.compile(_SECRETS, re.IGNORECASE)
# What stands behind such a name in an address or a text, and who calls in an address.
_SECRET_PART: Final = re.compile(
    rf"(\w*{_SECRETS}\w*[\"']?\s*[=:]\s*[\"']?|bearer\s+|basic\s+)[^&\s\"',}}]+", re.IGNORECASE
)
_CALLER: Final = re.compile(r"(?<=//)[^/@\s]+(?=@)")
_PLACEHOLDER: Final = re.compile(r"\{\{[^{}]*\}\}")


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """What each setting that differs was and has become, by its path; at most ``MOST``. `{{ secret.bank }}` is told, being a
    name; what is typed in the place of a secret is not."""
    was, now = dict(_leaves(before)), dict(_leaves(after))
    paths = [path for path in dict.fromkeys((*was, *now)) if was.get(path) != now.get(path)]
    return {path: (_told(path, was.get(path)), _told(path, now.get(path))) for path in paths[:MOST]}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    if path and not items:
        yield path, value
    for key, one in items:
        yield from _leaves(one, f"{path}.{key}".removeprefix("."))


def _told(path: str, value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    if _SECRET_NAME.search(path) and _PLACEHOLDER.sub("", text).strip():
        return HIDDEN
    kept = _CALLER.sub(HIDDEN, _SECRET_PART.sub(rf"\1{HIDDEN}", text)) if not _PLACEHOLDER.fullmatch(text) else text
    return kept if len(kept) <= LONGEST else f"{kept[:LONGEST]}…"
