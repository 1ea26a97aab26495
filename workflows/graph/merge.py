"""Bring a new version of a workflow document together with one's own changes to an older version of it.

Works on the documents as JSON (`DefinitionDocument.to_json`), by the keys of steps and transitions, the names of form fields
and of cases. What one side changed is taken from that side; what both changed to different things is a conflict, which
somebody decides. Name, group and description are the organisation's own and are left alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from workflows.graph.merge_layout import merged_layout

Document = Mapping[str, Any]
Item = Mapping[str, Any]


class _Nothing:
    """What a document does not have."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = _Nothing()


class Side(StrEnum):
    """Whose word counts: the organisation's, or the new version's."""

    OURS = "ours"
    THEIRS = "theirs"


class Verdict(StrEnum):
    TAKEN = "taken"
    """Changed by the new version only."""
    KEPT = "kept"
    """Changed by the organisation only."""
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which somebody changed something. `place` is its id: "steps.hr_review.sla.period"."""

    place: str
    verdict: Verdict
    base: Any
    ours: Any
    theirs: Any
    choice: Side


@dataclass(frozen=True, slots=True)
class Merged:
    """The document that comes of it, and every place at which the two sides differ from the base."""

    document: dict[str, Any]
    differences: tuple[Difference, ...]

    def of(self, verdict: Verdict) -> list[Difference]:
        return [one for one in self.differences if one.verdict is verdict]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one list of the document is merged: what names its items, and which settings are merged key by key.

    An item that is of another `type` on the two sides, or is `whole`, is one setting.
    """

    part: str
    name: str
    key: str
    nested: frozenset[str] = frozenset()
    type: str = ""
    whole: bool = False


_KINDS: Final = (
    _Kind("graph", "steps", "key", frozenset({"sla"}), "kind"),
    _Kind("graph", "transitions", "key"),
    _Kind("form", "fields", "name", frozenset({"access"}), "type"),
    _Kind("", "cases", "name", whole=True),
)
_ALONE: Final = {
    "graph": ("sla", "timeout", "task_timeout", "stakeholders", "layout"),
    "form": ("title", "description"),
}
"""Settings of the graph and of the form themselves; those that are named nowhere are merged as well."""
_APART: Final = frozenset({"schema_version", "steps", "transitions", "fields"})
LAYOUT: Final = "form.layout"


@dataclass(slots=True)
class _Merge:
    choices: Mapping[str, Side]
    found: list[Difference] = field(default_factory=list)

    def value(self, place: str, base: Any, ours: Any, theirs: Any) -> Any:
        """What holds at a place; noted where somebody changed it."""
        if ours == theirs:
            return ours
        if ours == base:
            verdict, choice = Verdict.TAKEN, Side.THEIRS
        elif theirs == base:
            verdict, choice = Verdict.KEPT, Side.OURS
        else:
            verdict, choice = Verdict.CONFLICT, self.choices.get(place, Side.OURS)
        self.found.append(Difference(place, verdict, base, ours, theirs, choice))
        return ours if choice is Side.OURS else theirs

    def settings(
        self, place: str, sides: Sequence[Item], keys: Iterable[str], nested: frozenset[str]
    ) -> dict[str, Any]:
        """Objects merged key by key; the keys of `nested` once more within."""
        result: dict[str, Any] = {}
        for key in keys:
            if key in nested:
                inner = [side.get(key) or {} for side in sides]
                found: Any = self.settings(f"{place}.{key}", inner, _keys(*inner), frozenset()) or NOTHING
            else:
                found = self.value(f"{place}.{key}", *(side.get(key, NOTHING) for side in sides))
            if found is not NOTHING:
                result[key] = found
        return result

    def items(self, kind: _Kind, sides: Sequence[Document]) -> list[Any]:
        """The items of one list, in the order of the side that ordered them anew."""
        base, ours, theirs = (_by_key(side.get(kind.name, ()), kind.key) for side in sides)
        result: dict[str, Any] = {}
        for key in _keys(ours, theirs, base):
            place = f"{kind.name}.{key}"
            three = [one.get(key, NOTHING) for one in (base, ours, theirs)]
            if key in ours and key in theirs and not kind.whole and _same_type(ours[key], theirs[key], kind.type):
                first = base[key] if key in base and _same_type(base[key], ours[key], kind.type) else {}
                there = [first, ours[key], theirs[key]]
                result[key] = self.settings(place, there, _keys(*there), kind.nested)
            elif (found := self.value(place, *three)) is not NOTHING:
                result[key] = found
        return [result[key] for key in _order(list(base), list(ours), list(theirs)) if key in result]


