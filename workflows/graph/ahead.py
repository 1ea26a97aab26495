"""Which step comes before which: the closure of the forward transitions, as one number of bits per step."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self


class Circular(ValueError):
    """The forward transitions run in a circle."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Made once per graph. A question is a shift, whatever the size of the graph."""

    places: Mapping[str, int]
    keys: tuple[str, ...]
    after: Mapping[str, int]
    """The steps that can be reached from each, itself not included."""
    before: Mapping[str, int]
    """The steps that lead to each, itself not included."""

    @classmethod
    def of(cls, keys: Iterable[str], edges: Iterable[tuple[str, str]]) -> Self:
        """Raises ``Circular``. Edges that leave the known steps are left out."""
        places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        targets: dict[str, list[str]] = {key: [] for key in places}
        sources: dict[str, list[str]] = {key: [] for key in places}
        for source, target in dict.fromkeys(edges):
            if source in places and target in places:
                targets[source].append(target)
                sources[target].append(source)
        order = _in_order(targets, sources)
        return cls(places, tuple(places), _closure(reversed(order), targets, places), _closure(order, sources, places))

    def leads(self, source: str, target: str) -> bool:
        """Whether a forward way leads from one step to the other; none leads to itself."""
        return bool(self.after[source] >> self.places[target] & 1)

    def between(self, first: str, last: str) -> Iterator[str]:
        """The steps on any forward way from one step to the other, both included."""
        yield from self._of(self.after[first] & self.before[last] | 1 << self.places[first] | 1 << self.places[last])

    def leading_to(self, key: str) -> Iterator[str]:
        """The steps before one, on any forward way."""
        yield from self._of(self.before[key])

    def _of(self, bits: int) -> Iterator[str]:
        while bits:
            low = bits & -bits
            yield self.keys[low.bit_length() - 1]
            bits ^= low


def _in_order(targets: Mapping[str, list[str]], sources: Mapping[str, list[str]]) -> list[str]:
    """The steps so that each comes after those that lead to it."""
    missing = {key: len(found) for key, found in sources.items()}
    order = [key for key, count in missing.items() if not count]
    for key in order:
        for target in targets[key]:
            missing[target] -= 1
            if not missing[target]:
                order.append(target)
    if len(order) < len(targets):
        raise Circular("The forward transitions run in a circle.")
    return order


def _closure(order: Iterable[str], near: Mapping[str, list[str]], places: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key in order:
        bits = 0
        for one in near[key]:
            bits |= found[one] | 1 << places[one]
        found[key] = bits
    return found
