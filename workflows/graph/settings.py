"""Lint of what the steps of a graph say: who is asked, by when, under which condition, and with which form."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from forms_builder.rules import RuleContext, RuleErrors, fields_of, parse
from forms_builder.schema.check import check as check_form
from forms_builder.schema.document import FormDocument
from forms_builder.schema.parts import Access
from workflows.graph.contexts import assignee_context, transition_context
from workflows.graph.document import Assignee, AssigneeMode, Escalation, SlaMode, SlaRule, Step, StepKind, StepSla
from workflows.graph.outside import check_outside
from workflows.graph.panels import check_panel, check_separation
from workflows.graph.period import Period, PeriodError, parse_period
from workflows.graph.problems import Level, Problem
from workflows.graph.structure import Shape
from workflows.graph.timing_check import bad_period, check_rungs, check_timeout, check_ways

ACTED_ON: Final = (StepKind.START, StepKind.TASK)
"""Steps at which a person fills in the form."""


def check_settings(shape: Shape, form: FormDocument) -> Iterator[Problem]:
    """Problems of assignees, time limits and conditions; `form` has the fields that rules may name."""
    people, moves = assignee_context(form), transition_context(form)
    for row, step in enumerate(shape.document.steps):
        yield from _assignee(step, f"steps.{row}", people)
        yield from _panel(shape, step, f"steps.{row}", people)
        if step.assignee is not None:
            yield from check_separation(shape, step, step.assignee.separation, f"steps.{row}.assignee.separation")
        if step.outside is not None:
            where, is_task = f"steps.{row}.assignee.outside", _is_ones_own(step)
            yield from check_outside(step.outside, step.key, step.name, where, form, is_task=is_task)
        yield from _step_sla(step, f"steps.{row}.sla")
        yield from check_timeout(step.timeout, f"steps.{row}.timeout", f"“{step.name}”")
    for row, way in enumerate(shape.document.transitions):
        if way.condition is not None:
            yield from _rule(way.condition, f"transitions.{row}.condition", moves)
    for row, step in enumerate(shape.document.steps):
        if step.join is not None and step.join.condition is not None:
            yield from _rule(step.join.condition, f"steps.{row}.join.condition", moves)
    yield from check_separation(shape, None, shape.document.separation, "separation")
    if shape.document.sla is not None:
        yield from _limit(shape.document.sla, "sla", "The workflow")
    yield from check_ways(shape.document)
    yield from check_timeout(shape.document.timeout, "timeout", "The workflow")
    yield from check_timeout(shape.document.task_timeout, "task_timeout", "The workflow")


def check_with_form(shape: Shape, form: FormDocument) -> Iterator[Problem]:
    """Problems of the form itself and of its matrix of fields and steps."""
    yield from form_problems(form, shape.steps)
    if not form.fields:
        return
    for row, step in shape.steps.values():
        levels = {form.access(step.key, field.name) for field in form.fields}
        if step.kind in ACTED_ON and levels == {Access.HIDDEN}:
            message = f"The form shows nothing at “{step.name}”."
            yield Problem("step-without-form", f"steps.{row}", "warns", message, "Give the step access to a field.")
        elif step.kind is StepKind.START and not any(level.writable for level in levels):
            message = f"Nothing can be filled in at “{step.name}”."
            yield Problem("start-without-form", f"steps.{row}", "warns", message, "Let the start write a field.")
    yield from _unwritable(shape, form)
    yield from _hidden_reads(shape, form)


def _unwritable(shape: Shape, form: FormDocument) -> Iterator[Problem]:
    """Required fields that no step of this graph lets anybody fill in."""
    acted_on = [step.key for _, step in shape.steps.values() if step.kind in ACTED_ON]
    for row, field in enumerate(form.fields):
        levels = {*field.access.values(), field.default_access}
        if not (field.required or Access.REQUIRED in levels) or not any(level.writable for level in levels):
            continue
        if acted_on and not any(field.access_at(key).writable for key in acted_on):
            message = f"“{field.label}” is required, but no step of this workflow can fill it in."
            hint = "Give a step write access."
            yield Problem("required-unwritable", f"form.fields.{row}.access", "blocks", message, hint)


def _hidden_reads(shape: Shape, form: FormDocument) -> Iterator[Problem]:
    """Conditions that decide by a field which the person who decides does not see."""
    context = transition_context(form)
    for row, way in shape.transitions:
        step = shape.steps[way.source][1]
        if way.condition is None or step.kind not in ACTED_ON:
            continue
        try:
            reads = fields_of(parse(way.condition, context))
        except RuleErrors:
            continue
        names = {one.split(".")[1] for one in reads if one.startswith(("record.", "input."))} & form.by_name.keys()
        hidden = sorted(name for name in names if form.access(step.key, name) is Access.HIDDEN)
        if hidden:
            labels = ", ".join(f"“{form.by_name[name].label}”" for name in hidden)
            message = (
                f"The way {way.name or shape.name(way.target)} out of “{step.name}” depends on {labels}, hidden there."
            )
            hint = "Let the step read it, or ask for something else."
            yield Problem("rule-reads-hidden", f"transitions.{row}.condition", "warns", message, hint)


def form_problems(form: FormDocument, steps: Iterable[str] | None = None) -> Iterator[Problem]:
    """What the form's own check says, at places that start with "form."; with `steps` also unknown ones."""
    for found in check_form(form, steps):
        level: Level = "blocks" if found.level == "error" else "warns"
        yield Problem(found.code, f"form.{found.place}", level, found.message, found.hint or "Correct the form.")


