"""The action bar of a step: which ways lead on, and who may be asked there. See templates/components/action_bar.html."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID, uuid4

from accounts.templatetags.ui import REFUSALS
from forms_builder.field_views import ProblemView
from workflows.assignment import PersonRef
from workflows.engine.definition import RunningDefinition
from workflows.forms import DecisionForm
from workflows.selectors.desk import Branch, Way
from workflows.substitution import person_words

Errors = Mapping[str, Sequence[str]]
MOST_NAMED: Final = 5
"""Members of a panel that a note names."""


@dataclass(frozen=True, slots=True)
class OfferedPerson:
    id: UUID
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One way on. ``takes_person``: somebody of ``people`` is asked next."""

    name: str
    key: str
    kind: str
    note: str
    reason_required: bool
    people: tuple[OfferedPerson, ...] = ()
    open_to_all: bool = False

    @property
    def takes_person(self) -> bool:
        return bool(self.people)


@dataclass(frozen=True, slots=True)
class BranchOffer:
    """A step that opens beside others, with a picker of its own; ``ways`` are the keys of the ways that open it.

    Without ``people`` there is no choice, and ``note`` says whom it goes to. ``person`` is posted or preselected.
    """

    step: str
    name: str
    ways: tuple[str, ...]
    people: tuple[OfferedPerson, ...]
    open_to_all: bool
    note: str
    person: str = ""
    errors: Sequence[str] = ()


@dataclass(frozen=True)
class ActionBar:
    """Everything that the template shows; ``errors`` has "transition", "assignee", "comment" and "all".

    ``branches`` are the pickers of ways that open several steps at once.
    """

    transitions: tuple[Offer, ...]
    version: int | None
    idempotency_key: str
    shown: str = ""
    chosen: str = ""
    assignee: str = ""
    comment: str = ""
    errors: Errors = field(default_factory=dict)
    branches: tuple[BranchOffer, ...] = ()

    @property
    def has_people(self) -> bool:
        return any(offer.takes_person for offer in self.transitions)

    @property
    def any(self) -> bool:
        return any(offer.open_to_all for offer in self.transitions)

    @property
    def problems(self) -> list[ProblemView]:
        """What is wrong at its controls, for the error summary; "all" has a notice of its own."""
        found = [("transition" if self.transitions else "decision", "Next step", self.errors.get("transition", ()))]
        # A step without a picker has nothing to lead to but the bar.
        found += [
            (f"assignees-{one.step}" if one.people else "decision", one.name, one.errors) for one in self.branches
        ]
        if self.has_people:
            found.append(("assignee", "Next person", self.errors.get("assignee", ())))
        found.append(("comment", "Reason for this step", self.errors.get("comment", ())))
        return [ProblemView(ident, label, text) for ident, label, texts in found for text in texts]


def fresh_bar(ways: Sequence[Way], definition: RunningDefinition, version: int | None, shown: str = "") -> ActionBar:
    """The bar as it is first shown; with one way only, that one is chosen, and its person if there is one only."""
    offers = tuple(_offer(way, definition) for way in ways)
    only = offers[0] if len(offers) == 1 else None
    person = ways[0].assignee if only is not None and only.takes_person else None
    return ActionBar(
        transitions=offers,
        version=version,
        idempotency_key=uuid4().hex,
        shown=shown,
        chosen=only.name if only else "",
        assignee=str(person.id) if person else "",
        branches=_branches(ways, definition),
    )


def _branches(ways: Sequence[Way], definition: RunningDefinition) -> tuple[BranchOffer, ...]:
    """One picker per step, also where several ways open it."""
    found: dict[str, BranchOffer] = {}
    for way in ways:
        for branch in way.branches if len(way.branches) > 1 else ():
            before = found.get(branch.step)
            if before is not None:
                found[branch.step] = replace(before, ways=(*before.ways, way.key))
                continue
            fixed = definition.graph.step(branch.step).asks_requester or bool(branch.note or branch.panel)
            people = () if fixed else offered(branch.assignees)
            found[branch.step] = BranchOffer(
                branch.step,
                branch.name,
                (way.key,),
                people,
                branch.to_team or branch.again,
                _branch_note(branch),
                str(people[0].id) if len(people) == 1 else "",
            )
    return tuple(found.values())


