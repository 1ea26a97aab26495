"""One request of a test case, in memory: the same decisions as in the product, with the people of the case, nothing stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from accounts.tenancy.errors import Invalid
from forms_builder.schema.prefill import prefilled
from workflows.approval import Panel, Vote
from workflows.assignment import Assignment, Person, Situation
from workflows.engine.definition import RunningDefinition
from workflows.engine.moves import Decision
from workflows.engine.state import Answers
from workflows.engine.superseded import offered, put_aside, without
from workflows.graph.cases import Act, Case
from workflows.graph.compiled import CompiledTransition
from workflows.graph.tokens import Token
from workflows.ladder import Deed, Rung, Standing
from workflows.selectors.desk import Desk
from workflows.separation import Duties, why_barred
from workflows.services.case_world import CaseSources, facts_of, person_of, persona_id, with_ids
from workflows.services.deciding import Standing as Here
from workflows.services.deciding import Submission, Wish, decision_of, movement_of, openings_for, said_by, way_of
from workflows.services.drawing import drawn
from workflows.services.machine_way import NOTHING_SAID, success_way
from workflows.sla import Calendar, CalendarError, PeriodError, due_at, parse_period

WEEK: Final = Calendar.of("UTC", {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")})
"""Working time of cases: five days of nine hours."""


@dataclass(frozen=True, slots=True)
class ActResult:
    """What became of one act: `played`, `refused` as it should be, `failed`, or `unreached` behind one that failed.

    `opened` are the steps that it opened, or the end that it came to, by name.
    """

    number: int
    by: str
    step: str
    way: str
    after: str
    state: str
    opened: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case came to. ``problems`` are sentences; none means that it played as told."""

    name: str
    problems: tuple[str, ...]
    path: tuple[str, ...]
    outcome: str
    ways: frozenset[str]
    """Keys of the transitions that were gone."""
    acts: tuple[ActResult, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.problems

    @property
    def differences(self) -> tuple[str, ...]:
        """The problems that no act has: what came of the whole."""
        told = {one.problem for one in self.acts}
        return tuple(text for text in self.problems if text not in told)


def play(case: Case, definition: RunningDefinition) -> CaseResult:
    """Play one case on a version. Never raises for what a case may hold: what goes wrong is a problem of the result."""
    stage = Stage(case, definition)
    stage.play()
    return stage.result()


@dataclass(slots=True)
class OpenTask:
    """A task on the stage."""

    holders: tuple[UUID, ...]
    opened_at: datetime
    alone: bool
    panel: Panel | None = None
    due_at: datetime | None = None
    done: int = 0


class Stage:
    """One request of a case, in memory. `open` are its tasks by step, `path` what it went through, `aside` the answers that
    must be given again."""

    def __init__(self, case: Case, definition: RunningDefinition) -> None:
        self.case = case
        self.definition = definition
        self.people = {person.id: person for person in map(person_of, case.people)}
        self.by_key = {persona.key: self.people[persona_id(persona.key)] for persona in case.people}
        self.requester = self.by_key[case.requester]
        self.at = case.at
        self.data: dict[str, Any] = {}
        self.aside: dict[str, Any] = {}
        self.labels: dict[str, Any] = {}
        self.tokens: tuple[Token, ...] = ()
        self.open: dict[str, OpenTask] = {}
        self.last: dict[str, UUID] = {}
        self.decided: dict[str, frozenset[UUID]] = {}
        self.path: list[str] = []
        self.ways: set[str] = set()
        self.outcome = ""
        self.problems: list[str] = []
        self.acts: list[ActResult] = []

    def play(self) -> None:
        """All acts of the case, up to the first that cannot be played."""
        for number, act in enumerate(self.case.acts, start=1):
            before, wrong = len(self.path), len(self.problems)
            goes_on = self.act(number, act)
            state = "failed" if len(self.problems) > wrong else "refused" if act.refused else "played"
            opened = tuple(self.step_name(key) for key in self.path[before:])
            problem = self.problems[-1] if state == "failed" else ""
            self.acts.append(self._acted(number, act, state, opened, problem))
            if not goes_on:
                break
        reached = len(self.acts)
        for number, act in enumerate(self.case.acts[reached:], start=reached + 1):
            self.acts.append(self._acted(number, act, "unreached"))
        if not self.case.acts:
            self.problems.append("Nothing happens in it yet. Record its first act.")

    def _acted(self, number: int, act: Act, state: str, opened: tuple[str, ...] = (), problem: str = "") -> ActResult:
        way = self.way_name(act) if act.step in self.definition.graph.steps else act.transition
        who = self.by_key[act.by].name
        return ActResult(number, who, self.step_name(act.step), way or "", act.after, state, opened, problem)

    def act(self, number: int, act: Act) -> bool:
        """Whether the story can go on."""
        try:
            self.attempt(act)
        except Invalid as refusal:
            places = list(refusal.fields) or [""]
            return self._refused(
                number, act, places, "; ".join(f"{p}: {' '.join(t)}" for p, t in refusal.fields.items())
            )
        except (PeriodError, CalendarError) as error:
            self._problem(number, act, f"“{act.after}” cannot be waited for: {error}")
            return False
        except NotAllowed as refusal:
            return self._refused(number, act, ["person"], str(refusal))
        if act.refused:
            self._problem(number, act, f"should have been refused at {act.refused}, and was not")
            return False
        return True

    def attempt(self, act: Act, submission: Submission | None = None) -> Mapping[str, Any]:
        """Play an act, with what a page sent in place of its own answers; the values that came of it.

        Raises Invalid, NotAllowed, PeriodError, CalendarError.
        """
        self.wait(act.after)
        return self._decide(act, submission or Submission(with_ids(act.data)))

    def _refused(self, number: int, act: Act, places: Sequence[str], why: str) -> bool:
        if act.refused and any(place == act.refused or place.startswith(f"{act.refused}.") for place in places):
            return True
        wanted = f" (expected at {act.refused})" if act.refused else ""
        self._problem(number, act, f"was refused{wanted}: {why}")
        return False

    def _problem(self, number: int, act: Act, text: str) -> None:
        self.problems.append(f"Act {number}, {act.by} at “{self.step_name(act.step)}”: {text}.")

    def step_name(self, key: str) -> str:
        step = self.definition.graph.steps.get(key)
        return step.name if step else key

    def _decide(self, act: Act, submission: Submission) -> Mapping[str, Any]:
        actor, graph = self.by_key[act.by], self.definition.graph
        if act.step not in graph.steps:
            raise NotAllowed("the workflow has no such step")
        if not self.path:
            if act.step != graph.start.key:
                raise NotAllowed(f"a request starts at {graph.start.name}")
            self.data = {**self.offered(actor), **self.data}
        else:
            _check_holder(self, act, actor)
        wish = Wish(
            submission,
            self.way_name(act),
            self._named(act),
            act.comment,
            assignees={key: persona_id(person) for key, person in act.assignees.items()},
        )
        return self._go(act.step, actor, wish)

    def desk(self, key: str, actor: Person, data: Mapping[str, Any] | None = None) -> Desk:
        """Where the actor decides at the step, with the values until now."""
        values = self.data if data is None else data
        situation = Situation(self.requester, actor, self.definition.form, values, self.sources(actor).environment)
        owner = persona_id(self.case.owner) if self.case.owner else uuid4()
        return Desk(
            self.definition, self.definition.graph.step(key), situation, owner, uuid4(), self.at, self.people,
            cast=self.people, decided=self.decided,
        )  # fmt: skip

    def _go(self, key: str, actor: Person, wish: Wish) -> Mapping[str, Any]:
        desk = self.desk(key, actor)
        if (said := self._voted(desk, actor, wish)) is not None:
            return said
        here = Here(self.tokens, self.people, self.labels, None)
        decision = decision_of(desk, wish, here, self.sources(actor))
        self._apply(key, actor, decision)
        return decision.answers.values

    def offered(self, requester: Person) -> dict[str, Any]:
        """What the form of the start is filled in with before anybody answers."""
        return prefilled(self.definition.form, facts_of(requester), self.at, self.sources(requester))

    def offered_at(self, step: str) -> dict[str, Any]:
        """What the form of a step is filled in with."""
        return offered(self.data, self.aside, step, self.definition)

    def way_name(self, act: Act) -> str | None:
        """An act names its way as people do, or by its key, which a new name leaves alone."""
        ways = self.definition.graph.transitions_from(act.step)
        return next((way.name for way in ways if way.key == act.transition), act.transition) or None

    def _voted(self, desk: Desk, actor: Person, wish: Wish) -> Mapping[str, Any] | None:
        """The answers of a vote of a panel that decides nothing yet, which is kept; None for anything else."""
        found, approval = self.open.get(desk.step.key), desk.step.approval
        way = next((one for one in self._ways(desk) if one.name == wish.transition), None)
        if found is None or found.panel is None or approval is None or way is None:
            return None
        if way.key not in (approval.approve, approval.reject) or found.panel.member(actor.id) is None:
            return None
        panel = found.panel.with_vote(Vote(actor.id, way.key == approval.approve, actor.id, actor.name))
        found.panel = panel
        self.decided[desk.step.key] = frozenset(one.by for one in panel.votes)
        if panel.tally(approval.quorum).decided:
            return None
        here = Here(self.tokens, self.people, self.labels, None)
        answers, _ = said_by(desk, wish, way, here, self.sources(actor))
        self._answered(answers)
        found.holders = tuple(one.id for one in panel.asked)
        return answers.values

    def _ways(self, desk: Desk) -> Sequence[CompiledTransition]:
        return self.definition.graph.transitions_from(desk.step.key)

    def _named(self, act: Act) -> UUID | None:
        """Whom the act names; a way back goes to who had the step last, or to all of its panel, as in the product."""
        if act.assignee:
            return persona_id(act.assignee)
        ways = self.definition.graph.transitions_from(act.step)
        name = self.way_name(act)
        way = next((way for way in ways if way.name == name and way.is_return), None)
        if way is None or way.target.asks_requester or way.target.approval is not None:
            return None
        return self.last.get(way.target.key)

    def _answered(self, answers: Answers) -> None:
        self.data = {**self.data, **answers.values}
        self.labels = {**self.labels, **answers.labels}
        self.aside = without(self.aside, answers.values)

    def _apply(self, step: str, actor: Person | None, decision: Decision) -> None:
        self._answered(decision.answers)
        if (way := decision.way).is_return:
            given = decision.answers.values
            aside = put_aside(self.data, decision.moved.superseded, way.target, self.definition, given)
            self.data, self.aside = without(self.data, aside), {**self.aside, **aside}
        self.tokens = decision.moved.tokens
        _note_deciders(self, step, actor, decision)
        self.open.pop(step, None)
        if not self.path:
            self.path.append(step)
        self.ways |= set(decision.moved.trail)
        for cancelled in decision.moved.cancelled:
            self.open.pop(cancelled, None)
        for opening in decision.openings:
            if opening.step.is_machine:
                continue
            self.path.append(opening.step.key)
            self._open(opening.step.key, opening.assignment)
        for opening in decision.openings:
            if opening.step.is_machine:
                # A machine is taken to succeed, and to find nothing.
                self._apply(opening.step.key, None, _unattended(self, opening.step.key))
        ended = decision.moved.ended
        if ended is not None:
            self.open.clear()
            self.path.append(ended.key)
            self.outcome = ended.outcome

    def _open(self, key: str, assignment: Assignment) -> None:
        holders = (assignment.person.id,) if assignment.person else assignment.asked_ids
        timing = self.definition.limits.get(key)
        due, _ = timing.deadlines(WEEK, self.at) if timing else (None, None)
        self.open[key] = OpenTask(holders, self.at, assignment.person is not None, assignment.panel, due)

    def wait(self, period: str) -> None:
        """Working time passes, and what the steps say of their time limits happens: tasks are handed over or decided."""
        if not period:
            return
        self.at = due_at(WEEK, self.at, parse_period(period))
        for key, task in list(self.open.items()):
            timing = self.definition.limits.get(key)
            while timing is not None and self.open.get(key) is task:
                rung, task.done = timing.ladder.turn(Standing(task.opened_at, task.due_at, task.done), WEEK, self.at)
                if rung is None:
                    break
                self._climb(key, task, rung)

    def _climb(self, key: str, task: OpenTask, rung: Rung) -> None:
        if rung.deed is Deed.HAND_OVER and task.alone:
            manager = self.people[task.holders[0]].manager_id
            if manager and manager != self.requester.id:
                task.holders = (manager,)
        elif rung.deed is Deed.DECIDE:
            try:
                decision = _unattended(self, key, rung.transition)
            except Invalid:
                return  # not open: the task waits on
            self._apply(key, None, decision)

    def result(self) -> CaseResult:
        self.problems += _differences(self)
        ways, acts = frozenset(self.ways), tuple(self.acts)
        return CaseResult(self.case.name, tuple(self.problems), tuple(self.path), self.outcome, ways, acts)

    def people_words(self, ids: Iterable[UUID]) -> str:
        names = sorted(self.people[one].name for one in ids)
        return ", ".join(names) or "an assignment"

    def sources(self, actor: Person) -> CaseSources:
        return CaseSources(self.at, self.case.people, actor)


def _note_deciders(stage: Stage, step: str, actor: Person | None, decision: Decision) -> None:
    """Who decided the step, for duties and for a way back to it; nobody where a machine or the clock did."""
    panel = stage.open[step].panel if step in stage.open else None
    deciders = {one.by for one in panel.votes} if panel else set()
    if actor is not None:
        deciders.add(actor.id)
        stage.last[step] = actor.id
    stage.decided = {key: one for key, one in stage.decided.items() if key not in decision.moved.superseded}
    if not decision.way.is_return:
        stage.decided[step] = frozenset(deciders)


def _unattended(stage: Stage, key: str, wanted: str = "") -> Decision:
    """What a machine, or the clock by the way that is wanted, decides without answers or a choice. Raises Invalid."""
    desk = stage.desk(key, stage.requester)
    failing = desk.step.node.on_failure if desk.step.node else ""
    way = way_of(desk, wanted, {}) if wanted else success_way(desk, Answers(), failing)
    moved, here = movement_of(desk, way, stage.tokens, {}), Here(stage.tokens, stage.people, stage.labels, None)
    return Decision(way, moved, drawn(desk, None, openings_for(desk, way, moved, NOTHING_SAID, here)), Answers())


def _check_holder(stage: Stage, act: Act, actor: Person) -> None:
    """Raises NotAllowed."""
    found = stage.open.get(act.step)
    if found is None:
        waiting = ", ".join(map(stage.step_name, stage.open)) or "nowhere"
        raise NotAllowed(f"the request does not wait there, but at: {waiting}")
    names = {key: step.name for key, step in stage.definition.graph.steps.items()}
    duties = Duties(stage.requester.id, stage.decided)
    if why := why_barred(stage.definition.graph.step(act.step), actor.id, duties, names):
        raise NotAllowed(f"{why[:1].lower()}{why[1:]}".rstrip("."))
    if actor.id not in found.holders:
        raise NotAllowed(f"it waits for {stage.people_words(found.holders)}")


def _differences(stage: Stage) -> Iterator[str]:
    """Where it came to something else than the case expects, in sentences."""
    wanted = stage.case.expect
    if wanted.path is not None and tuple(stage.path) != wanted.path:
        yield f"It went {_arrows(stage, stage.path)}; expected was {_arrows(stage, wanted.path)}."
    if wanted.outcome and stage.outcome != wanted.outcome:
        came = f"It ended with {stage.outcome}" if stage.outcome else "It has not ended"
        yield f"{came}; expected was {wanted.outcome}."
    for key in dict.fromkeys((*wanted.waits, *stage.open)) if wanted.waits is not None else ():
        there = set(stage.open[key].holders) if key in stage.open else None
        people = {persona_id(person) for person in wanted.waits[key]} if wanted.waits and key in wanted.waits else None
        if there != people:
            now, then = ("nobody" if one is None else stage.people_words(one) for one in (there, people))
            yield f"At “{stage.step_name(key)}” it waits for {now}; expected was {then}."
    for name, value in wanted.values.items():
        if stage.data.get(name) != with_ids({name: value})[name]:
            yield f"“{name}” is {stage.data.get(name)!r}; expected was {value!r}."


class NotAllowed(Exception):
    """Somebody does what they may not."""


def _arrows(stage: Stage, steps: Iterable[str]) -> str:
    return " → ".join(map(stage.step_name, steps)) or "nowhere"
