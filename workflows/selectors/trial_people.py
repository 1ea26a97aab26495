"""Who plays along when a draft is tried: people of the organisation as the people of a case."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from forms_builder.rules import EMPTY_ENVIRONMENT, RuleErrors, parse
from workflows.assignment import Eligibility, Person, Situation
from workflows.drafting.edits.base import free_key, slug
from workflows.graph.cases import MAX_PEOPLE, Persona
from workflows.graph.contexts import assignee_context
from workflows.selectors.drafts import Draft
from workflows.selectors.people import candidates, everybody

OF_EACH: Final = 6
"""People of each step's rule, where the organisation has more than can play along."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of a trial, the requester first. `keys` are what the case calls them, by their ids."""

    people: tuple[Persona, ...]
    keys: Mapping[UUID, str]
    owner: str | None


def trial_cast(draft: Draft, requester_id: UUID) -> Cast:
    """Everybody of a small organisation; of a large one whoever the steps may ask about a request of this person, with their
    managers. One query, and one for each different rule in a large organisation."""
    there = everybody(draft.definition.organisation_id)
    requester = there.get(requester_id) or there[draft.actor.id]
    chosen = list(dict.fromkeys([requester.id, *_wanted(draft, there, requester)]))[:MAX_PEOPLE]
    keys: dict[UUID, str] = {}
    for ident in chosen:
        keys[ident] = free_key(slug(there[ident].name, "person")[:30], set(keys.values()))
    people = tuple(_persona(there[ident], keys) for ident in chosen)
    return Cast(people, keys, keys.get(draft.definition.owner_id))


def graph_for(graph: Mapping[str, Any], ids: Mapping[str, UUID]) -> Mapping[str, Any]:
    """The graph with other ids for the people whom it names; `ids` has them by the ids of members."""
    text = json.dumps(graph)
    for member, stand_in in ids.items():
        text = text.replace(member, str(stand_in))
    found: Mapping[str, Any] = json.loads(text)
    return found


def _wanted(draft: Draft, there: Mapping[UUID, Person], requester: Person) -> Iterator[UUID]:
    if len(there) <= MAX_PEOPLE:
        yield from there
        return
    yield from _above(there, requester)
    named = json.dumps(draft.version.graph)
    asked = [ident for ident in there if str(ident) in named]
    yield from (one for one in (draft.definition.owner_id, *asked, *_asked(draft, requester)) if one in there)


def _above(there: Mapping[UUID, Person], person: Person) -> Iterable[UUID]:
    """The head of the department, and the managers, nearest first."""
    found: dict[UUID, None] = {}
    manager = person.manager_id
    while manager is not None and manager in there and manager not in found:
        found[manager] = None
        manager = there[manager].manager_id
    head = person.department_head_id
    return [*found, *([head] if head is not None and head in there else [])]


def _asked(draft: Draft, requester: Person) -> Iterator[UUID]:
    context = assignee_context(draft.form)
    situation = Situation(requester, requester, draft.form, {}, EMPTY_ENVIRONMENT)
    seen: set[str] = set()
    for step in draft.graph.steps:
        rule = step.assignee.rule if step.assignee else None
        if not isinstance(rule, Mapping) or repr(rule) in seen:
            continue
        seen.add(repr(rule))
        try:
            eligibility = Eligibility.of(parse(rule, context))
        except RuleErrors:
            continue
        yield from (one.id for one in candidates(draft.definition.organisation_id, eligibility, situation)[:OF_EACH])


def _persona(person: Person, keys: Mapping[UUID, str]) -> Persona:
    return Persona(
        key=keys[person.id],
        name=person.name[:120],
        department=person.department or "",
        designation=person.designation or "",
        level=person.level,
        city=person.city or "",
        state=person.state or "",
        country=person.country or "",
        roles=person.roles[:20],
        manager=keys.get(person.manager_id) if person.manager_id else None,
        head=keys.get(person.department_head_id) if person.department_head_id else None,
    )
