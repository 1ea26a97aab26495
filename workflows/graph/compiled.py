"""A published graph made ready for the engine: every question is one dictionary lookup, every rule a closure.

Built once per version and kept; nothing in it changes. The cost of a question does not grow with the graph.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from forms_builder.rules import (
    EMPTY_ENVIRONMENT,
    Compiled,
    Environment,
    EvaluationError,
    Rule,
    RuleContext,
    RuleErrors,
    compile_rule,
    parse,
)
from forms_builder.schema.document import FormDocument
from workflows.graph.ahead import Ahead, Circular
from workflows.graph.automation import Node
from workflows.graph.contexts import EMPTY_FORM, assignee_context, transition_context, values_for
from workflows.graph.document import (
    Assignee,
    GeneralSeparation,
    GraphDocument,
    Separation,
    SlaRule,
    Stakeholder,
    Step,
    StepKind,
    StepSla,
    Transition,
)
from workflows.graph.gateways import Join
from workflows.graph.outside import Outside
from workflows.graph.panels import CompiledApproval
from workflows.graph.saved import Piece, pieces_of

Values = Mapping[str, Any]


class GraphBroken(ValueError):
    """The document cannot be run. The lint says everything that is wrong; this says the first thing."""


class NoSuchStep(LookupError):
    """The graph has no step of that key."""


class NoSuchTransition(LookupError):
    """The step has no transition of that name."""


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A step as the engine asks for it. `assignee_rule` is None for steps that are the requester's own.

    `join` says what a join waits for, `counts` whether an arrival there counts (None: each does).
    """

    key: str
    name: str
    kind: StepKind
    outcome: str
    assignee: Assignee | None
    assignee_rule: Rule | None
    sla: StepSla
    has_conditions: bool
    """Whether any transition from here needs values to be judged."""
    shown_required: bool = False
    join: Join | None = None
    counts: Compiled | None = None
    node: Node | None = None
    """What a machine does here; nobody is asked then."""
    pieces: tuple[Piece, ...] = ()
    """The same piece after piece; none for a saved task that is not pinned yet."""
    approval: CompiledApproval | None = None
    """How a panel decides here; None where one person does."""
    bars_requester: bool = False
    bars_delegates: bool = False
    not_same_as: frozenset[str] = frozenset()
    """Steps of which nobody who decided them may decide here."""

    @property
    def is_end(self) -> bool:
        return self.kind is StepKind.END

    @property
    def outside(self) -> Outside | None:
        """Whom without an account the decision is asked from; None as a rule."""
        return self.assignee.outside if self.assignee is not None else None

    @property
    def is_machine(self) -> bool:
        return self.kind is StepKind.AUTO

    @property
    def asks_requester(self) -> bool:
        """The requester does this step: the start, and every step that says so."""
        return (self.assignee is None and not self.is_machine) or (
            self.assignee is not None and self.assignee.rule == "requester"
        )


@dataclass(frozen=True, slots=True)
class CompiledTransition:
    """A way out of a step, called by its `name`."""

    key: str
    name: str
    source: CompiledStep
    target: CompiledStep
    is_return: bool
    reason_required: bool
    condition: Rule | None
    holds: Compiled | None
    otherwise: bool = False

    def verdict(self, values: Values, env: Environment = EMPTY_ENVIRONMENT) -> "Verdict":
        """Whether the condition lets this transition be chosen; a rule without an answer does not."""
        if self.holds is None:
            return Verdict(self, True)
        try:
            return Verdict(self, self.holds(values, env))
        except EvaluationError as error:
            return Verdict(self, False, error)


@dataclass(frozen=True, slots=True)
class Verdict:
    """May the transition be chosen, and the error if its condition could not be answered."""

    transition: CompiledTransition
    allowed: bool
    error: EvaluationError | None = None