def _branch_note(branch: Branch) -> str:
    """Whom a branch asks, and whether it is sure that it opens, in words."""
    words = []
    if branch.conditional:
        words.append("Opens only with some answers.")
    if branch.panel:
        words.append(f"Goes to a panel; {branch.panel}.")
    elif branch.assignee is not None:
        words.append(f"Goes to {person_words(branch.assignee)}.")
    if branch.again:
        words.append("Goes to who decided it last time for the requester, unless you choose somebody.")
    if branch.note:
        words.append(f"{branch.note[:1].upper()}{branch.note[1:]}.")
    return " ".join(words)


def filled_bar(bar: ActionBar, posted: DecisionForm, errors: Errors, *, key: str) -> ActionBar:
    """The bar with what was typed and what is wrong with it; version and content stay the fresh ones."""
    if "assignee" in errors and not bar.has_people:
        errors = {**errors, "all": [*errors.get("all", ()), *errors["assignee"]]}
    return replace(
        bar,
        branches=tuple(
            replace(one, person=posted.named.get(one.step, ""), errors=errors.get(f"assignees.{one.step}", ()))
            for one in bar.branches
        ),
        idempotency_key=key or bar.idempotency_key,
        chosen=posted["transition"].value() or "",
        assignee=posted["assignee"].value() or "",
        comment=posted["comment"].value() or "",
        errors=errors,
    )


def bar_errors(fields: Errors) -> dict[str, list[str]]:
    """The problems of a refused decision that are not about a field of the form, by the places of the bar."""
    found: dict[str, list[str]] = {}
    for path, texts in fields.items():
        if path != "data" and not path.startswith("data."):
            known = path in ("transition", "assignee", "comment") or path.startswith("assignees.")
            place = path if known else "all"
            found.setdefault(place, []).extend(texts)
    return found


def _offer(way: Way, definition: RunningDefinition) -> Offer:
    if way.is_end:
        target = definition.graph.step(way.target)
        refused = target.outcome.lower().startswith(REFUSALS)
        return Offer(way.name, way.key, "end-bad" if refused else "end-good", "Ends the request.", way.reason_required)
    kind = "return" if way.is_return else "forward"
    own = way.only is not None and definition.graph.step(way.only.step).asks_requester
    # The requester's own step, and a fallback, leave no choice.
    people = () if own or way.note or way.panel else offered(way.assignees)
    again = way.only is not None and way.only.again
    return Offer(
        way.name, way.key, kind, _note(way, own=own), way.reason_required, people, way.to_team or way.is_return or again
    )


def _note(way: Way, *, own: bool) -> str:
    """Whom the way asks, in words."""
    if len(way.branches) > 1:
        sure = [branch.name for branch in way.branches if not branch.conditional]
        maybe = [branch.name for branch in way.branches if branch.conditional]
        others = f"{' and, with' if sure else 'With'} some answers, {', '.join(maybe)}" if maybe else ""
        return f"Goes several ways at once: {', '.join(sure)}{others}."
    if not way.branches:
        return f"Arrives at {way.target_name}, which leads on when no other branch is waited for." if way.waits else ""
    why = f" {way.note[:1].upper()}{way.note[1:]}." if way.note else ""
    if way.panel:
        names = ", ".join(one.name for one in way.assignees[:MOST_NAMED])
        more = f" and {len(way.assignees) - MOST_NAMED} more" if len(way.assignees) > MOST_NAMED else ""
        return f"Goes to a panel: {names}{more}; {way.panel}.{why}"
    if way.assignee is not None:
        back = "back " if way.is_return and own else ""
        return f"Goes {back}to {person_words(way.assignee)}.{why}"
    if way.to_team:
        return f"Goes to the team queue of {len(way.assignees)} people, unless you choose one."
    if way.is_return:
        return "Goes back to who decided it last, unless you choose somebody."
    if way.only is not None and way.only.again:
        return "Goes to who decided it last time for the requester, unless you choose somebody."
    return "Choose who is asked next." if way.assignees else why.strip()


def offered(people: Sequence[PersonRef]) -> tuple[OfferedPerson, ...]:
    """People for a list to choose from; the address tells namesakes apart, and who is away says so."""
    names = [person.name for person in people]
    return tuple(
        OfferedPerson(person.id, person_words(person), person.email if names.count(person.name) > 1 else "")
        for person in people
    )


def form_errors(posted: DecisionForm) -> Errors:
    """What is wrong with the bar's own controls."""
    return {name: [str(text) for text in texts] for name, texts in posted.errors.items()}


def fields_of_refusal(error: Any) -> Errors:
    """The places of an ``Invalid``, its message where it names none."""
    places: Errors = error.fields
    return places or {"": [error.message]}