def _assignee(step: Step, place: str, context: RuleContext) -> Iterator[Problem]:
    assignee = step.assignee
    if step.kind is StepKind.TASK and assignee is None:
        message = f"Nobody is asked at “{step.name}”."
        yield Problem("no-assignee", f"{place}.assignee", "blocks", message, "Say by a rule who is asked.")
    if assignee is None:
        return
    if step.kind is StepKind.END:
        message = f"“{step.name}” is an end; nobody is asked there."
        yield Problem("end-assignee", f"{place}.assignee", "warns", message, "Remove the rule.")
    if step.kind is StepKind.START and assignee.rule != "requester":
        message = f"“{step.name}” is the start; it is always the requester's."
        yield Problem("start-assignee", f"{place}.assignee", "blocks", message, "Remove the rule.")
    if assignee.rule == "requester" and assignee.mode is not AssigneeMode.ONE:
        message = f"“{step.name}” is always the requester's, so there is nothing to choose by {assignee.mode}."
        yield Problem("strategy-unused", f"{place}.assignee.mode", "warns", message, "Remove the strategy.")
    if assignee.rule != "requester":
        yield from _rule(assignee.rule, f"{place}.assignee.rule", context)
        if step.kind is StepKind.TASK:
            yield from _fallback(step, assignee, place)


def _panel(shape: Shape, step: Step, place: str, context: RuleContext) -> Iterator[Problem]:
    yield from check_panel(shape, step, place)
    if step.approval is not None:
        for where, rule in step.approval.rules():
            yield from _rule(rule, f"{place}.approval.{where}", context)


def _fallback(step: Step, assignee: Assignee, place: str) -> Iterator[Problem]:
    where = f"{place}.assignee.fallback"
    if not assignee.fallback:
        message = f"Where the rule of “{step.name}” finds nobody, nobody else is asked."
        yield Problem("no-fallback", where, "warns", message, "Name whom to ask then, for example the workflow owner.")
    if len(set(assignee.fallback)) < len(assignee.fallback):
        message = f"The fallbacks of “{step.name}” name somebody twice."
        yield Problem("duplicate-fallback", where, "warns", message, "Keep the first of them.")


def _is_ones_own(step: Step) -> bool:
    """Whether one person whom a rule names decides there."""
    assignee = step.assignee
    by_rule = assignee is not None and assignee.rule != "requester" and assignee.mode is not AssigneeMode.PANEL
    return step.kind is StepKind.TASK and by_rule


def _step_sla(step: Step, place: str) -> Iterator[Problem]:
    sla = step.sla
    if step.kind is not StepKind.TASK:
        if sla.mode is SlaMode.OWN:
            message = f"“{step.name}” is no task, so its time limit means nothing."
            yield Problem("sla-without-task", place, "warns", message, "Remove the time limit.")
        return
    if sla.mode is not SlaMode.OWN:
        if sla != StepSla(mode=sla.mode):
            message = f"“{step.name}” has values for a time limit that its mode {sla.mode} does not use."
            yield Problem("sla-unused", f"{place}.mode", "warns", message, "Choose own, or remove the values.")
        return
    if not sla.period:
        message = f"“{step.name}” has an own time limit without a period."
        hint = "Write a period like 2d, or choose inherit or off."
        yield Problem("sla-without-period", f"{place}.period", "blocks", message, hint)
    yield from _limit(sla, place, f"“{step.name}”")


def _limit(sla: SlaRule, place: str, who: str) -> Iterator[Problem]:
    period, wrong = _period(sla.period, f"{place}.period", who)
    reminder, late = _period(sla.remind_after, f"{place}.remind_after", who)
    yield from (*wrong, *late)
    if reminder is not None and not sla.period:
        message = f"{who} has a reminder, but no time limit to remind of."
        yield Problem("reminder-without-limit", f"{place}.remind_after", "blocks", message, "Add the period.")
    elif reminder and period and reminder.unit is period.unit and reminder.amount >= period.amount:
        message = f"{who} reminds after {reminder}, when the time of {period} has already passed."
        yield Problem("late-reminder", f"{place}.remind_after", "blocks", message, "Remind earlier.")
    yield from check_rungs(sla, place, who)
    if sla.period and sla.escalate is Escalation.NONE and not sla.rungs:
        message = f"{who} has a time limit, but nobody gets the task when it has passed; it is only marked overdue."
        if sla.fallback:
            message = f"{who} names fallbacks for an escalation that is switched off."
        yield Problem("sla-without-target", f"{place}.escalate", "warns", message, "Escalate to the manager.")
    if len(set(sla.fallback)) < len(sla.fallback):
        message = f"The fallbacks of {who} name somebody twice."
        yield Problem("duplicate-fallback", f"{place}.fallback", "warns", message, "Keep the first of them.")


def _period(text: str, place: str, who: str) -> tuple[Period | None, list[Problem]]:
    if not text:
        return None, []
    try:
        return parse_period(text), []
    except PeriodError:
        return None, [bad_period(text, place, who)]


def _rule(raw: dict[str, Any], place: str, context: RuleContext) -> Iterator[Problem]:
    try:
        parse(raw, context)
    except RuleErrors as errors:
        for error in errors.errors:
            path = error.place.removeprefix("$").replace("[", ".").replace("]", "")
            yield Problem(f"rule-{error.code}", f"{place}{path}", "blocks", error.message, "Correct the rule.")
