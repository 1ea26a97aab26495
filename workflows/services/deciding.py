"""What starting and deciding have in common: the answers, the way, and who is next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from uuid import UUID

from accounts.tenancy.errors import Invalid
from forms_builder.rendering import form_class
from forms_builder.schema.parts import has_unstorable
from forms_builder.schema.sources import Sources
from workflows.assignment import (
    Assignment,
    ChoiceNeeded,
    Person,
    PersonRef,
    excludes_requester,
    resolve,
)
from workflows.engine.definition import RunningDefinition
from workflows.engine.moves import Decision
from workflows.engine.state import Answers
from workflows.graph.compiled import CompiledStep, CompiledTransition
from workflows.models import Task
from workflows.reasons import how_of, read_by
from workflows.selectors.desk import Desk, allowed_ways, eligible_people, fall_back, is_eligible, judged_by
from workflows.selectors.people import persons, tenant_admin_ids

T = TypeVar("T")
MAX_COMMENT: Final = 5_000


class TransitionInvalid(Invalid):
    """The step has no such way, or its condition does not hold; ``params["allowed"]`` names the ways there are."""

    code = "transition.invalid"


class AssigneeInvalid(Invalid):
    """The person may not be asked at the next step, or one must be chosen; ``params["assignees"]`` lists who may."""

    code = "assignee.invalid"


class CommentInvalid(Invalid):
    code = "comment.invalid"


@dataclass(frozen=True, slots=True)
class Submission:
    """What was sent: JSON values by field name (REST) or the posted data of a page, and the files stored with it."""

    data: Mapping[str, Any] | None = None
    uploaded: Mapping[str, Sequence[str]] | None = None
    upload_problems: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to decide, as it was sent."""

    submission: Submission
    transition: str | None
    assignee_id: UUID | None
    comment: str
    shown: str | None = None
    """The fingerprint of what the step showed to who decided, see ``workflows.shown``; None where it was not sent."""


class DecisionInvalid(Invalid):
    """Several things are wrong at once; ``fields`` and ``params`` are those of all of them."""

    code = "decision.invalid"


