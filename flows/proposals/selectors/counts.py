"""The numbers around a list: of its two tabs, and beside each value of a filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from flows.proposals.selectors.asker import Asker, Proposals, proposals_of
from flows.proposals.selectors.gathering import ASKED_CAP, COUNT_CAP, Tally, counted

Choice = tuple[str, str]
"""A filter and one of its values."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Each up to ``COUNT_CAP``. ``tabs``: what the words leave of the active and of the completed proposals; ``found``: what
    all filters leave, up to ``found_cap``; ``values``: what each value of a filter finds of the tab, None where the words find
    so many there that this is not counted."""

    tabs: Mapping[bool, int]
    found: int
    values: Mapping[Choice, int] | None
    found_cap: int = COUNT_CAP


def counts_of(
    asker: Asker, words: str, choices: Sequence[Choice], found: Proposals, chosen: Sequence[Choice]
) -> Counts:
    """The counts of the asker's tab and of the other one. ``found`` is what the words and the ``chosen`` values leave. At
    most two statements without words, four with them."""
    here = bool(asker.is_open)
    tabs = {is_open: proposals_of(asker.organisation_id).filter(is_open=is_open) for is_open in (True, False)}
    if words:
        number, values = _of_words(asker, tabs, words, choices)
    else:
        wanted: dict[Any, Proposals | Tally] = {**tabs}
        wanted |= {choice: part for choice in choices if (part := asker.tally(*choice, tabs[here])) is not None}
        counts = counted(wanted, keep=True)
        number = {is_open: counts[is_open] for is_open in tabs}
        values = {choice: counts.get(choice, 0) for choice in choices}
    if found.query.is_empty():
        left = 0
    elif not chosen:
        left = number[here]
    elif not words and values is not None and len(chosen) == 1:
        left = values[chosen[0]]
    else:
        cap = ASKED_CAP if asker.walks else COUNT_CAP
        return Counts(number, counted({"found": found}, cap)["found"], values, cap)
    return Counts(number, left, values)


def _of_words(
    asker: Asker, tabs: Mapping[bool, Proposals], words: str, choices: Sequence[Choice]
) -> tuple[dict[bool, int], dict[Choice, int] | None]:
    asked = asker.words(words)
    number = {is_open: asked.found[is_open].number for is_open in tabs}
    untold = [is_open for is_open in tabs if not asked.found[is_open].is_all and number[is_open] < COUNT_CAP]
    number |= counted({is_open: tabs[is_open].filter(asked.by_row) for is_open in untold})
    here = bool(asker.is_open)
    number = {is_open: min(found, COUNT_CAP) for is_open, found in number.items()}
    if number[here] >= COUNT_CAP or here in untold:
        return number, None
    each = {f"n{place}": Count("pk", filter=asker.by_row(*choice)) for place, choice in enumerate(choices)}
    counts = tabs[here].filter(asked.condition(here)).aggregate(**each) if number[here] else {}
    return number, {choice: counts.get(f"n{place}", 0) for place, choice in enumerate(choices)}
