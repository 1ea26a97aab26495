"""Where a decision is made: the ways on, and the people who may be asked. Read for pages, and read again when deciding."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.utils import timezone

from accounts.absence import away, stands_in_for
from accounts.models import Membership
from accounts.selectors.absences import stand_ins_of
from forms_builder.rules import Compiled, EvaluationError
from forms_builder.sources import OrganisationSources
from workflows.approval import summary as quorum_words
from workflows.assignment import (
    Assignment,
    Person,
    PersonRef,
    Situation,
    fallback_note,
    first_fallback,
    may_hold,
    nobody_note,
    targets_among,
    why_nobody,
)
from workflows.engine.definition import RunningDefinition
from workflows.graph.compiled import CompiledGraph, CompiledStep, CompiledTransition
from workflows.graph.document import AssigneeMode, Fallback, StepKind
from workflows.graph.tokens import Holds, front
from workflows.selectors.asked import is_asked_outside
from workflows.selectors.duties import authors_at, decided_in, duties_of
from workflows.selectors.people import candidates, fallback_targets, persons
from workflows.selectors.runs import RunView, TaskRow
from workflows.separation import Duties, barred, why_barred
from workflows.shown import fingerprint, shown_names
from workflows.strategies import DRAWN
from workflows.subjects import Row
from workflows.substitution import delegates_of, is_reachable, seen


class Desk(NamedTuple):
    """Where a decision is made: the step of a definition, and the situation around it."""

    definition: RunningDefinition
    step: CompiledStep
    situation: Situation
    owner_id: UUID
    organisation_id: UUID
    at: datetime
    known: Mapping[UUID, Person] = {}
    """People whose facts have been read already."""
    subjects: frozenset[str] = frozenset()
    """What the request is about, as absences are limited to it."""
    cast: Mapping[UUID, Person] | None = None
    """Everybody there is, where this is a test case and not the organisation."""
    run_id: UUID | None = None
    """None at the start."""
    decided: Mapping[str, frozenset[UUID]] | None = None
    """Who decided which step, where that is known already."""
    about: Row = ("", None)
    behalf: PersonRef | None = None
    """Who is away, and in whose place the actor decides."""

    @property
    def deciders(self) -> frozenset[UUID]:
        """Whose decision it is: the actor's, and theirs in whose place it is made."""
        actor = self.situation.actor.id
        return frozenset((actor, self.behalf.id) if self.behalf else (actor,))

    def with_data(self, data: Mapping[str, Any]) -> "Desk":
        """The same with the values as they will be after the decision."""
        old = self.situation
        return self._replace(situation=Situation(old.requester, old.actor, old.form, data, old.environment))


def duties_at(desk: Desk, target: CompiledStep) -> Duties:
    """What separation of duties asks of the request for this step, once the decision at the desk is made. One query, none
    for steps that only keep the requester away, and those for who made what the request is about."""
    requester = desk.situation.requester
    delegates = delegates_of(requester, desk.at, desk.subjects) if target.bars_delegates else frozenset()
    here = desk.organisation_id
    authors = authors_at(here, desk.about, desk.at, desk.subjects) if target.bars_requester else frozenset()
    if not target.not_same_as:
        return Duties(requester.id, delegates=delegates, authors=authors)
    found = desk.decided
    if found is None:
        found = decided_in(here, desk.run_id, target.not_same_as) if desk.run_id is not None else {}
    duties = Duties(requester.id, found, delegates, authors)
    return duties if target.key == desk.step.key else duties.and_now(desk.step.key, desk.deciders)


def barred_at(desk: Desk, target: CompiledStep) -> frozenset[UUID]:
    """Who may not decide at the step, whatever its rule says."""
    return barred(target, duties_at(desk, target))


def allowed_ways(desk: Desk, submitted: Mapping[str, Any]) -> tuple[CompiledTransition, ...]:
    """The ways out of the step whose conditions hold."""
    graph = desk.definition.graph
    if not desk.step.has_conditions:
        return graph.transitions_from(desk.step.key)
    return graph.allowed(desk.step.key, _judged_values(desk, submitted), desk.situation.environment)


def judged_by(desk: Desk, submitted: Mapping[str, Any]) -> dict[str, Any]:
    """What the conditions of the ways out of the step read, to be kept with the decision; empty where there are none."""
    if not desk.step.has_conditions:
        return {}
    values = _judged_values(desk, submitted)
    return {name: values.get(name) for name in desk.definition.judged[desk.step.key]}


