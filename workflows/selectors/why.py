"""Why a request is where it is: from what was kept when it was decided, for one person, who learns nothing else by asking.

Values of form fields that the person may not read are not told, neither in values nor in the conditions that read them. A
field is only spoken of by name to those who may read it somewhere in this request; of any other name the answer is the same
as of one that does not exist.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.models import Department, Membership
from forms_builder.rules import Rule
from forms_builder.schema import fields as f
from forms_builder.schema.clean import uuid_of
from forms_builder.sources import OrganisationSources
from workflows.graph.compiled import CompiledTransition, NoSuchStep
from workflows.models import FINAL_RUN, LogKind, TransitionLog
from workflows.reasons import Clause, clauses, form_field, sentence
from workflows.selectors.desk import may_decide, why_apart, with_others
from workflows.selectors.holding import BROUGHT, CHANGED_HANDS, came, held_by, how_decided
from workflows.selectors.request_page import why_not
from workflows.selectors.runs import RunView, TaskRow

NO_FIELD: Final = "No field of this name is shown to you in this request: there is none, or none that you may read."


@dataclass(frozen=True, slots=True)
class Said:
    """One condition in words. ``holds`` is None where it cannot be told; ``value`` is what was there then."""

    text: str
    holds: bool | None
    value: str = ""
    told: bool = True


@dataclass(frozen=True, slots=True)
class Holding:
    """Why an open task is with whom it is. ``came`` are the moves that brought it there, oldest first; ``rule`` is whom the
    step asks, empty where it asks nobody, and ``conditions`` what that rule read when the task was opened."""

    task: UUID
    step: str
    with_whom: str
    how: str
    text: str
    rule: str
    conditions: tuple[Said, ...]
    came: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deciding:
    """Whether the person may decide an open task, and why not."""

    task: UUID
    step: str
    may: bool
    text: str


@dataclass(frozen=True, slots=True)
class WayJudged:
    """A way with a condition, and whether it was open then."""

    name: str
    taken: bool
    conditions: tuple[Said, ...]
    rule: str = ""
    """What the way asks, as a whole."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A decision that brought the request on, and the conditions that were asked there."""

    seq: int
    at: datetime
    by: str
    note: str
    """How it was decided, where that is worth a word: "by a link", "on behalf of Ravi"."""
    step: str
    transition: str
    to: str
    reason: str
    ways: tuple[WayJudged, ...]


