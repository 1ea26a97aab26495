"""Places and values of a draft in words, for clashes and for what others did."""

from collections.abc import Mapping
from typing import Any, Final

from workflows.drafting.places import MISSING, ORDER, parts_of, place_of, read

MOST: Final = 80
_ITEMS: Final[Mapping[tuple[str, ...], tuple[str, str]]] = {
    ("graph", "steps"): ("step", "the steps"),
    ("graph", "transitions"): ("way", "the ways"),
    ("form", "fields"): ("field", "the fields"),
    ("cases",): ("case", "the cases"),
}
_WORDS: Final[Mapping[str, str]] = {
    "sla": "time limit",
    "task_timeout": "timeout of tasks",
    "not_same_as": "who may not have decided before",
    "not_requester": "whether the requester may decide",
    "from": "start",
    "to": "target",
    "return": "mark as a way back",
    "otherwise": "mark as the way otherwise",
    "reason_required": "demand for a reason",
    "by_mail": "link in mails",
    "outside": "people without an account",
    "position": "place on the canvas",
    "visible_when": "condition of being shown",
    "node": "automatic work",
    "access": "access of steps",
    "default_access": "access of other steps",
}


def where(document: Mapping[str, Any], place: str) -> str:
    """The place as people call it: "name of the step “HR review”"."""
    parts = parts_of(place)
    for list_parts, (noun, every) in _ITEMS.items():
        depth = len(list_parts)
        if parts[:depth] != list_parts:
            continue
        if len(parts) == depth:
            return every
        if parts[depth] == ORDER:
            return f"order of {every.removeprefix('the ')}"
        item = f"{noun} “{_called(document, parts[: depth + 1])}”"
        return _of(document, parts[depth + 1 :], f"the {item}") or item
    part = "form" if parts[0] == "form" else "workflow"
    return _of(document, parts[1:], f"the {part}") or part


def shown(value: Any) -> str:
    """A value in short; empty where there is none."""
    if value is MISSING or value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        found = _name_of(value) or ", ".join(map(_word, value))
    elif isinstance(value, list):
        found = ", ".join(filter(None, map(shown, value)))
    else:
        found = str(value)
    return found if len(found) <= MOST else f"{found[: MOST - 1]}…"


def apart(one: Any, other: Any) -> tuple[str, str]:
    """Two values that can be told apart: where both are called the same, with what differs in them."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping) or shown(one) != shown(other):
        return shown(one), shown(other)
    ones, others = [_name_of(one)], [_name_of(other)]
    for key in {**one, **other}:
        if one.get(key, MISSING) != other.get(key, MISSING):
            here, there = apart(one.get(key, MISSING), other.get(key, MISSING))
            ones.append(f"{_word(key)}: {here or 'none'}")
            others.append(f"{_word(key)}: {there or 'none'}")
    return "; ".join(filter(None, ones)), "; ".join(filter(None, others))


def _name_of(value: Mapping[str, Any]) -> str:
    named = value.get("name") or value.get("label") or value.get("period")
    return named if isinstance(named, str) else ""


def _of(document: Mapping[str, Any], rest: tuple[str, ...], owner: str) -> str:
    """ "time limit of the step …", "access of “HR review” to the field …"; empty without a rest."""
    if not rest:
        return ""
    if rest[0] == "access" and len(rest) > 1:
        return f"access of “{_called(document, ('graph', 'steps', rest[1]))}” to {owner}"
    words = " of ".join(_word(part) for part in reversed(rest))
    return f"{words} of {owner}"


def _word(part: str) -> str:
    return _WORDS.get(part, part.replace("_", " "))


def _called(document: Mapping[str, Any], parts: tuple[str, ...]) -> str:
    item = read(document, place_of(*parts))
    if not isinstance(item, Mapping):
        return parts[-1]
    if parts[:2] == ("graph", "transitions") and not item.get("name"):
        return _called(document, ("graph", "steps", str(item.get("to"))))
    return str(item.get("label") or item.get("name") or parts[-1])