def holds_at(desk: Desk, submitted: Mapping[str, Any]) -> Holds:
    """Judges conditions of gateways with the values of this decision, which are made when the first one asks."""
    values: dict[str, Any] = {}

    def holds(condition: Compiled | None) -> bool:
        if condition is None:
            return True
        if not values:
            values.update(_judged_values(desk, submitted))
        try:
            return condition(values, desk.situation.environment)
        except EvaluationError:
            return False

    return holds


def _judged_values(desk: Desk, submitted: Mapping[str, Any]) -> dict[str, Any]:
    situation = desk.situation
    return desk.definition.graph.transition_values(
        record=situation.data,
        submitted=submitted,
        actor=situation.actor.facts(),
        requester=situation.requester.facts(),
    )


def opened_by(graph: CompiledGraph, way: CompiledTransition) -> list[CompiledStep]:
    """The steps that a way may open, for which whoever decides says who is asked: those before any join."""
    return [step for step in front(graph, way) if not (step.is_end or step.is_machine or step.kind.is_gateway)]


def why_barred_at(desk: Desk, target: CompiledStep, member_id: UUID) -> str:
    """Why separation of duties keeps somebody away from the step, empty where it does not."""
    if not (target.bars_requester or target.bars_delegates or target.not_same_as):
        return ""
    names = {key: step.name for key, step in desk.definition.graph.steps.items()} if target.not_same_as else {}
    return why_barred(target, member_id, duties_at(desk, target), names)


def eligible_people(desk: Desk, target: CompiledStep, *, with_absences: bool = False) -> list[PersonRef]:
    """Whom the rule of the step names, trimmed to who may hold it; with how they are away where that is asked."""
    rule = desk.definition.eligible(target)
    if rule is None:
        return []
    if rule.pinned:
        person = _the_one(desk, rule.pinned)
        found = person is not None and is_eligible(desk, target, person)
        return [seen(person, desk.at, desk.subjects)] if person is not None and found else []
    if desk.cast is not None:
        return [one.ref for one in sorted(desk.cast.values(), key=_by_name) if is_eligible(desk, target, one)]
    look = (lambda absences: away(absences, desk.at, desk.subjects)) if with_absences else None
    return candidates(desk.organisation_id, rule, desk.situation, never=barred_at(desk, target), look=look)


def _the_one(desk: Desk, field_id: str) -> Person | None:
    """The person whose id the field holds, without a query where the facts are known."""
    value = desk.situation.values([field_id])[field_id]
    try:
        member_id = UUID(str(value)) if value else None
    except ValueError:
        return None
    if member_id is None:
        return None
    if desk.cast is not None:
        return desk.cast.get(member_id)
    return desk.known.get(member_id) or persons(desk.organisation_id, {member_id}).get(member_id)


def is_eligible(desk: Desk, target: CompiledStep, person: Person) -> bool:
    """Whether the person is one of those; a query only where the step keeps deciders of others away."""
    rule = desk.definition.eligible(target)
    named = rule is not None and rule.admits(person, desk.situation)
    return named and may_hold(target, person, duties_at(desk, target))


def fall_back(desk: Desk, target: CompiledStep) -> Assignment:
    """Nobody fits the rule: the first of the fallback chain who can be reached, never the requester or the actor; else
    nobody."""
    requester, actor = desk.situation.requester, desk.situation.actor
    chain = target.assignee.fallback if target.assignee else ()
    why = why_nobody(target, requester)
    if chain:
        targets = fallbacks_of(desk, requester)
        never = barred_at(desk, target) | {actor.id}
        found = first_fallback(chain, targets, never, lambda one: is_reachable(one, desk.at, desk.subjects))
        if found is not None:
            fallback, person = found
            return Assignment(
                person=seen(person, desk.at, desk.subjects), note=fallback_note(why, fallback, person.ref)
            )
    return Assignment(note=nobody_note(why))


def fallbacks_of(desk: Desk, requester: Person) -> Mapping[Fallback, Person]:
    """Whom the fallbacks mean for the requester, as far as they are there."""
    if desk.cast is None:
        return fallback_targets(desk.organisation_id, requester, desk.owner_id)
    return targets_among(desk.cast, requester, desk.owner_id)


def _by_name(person: Person) -> tuple[str, UUID]:
    return person.name, person.id