class _Problems:
    """Collects refusals, so that a person hears of all of them at once."""

    def __init__(self) -> None:
        self.found: list[Invalid] = []

    def catch(self, work: Callable[[], T]) -> T | None:
        try:
            return work()
        except Invalid as refusal:
            self.found.append(refusal)
            return None

    def settle(self) -> None:
        """Raises the one refusal as it is, several as DecisionInvalid."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            fields = {path: texts for one in self.found for path, texts in one.fields.items()}
            raise DecisionInvalid(fields, **{key: value for one in self.found for key, value in one.params.items()})


def decision_of(
    desk: Desk, wish: Wish, chosen: Person | None, *, labels: Mapping[str, Any], sources: Sources, run_id: UUID | None
) -> Decision:
    """What the wish comes to, or everything that is wrong with it at once. ``desk`` holds the values until now.

    Raises Invalid at ``data.<field>``, ``transition``, ``comment`` or ``assignee``.
    """
    problems = _Problems()
    values = desk.situation.data
    answers = problems.catch(
        lambda: answers_of(
            desk.definition, desk.step.key, wish.submission, values=values, labels=labels, sources=sources
        )
    )
    after = desk.with_data({**values, **answers.values}) if answers else desk
    way = problems.catch(lambda: way_of(after, wish.transition, answers.values if answers else {}))
    if way is None:
        problems.settle()
        raise TransitionInvalid  # settle has raised
    reason = problems.catch(lambda: comment_of(wish.comment, way))
    assignment = problems.catch(lambda: assignment_for(after, way, wish.assignee_id, chosen, run_id))
    problems.settle()
    unassigned = assignment is not None and assignment.is_unassigned
    admins = tenant_admin_ids(desk.organisation_id) if unassigned else ()
    judged = judged_by(after, answers.values if answers else {})
    if assignment is not None:
        assignment = with_reason(after, way, assignment, wish.assignee_id, chosen)
    return Decision(way, assignment, answers or Answers(), reason or "", admins, judged=judged)


def answers_of(
    definition: RunningDefinition,
    step: str,
    submission: Submission,
    *,
    values: Mapping[str, Any],
    labels: Mapping[str, Any],
    sources: Sources,
) -> Answers:
    """The submitted values as they will be stored. Raises Invalid with paths under ``data``."""
    form = form_class(definition.form, step)(
        {} if submission.data is None else submission.data,
        values=values,
        labels=labels,
        sources=sources,
        uploaded=submission.uploaded,
        upload_problems=submission.upload_problems,
    )
    if form.problems:
        raise Invalid({f"data.{path}".rstrip("."): texts for path, texts in form.problems.items()}, code="data.invalid")
    return Answers(form.stored(), form.picked)


def comment_of(text: str, way: CompiledTransition) -> str:
    """The reason as it will be kept. Raises CommentInvalid when it is missing where the way demands one."""
    reason = clean_text(text)
    if way.reason_required and not reason:
        raise CommentInvalid({"comment": [f"Say why you choose “{way.name}”."]})
    return reason


def clean_text(text: str, field: str = "comment") -> str:
    """Plain text without outer space. Raises CommentInvalid."""
    reason = text.replace("\r\n", "\n").strip()
    if len(reason) > MAX_COMMENT:
        raise CommentInvalid({field: [f"Use at most {MAX_COMMENT} characters; this has {len(reason)}."]})
    if has_unstorable(reason):
        raise CommentInvalid({field: ["This contains a character that cannot be stored."]})
    return reason


def way_of(desk: Desk, name: str | None, submitted: Mapping[str, Any]) -> CompiledTransition:
    """The way called ``name``; without a name the only forward one. Raises TransitionInvalid naming the allowed ones.

    ``desk`` holds the values after the decision.
    """
    allowed = allowed_ways(desk, submitted)
    if name is not None:
        found = [way for way in allowed if way.name == name]
    else:
        forward = [way for way in allowed if not way.is_return]
        found = forward if len(forward) == 1 else []
    if not found:
        names = [way.name for way in allowed]
        text = f"Choose one of: {', '.join(names)}." if names else "There is no way on from here with these values."
        raise TransitionInvalid({"transition": [text]}, allowed=names)
    return found[0]


def assignment_for(
    desk: Desk, way: CompiledTransition, chosen_id: UUID | None, chosen: Person | None, run_id: UUID | None = None
) -> Assignment | None:
    """Who holds the task that the way opens; None at an end. Raises AssigneeInvalid.

    ``chosen`` are the facts of ``chosen_id``, None when the organisation has no such person.
    """
    target = way.target
    if target.is_end:
        return None
    if target.asks_requester:
        return _requesters_own(desk, target, chosen_id)
    if chosen_id is not None:
        return _checked(desk, target, chosen_id, chosen)
    if way.is_return and run_id is not None:
        before = _previous_holder(desk, target, run_id)
        if before is not None:
            return before
    found = eligible_people(desk, target)
    if not found:
        return fall_back(desk, target)
    answer = resolve(target, found)
    if isinstance(answer, ChoiceNeeded):
        raise _needed(f"Choose who is asked at “{target.name}”.", answer.candidates)
    return answer


def with_reason(
    desk: Desk, way: CompiledTransition, assignment: Assignment, chosen_id: UUID | None, chosen: Person | None
) -> Assignment:
    """The assignment with how it came about and what the step's rule read, for those who ask later."""
    target, asked = way.target, assignment.person
    how = how_of(assignment, own=target.asks_requester, chosen=chosen_id is not None, again=way.is_return)
    known = (chosen if chosen and chosen.id == asked.id else desk.known.get(asked.id)) if asked else None
    facts = read_by(desk.definition.eligible(target), desk.situation, asked, known)
    return replace(assignment, why={"how": how.value, **({"facts": facts} if facts else {})})


def _requesters_own(desk: Desk, target: CompiledStep, chosen_id: UUID | None) -> Assignment:
    requester = desk.situation.requester
    if chosen_id is not None and chosen_id != requester.id:
        raise _needed(f"“{target.name}” goes to the requester.", (requester.ref,))
    if requester.is_active:
        return Assignment(person=requester.ref)
    return fall_back(desk, target)


def _checked(desk: Desk, target: CompiledStep, chosen_id: UUID, chosen: Person | None) -> Assignment:
    """The chosen person if the rule names them, or if they are the fallback of a rule that names nobody."""
    if chosen is not None and is_eligible(desk, target, chosen):
        return Assignment(person=chosen.ref)
    offered = eligible_people(desk, target)
    if not offered:
        instead = fall_back(desk, target)
        if instead.person is not None and instead.person.id == chosen_id:
            return instead
        offered = [instead.person] if instead.person else []
    if chosen is not None and chosen.id == desk.situation.requester.id and excludes_requester(target):
        raise _needed("The requester may not decide their own request.", offered)
    raise _needed(f"This person cannot be asked at “{target.name}”.", offered)


def _previous_holder(desk: Desk, target: CompiledStep, run_id: UUID) -> Assignment | None:
    """Who decided the step last time, if they still may."""
    last = (
        Task.objects.filter(
            organisation_id=desk.organisation_id, run_id=run_id, step=target.key, completed_by__isnull=False
        )
        .order_by("-completed_at")
        .values_list("completed_by_id", flat=True)
        .first()
    )
    person = persons(desk.organisation_id, [last]).get(last) if last else None
    return Assignment(person=person.ref) if person and is_eligible(desk, target, person) else None


def _needed(text: str, people: Sequence[PersonRef]) -> AssigneeInvalid:
    listed = [{"id": str(one.id), "name": one.name, "email": one.email} for one in people]
    return AssigneeInvalid({"assignee": [text]}, assignees=listed)
