"""Where rules stand in a draft: what kind each place takes, what it is called, and how it is read and written.

Some stand in lists that have no keys, such as the groups of an approval: there the place goes on with the row,
`graph/steps/<key>/approval/groups/0/rule`, and the whole list is the value that changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from workflows.drafting.edits.base import EditRefused, Sketch, valid_place
from workflows.drafting.edits.graph import name_of, way_name
from workflows.drafting.places import MISSING, place_of

ANY: Final = "*"
ROW: Final = "#"


class RuleKind(StrEnum):
    """What a rule is about: who is asked, whether a way is open, a form's own answers, or rows that are offered."""

    ASSIGNEE = "assignee"
    TRANSITION = "transition"
    FORM = "form"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class RuleSort:
    """One sort of place. `parts` is its pattern, `noun` what a list of rules calls it; `lead` begins the sentence, `empty`
    says what holds without a rule."""

    parts: tuple[str, ...]
    kind: RuleKind
    noun: str
    lead: str
    empty: str
    icon: str
    required: bool = False


STEP: Final = ("graph", "steps", ANY)
SORTS: Final = (
    RuleSort((*STEP, "assignee", "rule"), RuleKind.ASSIGNEE, "Who is asked", "Asks everybody for whom",
             "Nobody is asked yet. Add a condition about the person.", "users", required=True),
    RuleSort((*STEP, "approval", "veto"), RuleKind.ASSIGNEE, "Who has a veto", "A veto has everybody for whom",
             "Nobody has a veto.", "hand-stop"),
    RuleSort((*STEP, "approval", "groups", ROW, "rule"), RuleKind.ASSIGNEE, "Group of the panel",
             "To the group belongs everybody for whom",
             "Nobody belongs to it yet.", "users-group", required=True),
    RuleSort((*STEP, "approval", "weights", ROW, "rule"), RuleKind.ASSIGNEE, "Weight", "So much counts everybody for whom",
             "It counts for nobody yet.", "scale", required=True),
    RuleSort((*STEP, "join", "condition"), RuleKind.TRANSITION, "What counts at the join", "A branch counts when",
             "Every branch counts.", "arrows-join"),
    RuleSort(("graph", "transitions", ANY, "condition"), RuleKind.TRANSITION, "When the way is open", "The way is open when",
             "The way is always open.", "git-branch"),
    RuleSort(("form", "fields", ANY, "visible_when"), RuleKind.FORM, "When the field is shown", "Shown when",
             "The field is always shown.", "eye"),
    RuleSort(("form", "fields", ANY, "rules", ROW, "rule"), RuleKind.FORM, "What must hold", "It must hold that",
             "Nothing must hold yet.", "shield-check", required=True),
    RuleSort(("form", "fields", ANY, "filter"), RuleKind.ROWS, "Which entries are offered",
             "Offered is every entry of which",
             "Every entry is offered.", "filter"),
    RuleSort(("form", "fields", ANY, "choices", "filter"), RuleKind.ROWS, "Which entries are offered",
             "Offered is every entry of which",
             "Every entry is offered.", "filter"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RulePlace:
    """A place of a rule in a draft. `owner` names the step, way or field, `item` is its place; `source` the rows of a filter."""

    place: str
    sort: RuleSort
    parts: tuple[str, ...]
    owner: str
    source: str = ""

    @property
    def item(self) -> str:
        return place_of(*self.parts[:3])

    @property
    def title(self) -> str:
        return f"{self.sort.noun}: {self.owner}"


def rule_place(document: Mapping[str, Any], place: str) -> RulePlace:
    """The place as one of a rule. Raises EditRefused where none can stand."""
    parts = valid_place(place)
    sort = next((one for one in SORTS if _fits(one.parts, parts)), None)
    sketch = Sketch(document)
    owner = sketch.read(*parts[:3]) if sort is not None else MISSING
    if sort is None or not isinstance(owner, Mapping):
        raise EditRefused({"place": ["There is no such rule any more."]})
    if ROW in sort.parts and _row(sketch, parts, sort.parts.index(ROW)) is None:
        raise EditRefused({"place": ["There is no such rule any more."]})
    return RulePlace(place, sort, parts, _called(sketch, parts, owner), _source(owner, sort))


def rule_at(document: Mapping[str, Any], found: RulePlace) -> Any:
    """The rule that stands there, None without one; also what it says in a word, such as "requester"."""
    sketch = Sketch(document)
    if ROW in found.sort.parts:
        row = _row(sketch, found.parts, found.sort.parts.index(ROW))
        return row.get(found.parts[-1]) if row else None
    value = sketch.read(*found.parts)
    return None if value is MISSING else value


def rule_put(sketch: Sketch, found: RulePlace, rule: Any) -> None:
    """Have this rule there; None takes it away."""
    if ROW not in found.sort.parts:
        sketch.put(MISSING if rule is None else rule, *found.parts)
        return
    depth = found.sort.parts.index(ROW)
    rows = sketch.get(*found.parts[:depth], default=[])
    number = int(found.parts[depth])
    changed = [{**row, found.parts[-1]: rule} if at == number else row for at, row in enumerate(rows)]
    sketch.put(changed, *found.parts[:depth])


def rules_in(document: Mapping[str, Any]) -> Iterator[tuple[RulePlace, Any]]:
    """Every rule of the draft with its place, in the order of the document."""
    sketch = Sketch(document)
    for root, name in ((("graph", "steps"), "key"), (("graph", "transitions"), "key"), (("form", "fields"), "name")):
        for item in sketch.items(*root):
            for sort in SORTS:
                if sort.parts[:2] == root:
                    yield from _of_item(document, sort, (*root, str(item.get(name))), item)


def _of_item(
    document: Mapping[str, Any], sort: RuleSort, own: tuple[str, ...], item: Mapping[str, Any]
) -> Iterator[tuple[RulePlace, Any]]:
    rest = sort.parts[3:]
    rows: list[tuple[str, ...]] = [rest]
    if ROW in rest:
        at = rest.index(ROW)
        found = Sketch(document).get(*own, *rest[:at], default=[])
        rows = [(*rest[:at], str(row), *rest[at + 1 :]) for row in range(len(found) if isinstance(found, list) else 0)]
    for one in rows:
        place = RulePlace(place_of(*own, *one), sort, (*own, *one), "", _source(item, sort))
        rule = rule_at(document, place)
        if isinstance(rule, Mapping):
            yield rule_place(document, place.place), rule


def _fits(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    return len(pattern) == len(parts) and all(
        want in (ANY, part) or (want == ROW and part.isascii() and part.isdigit() and len(part) < 5)
        for want, part in zip(pattern, parts, strict=True)
    )


def _row(sketch: Sketch, parts: tuple[str, ...], depth: int) -> Mapping[str, Any] | None:
    rows = sketch.get(*parts[:depth], default=[])
    number = int(parts[depth])
    found = rows[number] if isinstance(rows, list) and number < len(rows) else None
    return found if isinstance(found, Mapping) else None


def _called(sketch: Sketch, parts: tuple[str, ...], owner: Mapping[str, Any]) -> str:
    if parts[:2] == ("graph", "transitions"):
        return f"“{way_name(sketch, dict(owner))}” out of “{name_of(sketch, str(owner.get('from')))}”"
    return f"“{owner.get('label') or owner.get('name') or parts[2]}”"


def _source(owner: Mapping[str, Any], sort: RuleSort) -> str:
    """The rows that a filter chooses among."""
    if sort.kind is not RuleKind.ROWS:
        return ""
    choices = owner.get("choices")
    if isinstance(choices, Mapping):
        return str(choices.get("source", ""))
    return "departments" if owner.get("type") == "department" else "people"