@dataclass(frozen=True, slots=True)
class Branch:
    """A step that a way opens, with the people who may be asked there.

    ``assignees`` are the people to choose from; ``assignee`` is preselected. With ``to_team`` nobody has to be chosen: all of
    them see the task. ``note`` tells of a fallback. ``conditional``: values still to be entered decide whether it opens.
    """

    step: str
    name: str
    assignees: tuple[PersonRef, ...]
    to_team: bool
    note: str = ""
    conditional: bool = False
    again: bool = False
    """Whether it goes to who had it last time, unless somebody is named."""
    panel: str = ""
    """How a panel decides there; nobody is chosen then, all of ``assignees`` vote."""

    @property
    def assignee(self) -> PersonRef | None:
        return self.assignees[0] if len(self.assignees) == 1 and not self.panel else None

    @property
    def needs_choice(self) -> bool:
        """Whether one person must be named, if it opens."""
        return len(self.assignees) > 1 and not (self.to_team or self.again or self.panel)


@dataclass(frozen=True, slots=True)
class Way:
    """One next step as a page or a client offers it.

    ``branches`` are the steps that it may open: one as a rule, several behind a fork, none where the request ends or waits at a
    join (``waits``). ``depends`` says that it is decided by values still to be entered.
    """

    name: str
    key: str
    target: str
    target_name: str
    is_return: bool
    is_end: bool
    reason_required: bool
    depends: bool
    branches: tuple[Branch, ...] = ()
    waits: bool = False

    @property
    def only(self) -> Branch | None:
        """The one step that opens; None where there are several or none."""
        return self.branches[0] if len(self.branches) == 1 else None

    @property
    def assignees(self) -> tuple[PersonRef, ...]:
        return self.only.assignees if self.only else ()

    @property
    def assignee(self) -> PersonRef | None:
        return self.only.assignee if self.only else None

    @property
    def to_team(self) -> bool:
        return self.only is not None and self.only.to_team

    @property
    def note(self) -> str:
        return self.only.note if self.only else ""

    @property
    def panel(self) -> str:
        return self.only.panel if self.only else ""

    @property
    def needs_choice(self) -> bool:
        """Whether one person must be named; a way back goes to who had the step before."""
        return self.only is not None and self.only.needs_choice and not self.is_return


def desk_at(view: RunView, task: TaskRow, *, at: datetime | None = None) -> Desk:
    """The step of a task with everything around it that rules may ask. One query."""
    actor, run = view.viewer, view.run
    people = persons(actor.organisation_id, {actor.id, run.requester_id})
    environment = OrganisationSources(actor, at=at, run_id=run.id).environment
    situation = Situation(people[run.requester_id], people[actor.id], view.definition.form, run.data, environment)
    step = view.definition.graph.step(task.step)
    return Desk(
        view.definition,
        step,
        situation,
        run.definition.owner_id,
        actor.organisation_id,
        at or timezone.now(),
        people,
        view.subjects,
        run_id=run.id,
        about=run.about,
        behalf=view.acts_for(task),
    )


def content_of(view: RunView, task: TaskRow) -> str:
    """The fingerprint of what the task's step shows now, to be sent with the decision."""
    names = shown_names(view.definition.form, task.step)
    return fingerprint(names, view.run.data, version_id=view.run.version_id, task_id=task.id, task_version=task.version)


def may_decide(view: RunView, task: TaskRow) -> bool:
    """Whether the task waits for the person who looks, or for somebody in whose place they act, and nothing keeps them away
    from the step."""
    held = task.is_held_by(view.viewer.id) or view.acts_for(task) is not None
    return held and not why_apart(view, task) and not with_others(view, task)


def with_others(view: RunView, task: TaskRow) -> bool:
    """Whether somebody outside is asked to decide the task. No query where its step asks nobody there."""
    return is_asked_outside(view.definition.graph.step(task.step), view.run.organisation_id, task.id)


def why_apart(view: RunView, task: TaskRow) -> str:
    """Why separation of duties keeps the person who looks away from the step; empty where it does not. No query but for
    who made what the request is about."""
    graph, me = view.definition.graph, view.viewer
    step = graph.step(task.step)
    if not (step.bars_requester or step.bars_delegates or step.not_same_as):
        return ""
    duties = duties_of(view)
    if step.bars_delegates and stands_in_for(stand_ins_of(me), duties.requester_id, timezone.now(), view.subjects):
        duties = replace(duties, delegates=frozenset((me.id,)))
    return why_barred(step, me.id, duties, {key: one.name for key, one in graph.steps.items()})


