"""The action bar of a step: which ways lead on, and who may be asked there. See templates/components/action_bar.html."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from accounts.templatetags.ui import REFUSALS
from workflows.assignment import PersonRef
from workflows.engine.definition import RunningDefinition
from workflows.forms import DecisionForm
from workflows.graph.compiled import CompiledStep
from workflows.selectors.desk import Way

Errors = Mapping[str, Sequence[str]]


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


@dataclass(frozen=True)
class ActionBar:
    """Everything that the template shows; ``errors`` has "transition", "assignee", "comment" and "all"."""

    transitions: tuple[Offer, ...]
    version: int | None
    idempotency_key: str
    shown: str = ""
    chosen: str = ""
    assignee: str = ""
    comment: str = ""
    errors: Errors = field(default_factory=dict)

    @property
    def has_people(self) -> bool:
        return any(offer.takes_person for offer in self.transitions)

    @property
    def any(self) -> bool:
        return any(offer.open_to_all for offer in self.transitions)


def fresh_bar(ways: Sequence[Way], definition: RunningDefinition, version: int | None, shown: str = "") -> ActionBar:
    """The bar as it is first shown; with one way only, that one is chosen, and its person if there is one only."""
    offers = tuple(_offer(way, definition.graph.step(way.target)) for way in ways)
    only = offers[0] if len(offers) == 1 else None
    person = ways[0].assignee if only is not None and only.takes_person else None
    return ActionBar(
        transitions=offers,
        version=version,
        idempotency_key=uuid4().hex,
        shown=shown,
        chosen=only.name if only else "",
        assignee=str(person.id) if person else "",
    )


def filled_bar(bar: ActionBar, posted: DecisionForm, errors: Errors, *, key: str) -> ActionBar:
    """The bar with what was typed and what is wrong with it; version and content stay the fresh ones."""
    return replace(
        bar,
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
            place = path if path in ("transition", "assignee", "comment") else "all"
            found.setdefault(place, []).extend(texts)
    return found


def _offer(way: Way, target: CompiledStep) -> Offer:
    if way.is_end:
        refused = target.outcome.lower().startswith(REFUSALS)
        return Offer(way.name, way.key, "end-bad" if refused else "end-good", "Ends the request.", way.reason_required)
    kind = "return" if way.is_return else "forward"
    # The requester's own step, and a fallback, leave no choice.
    fixed = target.asks_requester or bool(way.note)
    people = () if fixed else offered(way.assignees)
    return Offer(way.name, way.key, kind, _note(way, target), way.reason_required, people, way.to_team or way.is_return)


def _note(way: Way, target: CompiledStep) -> str:
    """Whom the way asks, in words."""
    why = f" {way.note[:1].upper()}{way.note[1:]}." if way.note else ""
    if way.assignee is not None:
        back = "back " if way.is_return and target.asks_requester else ""
        return f"Goes {back}to {way.assignee.name}.{why}"
    if way.to_team:
        return f"Goes to the team queue of {len(way.assignees)} people, unless you choose one."
    if way.is_return:
        return "Goes back to who decided it last, unless you choose somebody."
    return "Choose who is asked next." if way.assignees else why.strip()


def offered(people: Sequence[PersonRef]) -> tuple[OfferedPerson, ...]:
    """People for a list to choose from; the address tells namesakes apart."""
    names = [person.name for person in people]
    return tuple(
        OfferedPerson(person.id, person.name, person.email if names.count(person.name) > 1 else "") for person in people
    )


def form_errors(posted: DecisionForm) -> Errors:
    """What is wrong with the bar's own controls."""
    return {name: [str(text) for text in texts] for name, texts in posted.errors.items()}


def fields_of_refusal(error: Any) -> Errors:
    """The places of an ``Invalid``, its message where it names none."""
    places: Errors = error.fields
    return places or {"": [error.message]}