@dataclass(frozen=True, slots=True)
class CompiledGraph:
    """The immutable definition that plans are made from. Make it with `build`."""

    form: FormDocument
    start: CompiledStep
    ends: tuple[CompiledStep, ...]
    steps: Mapping[str, CompiledStep]
    sla: SlaRule | None
    stakeholders: tuple[Stakeholder, ...]
    assignee_context: RuleContext
    transition_context: RuleContext
    ahead: Ahead
    _ways: Mapping[str, tuple[CompiledTransition, ...]]
    _named: Mapping[tuple[str, str], CompiledTransition]

    @classmethod
    def build(cls, document: GraphDocument, form: FormDocument = EMPTY_FORM) -> Self:
        """Compile a document that passed the lint, with its form. Raises `GraphBroken`."""
        people, moves = assignee_context(form), transition_context(form)
        conditional = {transition.source for transition in document.transitions if transition.condition is not None}
        steps = {
            step.key: _step(step, people, moves, step.key in conditional, document.separation)
            for step in document.steps
        }
        if len(steps) != len(document.steps):
            raise GraphBroken("Two steps have the same key.")
        starts = [step for step in steps.values() if step.kind is StepKind.START]
        if len(starts) != 1:
            raise GraphBroken(f"A graph has exactly one start step, this one has {len(starts)}.")
        ways: dict[str, list[CompiledTransition]] = {key: [] for key in steps}
        named: dict[tuple[str, str], CompiledTransition] = {}
        for transition in document.transitions:
            way = _transition(transition, steps, moves)
            if (way.source.key, way.name) in named:
                raise GraphBroken(f"Two transitions from {way.source.name!r} are called {way.name!r}.")
            ways[way.source.key].append(way)
            named[way.source.key, way.name] = way
        try:
            ahead = Ahead.of(steps, ((way.source, way.target) for way in document.transitions if not way.is_return))
        except Circular as error:
            raise GraphBroken(str(error)) from error
        return cls(
            form=form,
            start=starts[0],
            ends=tuple(step for step in steps.values() if step.is_end),
            steps=MappingProxyType(steps),
            sla=document.sla,
            stakeholders=document.stakeholders,
            assignee_context=people,
            transition_context=moves,
            ahead=ahead,
            _ways=MappingProxyType({key: tuple(found) for key, found in ways.items()}),
            _named=MappingProxyType(named),
        )

    def step(self, key: str) -> CompiledStep:
        """Raises `NoSuchStep`."""
        found = self.steps.get(key)
        if found is None:
            raise NoSuchStep(key)
        return found

    def transitions_from(self, key: str) -> tuple[CompiledTransition, ...]:
        """All ways out of a step in the order of the document, whatever their conditions. Raises `NoSuchStep`."""
        found = self._ways.get(key)
        if found is None:
            raise NoSuchStep(key)
        return found

    def transition(self, key: str, name: str) -> CompiledTransition:
        """The way out of step `key` that is called `name`. Raises `NoSuchTransition`."""
        found = self._named.get((key, name))
        if found is None:
            raise NoSuchTransition(name)
        return found

    def ways_called(self, key: str, name: str) -> tuple[CompiledTransition, ...]:
        """The way of that name out of a step, none where there is no such step or way."""
        found = self._named.get((key, name))
        return (found,) if found is not None else ()

    def transition_values(
        self, *, record: Values, submitted: Values, actor: Values, requester: Values
    ) -> dict[str, Any]:
        """What conditions read: the form after this decision, what was sent, and two people (`contexts.PERSON`)."""
        people = {"actor": actor, "record.requester": requester}
        return values_for(self.transition_context, self.form, people=people, record=record, submitted=submitted)

    def verdicts(self, key: str, values: Values, env: Environment = EMPTY_ENVIRONMENT) -> tuple[Verdict, ...]:
        """Every way out of a step with whether it may be chosen; `values` as from `transition_values`.

        They are not read where the step `has_conditions` says no; pass an empty mapping then.
        """
        return tuple(transition.verdict(values, env) for transition in self.transitions_from(key))

    def allowed(self, key: str, values: Values, env: Environment = EMPTY_ENVIRONMENT) -> tuple[CompiledTransition, ...]:
        """The ways out of a step that may be chosen."""
        return tuple(verdict.transition for verdict in self.verdicts(key, values, env) if verdict.allowed)


def _step(
    step: Step, context: RuleContext, moves: RuleContext, has_conditions: bool, general: GeneralSeparation
) -> CompiledStep:
    rule, own, approval = None, Separation(not_requester=False), None
    join = (step.join or Join()) if step.kind is StepKind.JOIN else None
    counts = None
    if join is not None and join.condition is not None:
        counts = compile_rule(_rule(join.condition, moves, f"the condition of {step.name!r}"))
    if step.assignee is not None and step.assignee.rule != "requester":
        rule = _rule(step.assignee.rule, context, f"the assignee rule of {step.name!r}")
        own = step.assignee.separation
    elif step.assignee is None and step.kind is StepKind.TASK:
        raise GraphBroken(f"Nobody is asked at {step.name!r}.")
    if step.kind is StepKind.AUTO and step.node is None:
        raise GraphBroken(f"Nothing is done at {step.name!r}.")
    if step.approval is not None:
        place = f"the approval rule of {step.name!r}"
        approval = CompiledApproval.of(step.approval, lambda document: _rule(document, context, place))
    return CompiledStep(
        key=step.key,
        name=step.name,
        kind=step.kind,
        outcome=(step.outcome or step.name) if step.kind is StepKind.END else "",
        assignee=step.assignee,
        assignee_rule=rule,
        sla=step.sla,
        has_conditions=has_conditions,
        shown_required=step.shown_required,
        join=join,
        counts=counts,
        node=step.node if step.kind is StepKind.AUTO else None,
        pieces=pieces_of(step.node) if step.kind is StepKind.AUTO and step.node is not None else (),
        approval=approval,
        bars_requester=rule is not None and (own.not_requester or general.not_requester),
        bars_delegates=rule is not None and (own.not_own_delegate or general.not_own_delegate),
        not_same_as=frozenset((*own.not_same_as, *general.not_same_as) if rule is not None else ()) - {step.key},
    )


def _transition(transition: Transition, steps: Mapping[str, CompiledStep], context: RuleContext) -> CompiledTransition:
    source, target = steps.get(transition.source), steps.get(transition.target)
    if source is None or target is None:
        raise GraphBroken(f"The transition {transition.key!r} leads from or to a step that does not exist.")
    if transition.is_return and source.kind.is_gateway:
        raise GraphBroken(f"{source.name!r} is passed through, so no way back leaves it.")
    rule = None
    if transition.condition is not None:
        rule = _rule(transition.condition, context, f"the condition of {transition.key!r}")
    return CompiledTransition(
        key=transition.key,
        name=transition.name or target.name,
        source=source,
        target=target,
        is_return=transition.is_return,
        reason_required=transition.reason_required,
        condition=rule,
        holds=compile_rule(rule) if rule is not None else None,
        otherwise=transition.otherwise,
    )


def _rule(document: Mapping[str, Any], context: RuleContext, place: str) -> Rule:
    try:
        return parse(document, context)
    except RuleErrors as error:
        raise GraphBroken(f"In {place}: {error}") from error
