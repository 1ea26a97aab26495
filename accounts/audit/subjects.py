"""What an entry says to people: words for its kind and for what it is about, the page of that, and which entries a number means.

Accounts knows no requests: the app that numbers things registers them.
"""

from collections.abc import Callable, Iterable, Mapping
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
    return About(next((str(payload[name]) for name in _NAMES if payload.get(name)), ""))


def subjects_of(organisation_id: UUID, number: int) -> list[UUID]:
    """The subjects of entries about things with the number. Needs the scope."""
    return [found for things in _numbered.values() for found in things.subjects(organisation_id, number)]