def merge(base: Document, ours: Document, theirs: Document, choices: Mapping[str, Side] | None = None) -> Merged:
    """`base` as it was installed, `ours` as it is now, `theirs` as it is shipped now.

    A conflict keeps what is ours unless `choices` says otherwise for its place.
    """
    work = _Merge(choices or {})
    result: dict[str, Any] = {**ours}
    for part in ("graph", "form"):
        sides = [one.get(part) or {} for one in (base, ours, theirs)]
        kinds = [kind for kind in _KINDS if kind.part == part]
        lists = {kind.name: work.items(kind, sides) for kind in kinds}
        result[part] = {key: sides[1][key] for key in ("schema_version",) if key in sides[1]} | lists
        result[part] |= work.settings(part, sides, _alone(part, sides), frozenset())
    _place(work, result["form"], [one.get("form") or {} for one in (base, ours, theirs)])
    result["cases"] = work.items(_KINDS[-1], [base, ours, theirs])
    if not result["cases"]:
        del result["cases"]
    return Merged(result, tuple(work.found))


def _place(work: _Merge, form: dict[str, Any], sides: Sequence[Item]) -> None:
    """Where the fields stand: judged by those that all three have, the others go beside their neighbours."""
    names = [one["name"] for one in form.get("fields", ())]
    layouts = [list(side.get("layout", ())) for side in sides]
    known = [{one["name"] for one in side.get("fields", ())} for side in sides]
    found = merged_layout(layouts, set.intersection(*known), names)
    before, mine, new = found.common
    work.value(LAYOUT, before, mine, new)
    chosen = Side.OURS if layouts[2] == layouts[0] or mine != before else Side.THEIRS
    if mine != before and new not in (before, mine):
        chosen = work.choices.get(LAYOUT, Side.OURS)
    layout = found.ours if chosen is Side.OURS else found.theirs
    form.pop("layout", None)
    if layout:
        form["layout"] = layout


def _alone(part: str, sides: Sequence[Item]) -> list[str]:
    named = dict.fromkeys(_ALONE[part])
    more = {key: None for key in _keys(*sides) if key not in _APART and not (part == "form" and key == "layout")}
    return [*(key for key in named if key in more), *(key for key in more if key not in named)]


def _same_type(one: Item, other: Item, name: str) -> bool:
    return not name or one.get(name) == other.get(name)


def _keys(*sides: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(key for side in sides for key in side))


def _by_key(items: Iterable[Item], key: str) -> dict[str, Item]:
    """Of two with one key (a draft's problem) both are kept, the second under a number."""
    found: dict[str, Item] = {}
    for one in items:
        name = str(one[key])
        number = 2
        while name in found:
            name, number = f"{one[key]}#{number}", number + 1
        found[name] = one
    return found


def _order(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[str]:
    """Our order, or theirs where we left it alone; what the other side alone has comes behind its neighbour."""
    common = set(base) & set(ours) & set(theirs)
    left_alone = [key for key in base if key in common] == [key for key in ours if key in common]
    first, second = (theirs, ours) if left_alone else (ours, theirs)
    order = list(first)
    before = ""
    for key in second:
        if key not in order:
            order.insert(order.index(before) + 1 if before else 0, key)
        before = key
    return iter(order)