@dataclass(frozen=True, slots=True)
class FieldHidden:
    """A field that the person may read in this request, and why it is not shown now."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Why:
    """All answers at once."""

    holding: tuple[Holding, ...]
    deciding: tuple[Deciding, ...]
    path: tuple[Turn, ...]
    fields: tuple[FieldHidden, ...]


def why_of(view: RunView) -> Why:
    """The answers for the person who looks. Two or three queries, and one or two where somebody is asked by a link or a machine
    is at work."""
    log = list(
        TransitionLog.objects.filter(organisation_id=view.run.organisation_id, run_id=view.run.id).order_by("seq")
    )
    teller = _Teller(view, log)
    waiting = [task for task in view.tasks if task.is_open or (task.is_stuck and view.run.status not in FINAL_RUN)]
    return Why(
        holding=tuple(teller.holding(task) for task in waiting),
        deciding=tuple(deciding(view, task) for task in waiting),
        path=tuple(teller.turn(row) for row in log if _is_move(row)),
        fields=tuple(hidden_fields(view)),
    )


def deciding(view: RunView, task: TaskRow) -> Deciding:
    """Whether the person may decide the task now, in words."""
    if view.definition.graph.step(task.step).is_machine:
        return Deciding(task.id, task.step_name, False, "The product does this step; nobody decides it.")
    if may_decide(view, task):
        away = view.acts_for(task)
        words = (
            f"You may decide this step on behalf of {away.name}, who is away." if away else "You may decide this step."
        )
        return Deciding(task.id, task.step_name, True, words)
    holds = task.is_held_by(view.viewer.id) or view.acts_for(task) is not None
    elsewhere = not holds or with_others(view, task)
    texts = (why_not(view, task) if elsewhere else "", why_apart(view, task))
    return Deciding(task.id, task.step_name, False, " ".join(text for text in texts if text))


def hidden_fields(view: RunView) -> list[FieldHidden]:
    """Fields that the person may read in this request and that are not shown now."""
    form, run, readable = view.definition.form, view.run, view.readable
    sources = OrganisationSources(view.viewer, run_id=run.id)
    plan = form.reading_plan(view.definition.graph.steps)
    values = {field.name: run.data.get(field.name, field.default) for field in form.fields}
    invisible = plan.logic.invisible(values, sources.environment)
    here = next((task for task in view.open_tasks if may_decide(view, task)), None)
    found = []
    for field in form.fields:
        if field.name not in readable or isinstance(field, f.StaticField):
            continue
        condition = plan.logic.conditional.get(field.name)
        if field.name in invisible and condition is not None:
            told = condition.reads <= readable
            when = condition.sentence() if told else "other answers, which you may not read, ask for it"
            found.append(FieldHidden(field.name, field.label, f"It is only shown when {when}."))
        elif here is not None and field.name not in {one.name for one in form.plan(here.step).shown}:
            text = f"“{here.step_name}” does not show it; you may read it from another step of this request."
            found.append(FieldHidden(field.name, field.label, text))
    return found


def why_hidden(view: RunView, name: str) -> FieldHidden:
    """The same for one name, whatever it is."""
    field = view.definition.form.by_name.get(name)
    if field is None or name not in view.readable:
        return FieldHidden(name, "", NO_FIELD)
    found = next((one for one in hidden_fields(view) if one.name == name), None)
    return found or FieldHidden(name, field.label, "It is shown.")


class _Teller:
    """Reads the history back, with names in the place of ids."""

    def __init__(self, view: RunView, log: Sequence[TransitionLog]) -> None:
        self.view = view
        self.log = log
        self.readable = view.readable
        self.names = _names_in(view.run.organisation_id, (row.detail for row in log if _is_move(row)))

    def holding(self, task: TaskRow) -> Holding:
        opened = next((row for row in reversed(self.log) if _is_move(row) and row.at == task.opened_at), None)
        who: Mapping[str, Any] = opened.detail.get("who", {}).get(task.step, {}) if opened else {}
        later = [row for row in self.log if row.task_id == task.id and row.kind in BROUGHT]
        moved_on = any(row.kind in CHANGED_HANDS for row in later)
        held = held_by(self.view, task, opened, who.get("how", ""), moved_on=moved_on)
        rule = self._rule_of(task.step, held.asks, who.get("facts", {}), opened.at if opened else None)
        return Holding(
            task=task.id,
            step=task.step_name,
            with_whom=held.whom,
            how=held.how,
            text=held.text,
            rule=rule[0],
            conditions=rule[1],
            came=tuple(came(row) for row in (*([opened] if opened else []), *later)),
        )

    def _rule_of(
        self, key: str, asks: str, facts: Mapping[str, Any], at: datetime | None
    ) -> tuple[str, tuple[Said, ...]]:
        step = self.view.definition.graph.step(key)
        if step.assignee_rule is None:
            return "This step is the requester's own." if step.asks_requester else "", ()
        text = sentence(step.assignee_rule, self.readable, self.names)
        told = self._said(step.assignee_rule, facts, at) if facts and at else ()
        return f"{asks}: {text}.", told

    def turn(self, row: TransitionLog) -> Turn:
        facts: Mapping[str, Any] = row.detail.get("judged", {})
        return Turn(
            seq=row.seq,
            at=row.at,
            by=row.by_name,
            note=how_decided(row, self.log),
            step=row.detail.get("from_name", row.from_step),
            transition=row.transition,
            to=row.detail.get("to_name", row.to_step),
            reason=row.reason,
            ways=tuple(
                WayJudged(
                    way.name,
                    way.name == row.transition,
                    self._said(way.condition, facts, row.at),
                    sentence(way.condition, self.readable, self.names),
                )
                for way in self._ways(row.from_step)
                if way.condition is not None and facts
            ),
        )

    def _ways(self, step: str) -> tuple[CompiledTransition, ...]:
        try:
            return self.view.definition.graph.transitions_from(step)
        except NoSuchStep:
            return ()

    def _said(self, rule: Rule, facts: Mapping[str, Any], at: datetime) -> tuple[Said, ...]:
        environment = OrganisationSources(self.view.viewer, at=at).environment
        return tuple(self._words(one, facts) for one in clauses(rule, facts, environment, self.readable, self.names))

    def _words(self, one: Clause, facts: Mapping[str, Any]) -> Said:
        known = one.told and one.result is not None
        return Said(one.text, one.result, self._value(one) if known else "", one.told)

    def _value(self, one: Clause) -> str:
        return in_words(one.value, self.names, self._labels(one.field))

    def _labels(self, field_id: str) -> Mapping[str, str]:
        labels: Mapping[str, str] = self.view.run.labels.get(form_field(field_id), {})
        return labels


def in_words(value: Any, names: Mapping[str, str], labels: Mapping[str, str] | None = None) -> str:
    """A kept value for people: names for ids, labels for choices, an amount with its currency."""
    if value is None or value == "" or value == []:
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(in_words(one, names, labels) for one in value)
    if isinstance(value, Mapping):
        return " ".join(str(value[key]) for key in ("amount", "currency") if key in value)
    text = str(value)
    return names.get(text) or (labels or {}).get(text) or text


def _is_move(row: TransitionLog) -> bool:
    return bool(row.kind == LogKind.MOVED)


def _names_in(organisation_id: UUID, details: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What the ids among the kept values are called. Two queries, none where there are no ids."""
    ids = {found for detail in details for value in _values(detail) if (found := uuid_of(value))}
    if not ids:
        return {}
    people = Membership.objects.filter(organisation_id=organisation_id, id__in=ids).values_list("id", "name")
    places = Department.objects.filter(organisation_id=organisation_id, id__in=ids).values_list("id", "name")
    return {str(key): name for key, name in (*people, *places)}


def _values(detail: Mapping[str, Any]) -> list[str]:
    kept = [detail.get("judged", {}), *(who.get("facts", {}) for who in detail.get("who", {}).values())]
    return [value for facts in kept for value in facts.values() if isinstance(value, str)]
