"""What an entry says to people: words for its kind and for what it is about, the page of that, and which entries a number means.

Accounts knows no requests: the app that numbers things registers them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Numbered:
    """Things that entries name by ``<name>_id``, ``<name>_number`` and ``<name>_title``.

    ``url`` gives the page of one, ``subjects`` what entries about the one with this number have as their subject.
    """

    name: str
    url: Callable[[str], str]
    subjects: Callable[[UUID, int], Iterable[UUID]]


@dataclass(frozen=True, slots=True)
class About:
    """``url`` is empty where there is no page."""

    text: str
    more: str = ""
    url: str = ""


_numbered: Final[dict[str, Numbered]] = {}
ID_LENGTH: Final = 36
_FIRST: Final = {"run": "request"}
_NAMES: Final = ("label", "name", "definition_name", "member_name", "file_name", "email", "notice")


def register_numbered(things: Numbered) -> None:
    """Each app does so in ``apps.py``."""
    _numbered[things.name] = things


def words_of(kind: str) -> str:
    """``run.participant_added``: "Request participant added"."""
    first, _, rest = kind.partition(".")
    return f"{_FIRST.get(first, first)} {rest}".replace("_", " ").capitalize()


def about(payload: Mapping[str, Any]) -> About:
    """In the payload's own words; empty where it has none."""
    for name, things in _numbered.items():
        if f"{name}_number" in payload:
            text = f"#{payload[f'{name}_number']} {payload[f'{name}_title']}"
            return About(text, str(payload.get("step_name") or ""), things.url(payload[f"{name}_id"]))
    if {"number", "source_name", "target_name"} <= payload.keys():
        return About("#{number} {source_name} → {target_name}".format(**payload))
    names = payload.get("names")
    if isinstance(names, list):
        return About(", ".join(names))
    return About(next((str(payload[name]) for name in _NAMES if payload.get(name)), ""))


def details(payload: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What an entry says, a label and a text each, without what says nothing. ``names`` are those of people by id; an id whose
    name or number the payload has beside it is left out."""
    for key, value in payload.items():
        first = key.removesuffix("_id").removesuffix("_ids")
        if first != key and any(payload.get(f"{first}_{more}") for more in ("name", "names", "number", "label")):
            continue
        if key == "changes" and isinstance(value, dict):
            yield from ((_label(field), _changed(change, names)) for field, change in value.items())
        elif text := _text(value, names):
            yield _label(first), text


def ids_in(value: Any) -> Iterator[UUID]:
    """Every id that a payload names, wherever it stands."""
    match value:
        case dict():
            for one in value.values():
                yield from ids_in(one)
        case list():
            for one in value:
                yield from ids_in(one)
        case str() if len(value) == ID_LENGTH:
            try:
                yield UUID(value)
            except ValueError:
                return


def _label(key: str) -> str:
    return key.replace("_", " ").strip().capitalize()


def _changed(change: Any, names: Mapping[str, str]) -> str:
    if isinstance(change, list) and len(change) == 2:
        before, after = (_text(one, names) or "nothing" for one in change)
        return f"{before} → {after}"
    return _text(change, names)


def _text(value: Any, names: Mapping[str, str]) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(filter(None, (_text(one, names) for one in value)))
        case dict():
            return "; ".join(f"{_text(key, names)}: {_text(one, names)}" for key, one in value.items())
        case _:
            return names.get(str(value), str(value))


def subjects_of(organisation_id: UUID, number: int) -> list[UUID]:
    """The subjects of entries about things with the number. Needs the scope."""
    return [found for things in _numbered.values() for found in things.subjects(organisation_id, number)]
