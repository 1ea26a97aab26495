"""Who sits on the panel of a step, drawn when its task opens."""

from collections.abc import Sequence

from workflows.approval import Member, Panel, shortfall
from workflows.assignment import Assignment, Person, PersonRef
from workflows.graph.compiled import CompiledStep
from workflows.seating import Seating
from workflows.selectors.desk import Desk, barred_at, eligible_people, fallbacks_of
from workflows.selectors.people import persons


def draw_panel(desk: Desk, target: CompiledStep) -> Assignment:
    """The panel of everybody whom the step's rule names; where that is too few for its approval rule, the step's fallbacks
    join it one after the other. With too few still nobody is asked, and the task waits for a tenant admin. Two queries, and
    two more for fallbacks."""
    seating, situation = desk.definition.panels[target.key], desk.situation
    named = eligible_people(desk, target)
    facts = desk.cast if desk.cast is not None else persons(desk.organisation_id, [one.id for one in named])
    members = seating.members((facts[one.id] for one in named if one.id in facts), situation)
    refs = {one.id: one for one in named}
    note = ""
    if shortfall(seating.quorum, members):
        members, joined = _with_fallbacks(desk, target, seating, members)
        refs |= {one.id: one for one in joined}
        note = _joined_note(joined)
    panel = Panel(members, in_turn=seating.in_turn)
    short = shortfall(seating.quorum, members)
    if short:
        return Assignment(panel=panel, note=short)
    return Assignment(queue=tuple(refs[one.id] for one in members), panel=panel, note=note)


def _with_fallbacks(
    desk: Desk, target: CompiledStep, seating: Seating, members: tuple[Member, ...]
) -> tuple[tuple[Member, ...], list[PersonRef]]:
    chain = target.assignee.fallback if target.assignee else ()
    targets = fallbacks_of(desk, desk.situation.requester) if chain else {}
    never = barred_at(desk, target) | {desk.situation.requester.id}
    joined: list[PersonRef] = []
    for fallback in chain:
        person: Person | None = targets.get(fallback)
        sits = person is not None and any(one.id == person.id for one in members)
        if person is None or sits or person.id in never or not person.is_active:
            continue
        members = (*members, seating.added(person, desk.situation, members))
        joined.append(person.ref)
        if not shortfall(seating.quorum, members):
            break
    return members, joined


def _joined_note(joined: Sequence[PersonRef]) -> str:
    """ "too few people fit the rule: Omar joined the panel" """
    return f"too few people fit the rule: {', '.join(one.name for one in joined)} joined the panel" if joined else ""
