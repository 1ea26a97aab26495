"""Record a case by clicking through it: a step as one of its people sees it, one act after the other, nothing stored.

What came of the acts becomes what the case expects: the path, the outcome, and who has what at the end.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from accounts.tenancy.errors import Invalid
from forms_builder.rendering import StepForm, form_class
from forms_builder.rules import Environment
from forms_builder.schema.fields import SourcedChoices, SourceName
from forms_builder.schema.sources import FileFacts, Option, Sources
from workflows.engine.definition import RunningDefinition
from workflows.graph.cases import Act, Case, Expected, Persona
from workflows.graph.compiled import CompiledStep, CompiledTransition
from workflows.selectors.desk import Way, ways_from
from workflows.services.case_stage import NotAllowed, Stage
from workflows.services.case_world import persona_id
from workflows.services.deciding import Submission
from workflows.sla import CalendarError, PeriodError

_FILES = UUID("0b1f8a52-9f2c-4d3e-8f3a-2a8b6a1f7c11")
"""Namespace of the ids that stand for files of a case: nothing is uploaded."""


class ActRefused(Invalid):
    """The act cannot be played; ``fields`` names the places. ``params["place"]`` is one at which a case may expect it."""

    code = "case.act_refused"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step at which the case waits, with those of its people who may act there."""

    step: str
    name: str
    people: tuple[Persona, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A way out of a step, and the steps for which it may name somebody."""

    way: CompiledTransition
    opens: tuple[CompiledStep, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody does at a step, as a page sends it; the answers are the posted data of the step's form."""

    step: str
    by: str
    transition: str
    posted: Mapping[str, Any]
    files: Collection[str] = ()
    assignee: str = ""
    assignees: Mapping[str, str] | None = None
    comment: str = ""
    after: str = ""


class Recording:
    """A case played so far, and what can be done next."""

    def __init__(self, case: Case, definition: RunningDefinition, sources: Sources) -> None:
        self.case = case
        self.definition = definition
        self.stage = Stage(case, definition)
        self.stage.play()
        self._sources = sources

    @property
    def broken(self) -> str:
        """Why the acts until now cannot be played to their end; empty where they can."""
        return next((one.problem for one in self.stage.acts if one.state == "failed"), "")

    @property
    def is_over(self) -> bool:
        return bool(self.stage.path) and not self.stage.open

    @property
    def waiting(self) -> list[Waiting]:
        """Where it waits; before the first act at the start, for the requester."""
        if not self.stage.path:
            start = self.definition.graph.start
            return [Waiting(start.key, start.name, (self._persona(self.stage.requester.id),))]
        return [
            Waiting(key, self.stage.step_name(key), tuple(self._persona(one) for one in task.holders))
            for key, task in self.stage.open.items()
        ]

    def choices(self, step: str) -> list[Choice]:
        """The ways out of the step, whether their conditions hold or not: that is judged by the answers."""
        return [
            Choice(way, tuple(_opened(self.definition, way))) for way in self.definition.graph.transitions_from(step)
        ]

    def ways(self, step: str, by: str) -> list[Way]:
        """The ways as the page of a request offers them to that person, with whom the rules of the next steps name."""
        actor = self.stage.by_key[by]
        return ways_from(self.stage.desk(step, actor, None if self.stage.path else self.stage.offered(actor)))

    def form(self, step: str, by: str, posted: Mapping[str, Any] | None = None, files: Iterable[str] = ()) -> StepForm:
        """The form of the step as that person sees it."""
        made = form_class(self.definition.form, step)
        if not self.stage.path:
            values = self.stage.offered(self.stage.by_key[by])
        else:
            values = self.stage.data if posted is not None else self.stage.offered_at(step)
        return made(
            posted, values=values, labels={}, sources=self._offered(by),
            uploaded=_stand_ins(files),
        )  # fmt: skip

    def _offered(self, by: str) -> "_Offered":
        return _Offered(self._sources, self.stage.sources(self.stage.by_key[by]), self.case.people)

    def with_act(self, done: Done) -> Case:
        """The case with this act behind the others. Raises ActRefused."""
        act = self._act(done, {})
        stage = Stage(self.case, self.definition)
        stage.play()
        try:
            values = stage.attempt(act, Submission(done.posted, _stand_ins(done.files)))
        except Invalid as refusal:
            raise ActRefused(refusal.fields, place=_place(refusal.fields)) from refusal
        except NotAllowed as refusal:
            raise ActRefused({"by": [f"{refusal}.".capitalize()]}, place="person") from refusal
        except (PeriodError, CalendarError) as error:
            raise ActRefused({"after": [str(error)]}, place="") from error
        return _expecting(self._with(_answering(act, _with_keys(values, self.case.people))), stage)

    def with_refusal(self, done: Done, place: str) -> Case:
        """The case with this act, which must be refused at that place; answers that were fine are kept."""
        form = self.form(done.step, done.by, done.posted, done.files)
        values = form.answers() if form.is_valid() else {}
        act = _answering(self._act(done, {}), _with_keys(values, self.case.people))
        case = self._with(act.model_copy(update={"refused": place}))
        stage = Stage(case, self.definition)
        stage.play()
        return _expecting(case, stage)

    def without_last(self) -> Case:
        """The case without its last act."""
        case = self.case.model_copy(update={"acts": self.case.acts[:-1]})
        return self.expecting(case)

    def expecting(self, case: Case | None = None) -> Case:
        """The case, expecting what comes of it now."""
        case = case or self.case
        stage = Stage(case, self.definition)
        stage.play()
        return _expecting(case, stage)

    def _with(self, act: Act) -> Case:
        return self.case.model_copy(update={"acts": (*self.case.acts, act)})

    def _act(self, done: Done, data: Mapping[str, Any]) -> Act:
        return Act(
            step=done.step,
            by=done.by,
            transition=done.transition,
            data=dict(data),
            assignee=done.assignee or None,
            assignees={step: one for step, one in (done.assignees or {}).items() if one},
            comment=done.comment,
            after=done.after,
        )

    def _persona(self, ident: UUID) -> Persona:
        return next(one for one in self.case.people if persona_id(one.key) == ident)


def _answering(act: Act, data: Mapping[str, Any]) -> Act:
    """The act with these answers; those that are empty are left out."""
    return act.model_copy(update={"data": {name: value for name, value in data.items() if value not in (None, "", [])}})


def _expecting(case: Case, stage: Stage) -> Case:
    keys = {persona_id(one.key): one.key for one in case.people}
    waits = {step: tuple(keys[one] for one in task.holders) for step, task in stage.open.items()}
    expect = Expected(path=tuple(stage.path), outcome=stage.outcome, waits=waits, values=case.expect.values)
    return case.model_copy(update={"expect": expect if stage.path else Expected(values=case.expect.values)})


def _opened(definition: RunningDefinition, way: CompiledTransition) -> Iterable[CompiledStep]:
    """The people's steps to which a way may lead, through gateways."""
    seen: set[str] = set()
    ahead = [way.target]
    while ahead:
        step = ahead.pop(0)
        if step.key in seen:
            continue
        seen.add(step.key)
        if step.kind.is_gateway:
            ahead += [one.target for one in definition.graph.transitions_from(step.key)]
        elif not (step.is_end or step.is_machine or step.asks_requester):
            yield step


def _place(fields: Mapping[str, Sequence[str]]) -> str:
    """Where a case may expect a refusal: one place, and none of the answers."""
    places = [place for place in fields if place]
    return places[0].partition(".")[0] if len(places) == 1 and not places[0].startswith("data") else ""


def _with_keys(data: Any, people: Sequence[Persona]) -> Any:
    """Ids of personas as "@key", at any depth."""
    keys = {str(persona_id(one.key)): f"@{one.key}" for one in people}
    if isinstance(data, str):
        return keys.get(data, data)
    if isinstance(data, Mapping):
        return {name: _with_keys(value, people) for name, value in data.items()}
    return [_with_keys(value, people) for value in data] if isinstance(data, list | tuple) else data


def _stand_ins(files: Iterable[str]) -> dict[str, list[str]]:
    """An id for each field with a chosen file."""
    return {name: [str(uuid5(_FILES, name))] for name in files}


@dataclass(frozen=True)
class _Offered:
    """What the form of a step offers: the people of the case, and of everything else what the organisation has."""

    organisation: Sources
    stage: Sources
    people: tuple[Persona, ...]

    @property
    def today(self) -> Any:
        return self.stage.today

    @property
    def environment(self) -> Environment:
        return self.stage.environment

    def options(self, wanted: SourcedChoices) -> Sequence[Option]:
        if wanted.source == "people":
            return [Option(str(persona_id(one.key)), one.name or one.key) for one in self.people]
        return self.organisation.options(_unfiltered(wanted))

    def search(self, wanted: SourcedChoices, text: str, most: int) -> Sequence[Option]:
        if wanted.source == "people":
            return [one for one in self.options(wanted) if text.lower() in one.label.lower()][:most]
        return self.organisation.search(_unfiltered(wanted), text, most)

    def row(self, wanted: SourcedChoices, value: str) -> Mapping[str, Any]:
        return self.stage.row(wanted, value) or self.organisation.row(_unfiltered(wanted), value)

    @property
    def links_to_maps(self) -> bool:
        return False

    def labels(self, wanted: SourcedChoices, values: Collection[str]) -> Mapping[str, str]:
        known = {one.value: one.label for one in self.options(wanted)}
        return {value: known.get(value, value) for value in values}

    def names(self, source: SourceName, values: Collection[str]) -> Mapping[str, str]:
        known = {str(persona_id(one.key)): one.name or one.key for one in self.people}
        return {value: known.get(value, value) for value in values}

    def files(self, ids: Collection[str]) -> Mapping[str, FileFacts]:
        return self.stage.files(ids)


def _unfiltered(wanted: SourcedChoices) -> SourcedChoices:
    """The same source; a filter that reads the people of the case cannot be asked of the database."""
    return wanted.model_copy(update={"filter": None})