def ways_of_start(
    actor: Membership,
    definition: RunningDefinition,
    owner_id: UUID,
    values: Mapping[str, Any],
    *,
    subjects: frozenset[str] = frozenset(),
    at: datetime | None = None,
) -> list[Way]:
    """The same for the first step of a request that is about to start with ``values``."""
    people = persons(actor.organisation_id, {actor.id})
    me = people[actor.id]
    environment = OrganisationSources(actor, at=at).environment
    situation = Situation(me, me, definition.form, values, environment)
    here = actor.organisation_id
    start = definition.graph.start
    return ways_from(Desk(definition, start, situation, owner_id, here, subjects=subjects, at=at or timezone.now()))


def colleagues_at(desk: Desk, task: TaskRow | None) -> list[PersonRef]:
    """To whom the task may be handed, or a seat on its panel; without a task everybody whom the step asks. One query."""
    there: Collection[UUID] = ()
    if task is not None and task.assignee is not None:
        there = {task.assignee.id}
    elif task is not None and task.panel is not None:
        there = task.panel.taken
    return [one for one in eligible_people(desk, desk.step, with_absences=True) if one.id not in there]


def ways_from(desk: Desk) -> list[Way]:
    """The ways whose condition holds now, and those that depend on what the form of this step may still change."""
    holding = {way.key for way in allowed_ways(desk, {})}
    found = []
    for way in desk.definition.graph.transitions_from(desk.step.key):
        depends = _depends(desk, way)
        if way.key in holding or depends:
            found.append(_way(desk, way, depends))
    return found


def _depends(desk: Desk, way: CompiledTransition) -> bool:
    """Whether the form of this step may still change what the condition reads."""
    if way.condition is None:
        return False
    return bool(desk.definition.condition_fields(way) & desk.definition.form.plan(desk.step.key).writable_names)


def _way(desk: Desk, way: CompiledTransition, depends: bool) -> Way:
    steps = _steps_behind(desk, way)
    return Way(
        name=way.name,
        key=way.key,
        target=way.target.key,
        target_name=way.target.name,
        is_return=way.is_return,
        is_end=bool(steps) and all(step.is_end for step, _ in steps),
        reason_required=way.reason_required,
        depends=depends,
        branches=tuple(_branch(desk, step, sure) for step, sure in steps if not step.is_end and step.join is None),
        waits=any(step.join is not None for step, _ in steps),
    )


def _steps_behind(desk: Desk, way: CompiledTransition) -> list[tuple[CompiledStep, bool]]:
    """The steps that the way leads to, gateways passed, and whether it is sure that it does."""
    holds = holds_at(desk, {})
    found: dict[str, tuple[CompiledStep, bool]] = {}
    todo = [(way.target, True)]
    while todo:
        step, sure = todo.pop(0)
        if step.kind not in (StepKind.FORK, StepKind.NOOP):
            found.setdefault(step.key, (step, sure))
            continue
        ways = desk.definition.graph.transitions_from(step.key)
        possible = [one for one in ways if not one.otherwise and (holds(one.holds) or _depends(desk, one))]
        certain = [one for one in possible if not _depends(desk, one)]
        if step.kind is StepKind.NOOP and certain:
            possible = possible[: possible.index(certain[0]) + 1]
        todo += [
            (one.target, sure and one in certain and (step.kind is StepKind.FORK or len(possible) == 1))
            for one in possible
        ]
        if not certain:
            todo += [(one.target, sure and not possible) for one in ways if one.otherwise]
    return list(found.values())


_DRAWN: Final = {
    AssigneeMode.ROUND_ROBIN: "goes to whoever of {} people is next in turn",
    AssigneeMode.LEAST_LOADED: "goes to whoever of {} people has the fewest open tasks",
}


def _branch(desk: Desk, step: CompiledStep, sure: bool) -> Branch:
    people, note = _people(desk, step)
    mode = step.assignee.mode if step.assignee else AssigneeMode.ONE
    several = len(people) > 1
    if mode in DRAWN and several:
        return Branch(step.key, step.name, (), False, _DRAWN[mode].format(len(people)), not sure)
    words = quorum_words(step.approval.quorum, len(people)) if step.approval else ""
    to_team, again = several and mode is AssigneeMode.ANY, several and mode is AssigneeMode.PREVIOUS_HOLDER
    return Branch(step.key, step.name, tuple(people), to_team, note, not sure, again, words)


def _people(desk: Desk, target: CompiledStep) -> tuple[tuple[PersonRef, ...], str]:
    if target.asks_requester:
        return (seen(desk.situation.requester, desk.at, desk.subjects),), ""
    found = eligible_people(desk, target, with_absences=True)
    if found:
        return tuple(found), ""
    instead = fall_back(desk, target)
    return (instead.person,) if instead.person else (), instead.note
