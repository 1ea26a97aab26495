"""What changed between two versions of a workflow, in sentences that a reviewer can read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from forms_builder.rules import RuleContext
from forms_builder.schema.diff import diff as form_diff
from forms_builder.schema.document import FormDocument
from workflows.graph.contexts import assignee_context, transition_context
from workflows.graph.document import GraphDocument, SlaRule, Step, Transition
from workflows.graph.sentences import KINDS, assignee_sentence, rule_sentence, sla_sentence, timeout_sentence

_TOLD: Final = frozenset({"key", "name", "kind", "assignee", "sla", "timeout", "position", "layout"})
"""Parts of a step that have sentences of their own, or that mean nothing to a request."""
_WAY_TOLD: Final = frozenset({"key", "name", "source", "target", "condition"})


@dataclass(frozen=True, slots=True)
class Edition:
    """What is compared: the graph and the form of one version."""

    graph: GraphDocument
    form: FormDocument

    @property
    def steps(self) -> Mapping[str, Step]:
        """By key, in the order of the document."""
        return {step.key: step for step in self.graph.steps}


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences as sentences, by what they are about. False when there are none."""

    steps: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    form: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(texts for _, texts in self.groups)

    @property
    def groups(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(heading, sentences), empty ones left out."""
        named = (
            ("Steps", self.steps),
            ("Ways", self.ways),
            ("People", self.people),
            ("Time limits", self.times),
            ("Form", self.form),
        )
        return tuple((heading, texts) for heading, texts in named if texts)


def changes(old: Edition, new: Edition) -> Changes:
    """Every difference that a request could feel; where things lie on the canvas is none."""
    return Changes(
        steps=tuple(_steps(old, new)),
        ways=tuple(_ways(old, new)),
        people=tuple(_people(old, new)),
        times=tuple(_times(old, new)),
        form=tuple(form_diff(old.form, new.form)),
    )


def _steps(old: Edition, new: Edition) -> Iterator[str]:
    before, after = old.steps, new.steps
    for key, step in after.items():
        was = before.get(key)
        if was is None:
            yield f"Added the {KINDS[step.kind].lower()} “{step.name}”."
            continue
        if was.name != step.name:
            yield f"“{was.name}” is now called “{step.name}”."
        if was.kind is not step.kind:
            yield f"“{step.name}” changed from {KINDS[was.kind].lower()} to {KINDS[step.kind].lower()}."
        yield from (f"“{step.name}”: {text}" for text in _settings(was, step, _TOLD))
    for key, step in before.items():
        if key not in after:
            yield f"Removed the {KINDS[step.kind].lower()} “{step.name}”."


def _ways(old: Edition, new: Edition) -> Iterator[str]:
    before, after = _by_key(old.graph), _by_key(new.graph)
    contexts = transition_context(old.form), transition_context(new.form)
    for key, way in after.items():
        was = before.get(key)
        if was is None:
            yield f"Added the way {_way(new, way)}."
            continue
        if (was.source, was.target) != (way.source, way.target):
            yield f"The way {_way(old, was)} now leads {_way(new, way)}."
        elif was.name != way.name:
            yield f"The way {_way(old, was)} is now called “{new.graph.transition_name(way)}”."
        if was.condition != way.condition:
            yield _condition(_way(new, way), was, way, contexts)
        yield from (f"The way {_way(new, way)}: {text}" for text in _settings(was, way, _WAY_TOLD))
    for key, way in before.items():
        if key not in after:
            yield f"Removed the way {_way(old, way)}."


def _people(old: Edition, new: Edition) -> Iterator[str]:
    before, contexts = old.steps, (assignee_context(old.form), assignee_context(new.form))
    for key, step in new.steps.items():
        was = before.get(key)
        if was is None or was.assignee == step.assignee:
            continue
        first, then = assignee_sentence(was, contexts[0]), assignee_sentence(step, contexts[1])
        if first == then:
            yield f"“{step.name}”: who is asked is chosen in another way."
        else:
            yield f"“{step.name}” asked: {first or 'nobody'}. Now: {then or 'nobody'}."
    if old.graph.stakeholders != new.graph.stakeholders:
        yield f"Stakeholders named by the workflow: {len(old.graph.stakeholders)} before, {len(new.graph.stakeholders)} now."


def _times(old: Edition, new: Edition) -> Iterator[str]:
    before = old.steps
    if old.graph.sla != new.graph.sla:
        yield _limit("The workflow's time limit", _period(old.graph.sla), _period(new.graph.sla))
    for key, step in new.steps.items():
        was = before.get(key)
        if was is None or was.sla == step.sla:
            continue
        yield _limit(
            f"The time limit of “{step.name}”",
            sla_sentence(was.sla, old.graph.sla),
            sla_sentence(step.sla, new.graph.sla),
        )
    yield from _timeouts(old, new)


def _timeouts(old: Edition, new: Edition) -> Iterator[str]:
    pairs = [
        ("the whole request", old.graph.timeout, new.graph.timeout),
        ("tasks", old.graph.task_timeout, new.graph.task_timeout),
    ]
    pairs += [
        (f"“{step.name}”", old.steps[key].timeout, step.timeout) for key, step in new.steps.items() if key in old.steps
    ]
    for what, before, after in pairs:
        if before != after:
            yield _limit(f"The timeout of {what}", timeout_sentence(before), timeout_sentence(after))


def _limit(what: str, before: str, after: str) -> str:
    if before == after:
        return f"{what} is the same, what happens then has changed."
    return f"{what} changed from {before or 'none'} to {after or 'none'}."


def _period(rule: SlaRule | None) -> str:
    return rule.period if rule is not None else ""


def _condition(what: str, was: Transition, way: Transition, contexts: tuple[RuleContext, RuleContext]) -> str:
    if was.condition is None:
        return f"The way {what} is open only if {rule_sentence(way.condition or {}, contexts[1])}."
    if way.condition is None:
        return f"The way {what} is always open (was: if {rule_sentence(was.condition, contexts[0])})."
    first, then = rule_sentence(was.condition, contexts[0]), rule_sentence(way.condition, contexts[1])
    return f"The way {what} was open if {first}. Now: if {then}."


def _settings(was: Any, now: Any, told: frozenset[str]) -> Iterator[str]:
    """What has no sentence of its own: named, and shown where it is short."""
    for name in type(now).model_fields:
        before, after = getattr(was, name), getattr(now, name)
        if name in told or before == after:
            continue
        words = name.removeprefix("is_").replace("_", " ")
        if isinstance(after, bool):
            yield f"{words} is now {'on' if after else 'off'}."
        elif isinstance(before, str) and isinstance(after, str) and len(before) + len(after) <= 120:
            yield f"{words} changed from “{before}” to “{after}”."
        else:
            yield f"{words} {'added' if not before else 'removed' if not after else 'changed'}."


def _by_key(graph: GraphDocument) -> Mapping[str, Transition]:
    return {way.key: way for way in graph.transitions}


def _way(edition: Edition, way: Transition) -> str:
    """ "Approve" from “Manager review” to “HR review”"""
    names = {key: step.name for key, step in edition.steps.items()}
    source, target = names.get(way.source, way.source), names.get(way.target, way.target)
    title = f"“{way.name}” " if way.name and way.name != target else ""
    return f"{title}from “{source}” to “{target}”"
