"""A graph as rows: the accessible twin of the drawing, for tables and readers that see no picture."""

from dataclasses import dataclass, field

from forms_builder.rules import RuleContext
from forms_builder.schema.document import FormDocument
from workflows.graph.contexts import EMPTY_FORM, assignee_context, transition_context
from workflows.graph.document import GraphDocument, Step, StepKind, Transition
from workflows.graph.sentences import (
    KINDS,
    assignee_sentence,
    join_sentence,
    rule_sentence,
    sla_sentence,
    timeout_sentence,
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request has come: keys of steps, and (from, to) of the transitions that were taken."""

    current: frozenset[str] = frozenset()
    visited: frozenset[str] = frozenset()
    taken: frozenset[tuple[str, str]] = field(default=frozenset())
    skipped: frozenset[str] = frozenset()

    def state(self, key: str) -> str:
        """ "current", "visited", "skipped" or empty."""
        if key in self.current:
            return "current"
        return "visited" if key in self.visited else "skipped" if key in self.skipped else ""


NO_PROGRESS = Progress()


@dataclass(frozen=True, slots=True)
class Move:
    """A way out of a step, in words. `condition` is a sentence or empty."""

    key: str
    name: str
    target: str
    target_name: str
    is_return: bool
    condition: str
    reason_required: bool
    taken: bool


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """A step with everything that is said about it. `state` is "current", "visited", "skipped" or empty."""

    key: str
    name: str
    kind: str
    kind_name: str
    description: str
    outcome: str
    assignee: str
    sla: str
    state: str
    moves: tuple[Move, ...]


def outline(
    document: GraphDocument, *, progress: Progress = NO_PROGRESS, form: FormDocument = EMPTY_FORM
) -> list[OutlineRow]:
    """One row per step in the order of the document; `form` names the fields in conditions."""
    people, moves = assignee_context(form), transition_context(form)
    names = {step.key: step.name for step in reversed(document.steps)}
    ways = {way.key: names.get(way.source, way.source) for way in document.transitions}
    return [
        OutlineRow(
            key=step.key,
            name=step.name,
            kind=step.kind.value,
            kind_name=KINDS[step.kind],
            description=step.description,
            outcome=step.outcome,
            assignee=join_sentence(step, ways, moves)
            if step.kind is StepKind.JOIN
            else assignee_sentence(step, people),
            sla=_times(step, document),
            state=progress.state(step.key),
            moves=tuple(
                _move(transition, names, moves, progress)
                for transition in document.transitions
                if transition.source == step.key
            ),
        )
        for step in document.steps
    ]


def _condition(transition: Transition, context: RuleContext) -> str:
    if transition.otherwise:
        return "nothing else applies"
    return rule_sentence(transition.condition, context) if transition.condition is not None else ""


def _times(step: Step, document: GraphDocument) -> str:
    """The time limit and the timeout of a task, in words."""
    if step.kind is not StepKind.TASK:
        return ""
    said = (sla_sentence(step.sla, document.sla), timeout_sentence(step.timeout or document.task_timeout))
    return "; ".join(filter(None, said))


def _move(transition: Transition, names: dict[str, str], context: RuleContext, progress: Progress) -> Move:
    target_name = names.get(transition.target, transition.target)
    return Move(
        key=transition.key,
        name=transition.name or target_name,
        target=transition.target,
        target_name=target_name,
        is_return=transition.is_return,
        condition=_condition(transition, context),
        reason_required=transition.reason_required,
        taken=(transition.source, transition.target) in progress.taken,
    )
