"""Texts with ``{names}``: the only template language that tenants get.

There is nothing to call, to include or to reach into: a name from a fixed list is replaced by a text, once. What comes
in through a value is never looked at again, so a value that looks like a placeholder stays one. A line of the template
whose names are all empty is left out, so that "Reason: {reason}" needs no condition.
"""

import re
from collections.abc import Iterable, Mapping

from accounts.tenancy.hygiene import is_unclean

MAX_SUBJECT = 200
MAX_TEXT = 20_000
"""Characters of a rendered body; a comment alone may have 5,000."""

PLACEHOLDER = re.compile(r"\{([a-z_]{1,40})\}")
_LINES = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def render(text: str, values: Mapping[str, str], *, most: int = MAX_TEXT) -> str:
    """The text with each ``{name}`` replaced, cut after ``most`` characters. An unknown name counts as empty."""
    lines: list[str] = []
    left = most
    for line in text.replace("\r\n", "\n").split("\n"):
        names = PLACEHOLDER.findall(line)
        if names and not any(values.get(name) for name in names):
            continue
        if left <= 0:
            break
        lines.append(_fill(line, values, left))
        left -= len(lines[-1]) + 1
    return "\n".join(lines)[:most]


def _fill(line: str, values: Mapping[str, str], most: int) -> str:
    # Even parts are text, odd ones names.
    parts = PLACEHOLDER.split(line)
    length = 0
    for place, part in enumerate(parts):
        if place % 2:
            parts[place] = values.get(part, "")
        length += len(parts[place])
        if length > most:
            return "".join(parts[: place + 1])[:most]
    return "".join(parts)


def render_line(text: str, values: Mapping[str, str], *, most: int = MAX_SUBJECT) -> str:
    """As ``render``, on one line: a header or a title. Line breaks in values become blanks."""
    one_line = _LINES.sub(" ", render(text, values, most=4 * most))
    return shorten(re.sub(r" {2,}", " ", one_line).strip(), most)


def shorten(text: str, most: int) -> str:
    """At most ``most`` characters, ending in an ellipsis where something was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def paragraphs(text: str) -> list[list[str]]:
    """The text as paragraphs of lines: blank lines part them."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return [[line.strip() for line in block.split("\n")] for block in blocks if block.strip()]


def problems(text: str, names: Iterable[str], *, one_line: bool = False) -> list[str]:
    """What is wrong with a template's text, each as a sentence; empty when it can be used."""
    known = set(names)
    found = [
        f"{{{name}}} is not available here. Use one of: {', '.join(f'{{{known_name}}}' for known_name in sorted(known))}."
        for name in dict.fromkeys(PLACEHOLDER.findall(text))
        if name not in known
    ]
    if one_line and _LINES.search(text):
        found.append("A subject is one line.")
    if is_unclean(text):
        found.append("The text holds a character that cannot be stored.")
    return found
